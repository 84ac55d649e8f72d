"""Topics, attention by day, and who left a story out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.errors import NotInStore, UsageError
from crawler.store import Store, open_store, read_store
from crawler.store.queries.coverage import by_outlet
from crawler.types import ArticleFilter
from tests.conftest import NOW
from tests.store.told import Told

ALMATY = ArticleFilter(words="almaty")


def day(number: int, hour: int = 10) -> str:
    return f"2022-01-{number:02}T{hour:02}:00:00Z"


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Two outlets on 3, 4 and 6 January: `wire` is polled each day, `herald` is not."""
    made = Told(tmp_path / "told.db")
    for outlet, on, text, story in (
        ("wire", day(3), "almaty airport", 1),
        ("wire", day(3, 12), "the ferry", 2),
        ("wire", day(6), "almaty again", 1),
        ("herald", day(3), "almaty airport", 1),
        ("herald", day(4), "the ferry", 2),
    ):
        made.connection.execute("INSERT OR IGNORE INTO stories (id, title) VALUES (2, 'ferries')")
        made.article(outlet, published=on, text=text, story=story)
    made.connection.execute(
        "UPDATE stories SET (articles, outlets, first_at, last_at) = (SELECT count(*),"
        " count(DISTINCT a.outlet), min(published_at), max(published_at)"
        " FROM memberships m JOIN articles a ON a.id = m.article WHERE m.story = stories.id)"
    )
    made.connection.execute(
        "INSERT INTO sources (id, outlet, url, kind)"
        " SELECT 1, id, 'https://x.org/feed', 'feed' FROM outlets WHERE slug = 'wire'"
    )
    made.connection.executemany(
        "INSERT INTO fetches (run, source, url, at, outcome) VALUES (1, 1, 'u', ?, ?)",
        [(day(n), "failed" if n == 5 else "unchanged") for n in range(3, 7)],
    )
    return made


@pytest.fixture
def store(told: Told) -> Iterator[Store]:
    told.connection.close()
    opened = open_store(told.path)
    yield opened
    opened.close()


def test_attention_has_every_day_and_says_why_a_day_is_empty(store: Store) -> None:
    rows = store.queries.attention.by_day(ALMATY)
    found = {(row.outlet, row.day[-2:]): (row.articles, row.published, row.state) for row in rows}
    assert found == {
        ("wire", "03"): (1, 2, "covered"), ("wire", "04"): (0, 0, "silent"),
        ("wire", "05"): (0, 0, "blind"), ("wire", "06"): (1, 1, "covered"),
        ("herald", "03"): (1, 1, "covered"), ("herald", "04"): (0, 1, "not covered"),
        ("herald", "05"): (0, 0, "blind"), ("herald", "06"): (0, 0, "blind"),
    }  # fmt: skip
    assert [row.share for row in rows if row.outlet == "wire"] == [0.5, None, None, 1.0]
    assert [tuple(row) for row in rows] == list(
        store.queries.exports.export("attention", ALMATY).rows
    )
    totals = store.queries.attention.totals(ALMATY)
    assert (totals.articles, totals.outlets, totals.by_day) == (3, 2, [2, 0, 0, 1])


def test_one_outlet_has_the_days_of_the_subject(store: Store) -> None:
    rows = store.queries.attention.by_day(ArticleFilter(words="almaty", outlet=("herald",)))
    assert [(row.day[-2:], row.articles, row.published) for row in rows] == [
        ("03", 1, 1), ("04", 0, 1), ("05", 0, 0), ("06", 0, 0),
    ]  # fmt: skip
    totals = store.queries.attention.totals(ArticleFilter(words="almaty", outlet=("herald",)))
    assert (totals.articles, totals.by_day, totals.far) == (1, [1, 0, 0, 0], 0)
    # Without a subject the days are its own.
    own = store.queries.attention.by_day(ArticleFilter(outlet=("herald",)))
    assert [row.day[-2:] for row in own] == ["03", "04"]


def test_a_misdated_article_adds_no_years_of_empty_days(told: Told) -> None:
    for n in range(40):
        told.article("wire", published=day(3 + n % 4), text="almaty")
    told.article("wire", published="1990-01-01T00:00:00Z", text="almaty")
    told.connection.close()
    store = open_store(told.path)
    totals = store.queries.attention.totals(ALMATY)
    store.close()
    assert (totals.first_day, totals.last_day, totals.far) == ("2022-01-03", "2022-01-06", 1)


