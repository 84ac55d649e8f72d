from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli.time_axis import scale, time_axis
from crawler.cli.time_lanes import timeline
from crawler.store.queries.stories import StoryArticle
from tests.conftest import Crawled, newsloom


def listed(crawled: Crawled, *arguments: object) -> list[dict[str, Any]]:
    ran = newsloom("--db", crawled.db, "stories", "--json", "--limit", 500, *arguments)
    assert ran.returncode == 0, ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def told(crawled: Crawled, where: str) -> set[int]:
    """Stories with an article that the condition on article_overview holds for."""
    connection = sqlite3.connect(crawled.db)
    rows = connection.execute(f"SELECT DISTINCT story FROM article_overview WHERE {where}")
    found = {row[0] for row in rows}
    connection.close()
    return found


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["--outlet", "eurowire"], "outlet = 'eurowire'"),
        (["--language", "de"], "language = 'de'"),
        (["--agency"], "agency"),
        (["--since", "2022-01-12"], "coalesce(published_at, first_seen_at) >= '2022-01-12'"),
        (["--until", "2022-01-05"], "coalesce(published_at, first_seen_at) < '2022-01-06'"),
        (["--words", "almaty airport"],
         "article IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'almaty airport')"),
    ],
)  # fmt: skip
def test_stories_are_filtered(crawled: Crawled, arguments: list[str], where: str) -> None:
    found = {row["story"] for row in listed(crawled, *arguments)}
    assert found == told(crawled, where)
    assert 0 < len(found) < len(listed(crawled))


def test_filters_add_up(crawled: Crawled) -> None:
    both = {row["story"] for row in listed(crawled, "--language", "en", "--outlet", "eurowire")}
    assert both == told(crawled, "language = 'en'") & told(crawled, "outlet = 'eurowire'")


def test_no_words_are_no_filter(crawled: Crawled) -> None:
    assert listed(crawled, "--words", " ") == listed(crawled)


def test_a_mistyped_outlet_is_met_with_a_suggestion(crawled: Crawled) -> None:
    ran = newsloom("--db", crawled.db, "stories", "--outlet", "eurowier")
    assert ran.returncode == 2
    assert "there is no outlet eurowier in this file; did you mean eurowire" in ran.stderr
    ran = newsloom("--db", crawled.db, "stories", "--language", "xx")
    assert (ran.returncode, ran.stdout) == (0, "No stories match.\n")


def test_the_life_of_a_story_is_that_of_its_articles(crawled: Crawled) -> None:
    connection = sqlite3.connect(crawled.db)
    lives = connection.execute(
        "SELECT story, second_outlet, fifth_outlet, peak_hour, half_life FROM story_life"
    ).fetchall()
    assert len(lives) == len(listed(crawled))
    for story, *life in lives:
        rows = connection.execute(
            "SELECT at, outlet FROM story_timeline WHERE story = ? ORDER BY position", (story,)
        ).fetchall()
        times = [datetime.fromisoformat(at) for at, _ in rows]
        first: dict[str, datetime] = {}
        for at, (_, outlet) in zip(times, rows, strict=True):
            first.setdefault(outlet, at)
        spread = sorted(first.values())
        hours = Counter(at[:13] for at, _ in rows)
        peak = min(hours, key=lambda hour: (-hours[hour], hour))
        expected = [
            (spread[n] - times[0]).total_seconds() / 3600 if len(spread) > n else None
            for n in (1, 4)
        ]
        half = (times[(len(times) - 1) // 2] - times[0]).total_seconds() / 3600
        assert life == [*expected, f"{peak}:00:00Z", half]
    connection.close()


def rows(*given: tuple[int, str]) -> list[StoryArticle]:
    return [
        StoryArticle(at, "herald", number, "", 1, "https://herald.example/", 0, None, at)
        for number, at in given
    ]


def test_the_timeline_puts_articles_where_they_belong_in_time() -> None:
    day = "2022-01-05T{:02}:00:00Z"
    branches = [
        rows((1, day.format(0)), (2, day.format(10)), (3, day.format(10))),
        rows((4, day.format(20))),
        rows((5, day.format(5))),
    ]
    assert list(timeline(branches, width=54)) == [
        "text of [1]  ●───────────────────2",
        "independent            ●─────────────────────────────●",
        "             2022-01-05 00:00         2022-01-05 20:00",
        "             ● one article · 2–9 that many · # ten or more",
    ]


def test_one_late_article_leaves_room_for_the_others() -> None:
    days = [rows((n, f"2022-01-05T{n:02}:00:00Z")) for n in range(1, 21)]
    late = rows((30, "2024-03-05T12:00:00Z"))
    assert list(timeline([*days, late], width=60)) == [
        "independent  ●─●●─●─●●─●─●●─●─●─●●─●─●●─●─●●─●─╱╱─●",
        "             2022-01-05 01:00 2022-01-05 20:00 ╱╱ 2024-03-05",
        "             ● one article · 2–9 that many · # ten or more",
        "             ╱╱ a long time without articles",
    ]
    # Nothing is left out where all has room, nor where only single articles would be left.
    assert "╱╱" not in "".join(timeline(days, width=60))
    assert "╱╱" not in "".join(timeline([days[0], late], width=60))


@given(
    moments=st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), min_size=1),
    room=st.integers(30, 200),
)
def test_an_axis_of_time_keeps_order_and_room(moments: list[datetime], room: int) -> None:
    times = sorted(f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments)
    parts = time_axis(times, room)
    assert parts[0].begin == 0
    assert parts[-1].begin + parts[-1].width == room
    assert all(one.last < two.first for one, two in pairwise(parts))
    places = [
        part.place(at) for at in times for part in parts if part.first <= at <= part.last
    ]  # fmt: skip
    assert len(places) == len(times)
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] < room
    assert len(scale(parts)) <= room


