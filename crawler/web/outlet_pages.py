"""Pages of outlets: the list, one outlet, the network of copies between them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response

from crawler.clock import now
from crawler.store import Store
from crawler.store.queries.agency_shares import AgencyShare, AgencyWeek
from crawler.store.queries.articles import HeadlineChange, NewArticle
from crawler.store.queries.copy_network import WEEK, NetworkEdge
from crawler.store.queries.desk_front import Window
from crawler.store.queries.outlets import DayCount, OutletDetail
from crawler.types import ArticleFilter
from crawler.web.database import ask, ask_once
from crawler.web.query_string import (
    article_filter,
    form_of,
    number_value,
    query_pairs,
    query_values,
)
from crawler.web.responses import Datasette, Request, Unanswerable, page, with_refusals

ROWS = 50
"""Outlets of the list before the next page."""
_OF_FIGURE = ("pairs", "min_copies")
"""Names in the address of the network that are not of the filter."""
NAMES = 1_000
"""Outlets that a form suggests."""
EDGES = 400
"""Edges of a network that a page has, those of most copies; a slider says which are drawn."""


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

    shown = await ask_once(datasette, f"outlet {slug}", question)
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
    """Which outlets ran texts of which others: a star for each text, or all pairs."""
    raw = article_filter(request)
    values = query_values(request)
    if values.get("pairs", "1") != "1":
        raise Unanswerable("pairs is 1 for every pair of articles.", status=400)
    all_pairs = "pairs" in values

    def heaviest(store: Store) -> _Network:
        wanted = store.queries.filters.checked(raw)
        window = store.queries.front.window(now(), wanted, days=WEEK)
        edges = store.queries.network.heaviest(window.wanted, all_pairs=all_pairs, limit=EDGES)
        return _Network(window, edges)

    kind = "network-pairs" if all_pairs else "network"
    window, edges = await (
        ask(datasette, heaviest) if raw.given else ask_once(datasette, kind, heaviest)
    )
    # Downloads are of what is shown, not of all.
    of_window = [pair for pair in query_pairs(request) if pair[0] not in _OF_FIGURE]
    if window.left_out is not None and window.wanted.since is not None:
        of_window.append(("since", window.wanted.since))
    return await page(
        datasette,
        request,
        "network",
        {
            "title": "Copy network",
            "edges": edges,
            "most": EDGES,
            "all_pairs": all_pairs,
            "export": kind,
            "window": window,
            "least": number_value(values, "min_copies", 1) if "min_copies" in values else "",
            "agencies": await ask(datasette, lambda store: store.queries.outlets.agencies()),
            "outlets": await ask(datasette, lambda store: store.queries.outlets.names()[:NAMES]),
            "query": urlencode(of_window),
            "all_query": urlencode(query_pairs(request, but="since")),
            **form_of(request),
        },
    )


class _Network(NamedTuple):
    window: Window
    edges: list[NetworkEdge]
