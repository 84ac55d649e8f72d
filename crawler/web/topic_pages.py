"""Pages of topics: the list, one topic, and two parts of it side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response

from crawler.store import Store
from crawler.store.facts.topics import Topic
from crawler.store.queries.agency_shares import AgencyShare
from crawler.store.queries.articles import HeadlineChange
from crawler.store.queries.attention import AttentionDay, Totals
from crawler.store.queries.coverage import Coverage, OutletCoverage, by_outlet
from crawler.store.queries.figures import FirstCount
from crawler.store.queries.stories import StoryRow
from crawler.types import ArticleFilter
from crawler.web.database import ask, ask_once
from crawler.web.query_string import (
    article_filter,
    form_of,
    query_pairs,
    query_values,
    time_value,
)
from crawler.web.responses import Datasette, Request, page, with_refusals

STORIES = 12
"""Stories that are listed, and those of the matrix."""
COUNTED = 100
"""Stories by which first publishers are counted: the view reads every article of each."""
ROWS = 15
"""Rows of the other lists."""
OUTLETS = 30
"""Outlets of the figure of attention, those with most articles."""
DAYS = 92
"""Days of that figure, the last ones."""

Answer = TypeVar("Answer")


@with_refusals
async def topics(request: Request, datasette: Datasette) -> Response:
    """Every topic with its figures."""

    def question(store: Store) -> list[tuple[Topic, Totals]]:
        checked = store.queries.filters.checked
        return [
            (topic, store.queries.attention.totals(checked(ArticleFilter(topic=topic.name))))
            for topic in store.topics.all()
        ]

    rows = await ask_once(datasette, "topics", question)
    return await page(datasette, request, "topics", {"title": "Topics", "rows": rows})


class _Reported(NamedTuple):
    """Stories of a topic, and who reported them."""

    stories: list[StoryRow]
    matrix: list[OutletCoverage]
    columns: list[Coverage]
    """a cell of each story of the matrix"""


class _Counted(NamedTuple):
    """What is counted of a topic's articles."""

    totals: Totals
    agencies: list[AgencyShare]
    first: list[FirstCount]
    headlines: list[HeadlineChange]


@with_refusals
async def topic(request: Request, datasette: Datasette) -> Response:
    """The figures of a topic."""
    raw = replace(article_filter(request), topic=unquote(request.url_vars["name"]))
    assert raw.topic is not None  # just set
    found = await ask(datasette, lambda store: store.topics.get(raw.topic or ""))
    # SQLite computes beside Python, so the figures are asked for at the same time.
    days, reported, counted = await asyncio.gather(
        _figure(datasette, "attention", raw, lambda s, w: s.queries.attention.by_day(w)),
        _figure(datasette, "reported", raw, _reported),
        _figure(datasette, "counted", raw, _counted),
    )
    kept = query_pairs(request, but="topic")
    plain = [pair for pair in kept if pair[0] != "measure"]
    measure = "share" if query_values(request).get("measure") == "share" else "articles"
    return await page(
        datasette,
        request,
        "topic",
        {
            "title": found.name,
            "topic": found,
            "measure": measure,
            "days": _summed(days),
            "attention": _drawn(days),
            "outlets": list(dict.fromkeys(row.outlet for row in days)),
            "base": f"/topic/{request.url_vars['name']}",
            "plain": urlencode(plain),
            "query": urlencode([("topic", found.name), *plain]),
            "counted": COUNTED,
            **reported._asdict(),
            **counted._asdict(),
            **form_of(request),
        },
    )


async def _figure(
    datasette: Datasette,
    name: str,
    raw: ArticleFilter,
    question: Callable[[Store, ArticleFilter], Answer],
) -> Answer:
    """The answer of a figure, which is kept for a topic that is not narrowed further."""

    def checked(store: Store) -> Answer:
        return question(store, store.queries.filters.checked(raw))

    if raw == ArticleFilter(topic=raw.topic):
        return await ask_once(datasette, f"{name} of {raw.topic}", checked)
    return await ask(datasette, checked)


