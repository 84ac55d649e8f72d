"""Events on the command line: the town's own, in four languages."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.ingest.merge import merge
from tests.conftest import NOW, Crawled, newsloom


@pytest.fixture
def db(crawled: Crawled, tmp_path: Path) -> Path:
    """The town's store, to change."""
    return Path(shutil.copy(crawled.db, tmp_path / "town.db"))


def says(db: Path, *arguments: object, code: int = 0) -> str:
    ran = newsloom("--db", db, *arguments)
    assert ran.returncode == code, (ran.stdout, ran.stderr)
    return ran.stdout + ran.stderr


def ask(db: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(db)
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


def pair(db: Path, one: str, two: str) -> tuple[int, int]:
    """Stories of two languages that tell one event."""
    found = ask(
        db,
        "SELECT a.id, b.id FROM stories a JOIN stories b ON b.event = a.event"
        f" WHERE a.languages = '[\"{one}\"]' AND b.languages = '[\"{two}\"]' ORDER BY a.id LIMIT 1",
    )
    return found[0][0], found[0][1]


def other_languages(db: Path, story: int) -> set[int]:
    found = json.loads(says(db, "story", story, "--json"))["other_languages"]
    return {row["story"] for row in found}


def article(db: Path, story: int) -> int:
    return int(ask(db, f"SELECT min(article) FROM memberships WHERE story = {story}")[0][0])


def test_stories_lists_each_event_once(crawled: Crawled) -> None:
    stories = json.loads(says(crawled.db, "stories", "--json", "--limit", 500))
    events = json.loads(says(crawled.db, "stories", "--events", "--json", "--limit", 500))
    assert sum(row["stories"] for row in events) == len(stories)
    assert sum(row["articles"] for row in events) == sum(row["articles"] for row in stories)
    assert {row["story"] for row in events} <= {row["story"] for row in stories}
    several = [row for row in events if row["stories"] > 1]
    assert all(len(row["languages"]) == row["stories"] and row["event"] for row in several)
    (exported,) = ask(crawled.db, "SELECT count(*) FROM event_overview")
    assert len(several) == exported[0] > 5
    lines = says(crawled.db, "stories", "--events", "--csv", "--limit", 1).splitlines()
    assert '"[""en"", ' in lines[1]
    shown = says(crawled.db, "stories", "--events", "--language", "zh", "--limit", 3)
    assert "zh" in shown
    assert "No stories match" in says(crawled.db, "stories", "--events", "--language", "xx")


def test_story_lists_its_other_languages(crawled: Crawled) -> None:
    english, russian = pair(crawled.db, "en", "ru")
    shown = says(crawled.db, "story", english)
    assert "In other languages (event " in shown
    assert f"[story {russian}]" in shown
    assert english in other_languages(crawled.db, russian)


def test_explain_says_which_names_made_one_event(crawled: Crawled) -> None:
    english, russian = pair(crawled.db, "en", "ru")
    a, b = article(crawled.db, english), article(crawled.db, russian)
    said = says(crawled.db, "compare", a, b)
    assert f"Stories {english} (en) and {russian} (ru) tell one event" in said
    assert "one event needs 0.000 or more" in said
    assert "(name " in said or "(place " in said
    why = json.loads(says(crawled.db, "compare", a, b, "--json"))["events"]
    parts = why["likeness"] + why["embedding"] - why["delay"] - why["threshold"]
    assert why["score"] == pytest.approx(parts) == pytest.approx(max(why["score"], 0))
    assert sum(mark["weight"] for mark in why["marks"]) == pytest.approx(why["likeness"])
    # Of one language there is nothing to say.
    assert "events" not in json.loads(says(crawled.db, "compare", a, a, "--json"))


def test_a_kept_grouping_has_events_of_its_own_settings(db: Path) -> None:
    says(db, "group", "--rebuild", "--as", "strict", "--set", "events.threshold=0.5")
    found = json.loads(says(db, "groupings", "strict", "--json"))
    assert found["changed"] == "events.threshold=0.5"
    assert found["stories"]["ari"] == 1.0
    assert found["events"]["pairs"]["precision"] == 1.0
    assert found["events"]["pairs"]["recall"] < 1.0
    assert "events: adjusted Rand index" in says(db, "groupings", "strict")
    # As a store of an earlier Newsloom has it.
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE partitions SET event = NULL")
    assert json.loads(says(db, "groupings", "strict", "--json"))["events"] is None
    assert "events" not in says(db, "groupings", "strict").partition("\n")[2]


def test_unlink_and_link_hold_through_a_rebuild(db: Path) -> None:
    english, russian = pair(db, "en", "ru")
    a, b = article(db, english), article(db, russian)
    said = says(db, "override", "unlink", english, russian, "--why", "another day", "--who", "ana")
    assert said == f"override 1: stories {english} and {russian} tell different events now\n"
    assert russian not in other_languages(db, english)
    says(db, "group", "--rebuild")
    assert russian not in other_languages(db, english)
    explained = says(db, "compare", a, b)
    assert "are not one event" in explained
    assert "Override 1 (unlink) of ana" in explained
    assert "says otherwise" in says(db, "override", "link", russian, english, "--why", "x", code=2)
    says(db, "override", "undo", 1)
    assert russian in other_languages(db, english)

    single = ask(
        db, "SELECT id FROM stories WHERE event IS NULL AND languages = '[\"en\"]' LIMIT 1"
    )[0][0]
    says(db, "override", "link", single, russian, "--why", "one event", "--who", "ana")
    says(db, "group", "--rebuild")
    assert russian in other_languages(db, single)
    says(db, "override", "undo", 2)
    assert other_languages(db, single) == set()
    assert english in other_languages(db, russian)


def test_link_refuses_what_cannot_be_an_event(db: Path) -> None:
    english = [row[0] for row in ask(db, "SELECT id FROM stories WHERE languages = '[\"en\"]'")]
    said = says(db, "override", "link", *english[:2], "--why", "x", code=2)
    assert "are both in en" in said
    assert "override merge" in said
    assert "one story" in says(db, "override", "link", english[0], english[0], "--why", "x", code=2)
    assert "no story 999" in says(db, "override", "unlink", english[0], 999, "--why", "x", code=2)


def test_decisions_on_events_come_along_when_stores_are_merged(db: Path, tmp_path: Path) -> None:
    other = Path(shutil.copy(db, tmp_path / "other.db"))
    english, russian = pair(other, "en", "ru")
    says(other, "override", "unlink", english, russian, "--why", "another day", "--who", "ana")
    target = tmp_path / "all.db"
    merge([db, other], target, now=NOW, progress=lambda _what, _done, _total: None)
    assert ask(target, "SELECT kind, who FROM overrides") == [("unlink", "ana")]
    assert russian not in other_languages(target, english)
