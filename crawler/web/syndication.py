"""Stories for other readers: Atom, JSON Feed and CSV of whatever a filter lets through."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from typing import Any

from datasette.utils.asgi import Response

from crawler.clock import now
from crawler.output.formats import for_xml, write_csv
from crawler.store import Store
from crawler.web.database import Datasette, Request, answered, ask, wishes
from crawler.web.handlers import story_filter

ENTRIES = 50
ARTICLES = 20
"""Articles named in an entry."""
_ATOM = "http://www.w3.org/2005/Atom"
_COLUMNS = (
    "story", "title", "outlets", "articles", "copy_groups", "languages", "first_at", "last_at",
)  # fmt: skip

Row = dict[str, Any]


@answered
async def stories(request: Request, datasette: Datasette) -> Response:
    """The stories that the filter in the query lets through, in the form asked for."""
    form = request.url_vars["form"]
    asked = story_filter(wishes(request))

    def question(store: Store) -> list[Row]:
        rows = store.reading.stories(asked, limit=ENTRIES, newest=form != "csv")
        for row in rows:
            row["told"] = store.reading.story_articles(row["story"])[:ARTICLES]
        return rows

    rows = await ask(datasette, question)
    here = f"http://{request.headers.get('host', '127.0.0.1')}"
    itself = here + request.full_path
    if form == "csv":
        stream = io.StringIO()
        write_csv(stream, _COLUMNS, ([row[column] for column in _COLUMNS] for row in rows))
        return Response(
            stream.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="stories.csv"'},
        )
    if form == "json":
        body = json.dumps(_json_feed(rows, here, itself), ensure_ascii=False, indent=1)
        return Response(body, content_type="application/feed+json; charset=utf-8")
    return Response(_atom(rows, here, itself), content_type="application/atom+xml; charset=utf-8")


def _json_feed(rows: list[Row], here: str, itself: str) -> Row:
    """JSON Feed 1.1."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Newsloom: stories",
        "home_page_url": f"{here}/stories",
        "feed_url": itself,
        "items": [
            {
                "id": f"{here}/story/{row['story']}",
                "url": f"{here}/story/{row['story']}",
                "title": row["title"],
                "content_text": _summary(row),
                "date_published": row["first_at"],
                "date_modified": row["last_at"],
            }
            for row in rows
        ],
    }


def _atom(rows: list[Row], here: str, itself: str) -> bytes:
    """Atom 1.0 (RFC 4287)."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        made = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        made.text = for_xml(text) or None
        return made

    add(feed, "title", "Newsloom: stories")
    add(feed, "id", itself)
    add(feed, "link", href=itself, rel="self")
    add(feed, "link", href=f"{here}/stories")
    add(feed, "updated", max((row["last_at"] or "" for row in rows), default="") or now())
    add(add(feed, "author"), "name", "Newsloom")
    for row in rows:
        entry = add(feed, "entry")
        address = f"{here}/story/{row['story']}"
        add(entry, "title", row["title"])
        add(entry, "id", address)
        add(entry, "link", href=address)
        add(entry, "published", row["first_at"])
        add(entry, "updated", row["last_at"])
        add(entry, "summary", _summary(row))
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _summary(row: Row) -> str:
    head = f"{row['outlets']} outlets, {row['articles']} articles, {row['copy_groups']} texts"
    lines = [f"{told['outlet']}: {told['title']} {told['url']}" for told in row["told"]]
    return "\n".join([head, *lines])
