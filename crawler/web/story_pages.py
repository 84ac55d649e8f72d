"""Pages of stories: the front page, the list, one story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from crawler.clock import now, utc
from crawler.store import Store
from crawler.store.queries.articles import HeadlineChange
from crawler.store.queries.desk_front import (
    LOOKED_AT,
    HourCount,
    LastRun,
    SourceCounts,
    Ungrouped,
)
from crawler.store.queries.events import EventRow, OtherLanguage
from crawler.store.queries.stories import (
    CarriedAgency,
    FirstPublisher,
    StoryArticle,
    StoryDetail,
    StoryEvent,
    StoryLife,
    StoryRow,
    by_copy_group,
)
from crawler.types import ArticleFilter
from crawler.web.database import ask
from crawler.web.decisions import Done, form_context, just_done, posted
from crawler.web.query_string import (
    article_filter,
    form_of,
    number_value,
    query_pairs,
    query_values,
)
from crawler.web.responses import Datasette, Request, Unanswerable, page, with_refusals

ROWS = 50
"""Stories of the list before the next page."""
FRONT = 12
"""Stories of the day on the front page."""
JUST_IN = 8
"""Articles on the front page that wait for their grouping."""
DRAWN = 1_000
"""Articles of one story that are shown."""


@with_refusals
async def front(request: Request, datasette: Datasette) -> Response:
    """Stories of the last day, each event once; articles by hour, and the state of the crawl."""

    def question(store: Store) -> _Front:
        queries = store.queries
        newest = queries.front.newest(now())
        day: list[EventRow] = []
        hours: list[HourCount] = []
        if newest is not None:
            day = queries.events.ended_between(_before(newest, hours=24), newest, limit=FRONT)
            hours = queries.front.by_hour(_before(newest, hours=48), newest)
        today = {row.story for row in day}
        largest = queries.events.matching(ArticleFilter(), limit=FRONT)
        return _Front(
            newest=newest,
            stories=day,
            largest=[row for row in largest if row.story not in today],
            hours=hours,
            ungrouped=queries.front.ungrouped(limit=JUST_IN),
            headlines=queries.articles.headline_changes(limit=5),
            sources=queries.front.sources(),
            run=queries.front.last_run(),
        )

    shown = await ask(datasette, question)
    return await page(
        datasette, request, "front", {"title": "Today", "most": LOOKED_AT, **shown._asdict()}
    )


class _Front(NamedTuple):
    newest: str | None
    stories: list[EventRow]
    largest: list[EventRow]
    hours: list[HourCount]
    ungrouped: Ungrouped
    headlines: list[HeadlineChange]
    sources: SourceCounts
    run: LastRun | None


@with_refusals
async def stories(request: Request, datasette: Datasette) -> Response:
    """Stories that match a filter."""
    values = query_values(request)
    first = number_value(values, "from", 0)
    raw = article_filter(request)
    once = values.get("events") == "1"

    def question(store: Store) -> tuple[Sequence[StoryRow | EventRow], list[str]]:
        wanted = store.queries.filters.checked(raw)
        rows: Sequence[StoryRow | EventRow] = (
            store.queries.events.matching(wanted, limit=ROWS + 1, offset=first)
            if once
            else store.queries.stories.matching(wanted, limit=ROWS + 1, offset=first)
        )
        return rows, store.queries.outlets.names()[:1_000]

    rows, outlets = await ask(datasette, question)
    kept = query_pairs(request, but="from")
    return await page(
        datasette,
        request,
        "stories",
        {
            "title": "Stories",
            "stories": rows[:ROWS],
            "outlets": outlets,
            "query": urlencode(kept),
            "more": urlencode([*kept, ("from", first + ROWS)]) if len(rows) > ROWS else None,
            **form_of(request),
        },
    )


@with_refusals
async def story(request: Request, datasette: Datasette) -> Response:
    """One story: how it spread, its texts and their outlets, which may have been first."""
    refused = await posted(request, datasette)
    if isinstance(refused, Response):
        return refused
    number = int(request.url_vars["number"])
    done = number_value(query_values(request), "done", 0)

    def question(store: Store) -> _Story | int:
        living = store.stories.resolve(number)
        if living is None:
            raise Unanswerable(f"There is no story {number}.")
        if living != number and refused is None:
            return living
        return _read_story(store, living, done)

    shown = await ask(datasette, question)
    if isinstance(shown, int):
        query = f"?done={done}" if done else ""
        # Not for good: when the merge is undone, the number is a story of its own again.
        return Response.redirect(f"/story/{shown}{query}", status=302)
    articles = shown.articles[:DRAWN]
    return await page(
        datasette,
        request,
        "story",
        {
            "title": shown.story.title,
            **shown._asdict(),
            "articles": articles,
            "cut": len(shown.articles) > DRAWN,
            "far": _count_far(shown),
            "branches": by_copy_group(articles),
            "headlines": _headlines(articles),
            **form_context(datasette, refused),
        },
        status=refused.status if refused else 200,
    )


def _read_story(store: Store, number: int, done: int) -> _Story:
    """All that the page shows of a story which is there; `done` is the override just made, or 0."""
    queries = store.queries.stories
    found = queries.get(number)
    assert found is not None  # resolve() gave its number
    return _Story(
        story=found,
        life=queries.life(number),
        articles=queries.articles(number),
        first=queries.first_publishers(number),
        agencies=queries.agencies(number),
        log=queries.log(number),
        other_languages=store.queries.events.other_languages(number),
        done=just_done(store, done, number) if done else None,
    )


class _Story(NamedTuple):
    story: StoryDetail
    life: StoryLife
    articles: list[StoryArticle]
    first: list[FirstPublisher]
    agencies: list[CarriedAgency]
    log: list[StoryEvent]
    other_languages: list[OtherLanguage]
    done: Done | None


def _count_far(shown: _Story) -> int:
    """Articles that are too far from the others to count for the times of the story."""
    first, last = shown.story.first_at, shown.story.last_at
    return sum(not first <= row.at <= last for row in shown.articles)


def _headlines(articles: list[StoryArticle]) -> list[tuple[str, list[StoryArticle]]]:
    """Headlines of a story with their articles, the most frequent first."""
    bearing: dict[str, list[StoryArticle]] = {}
    for row in articles:
        bearing.setdefault(row.title, []).append(row)
    return sorted(bearing.items(), key=lambda item: -len(item[1]))


def _before(at: str, *, hours: int) -> str:
    return utc(datetime.fromisoformat(at) - timedelta(hours=hours))
