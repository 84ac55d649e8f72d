"""Pages of articles: one article, two compared, the search."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from crawler.grouping.explain_copies import CopyExplanation, explain_copies, texts_compared, verdict
from crawler.grouping.explain_events import EventExplanation, explain_events
from crawler.grouping.explain_stories import StoryExplanation, explain_stories
from crawler.output.diff import Piece, cut_short, differences
from crawler.output.shared_passages import mark_shared
from crawler.store import Store
from crawler.store.queries.agency_shares import AgencyText, CreditRow
from crawler.store.queries.articles import ArticleDetail, CopyRow, Sighting, Version
from crawler.store.queries.search import RANKED, Found
from crawler.web.database import ask
from crawler.web.query_string import (
    article_filter,
    form_of,
    number_value,
    query_pairs,
    query_values,
)
from crawler.web.responses import Datasette, Request, Unanswerable, page, with_refusals

ROWS = 50
"""Articles that a search shows."""
NAMES = 1_000
"""Outlets that a form suggests."""


@with_refusals
async def article(request: Request, datasette: Datasette) -> Response:
    """One article: text, origin of each field, changes, copies."""
    number = int(request.url_vars["number"])

    def question(store: Store) -> _Article:
        queries = store.queries.articles
        found = queries.get(number)
        if found is None:
            raise Unanswerable(f"There is no article {number}.")
        return _Article(
            article=found,
            credits=store.queries.agency_copy.credits(number),
            agency=None if found.agency else store.queries.agency_copy.text_for(number),
            sightings=queries.sightings(number),
            versions=queries.versions(number),
            copies=queries.copies_of(number),
        )

    shown = await ask(datasette, question)
    changes = [
        _Change(
            at=old.replaced_at,
            ours=old.ours,
            title=list(differences(old.title, new.title)),
            text=list(differences(old.text, new.text)),
            cut=cut_short(old.text, new.text),
        )
        for old, new in pairwise(shown.versions)
    ]
    title = shown.article.title or f"Article {number}"
    marked = mark_shared(shown.article.text, shown.agency.text if shown.agency else "")
    return await page(
        datasette,
        request,
        "article",
        {"title": title, "changes": changes, "marked": marked, **shown._asdict()},
    )


class _Article(NamedTuple):
    article: ArticleDetail
    credits: list[CreditRow]
    agency: AgencyText | None
    sightings: list[Sighting]
    versions: list[Version]
    copies: list[CopyRow]


class _Change(NamedTuple):
    """What is different between a version and the next."""

    at: str | None
    ours: int
    title: list[Piece]
    text: list[Piece]
    cut: bool
    """whether only the first words were compared"""


@with_refusals
async def compare_form(request: Request, datasette: Datasette) -> Response:  # noqa: ARG001
    """A redirect from the numbers in a form to the page that compares the articles."""
    values = query_values(request)
    if not {"one", "two"} <= set(values):
        raise Unanswerable("Give the numbers of two articles.", status=400)
    one, two = (number_value(values, name, 1) for name in ("one", "two"))
    return Response.redirect(f"/compare/{one}/{two}")


@with_refusals
async def compare(request: Request, datasette: Datasette) -> Response:
    """Two articles: their common passages, and why they are copies and one story, or not."""
    a, b = sorted(int(request.url_vars[name]) for name in ("one", "two"))

    def question(store: Store) -> _Comparison:
        missing = sorted({a, b} - store.queries.articles.placed((a, b)).keys())
        if missing:
            raise Unanswerable(f"There is no article {missing[0]}.")
        found = explain_copies(store, a, b)
        one, two = texts_compared(store, found)
        return _Comparison(
            found, explain_stories(store, found), explain_events(store, found), one, two
        )

    shown = await ask(datasette, question)
    return await page(
        datasette,
        request,
        "compare",
        {
            "title": f"Articles {a} and {b}",
            "found": shown.found,
            "why": shown.why,
            "events": shown.events,
            "verdict": verdict(shown.found),
            "pieces": list(differences(shown.one, shown.two)),
            "cut": cut_short(shown.one, shown.two),
        },
    )


class _Comparison(NamedTuple):
    found: CopyExplanation
    why: StoryExplanation | None
    events: EventExplanation | None
    one: str
    two: str


@with_refusals
async def search(request: Request, datasette: Datasette) -> Response:
    """Articles that a search finds, one of each text, with counts by outlet and language."""
    raw = article_filter(request)
    each = query_values(request).get("each_copy") == "1"

    def question(store: Store) -> _Found:
        wanted = store.queries.filters.checked(raw)
        found = store.queries.search.best(wanted, limit=ROWS, each_copy=each)
        return _Found(found, store.queries.outlets.names()[:NAMES])

    found, outlets = await ask(datasette, question)
    return await page(
        datasette,
        request,
        "search",
        {
            "title": f"Search: {raw.words}" if raw.words else "Search",
            "words": raw.words or "",
            "found": found,
            "outlets": outlets,
            "each_copy": each,
            "most": RANKED,
            "facets": {
                name: [
                    (value, count, _with(request, name, value), value in chosen)
                    for value, count in counts
                ]
                for name, counts, chosen in (
                    ("outlet", found.outlet, raw.outlet),
                    ("language", found.language, raw.language),
                )
            },
            "without": {
                name: urlencode(query_pairs(request, but=name))
                for name in ("outlet", "language")
                if getattr(raw, name)
            },
            "other_rows": _with(request, "each_copy", "" if each else "1"),
            "query": urlencode(query_pairs(request, but="each_copy")),
            **form_of(request),
        },
    )


class _Found(NamedTuple):
    found: Found
    outlets: list[str]


def _with(request: Request, name: str, value: str) -> str:
    """The query of the address, with one name set."""
    return urlencode([*query_pairs(request, but=name), *([(name, value)] if value else [])])
