"""Ten times the articles: what a question costs then, in steps of SQLite's machine, not in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.store import Store, open_store
from crawler.types import ALL, ArticleFilter
from tests.store.told import Told

SIZES = (500, 5_000)
PER_DAY, PER_STORY = 100, 20
STEP = 50
"""Steps of the machine that are counted together."""
FLAT, LOG, LINEAR = 1.3, 3.0, 13.0
"""The most that ten times the articles may cost, in times."""
NOW = "2022-12-31T00:00:00Z"
Question = Callable[[Store, ArticleFilter], object]
"""Asked of a store, and of the last two days of it."""

QUESTIONS: dict[str, tuple[float, Question]] = {
    "stories, the largest": (FLAT, lambda s, _: s.queries.stories.matching(ALL, limit=20)),
    "events, the largest": (FLAT, lambda s, _: s.queries.events.matching(ALL, limit=12)),
    "a story": (FLAT, lambda s, _: s.queries.stories.articles(1)),
    "the newest article": (LOG, lambda s, _: s.queries.front.newest(NOW)),
    "what a window leaves out": (FLAT, lambda s, w: s.queries.front.left_out(w.since or "")),
    "articles by hour": (FLAT, lambda s, w: s.queries.front.by_hour(w.since or "", NOW)),
    "the network of two days": (FLAT, lambda s, w: s.queries.network.heaviest(w, limit=20)),
    "agency shares of two days": (FLAT, lambda s, w: s.queries.agency_copy.shares(w, limit=20)),
    "attention of two days": (FLAT, lambda s, w: s.queries.attention.by_day(w)),
    "agency shares of all": (LINEAR, lambda s, _: s.queries.agency_copy.shares(limit=20)),
    "attention of all": (LINEAR, lambda s, _: s.queries.attention.totals(ALL)),
    "a search": (
        LINEAR,
        lambda s, _: s.queries.search.best(ArticleFilter(words="flood"), limit=20),
    ),
    "a phrase": (
        LINEAR,
        lambda s, _: s.queries.search.best(ArticleFilter(words='"the flood"'), limit=20),
    ),
}
PER_ARTICLE = {"agency shares of all": 20.0, "attention of all": 2.0}
"""The most steps an article that a question about all may take: counts that are kept are read."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> list[Store]:
    folder = tmp_path_factory.mktemp("growth")
    return [told(folder / f"{size}.db", size) for size in SIZES]


def told(path: Path, size: int) -> Store:
    """Articles of ten outlets, one in two a copy, one in five an agency's; stories of twenty."""
    made = Told(path)
    made.connection.execute("BEGIN")
    for story in range(2, size // PER_STORY + 1):
        made.connection.execute("INSERT INTO stories (id, title) VALUES (?, 'a story')", (story,))
    for n in range(size):
        number = made.article(
            f"o-{n % 10}",
            published=_day(n),
            text="the flood came" if n % 3 else "the harvest was good",
            copy_of=n if n % 2 else None,
            story=1 + n // PER_STORY,
        )
        if n % 5 == 0:
            made.credit(number, "byline")
    made.connection.execute(
        "UPDATE stories SET articles = 20, outlets = 2 + id * 7 % 9, copy_groups = 10,"
        " first_at = ?, last_at = ?",
        (_day(0), _day(size - 1)),
    )
    made.connection.execute("COMMIT")
    made.connection.close()
    store = open_store(path)
    with store.batch():
        store.agency_evidence.recount()
    return store


def _day(number: int) -> str:
    """When an article was published: a hundred a day, in months of 28 days."""
    day = number // PER_DAY
    hour = number % PER_DAY * 23 // PER_DAY
    return f"2022-{1 + day // 28:02}-{1 + day % 28:02}T{hour:02}:00:00Z"


def steps(store: Store, size: int, question: Question) -> int:
    """Steps of SQLite's machine."""
    counted, last = 0, ArticleFilter(since=f"{_day(size - 2 * PER_DAY)[:10]}T00:00:00Z")

    def count() -> None:
        nonlocal counted
        counted += STEP

    store._connection.set_progress_handler(count, STEP)
    question(store, last)
    store._connection.set_progress_handler(None, 0)
    return counted


@pytest.mark.parametrize("name", QUESTIONS)
def test_ten_times_the_articles_cost_as_said(stores: list[Store], name: str) -> None:
    most, question = QUESTIONS[name]
    few, many = (steps(*of, question) for of in zip(stores, SIZES, strict=True))
    assert many <= most * few + 500, (name, few, many)
    assert many <= PER_ARTICLE.get(name, many) * SIZES[1], (name, many / SIZES[1])
