"""Pages of outlets: the list, one outlet, the network of copies between them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response

from crawler.store import Store
from crawler.store.queries.agency_shares import AgencyWeek
from crawler.store.queries.articles import HeadlineChange, NewArticle
from crawler.store.queries.exports import ALL, NetworkEdge
from crawler.store.queries.outlets import DayCount, OutletDetail
from crawler.web.database import ask, ask_once
from crawler.web.query_string import query_values, row_filter
from crawler.web.responses import Datasette, Request, Unanswerable, page, with_refusals

ROWS = 50
"""Outlets of the list before the next page."""
EDGES = 150
"""Edges of a network that are drawn: with more it is a ball of wool."""


@with_refusals
async def outlets(request: Request, datasette: Datasette) -> Response:
    """Outlets: whether they answer and bring news, and their share of agency copy."""
    after = query_values(request).get("after", "")
    rows = await ask(datasette, lambda store: store.queries.outlets.after(after, limit=ROWS + 1))
    shares = await ask_once(
        datasette, "shares", lambda store: store.queries.agency_copy.shares(limit=ROWS)
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
            edges=queries.network.heaviest_of(slug, limit=60),
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
    values = query_values(request)
    wanted = await ask(datasette, lambda store: row_filter(store, "network", values))

    def heaviest(store: Store) -> list[NetworkEdge]:
        edges = store.queries.exports.network(wanted)
        return sorted(edges, key=lambda edge: -edge.copies)[:EDGES]

    if wanted != ALL:
        edges = await ask(datasette, heaviest)
    else:
        edges = await ask_once(
            datasette, "network", lambda store: store.queries.network.heaviest(limit=EDGES)
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
            "values": values,
            "query": urlencode(values),
        },
    )
