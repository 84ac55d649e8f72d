"""Pages of articles: one article, two compared, the search."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from crawler.grouping.explain import explain_copies, explain_stories, text_compared, verdict
from crawler.output.diff import Piece, cut_short, differences
from crawler.store import Store
from crawler.store.queries.articles import ArticleDetail, CopyRow, CreditRow, Sighting, Version
from crawler.web.database import ask
from crawler.web.query_string import number_value, query_values
from crawler.web.refusals import Datasette, Request, Unanswerable, page, with_refusals
from dedupe import Scheme

ROWS = 50
"""Articles that a search shows."""


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
            credits=queries.credits(number),
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
    return await page(
        datasette, request, "article", {"title": title, "changes": changes, **shown._asdict()}
    )


class _Article(NamedTuple):
    article: ArticleDetail
    credits: list[CreditRow]
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
        times = {}
        for side, number in (("a", a), ("b", b)):
            known = store.queries.articles.get(number)
            if known is None:
                raise Unanswerable(f"There is no article {number}.")
            times[side] = known.published_at
        scheme = Scheme()
        found = explain_copies(store, a, b, scheme)
        both = found["a"]["story"] is not None and found["b"]["story"] is not None
        texts = [
            text_compared(store, n, found[f"revision_{side}"], scheme)
            for n, side in ((a, "a"), (b, "b"))
        ]
        why = (
            explain_stories(store, a, b, store.linking.story_scheme()) if a != b and both else None
        )
        return _Comparison(found=found, texts=texts, why=why, times=times)

    shown = await ask(datasette, question)
    one, two = shown.texts
    return await page(
        datasette,
        request,
        "compare",
        {
            "title": f"Articles {a} and {b}",
            **shown._asdict(),
            "verdict": verdict(shown.found),
            "pieces": list(differences(one, two)),
            "cut": cut_short(one, two),
        },
    )


class _Comparison(NamedTuple):
    found: dict[str, Any]
    """the evidence of explain_copies()"""
    texts: list[str]
    """that were compared, of A and of B"""
    why: dict[str, Any] | None
    """the evidence of explain_stories(); None where an article has no story"""
    times: dict[str, str | None]
    """when A and B were published, by side"""


@with_refusals
async def search(request: Request, datasette: Datasette) -> Response:
    """Articles that contain all the words, with counts by outlet and language."""
    values = query_values(request)
    words = values.get("words", "")
    chosen = {key: values.get(key) for key in ("outlet", "language")}
    rows, facets = await ask(
        datasette, lambda store: store.queries.search.faceted(words, **chosen, limit=ROWS)
    )
    return await page(
        datasette,
        request,
        "search",
        {
            "title": f"Search: {words}" if words else "Search",
            "words": words,
            "rows": rows,
            "facets": {
                name: [
                    (value, count, urlencode({**values, name: value}), chosen[name] == value)
                    for value, count in counts
                ]
                for name, counts in (("outlet", facets.outlet), ("language", facets.language))
            },
            "matches": facets.matches,
            "without": {
                name: urlencode({k: v for k, v in values.items() if k != name})
                for name, value in chosen.items()
                if value
            },
        },
    )
