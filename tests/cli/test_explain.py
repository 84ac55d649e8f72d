from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from crawler.grouping.run import group
from crawler.store import open_store
from crawler.types import Article, Moment, Precision
from crawler.types.limits import PASSAGE
from tests.conftest import NOW, newsloom

FIRST = " ".join(f"wort{n}" for n in range(80))
SECOND = " ".join(f"anders{n}" for n in range(80))
WEATHER = (
    "In the valley {} degrees are expected today, on the hills {} degrees and at night {} degrees. "
    "The chance of rain is {} percent and the wind blows from the west at {} kilometres an hour."
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Article 1 was a copy of 2 and became one of 3; 4 and 5 are of one template."""
    file = tmp_path / "explain.db"
    store = open_store(file)

    def save(number: int, text: str) -> None:
        with store.batch():
            outlet = store.outlets.ensure(f"g{number}.org")
            article = Article(url=f"https://g{number}.org/", outlet="", title="Titel", text=text)
            store.articles.save(article, outlet=outlet, run=1, now=NOW)

    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    texts = (FIRST, FIRST, SECOND, WEATHER.format(*range(5)), WEATHER.format(*range(50, 55)))
    for number, text in enumerate(texts, start=1):
        save(number, text)
    group(store, run=1, now=NOW)
    save(1, SECOND)
    group(store, run=1, now=NOW)
    store.close()
    return file


def test_explain_says_which_revision_was_the_copy(file: Path) -> None:
    said = newsloom("--db", file, "compare", 1, 2).stdout
    assert "Copies: the same text." in said
    assert "These figures are for revision 0 of A; its current revision is 1." in said
    assert "earlier text" not in newsloom("--db", file, "compare", 1, 3).stdout
    diff = newsloom("--db", file, "compare", 1, 2, "--diff").stdout
    assert " = wort0" in diff
    assert "anders0" not in diff
    found = json.loads(newsloom("--db", file, "compare", 1, 2, "--json").stdout)
    assert (found["revision_a"], found["revision_b"], found["joined"]) == (0, 0, True)


def test_explain_calls_no_template_what_shares_a_sentence_with_numbers(tmp_path: Path) -> None:
    file, texts = tmp_path / "s.db", []
    for number in (1, 2):
        own = " ".join(f"w{number}x{n}" for n in range(200))
        texts.append(
            f"Am {number} und {number + 4} und {number + 7} Uhr ist das hier bei uns so. {own}"
        )
    store = open_store(file)
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        for number, text in enumerate(texts):
            outlet = store.outlets.ensure(f"g{number}.org")
            article = Article(url=f"https://g{number}.org/", outlet="", title="Titel", text=text)
            store.articles.save(article, outlet=outlet, run=1, now=NOW)
    group(store, run=1, now=NOW)
    store.close()
    found = json.loads(newsloom("--db", file, "compare", 1, 2, "--json").stdout)
    assert (found["template"], found["numbers_changed"]) == (False, 0)


def test_explain_keeps_to_the_earlier_text_when_the_newest_is_too_short(file: Path) -> None:
    store = open_store(file)
    with store.batch():
        article = Article(url="https://g1.org/", outlet="", title="Titel", text="withdrawn")
        store.articles.save(article, outlet=1, run=1, now=NOW)
    group(store, run=1, now=NOW)
    store.close()
    said = newsloom("--db", file, "compare", 1, 2).stdout
    assert "Copies: the same text." in said
    assert "These figures are for revision 0 of A; its current revision is 2." in said


def test_explain_knows_a_template_though_its_pairs_are_not_stored(file: Path) -> None:
    said = newsloom("--db", file, "compare", 4, 5).stdout
    assert "Not copies but one template: most numbers in it differ." in said
    assert "0 equal, 5 different" in said


def test_explain_says_that_texts_weeks_apart_are_never_linked(tmp_path: Path) -> None:
    file = tmp_path / "explain.db"
    store = open_store(file)
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        outlet = store.outlets.ensure("g.org")
        for day in (1, 20):
            moment = Moment(
                at=f"2022-01-{day:02}T00:00:00Z", precision=Precision.SECOND, source="feed", raw=""
            )
            title = f"Quake shakes Tangerang market, day {day}"
            article = Article(
                url=f"https://g.org/{day}", outlet="", title=title, text="", published=moment
            )
            store.articles.save(article, outlet=outlet, run=1, now=NOW)
    group(store, run=1, now=NOW)
    store.close()
    said = newsloom("--db", file, "compare", 1, 2).stdout
    assert "They are 19.0 days apart; texts more than 6 days apart are never linked." in said
    assert "on average" not in said
    found = newsloom("--db", file, "compare", 1, 2, "--json").stdout
    assert json.loads(found, parse_constant=pytest.fail)["stories"]["pair"]["score"] is None


def test_explain_says_why_two_stories_that_reach_the_threshold_are_two(tmp_path: Path) -> None:
    file = tmp_path / "explain.db"
    chance = random.Random(4)
    cup = [f"cup{n}" for n in range(120)]
    store = open_store(file)
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        outlet = store.outlets.ensure("g.org")
        for match in ("lions", "eagles"):
            own = [f"{match}{n}" for n in range(80)]
            for telling in range(3):
                text = " ".join(chance.sample(cup, 90) + chance.sample(own, 60))
                article = Article(
                    url=f"https://g.org/{match}/{telling}", outlet="", title=f"{match} win",
                    text=text,
                )  # fmt: skip
                store.articles.save(article, outlet=outlet, run=1, now=NOW)
    group(store, run=1, now=NOW)
    store.close()
    said = newsloom("--db", file, "compare", 1, 4).stdout
    assert "Two stories, 1 and 2." in said
    assert (
        "0.000 would be enough if the texts inside each story were not so much more alike" in said
    )
    assert " needed), eagles win" in said


def test_of_a_very_long_passage_the_beginning_is_kept(tmp_path: Path) -> None:
    text = " ".join(f"wort{n}" for n in range(5_000))
    store = open_store(tmp_path / "s.db")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        for number in (1, 2):
            outlet = store.outlets.ensure(f"g{number}.org")
            article = Article(url=f"https://g{number}.org/", outlet="", title="Titel", text=text)
            store.articles.save(article, outlet=outlet, run=1, now=NOW)
    group(store, run=1, now=NOW)
    edge = store.queries.articles.evidence(1, 2)
    store.close()
    assert edge is not None
    assert len(edge.passage) < PASSAGE + 30
    assert edge.passage.endswith(" … (5000 words)")
    said = newsloom("--db", tmp_path / "s.db", "compare", 1, 2).stdout
    assert "Longest passage in both (5000 words):\n  wort0 wort1" in said
    assert "wort59 ...\n" in said