def test_more_texts_than_lanes_share_one() -> None:
    branches = [rows((n, f"2022-01-{n:02}T00:00:00Z"), (n + 50, "2022-01-25T00:00:00Z"))
                for n in range(1, 21)]  # fmt: skip
    lines = list(timeline(branches, width=80))
    assert len(lines) == 8 + 1 + 2
    assert lines[8].startswith("other texts")
    assert lines[8].endswith("#")


def test_words_after_the_command_are_a_search_and_a_number_is_a_story(crawled: Crawled) -> None:
    assert listed(crawled, "almaty", "OR", "astana") == listed(
        crawled, "--words", "almaty OR astana"
    )
    (one,) = listed(crawled, "1")
    assert one["story"] == 1
    noted = newsloom("--db", crawled.db, "stories", "1").stderr
    assert "`newsloom story 1` shows more of story 1" in noted
    ran = newsloom("--db", crawled.db, "stories", "164")
    assert "There is no story 164; looking for the word 164 instead." in ran.stderr
    assert "164" in ran.stdout


def test_conditions_are_of_one_article(crawled: Crawled) -> None:
    both = {row["story"] for row in listed(crawled, "--language", "de", "--outlet", "meridian")}
    assert both == told(crawled, "language = 'de' AND outlet = 'meridian'") == set()
    several = listed(crawled, "--outlet", "meridian", "--outlet", "eurowire", "--no-agency")
    assert several == []  # both are agencies
    found = {row["story"] for row in listed(crawled, "--country", "kz", "--country", "CN")}
    assert found == told(
        crawled, "outlet IN (SELECT slug FROM outlets WHERE country IN ('KZ', 'CN'))"
    )


def test_a_mistake_in_a_search_is_shown_in_its_place(crawled: Crawled) -> None:
    for command in (["search"], ["stories", "--words"], ["export", "articles", "--words"]):
        ran = newsloom("--db", crawled.db, *command, "almaty (airport OR")
        assert ran.returncode == 2
        sentence, shown, caret, _ = ran.stderr.split("\n")
        assert sentence.startswith("Error: OR needs a word on both sides; ")
        assert shown[caret.index("^") :] == "OR"
    assert newsloom("--db", crawled.db, "search").returncode == 2


@pytest.mark.parametrize("command", ["search", "stories"])
def test_a_word_that_is_left_out_is_no_option(crawled: Crawled, command: str) -> None:
    ran = newsloom("--db", crawled.db, command, "kazakh", "-almaty")
    assert ran.returncode == 2
    assert "'-almaty' would be an option; to leave the word out, write NOT almaty" in ran.stderr
    assert "No such option '--almaty'" in newsloom("--db", crawled.db, command, "--almaty").stderr


def test_copies_of_a_text_are_one_row_of_a_search(crawled: Crawled) -> None:
    def found(*arguments: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(
            newsloom(
                "--db", crawled.db, "search", "almaty", "--json", "--limit", 500, *arguments
            ).stdout
        )
        return rows

    texts, each = found(), found("--each-copy")
    assert len(texts) < len(each) == sum(1 + row["copies"] for row in texts)
    assert {row["article"] for row in texts} < {row["article"] for row in each}
    german = found("--each-copy", "--language", "de")
    assert 0 < len(german) < len(each)


def test_a_default_period_counts_back_from_what_the_filter_leaves(crawled: Crawled) -> None:
    ran = newsloom("--db", crawled.db, "network", "--outlet", "meridian")
    assert re.search(r"\d+ of 19 articles are older; --since 2022-01-\d\d has them\.", ran.stderr)
    for whole in (["--words", "almaty"], ["--story", "1"], ["--since", "2021-01-01"]):
        ran = newsloom("--db", crawled.db, "network", *whole, "--json", "--limit", "900")
        assert ran.stderr == ""
    exported = newsloom("--db", crawled.db, "export", "network", "--since", "2021-01-01")
    assert len(json.loads(ran.stdout)) == exported.stdout.count("\n") - 1


def test_a_filter_narrows_a_story(crawled: Crawled) -> None:
    for command in ("timeline", "first"):
        whole = json.loads(newsloom("--db", crawled.db, command, "1", "--json").stdout)
        one = whole[0]["outlet"]
        rows = json.loads(
            newsloom("--db", crawled.db, command, "1", "--outlet", one, "--json").stdout
        )
        assert {row["outlet"] for row in rows} == {one}
        none = newsloom("--db", crawled.db, command, "1", "--language", "xx")
        assert none.stdout == "No article of this story matches.\n"