def _reported(store: Store, wanted: ArticleFilter) -> _Reported:
    cells = store.queries.coverage.matrix(wanted, stories=STORIES)
    return _Reported(
        stories=store.queries.stories.matching(wanted, limit=STORIES),
        matrix=by_outlet(cells),
        columns=list({cell.story: cell for cell in cells}.values()),
    )


def _counted(store: Store, wanted: ArticleFilter) -> _Counted:
    queries = store.queries
    return _Counted(
        totals=queries.attention.totals(wanted),
        agencies=queries.agency_copy.shares(wanted, limit=OUTLETS),
        first=queries.figures.first_publishers(wanted, limit=ROWS, stories=COUNTED),
        headlines=queries.figures.headline_changes(wanted, limit=ROWS),
    )


class _Day(NamedTuple):
    """A day over all outlets."""

    day: str
    articles: int
    published: int


def _summed(rows: Sequence[AttentionDay]) -> list[_Day]:
    """Every day, over all outlets."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        articles, published = found.get(row.day, (0, 0))
        found[row.day] = articles + row.articles, published + row.published
    return [_Day(day, *found[day]) for day in sorted(found)]


def _drawn(rows: Sequence[AttentionDay]) -> list[AttentionDay]:
    """The days that are drawn: of the outlets with most articles, the last ones."""
    articles: dict[str, tuple[int, int]] = {}
    for row in rows:
        passed, published = articles.get(row.outlet, (0, 0))
        articles[row.outlet] = passed - row.articles, published - row.published
    # An outlet of which nothing is known is in the matrix below.
    known = [outlet for outlet in articles if articles[outlet][1]]
    order = {o: n for n, o in enumerate(sorted(known, key=lambda o: (articles[o], o))[:OUTLETS])}
    last = set(sorted({row.day for row in rows})[-DAYS:])
    drawn = [row for row in rows if row.outlet in order and row.day in last]
    return sorted(drawn, key=lambda row: (order[row.outlet], row.day))


class _Side(NamedTuple):
    """One of two parts of a topic."""

    values: dict[str, str]
    """its outlet, since and until, as they were given"""
    query: str
    articles: int
    published: int
    days: list[_Day]
    agency: AgencyShare | None
    """of the one outlet, where there is one"""
    stories: list[StoryRow]
    first: list[FirstCount]


@with_refusals
async def beside(request: Request, datasette: Datasette) -> Response:
    """Two outlets of a topic, or two times, side by side."""
    name = unquote(request.url_vars["name"])
    given = query_values(request)
    sides = [
        {key: given[f"{side}_{key}"] for key in _PARTS if f"{side}_{key}" in given}
        for side in ("one", "two")
    ]
    raw = [
        ArticleFilter(
            topic=name,
            outlet=(values["outlet"],) if "outlet" in values else (),
            since=time_value(values, "since"),
            until=time_value(values, "until"),
        )
        for values in sides
    ]
    found = await ask(datasette, lambda store: store.topics.get(name))
    names = await ask(datasette, lambda store: store.queries.outlets.names()[:1_000])
    shown = await asyncio.gather(
        *(_figure(datasette, "beside", wanted, _side(values, wanted))
          for values, wanted in zip(sides, raw, strict=True))
    )  # fmt: skip
    return await page(
        datasette,
        request,
        "beside",
        {
            "title": f"{found.name}, side by side",
            "topic": found,
            "sides": list(zip(("one", "two"), shown, strict=True)),
            "base": f"/topic/{request.url_vars['name']}",
            "outlets": names,
        },
    )


_PARTS = ("outlet", "since", "until")


def _side(
    values: dict[str, str], raw: ArticleFilter
) -> Callable[[Store, ArticleFilter], _Side]:  # fmt: skip
    def question(store: Store, wanted: ArticleFilter) -> _Side:
        queries = store.queries
        days = _summed(queries.attention.by_day(wanted))
        shares = queries.agency_copy.shares(wanted, limit=2)
        return _Side(
            values=values,
            query=urlencode([("topic", raw.topic or ""), *values.items()]),
            articles=sum(day.articles for day in days),
            published=sum(day.published for day in days),
            days=days,
            agency=shares[0] if len(shares) == 1 else None,
            stories=queries.stories.matching(wanted, limit=8),
            first=queries.figures.first_publishers(wanted, limit=5, stories=COUNTED),
        )

    return question