@pytest.mark.parametrize("figure", ["attention", "first publishers"])
def test_twice_the_outlets_and_stories_are_twice_the_work(figure: str, tmp_path: Path) -> None:
    def steps(outlets: int) -> int:
        made = Told(tmp_path / f"{outlets}.db")
        made.connection.executemany(
            "INSERT OR IGNORE INTO stories (id, title) VALUES (?, 'unrest')",
            [(story,) for story in range(1, 5 * outlets + 1)],
        )
        for number in range(outlets):
            for on in range(1, 21):
                story = 1 + (5 * number + on) % (5 * outlets)
                made.article(f"o{number}", published=day(on), text="almaty", story=story)
        made.connection.close()
        with closing(read_store(made.path)) as store:
            done = Counter[str]()
            store._connection.set_progress_handler(lambda: done.update(["steps"]), 1_000)
            if figure == "attention":
                store.queries.attention.by_day(ALMATY)
            else:
                store.queries.figures.first_publishers(ALMATY, limit=10, stories=5 * outlets)
        return done["steps"]

    assert steps(80) < 2.7 * steps(40) + 20


def test_no_article_that_passes_gives_no_day(store: Store) -> None:
    nothing = ArticleFilter(words="zanzibar")
    assert store.queries.attention.by_day(nothing) == []
    assert store.queries.attention.totals(nothing).by_day == []
    assert store.queries.coverage.matrix(nothing, stories=5) == []


def test_an_outlet_that_published_on_the_day_of_a_story_could_be_seen(told: Told) -> None:
    told.connection.execute(
        "INSERT INTO stories (id, title, first_at, last_at) VALUES (3, 'cup', ?1, ?1)", (day(8),)
    )
    told.article("wire", published=day(8), text="the cup", story=3)
    told.article("herald", published=day(8, 21), story=None)
    told.article("late post", published=day(9), story=None)
    told.connection.close()
    store = open_store(told.path)
    cells = store.queries.coverage.matrix(ArticleFilter(words="cup"), stories=5)
    store.close()
    assert {cell.outlet: cell.state for cell in cells} == {
        "wire": "covered", "herald": "not covered", "late post": "blind",
    }  # fmt: skip


def test_coverage_tells_what_was_left_out_from_what_we_could_not_see(told: Told) -> None:
    told.outlet("silent post")
    told.connection.close()
    store = open_store(told.path)
    cells = store.queries.coverage.matrix(stories=5)
    assert {(cell.title, cell.outlet): (cell.articles, cell.state) for cell in cells} == {
        ("a story", "wire"): (2, "covered"), ("a story", "herald"): (1, "covered"),
        ("a story", "silent post"): (0, "blind"), ("ferries", "wire"): (1, "covered"),
        ("ferries", "herald"): (1, "covered"), ("ferries", "silent post"): (0, "blind"),
    }  # fmt: skip
    matrix = {row.outlet: (row.covered, row.seen) for row in by_outlet(cells)}
    assert matrix == {"wire": (2, 2), "herald": (2, 2), "silent post": (0, 0)}
    (only,) = store.queries.coverage.matrix(
        ArticleFilter(words="again", outlet=("herald", "wire")), stories=1
    )[:1]
    assert only.title == "a story"
    store.close()


def test_a_topic_is_a_filter_with_a_name(store: Store) -> None:
    with store.batch():
        store.topics.add("unrest", ALMATY, why="a study", now=NOW)
    checked = store.queries.filters.checked
    assert checked(ArticleFilter(topic="unrest", outlet=("wire",))).given == {
        "topic": "unrest", "words": "almaty", "outlet": ["wire"],
    }  # fmt: skip
    assert [(topic.name, topic.wanted, topic.why) for topic in store.topics.all()] == [
        ("unrest", ALMATY, "a study")
    ]
    with pytest.raises(UsageError, match="there is a topic unrest already"):
        store.topics.add("unrest", ALMATY, why=None, now=NOW)
    with pytest.raises(UsageError, match="cannot name a topic"):
        store.topics.add("a/b", ALMATY, why=None, now=NOW)
    with pytest.raises(NotInStore, match="did you mean unrest"):
        checked(ArticleFilter(topic="unrset"))
    with store.batch():
        store.topics.remove("unrest")
    with pytest.raises(NotInStore, match="nor any other"):
        store.topics.get("unrest")


def test_conditions_that_exclude_each_other_are_named(store: Store) -> None:
    with store.batch():
        store.topics.add("wires", ArticleFilter(outlet=("wire",)), why=None, now=NOW)
    with pytest.raises(UsageError, match="no article of the topic wires can pass: outlet herald"):
        store.queries.filters.checked(ArticleFilter(topic="wires", outlet=("herald",)))
