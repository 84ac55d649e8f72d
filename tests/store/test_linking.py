"""Stories over time: what comes late, at once, long ago, without a time, or in masses."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import crawler.grouping.linker
from bench.corpora.events import Events
from crawler.clock import utc
from crawler.grouping.run import group
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision
from dedupe import StoryScheme, adjusted_rand, b_cubed
from tests.conftest import NOW

DAY = timedelta(days=1)
START = datetime(2022, 1, 5, 12, tzinfo=UTC)
Told = tuple[int, datetime | None, str, str]


def save(store: Store, told: Sequence[Told], *, language: str = "en") -> None:
    with store.batch():
        for number, at, title, text in told:
            when = None
            if at is not None:
                when = Moment(at=utc(at), precision=Precision.SECOND, source="feed", raw="")
            article = Article(
                url=f"https://o{number % 9}.org/{number}", outlet="", title=title, text=text,
                language=language, published=when,
            )  # fmt: skip
            outlet = store.outlets.ensure(f"o{number % 9}.org")
            store.articles.save(article, outlet=outlet, run=1, now=NOW)


def stories(store: Store) -> dict[int, int]:
    return {
        int(row.url.rpartition("/")[2]): row.story or 0
        for row in store.queries.articles.all_placed()
    }


def event(number: int, *, words: int = 40) -> list[str]:
    """Words that only this event has, and some that all have."""
    return [f"event{number}word{n}" for n in range(words)]


def telling(number: int, draw: random.Random) -> tuple[str, str]:
    """Title and text of an article about an event, in its own words."""
    own = event(number)
    usual = [f"usual{draw.randrange(3000)}" for _ in range(120)]
    text = draw.choices(own, k=60) + usual
    draw.shuffle(text)
    return " ".join(draw.choices(own, k=6)), " ".join(text)


def stream(count: int, at: datetime | None, *, events: int, seed: int = 1) -> list[Told]:
    draw = random.Random(seed)
    return [(n, at, *telling(n % events, draw)) for n in range(count)]


def pure(found: dict[int, int], events: int) -> None:
    """Every story tells one event, and every event is one story."""
    assert len({(story, n % events) for n, story in found.items()}) == events
    assert len(set(found.values())) == events


def test_a_common_word_joins_nothing(store: Store) -> None:
    """In a new file of short texts it is among the heaviest words of each."""
    told: list[Told] = [
        (1, START, "Markthalle zerstört", "Ein Erdbeben hat die Stadt am Morgen getroffen."),
        (2, START, "Haushalt beschlossen", "Das Parlament hat den Haushalt angenommen."),
    ]
    save(store, told, language="de")
    group(store, run=1, now=NOW)
    found = stories(store)
    assert found[1] != found[2]


@pytest.mark.parametrize(
    "at", [None, datetime(1970, 1, 2, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]
)
def test_unlikely_times_and_none_at_all(store: Store, at: datetime | None) -> None:
    save(store, stream(60, at, events=12))
    group(store, run=1, now=NOW)
    pure(stories(store), 12)


@pytest.mark.slow
def test_a_thousand_in_one_minute(store: Store) -> None:
    save(store, stream(1000, START, events=100))
    group(store, run=1, now=NOW)
    pure(stories(store), 100)


@pytest.mark.slow
def test_a_large_story_stays_one_and_swallows_nothing(store: Store) -> None:
    draw = random.Random(2)
    told = [(n, START, *telling(n if n % 20 else 0, draw)) for n in range(800)]
    for part in range(2):
        save(store, told[part * 400 : part * 400 + 400])
        group(store, run=1, now=NOW)
    found = stories(store)
    assert len({found[n] for n in range(0, 800, 20)}) == 1
    assert len(set(found.values())) == 1 + 760


def test_texts_of_two_words(store: Store) -> None:
    save(store, [(n, START, f"word{n % 50} other{n % 50}", "") for n in range(100)])
    group(store, run=1, now=NOW)
    pure(stories(store), 50)


@pytest.mark.slow
def test_an_archive_of_five_years_is_not_chained(store: Store) -> None:
    """The same subject comes back every season, among others: a story each time."""
    draw = random.Random(3)
    told: list[Told] = []
    for season in range(20):
        at = START - 91 * season * DAY
        subjects = [0, *(1 + season * 15 + n // 2 for n in range(30))]
        told += [(len(told) + n, at, *telling(subject, draw)) for n, subject in enumerate(subjects)]
    draw.shuffle(told)
    save(store, told)
    group(store, run=1, now=NOW)
    found = stories(store)
    assert len(set(found.values())) == 20 * 16


def test_a_story_stays_open_while_it_is_fed_and_closes_when_quiet(store: Store) -> None:
    draw = random.Random(4)
    days = [*range(0, 40, 4), 36 + 7]
    fed = range(0, 30 * len(days), 30)
    for first, day in zip(fed, days, strict=True):
        at = START + day * DAY
        others = [(first + n, at, *telling(first + n, draw)) for n in range(1, 30)]
        save(store, [(first, at, *telling(0, draw)), *others])
        group(store, run=1, now=NOW)
    found = stories(store)
    assert len({found[n] for n in fed[:-1]}) == 1
    assert found[fed[-1]] != found[fed[-2]]


def test_a_changed_text_is_linked_anew_also_when_a_small_file_is_grouped_anew(
    store: Store,
) -> None:
    told = stream(16, START, events=4)
    save(store, told[:15])
    group(store, run=1, now=NOW)
    # The file goes past a power of two, and its first article is about something else now.
    save(store, [(0, START, *telling(3, random.Random(9))), told[15]])
    group(store, run=1, now=NOW)
    found = stories(store)
    assert found[0] == found[3] == found[15]


def test_the_day_of_closing_is_that_of_the_scheme(store: Store) -> None:
    save(store, [(1, START, "title", "text")])
    group(store, run=1, now=NOW)
    story = store.queries.stories.get(stories(store)[1])
    assert story is not None
    closes = datetime.fromisoformat(story.closes_at)
    assert closes - START == timedelta(days=StoryScheme().max_days)


def month(seed: int) -> tuple[list[Told], dict[int, int]]:
    told: list[Told] = []
    truth: dict[int, int] = {}
    for n, (_, happened, at, title, text) in zip(
        range(750), Events(seed=seed, a_day=25), strict=False
    ):
        told.append((n, datetime.fromisoformat(at), title, text))
        truth[n] = happened
    return told, truth


@pytest.mark.slow
def test_thirty_days_five_at_a_time_are_thirty_days_rebuilt() -> None:
    told, truth = month(seed=5)
    store = open_store(":memory:")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    for day in range(0, 30, 5):
        save(store, told[day * 25 : (day + 5) * 25])
        group(store, run=1, now=NOW)
    before = stories(store)
    group(store, run=1, now=NOW, rebuild=True)
    after = stories(store)
    assert adjusted_rand(before, after) >= 0.97
    # The synthetic words are drawn at random: what matters here is that they are linked at all.
    assert b_cubed(after, truth).f1 > 0.8
    kept = np.mean([before[n] == after[n] for n in truth])
    assert kept > 0.97
    store.close()


def test_the_manifest_names_the_inputs_whatever_their_order() -> None:
    told = stream(40, START, events=8)
    digests = []
    for order in (told, told[::-1]):
        store = open_store(":memory:")
        with store.batch():
            store.runs.open("test", now=NOW, pid=1)
        for part in (order[:25], order[25:]):
            save(store, part)
            group(store, run=1, now=NOW)
        group(store, run=1, now=NOW)
        rows = manifest(store)
        assert len(rows) == 2
        digests.append(rows[-1]["inputs"])
        assert rows[-1]["articles"] == 40
        assert json.loads(rows[-1]["settings"])["stories"]["threshold"] == StoryScheme().threshold
        assert {"newsloom", "python", "numpy", "sqlite"} <= set(json.loads(rows[-1]["versions"]))
        save(store, [(*told[0][:2], "another", "another text")])
        group(store, run=1, now=NOW)
        changed = manifest(store)[-1]
        assert (changed["articles"], changed["inputs"] != rows[-1]["inputs"]) == (40, True)
        group(store, run=1, now=NOW, rebuild=True)
        assert manifest(store)[-1]["inputs"] == changed["inputs"]
        store.close()
    assert digests[0] == digests[1]


def manifest(store: Store) -> list[sqlite3.Row]:
    return store._connection.execute("SELECT * FROM groupings ORDER BY rowid").fetchall()


def test_a_linker_that_is_out_of_time_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler.grouping.linker, "TRANSACTION", 20)
    scheme = StoryScheme(step_size=20, relink_groups=1)
    store = open_store(tmp_path / "stories.db")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    save(store, stream(220, START, events=55))

    def is_over() -> bool:
        return store.story_links.count_learned(1) > 0

    left = group(store, run=1, now=NOW, story_scheme=scheme, is_over=is_over).waiting
    assert 0 < left < 220
    group(store, run=1, now=NOW, story_scheme=scheme)
    pure(stories(store), 55)
    store.close()
