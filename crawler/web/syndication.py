"""Stories for other programs: Atom, JSON Feed and CSV of those that match a filter."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import NamedTuple

from datasette.utils.asgi import Response

from crawler.clock import now
from crawler.output.formats import for_xml, write_csv
from crawler.store import Store
from crawler.store.queries.stories import StoryArticle, StoryRow
from crawler.web.database import ask
from crawler.web.query_string import article_filter
from crawler.web.responses import Datasette, Request, with_refusals

ENTRIES = 50
ARTICLES = 20
"""Articles named in an entry."""
_ATOM = "http://www.w3.org/2005/Atom"


class AtomEntry(NamedTuple):
    """An entry of a feed."""

    id: str
    title: str
    link: str
    published: str
    updated: str
    summary: str


class _Entry(NamedTuple):
    story: StoryRow
    articles: list[StoryArticle]


def _cells(row: StoryRow) -> tuple[object, ...]:
    return tuple(json.dumps(cell) if isinstance(cell, tuple) else cell for cell in row)


@with_refusals
async def stories(request: Request, datasette: Datasette) -> Response:
    """The stories that match the filter of the address, as Atom, JSON Feed or CSV."""
    form = request.url_vars["form"]
    raw = article_filter(request)

    def question(store: Store) -> list[_Entry]:
        wanted = store.queries.filters.checked(raw)
        rows = store.queries.stories.matching(wanted, limit=ENTRIES, newest=form != "csv")
        return [_Entry(row, store.queries.stories.articles(row.story)[:ARTICLES]) for row in rows]

    rows = await ask(datasette, question)
    here = origin(request)
    itself = here + request.full_path
    if form == "csv":
        stream = io.StringIO()
        write_csv(stream, StoryRow._fields, (_cells(row.story) for row in rows))
        return Response(
            stream.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="stories.csv"'},
        )
    if form == "json":
        body = json.dumps(_json_feed(rows, here, itself), ensure_ascii=False, indent=1)
        return Response(body, content_type="application/feed+json; charset=utf-8")
    return Response(
        _story_feed(rows, here, itself), content_type="application/atom+xml; charset=utf-8"
    )


def origin(request: Request) -> str:
    """Scheme and host of the desk, as the visitor reaches it."""
    return f"http://{request.headers.get('host', '127.0.0.1')}"


def _json_feed(rows: list[_Entry], here: str, itself: str) -> dict[str, object]:
    """JSON Feed 1.1."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Newsloom: stories",
        "home_page_url": f"{here}/stories",
        "feed_url": itself,
        "items": [
            {
                "id": f"{here}/story/{row.story.story}",
                "url": f"{here}/story/{row.story.story}",
                "title": row.story.title,
                "content_text": _summary(row),
                "date_published": row.story.first_at,
                "date_modified": row.story.last_at,
            }
            for row in rows
        ],
    }


def _story_feed(rows: list[_Entry], here: str, itself: str) -> bytes:
    entries = [
        AtomEntry(
            id=f"{here}/story/{row.story.story}",
            title=row.story.title,
            link=f"{here}/story/{row.story.story}",
            published=row.story.first_at,
            updated=row.story.last_at,
            summary=_summary(row),
        )
        for row in rows
    ]
    return atom(entries, title="Newsloom: stories", itself=itself, page=f"{here}/stories")


def atom(entries: Sequence[AtomEntry], *, title: str, itself: str, page: str) -> bytes:
    """Atom 1.0 (RFC 4287): a feed at the address `itself` of what stands on a page."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        made = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        made.text = for_xml(text) or None
        return made

    add(feed, "title", title)
    add(feed, "id", itself)
    add(feed, "link", href=itself, rel="self")
    add(feed, "link", href=page)
    add(feed, "updated", max((one.updated or "" for one in entries), default="") or now())
    add(add(feed, "author"), "name", "Newsloom")
    for one in entries:
        entry = add(feed, "entry")
        add(entry, "title", one.title)
        add(entry, "id", one.id)
        add(entry, "link", href=one.link)
        add(entry, "published", one.published)
        add(entry, "updated", one.updated)
        add(entry, "summary", one.summary)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _summary(row: _Entry) -> str:
    story = row.story
    head = f"{story.outlets} outlets, {story.articles} articles, {story.copy_groups} texts"
    lines = [f"{one.outlet}: {one.title} {one.url}" for one in row.articles]
    return "\n".join([head, *lines])
