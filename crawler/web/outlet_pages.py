"""Pages of outlets: the list, one outlet, the network of copies between them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response

from crawler.store import Store
from crawler.store.queries.agency_shares import AgencyShare, AgencyWeek
from crawler.store.queries.articles import HeadlineChange, NewArticle
from crawler.store.queries.copy_network import NetworkEdge
from crawler.store.queries.outlets import DayCount, OutletDetail
from crawler.types import ArticleFilter
from crawler.web.database import ask, ask_once
from crawler.web.query_string import article_filter, form_of, query_pairs, query_values
from crawler.web.responses import Datasette, Request, Unanswerable, page, with_refusals

ROWS = 50
"""Outlets of the list before the next page."""
NAMES = 1_000
"""Outlets that a form suggests."""
EDGES = 150
"""Edges of a network that are drawn: with more it is a ball of wool."""


@with_refusals
async def outlets(request: Request, datasette: Datasette) -> Response:
    """Outlets: whether they answer and bring news, and their share of agency copy."""
    after = query_values(request).get("after", "")
    raw = article_filter(request)
    rows = await ask(datasette, lambda store: store.queries.outlets.after(after, limit=ROWS + 1))

    def printed(store: Store) -> list[AgencyShare]:
        return store.queries.agency_copy.shares(store.queries.filters.checked(raw), limit=ROWS)

    shares = await (
        ask(datasette, printed) if raw.given else ask_once(datasette, "shares", printed)
    )
    return await page(
        datasette,
        request,
        "outlets",
        {
            "title": "Outlets",
            "rows": rows[:ROWS],
            "more": rows[ROWS - 1].outlet if len(rows) > ROWS else None,
            "shares": [row for row in shares if row.agency_copy],
            "query": urlencode(query_pairs(request, but="after")),
            "outlets": [row.outlet for row in rows],
            **form_of(request),
        },
    )


@with_refusals
async def outlet(request: Request, datasette: Datasette) -> Response:
    """One outlet: articles by day, share of agency copy, whom it copies and who copies it."""
    slug = unquote(request.url_vars["slug"])

    def question(store: Store) -> _Outlet:
        queries = store.queries
        found = queries.outlets.get(slug)
        if found is None:
            raise Unanswerable(f"There is no outlet {slug} in this file.")
        return _Outlet(
            outlet=found,
            days=queries.outlets.days(slug, limit=120)[::-1],
            weeks=queries.agency_copy.weeks(slug, limit=60)[::-1],
            edges=queries.network.heaviest(ArticleFilter(outlet=(slug,)), limit=60),
            articles=queries.articles.newest_of(slug, limit=15),
            headlines=queries.articles.headline_changes(outlet=slug, limit=10),
        )

    shown = await ask(datasette, question)
    return await page(
        datasette,
        request,
        "outlet",
        {"title": shown.outlet.name, "slug": slug, **shown._asdict()},
    )


class _Outlet(NamedTuple):
    outlet: OutletDetail
    days: list[DayCount]
    weeks: list[AgencyWeek]
    edges: list[NetworkEdge]
    articles: list[NewArticle]
    headlines: list[HeadlineChange]


@with_refusals
async def network(request: Request, datasette: Datasette) -> Response:
    """Which outlets ran texts of which others."""
    raw = article_filter(request)

    def heaviest(store: Store) -> list[NetworkEdge]:
        return store.queries.network.heaviest(store.queries.filters.checked(raw), limit=EDGES)

    edges = await (
        ask(datasette, heaviest) if raw.given else ask_once(datasette, "network", heaviest)
    )
    return await page(
        datasette,
        request,
        "network",
        {
            "title": "Copy network",
            "edges": edges,
            "most": EDGES,
            "agencies": await ask(datasette, lambda store: store.queries.outlets.agencies()),
            "outlets": await ask(datasette, lambda store: store.queries.outlets.names()[:NAMES]),
            "query": urlencode(query_pairs(request)),
            **form_of(request),
        },
    )
