"""One function a page: what it asks of the store, and the template that shows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response

from crawler.clock import now
from crawler.grouping.explain_copies import CopyExplanation, explain_copies, text_compared, verdict
from crawler.grouping.explain_stories import StoryExplanation, explain_stories
from crawler.output.diff import Piece, cut_short, differences
from crawler.parsing.dates import utc
from crawler.store import Store
from crawler.store.queries.agency_copy import AgencyWeek
from crawler.store.queries.articles import (
    ArticleDetail,
    CopyRow,
    CreditRow,
    HeadlineChange,
    NewArticle,
    Sighting,
    Version,
)
from crawler.store.queries.exports import ALL, NetworkEdge
from crawler.store.queries.front import HourCount, LastRun, SourceCounts
from crawler.store.queries.outlets import DayCount, OutletDetail
from crawler.store.queries.stories import (
    CarriedAgency,
    FirstPublisher,
    StoryArticle,
    StoryDetail,
    StoryEvent,
    StoryFilter,
    StoryLife,
    StoryRow,
    by_copy_group,
)
from crawler.web.database import (
    Datasette,
    Request,
    Unanswerable,
    answered,
    ask,
    ask_once,
    day,
    number,
    page,
    row_filter,
    wishes,
)
from dedupe import CopyScheme

ROWS = 50
"""Rows of a list before the next page."""
FRONT = 12
"""Stories of the day on the front page."""
DRAWN = 1_000
"""Articles of one story that are shown."""
EDGES = 150
"""Edges of a network that are drawn: with more it is a ball of wool."""


@answered
async def front(request: Request, datasette: Datasette) -> Response:
    """Stories of the last day of the store, how much came when, and whether all is well."""

    def question(store: Store) -> _Front:
        asked = store.queries
        newest = asked.front.newest(now())
        day: list[StoryRow] = []
        hours: list[HourCount] = []
        if newest is not None:
            day = asked.stories.ended_between(_before(newest, hours=24), newest, limit=FRONT)
            hours = asked.front.by_hour(_before(newest, hours=48), newest)
        today = {row.story for row in day}
        largest = asked.stories.matching(StoryFilter(), limit=FRONT)
        return _Front(
            newest=newest,
            stories=day,
            largest=[row for row in largest if row.story not in today],
            hours=hours,
            headlines=asked.articles.headline_changes(limit=5),
            sources=asked.front.sources(),
            run=asked.front.last_run(),
        )

    shown = await ask(datasette, question)
    return await page(datasette, request, "front", {"title": "Today", **shown._asdict()})


class _Front(NamedTuple):
    newest: str | None
    stories: list[StoryRow]
    largest: list[StoryRow]
    hours: list[HourCount]
    headlines: list[HeadlineChange]
    sources: SourceCounts
    run: LastRun | None


@answered
async def stories(request: Request, datasette: Datasette) -> Response:
    """Stories that a filter lets through."""
    wished = wishes(request)
    first = number(wished, "from", 0)
    asked = story_filter(wished)

    def question(store: Store) -> tuple[list[StoryRow], list[str]]:
        rows = store.queries.stories.matching(asked, limit=ROWS + 1, offset=first)
        return rows, store.queries.outlets.names()[:1_000]

    rows, outlets = await ask(datasette, question)
    kept = {key: value for key, value in wished.items() if key != "from"}
    return await page(
        datasette,
        request,
        "stories",
        {
            "title": "Stories",
            "stories": rows[:ROWS],
            "wished": wished,
            "outlets": outlets,
            "same": urlencode(kept),
            "more": urlencode({**kept, "from": first + ROWS}) if len(rows) > ROWS else None,
        },
    )


def story_filter(wished: dict[str, str]) -> StoryFilter:
    """The filter that a form or a link asks for; raises Unanswerable for what is no day."""
    return StoryFilter(
        min_outlets=number(wished, "min_outlets", 1),
        since=day(wished, "since"),
        until=day(wished, "until"),
        outlet=wished.get("outlet"),
        language=wished.get("language"),
        agency=wished.get("agency") == "1",
        words=wished.get("words"),
    )


@answered
async def story(request: Request, datasette: Datasette) -> Response:
    """One story: how it spread, its texts and who carried each, who may have been first."""
    asked = int(request.url_vars["number"])

    def question(store: Store) -> _Story | int:
        living = store.stories.resolve(asked)
        if living is None:
            raise Unanswerable(f"There is no story {asked}.")
        if living != asked:
            return living
        queries = store.queries.stories
        found = queries.get(asked)
        assert found is not None  # resolve() gave its number
        return _Story(
            story=found,
            life=queries.life(asked),
            articles=queries.articles(asked),
            first=queries.first_publishers(asked),
            agencies=queries.agencies(asked),
            log=queries.log(asked),
        )

    shown = await ask(datasette, question)
    if isinstance(shown, int):
        return Response.redirect(f"/story/{shown}", status=301)
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
            "branches": by_copy_group(articles),
            "headlines": _headlines(articles),
        },
    )


class _Story(NamedTuple):
    story: StoryDetail
    life: StoryLife
    articles: list[StoryArticle]
    first: list[FirstPublisher]
    agencies: list[CarriedAgency]
    log: list[StoryEvent]


def _headlines(articles: list[StoryArticle]) -> list[tuple[str, list[StoryArticle]]]:
    """Headlines of a story with the articles that bear them, the most frequent first."""
    bearing: dict[str, list[StoryArticle]] = {}
    for row in articles:
        bearing.setdefault(row.title, []).append(row)
    return sorted(bearing.items(), key=lambda item: -len(item[1]))


@answered
async def article(request: Request, datasette: Datasette) -> Response:
    """One article: text, where each field came from, what changed, its copies."""
    asked = int(request.url_vars["number"])

    def question(store: Store) -> _Article:
        queries = store.queries.articles
        found = queries.get(asked)
        if found is None:
            raise Unanswerable(f"There is no article {asked}.")
        return _Article(
            article=found,
            credits=queries.credits(asked),
            sightings=queries.sightings(asked),
            versions=queries.versions(asked),
            copies=queries.copies_of(asked),
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
    title = shown.article.title or f"Article {asked}"
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


@answered
async def nowhere(request: Request, datasette: Datasette) -> Response:  # noqa: ARG001
    """An address that leads to no page."""
    raise Unanswerable("There is no page at this address.")


@answered
async def compare_form(request: Request, datasette: Datasette) -> Response:  # noqa: ARG001
    """Two numbers from a form become the address of a comparison."""
    wished = wishes(request)
    if not {"one", "two"} <= set(wished):
        raise Unanswerable("Name two articles by their numbers.", status=400)
    one, two = (number(wished, name, 1) for name in ("one", "two"))
    return Response.redirect(f"/compare/{one}/{two}")


@answered
async def compare(request: Request, datasette: Datasette) -> Response:
    """Two articles: what stands in both, and why they are copies and one story, or not."""
    a, b = sorted(int(request.url_vars[name]) for name in ("one", "two"))

    def question(store: Store) -> _Comparison:
        for asked in (a, b):
            if store.queries.articles.number(str(asked)) is None:
                raise Unanswerable(f"There is no article {asked}.")
        scheme = CopyScheme()
        found = explain_copies(store, a, b, scheme)
        why = None
        if a != b and None not in (found.a.story, found.b.story):
            why = explain_stories(store, a, b, store.story_links.story_scheme())
        return _Comparison(
            found=found,
            why=why,
            one=text_compared(store, a, found.revision_a, scheme),
            two=text_compared(store, b, found.revision_b, scheme),
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
            "verdict": verdict(shown.found),
            "pieces": list(differences(shown.one, shown.two)),
            "cut": cut_short(shown.one, shown.two),
        },
    )


class _Comparison(NamedTuple):
    found: CopyExplanation
    why: StoryExplanation | None
    one: str
    two: str


@answered
async def outlets(request: Request, datasette: Datasette) -> Response:
    """Outlets and whether they answer and bring news."""
    after = wishes(request).get("after", "")
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


@answered
async def outlet(request: Request, datasette: Datasette) -> Response:
    """One outlet: volume by day, share of agency copy, whom it copies and who copies it."""
    slug = unquote(request.url_vars["slug"])

    def question(store: Store) -> _Outlet:
        asked = store.queries
        found = asked.outlets.get(slug)
        if found is None:
            raise Unanswerable(f"There is no outlet {slug} in this file.")
        return _Outlet(
            outlet=found,
            days=asked.outlets.days(slug, limit=120)[::-1],
            weeks=asked.agency_copy.weeks(slug, limit=60)[::-1],
            edges=asked.network.heaviest_of(slug, limit=60),
            articles=asked.articles.newest_of(slug, limit=15),
            headlines=asked.articles.headline_changes(outlet=slug, limit=10),
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


@answered
async def network(request: Request, datasette: Datasette) -> Response:
    """Who carries whose texts."""
    wished = wishes(request)
    wanted = await ask(datasette, lambda store: row_filter(store, "network", wished))

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
            "wished": wished,
            "same": urlencode(wished),
        },
    )


@answered
async def search(request: Request, datasette: Datasette) -> Response:
    """Articles that hold all the words, and what they are of."""
    wished = wishes(request)
    words = wished.get("words", "")
    chosen = {key: wished.get(key) for key in ("outlet", "language")}
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
                    (value, count, urlencode({**wished, name: value}), chosen[name] == value)
                    for value, count in counts
                ]
                for name, counts in (("outlet", facets.outlet), ("language", facets.language))
            },
            "matches": facets.matches,
            "without": {
                name: urlencode({k: v for k, v in wished.items() if k != name})
                for name, value in chosen.items()
                if value
            },
        },
    )


def _before(at: str, *, hours: int) -> str:
    return utc(datetime.fromisoformat(at) - timedelta(hours=hours))
