"""One function a page: what it asks of the store, and the template that shows it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response

from crawler.clock import now
from crawler.differing import cut_short, differences
from crawler.explaining import explain_copies, explain_stories, text_compared, verdict
from crawler.parsing.dates import utc
from crawler.store import Store
from crawler.store.exports import ALL
from crawler.store.reading import StoryFilter, branches
from crawler.web.asking import (
    Datasette,
    Request,
    Unanswerable,
    answered,
    ask,
    ask_once,
    day,
    narrowing,
    number,
    page,
    wishes,
)
from dedupe import CopyScheme

Row = dict[str, Any]

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

    def question(store: Store) -> Row:
        newest = store.desk.newest(now())
        since = _before(newest, hours=24)
        return {
            "newest": newest,
            "stories": store.desk.stories_of(since, newest, limit=FRONT) if newest else [],
            "largest": store.reading.stories(StoryFilter(), limit=FRONT),
            "hours": store.desk.by_hour(_before(newest, hours=48), newest) if newest else [],
            "headlines": store.desk.headlines(limit=5),
            "glance": store.desk.glance(),
        }

    shown = await ask(datasette, question)
    today = {row["story"] for row in shown["stories"]}
    shown["largest"] = [row for row in shown["largest"] if row["story"] not in today]
    for row in (*shown["stories"], *shown["largest"]):
        row["languages"] = json.loads(row["languages"])
    return await page(datasette, request, "front", {"title": "Today", **shown})


@answered
async def stories(request: Request, datasette: Datasette) -> Response:
    """Stories that a filter lets through."""
    wished = wishes(request)
    first = number(wished, "from", 0)
    asked = story_filter(wished)

    def question(store: Store) -> tuple[list[Row], list[str]]:
        rows = store.reading.stories(asked, limit=ROWS + 1, offset=first)
        return rows, store.reading.outlet_names()[:1_000]

    rows, outlets = await ask(datasette, question)
    for row in rows:
        row["languages"] = json.loads(row["languages"])
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

    def question(store: Store) -> Row | int:
        living = store.stories.resolve(asked)
        if living is None:
            raise Unanswerable(f"There is no story {asked}.")
        if living != asked:
            return living
        found = store.reading.story(asked)
        assert found is not None  # resolve() gave its number
        return {
            "story": found,
            "life": store.reading.story_life(asked),
            "articles": store.reading.story_articles(asked),
            "first": store.desk.first_publishers(asked),
            "agencies": store.desk.agencies_of(asked),
            "log": store.reading.story_log(asked),
        }

    shown = await ask(datasette, question)
    if isinstance(shown, int):
        return Response.redirect(f"/story/{shown}", status=301)
    articles = shown["articles"][:DRAWN]
    shown["story"]["languages"] = json.loads(shown["story"]["languages"])
    return await page(
        datasette,
        request,
        "story",
        {
            "title": shown["story"]["title"],
            **shown,
            "articles": articles,
            "cut": len(shown["articles"]) > DRAWN,
            "branches": branches(articles),
            "headlines": _headlines(articles),
        },
    )


def _headlines(articles: list[Row]) -> list[tuple[str, list[Row]]]:
    """Headlines of a story with the articles that bear them, the most frequent first."""
    bearing: dict[str, list[Row]] = {}
    for row in articles:
        bearing.setdefault(row["title"], []).append(row)
    return sorted(bearing.items(), key=lambda item: -len(item[1]))


@answered
async def article(request: Request, datasette: Datasette) -> Response:
    """One article: text, where each field came from, what changed, its copies."""
    asked = int(request.url_vars["number"])

    def question(store: Store) -> Row:
        found = store.reading.article(asked)
        if found is None:
            raise Unanswerable(f"There is no article {asked}.")
        return {
            "article": found,
            "credits": store.reading.credits(asked),
            "sightings": store.desk.sightings(asked),
            "versions": store.reading.versions(asked),
            "copies": store.reading.copies_of(asked),
        }

    shown = await ask(datasette, question)
    found = shown["article"]
    for column in ("authors", "tags"):
        found[column] = json.loads(found[column])
    shown["changes"] = [
        {
            "at": old["replaced_at"],
            "ours": old["ours"],
            "title": list(differences(old["title"], new["title"])),
            "text": list(differences(old["text"], new["text"])),
            "cut": cut_short(old["text"], new["text"]),
        }
        for old, new in pairwise(shown["versions"])
    ]
    return await page(
        datasette, request, "article", {"title": found["title"] or f"Article {asked}", **shown}
    )


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

    def question(store: Store) -> Row:
        times = {}
        for side, asked in (("a", a), ("b", b)):
            known = store.reading.article(asked)
            if known is None:
                raise Unanswerable(f"There is no article {asked}.")
            times[side] = known["published_at"]
        scheme = CopyScheme()
        found = explain_copies(store, a, b, scheme)
        both = found["a"]["story"] is not None and found["b"]["story"] is not None
        texts = [
            text_compared(store, n, found[f"revision_{side}"], scheme)
            for n, side in ((a, "a"), (b, "b"))
        ]
        why = (
            explain_stories(store, a, b, store.linking.story_scheme()) if a != b and both else None
        )
        return {"found": found, "texts": texts, "why": why, "times": times}

    shown = await ask(datasette, question)
    one, two = shown["texts"]
    return await page(
        datasette,
        request,
        "compare",
        {
            "title": f"Articles {a} and {b}",
            **shown,
            "verdict": verdict(shown["found"]),
            "pieces": list(differences(one, two)),
            "cut": cut_short(one, two),
        },
    )


@answered
async def outlets(request: Request, datasette: Datasette) -> Response:
    """Outlets and whether they answer and bring news."""
    after = wishes(request).get("after", "")
    rows = await ask(datasette, lambda store: store.desk.outlets(after=after, limit=ROWS + 1))
    shares = await ask_once(datasette, "shares", lambda store: store.desk.agency_shares(limit=ROWS))
    return await page(
        datasette,
        request,
        "outlets",
        {
            "title": "Outlets",
            "rows": rows[:ROWS],
            "more": rows[ROWS - 1]["outlet"] if len(rows) > ROWS else None,
            "shares": [row for row in shares if row["agency_copy"]],
        },
    )


@answered
async def outlet(request: Request, datasette: Datasette) -> Response:
    """One outlet: volume by day, share of agency copy, whom it copies and who copies it."""
    slug = unquote(request.url_vars["slug"])

    def question(store: Store) -> Row:
        found = store.desk.outlet(slug)
        if found is None:
            raise Unanswerable(f"There is no outlet {slug} in this file.")
        return {
            "outlet": found,
            "days": store.desk.days(slug, limit=120)[::-1],
            "weeks": store.desk.weeks(slug, limit=60)[::-1],
            "edges": store.desk.network_of(slug, limit=60),
            "articles": store.desk.newest_articles(slug, limit=15),
            "headlines": store.desk.headlines(outlet=slug, limit=10),
        }

    shown = await ask(datasette, question)
    return await page(
        datasette, request, "outlet", {"title": shown["outlet"]["name"], "slug": slug, **shown}
    )


@answered
async def network(request: Request, datasette: Datasette) -> Response:
    """Who carries whose texts."""
    wished = wishes(request)
    narrowed = await ask(datasette, lambda store: narrowing(store, "network", wished))

    def heaviest(store: Store) -> list[Row]:
        rows = store.exports.export("network", narrowed).dicts()
        return sorted(rows, key=lambda row: -row["copies"])[:EDGES]

    if narrowed != ALL:
        edges = await ask(datasette, heaviest)
    else:
        edges = await ask_once(datasette, "network", lambda store: store.desk.network(limit=EDGES))
    return await page(
        datasette,
        request,
        "network",
        {
            "title": "Copy network",
            "edges": edges,
            "most": EDGES,
            "agencies": await ask(datasette, lambda store: store.desk.agencies()),
            "wished": wished,
            "same": urlencode(wished),
        },
    )


@answered
async def search(request: Request, datasette: Datasette) -> Response:
    """Articles that hold all the words, and what they are of."""
    wished = wishes(request)
    words = wished.get("words", "")
    narrowed = {key: wished.get(key) for key in ("outlet", "language")}
    rows, facets = await ask(
        datasette, lambda store: store.desk.search(words, narrowed, limit=ROWS)
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
                    (value, count, urlencode({**wished, name: value}), narrowed[name] == value)
                    for value, count in facets[name]
                ]
                for name in narrowed
            },
            "matches": facets["matches"],
            "without": {
                name: urlencode({k: v for k, v in wished.items() if k != name})
                for name, value in narrowed.items()
                if value
            },
        },
    )


def _before(at: str | None, *, hours: int) -> str:
    return utc(datetime.fromisoformat(at) - timedelta(hours=hours)) if at else ""
