"""`from crawler import open_store`: rows, reports, DataFrames, and that nothing else is loaded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import crawler
from crawler import StoreReader, open_store
from crawler.errors import (
    NewsloomError,
    NoSuchDatabase,
    NotAStore,
    NotInStore,
    StoreError,
    UsageError,
)
from crawler.library import Conditions
from crawler.library.conditions import filter_of
from crawler.types import ArticleFilter
from tests.conftest import ask, made_once
from tests.small_store import BRIDGE, TEXTS, small_store


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "small", small_store) / "s.db"


@pytest.fixture
def store(db: Path) -> Iterator[StoreReader]:
    with open_store(db) as opened:
        yield opened


def test_articles_come_with_text_only_when_asked(store: StoreReader) -> None:
    rows = store.articles()
    assert [(row.article, row.outlet, row.title) for row in rows] == [
        (number, outlet, title) for number, (outlet, _, _, title, _) in enumerate(TEXTS, 1)
    ]
    assert {row.text for row in rows} == {None}
    assert store.articles(text=True, limit=1)[0].text == BRIDGE
    assert rows[0].authors == ()


def test_conditions_narrow_every_question(store: StoreReader) -> None:
    assert {row.outlet for row in store.articles(words="bridge", until="2022-01-04")} == {
        "wire", "herald",
    }  # fmt: skip
    assert [row.article for row in store.articles(outlet=["bote", "wire"])] == [1, 5]
    assert [row.languages for row in store.stories(language="de")] == [("de",)]
    assert [row.outlets for row in store.stories(topic="floods")] == [3]
    assert {row.day for row in store.attention(words="bridge")} == {"2022-01-04", "2022-01-05"}
    assert store.network(words="harvest") == []
    assert {(row.earlier, row.later) for row in store.copies(outlet="courier")} >= {
        ("wire", "courier"),
    }  # fmt: skip


def test_an_article_a_story_and_two_articles_are_reported(store: StoreReader) -> None:
    report = store.article("https://wire.example/1")
    assert report.article.text == BRIDGE
    assert {copy.outlet for copy in report.copies} == {"herald", "courier"}
    story = report.article.story
    assert story is not None
    assert [article.article for article in store.story(story).articles] == [1, 2, 3]
    assert [row.outlet for row in store.first_publishers(story, outlet="herald")] == ["herald"]
    explained = store.explain(1, "https://herald.example/2")
    assert explained.verdict == "Copies: the same text."
    assert explained.copies.same_story
    assert explained.events is None


def test_a_search_shows_where_the_words_stand(store: StoreReader) -> None:
    (hit,) = store.search("pillar")
    assert hit.copies == 2
    assert "[pillar]" in hit.passage
    assert len(store.search("pillar", each_copy=True, limit=2)) == 2


def test_rows_become_a_frame_with_times_that_have_a_zone(store: StoreReader) -> None:
    frame = store.articles().to_pandas()
    assert frame["published_at"].iloc[0] == datetime(2022, 1, 4, 20, tzinfo=UTC)
    assert frame["modified_at"].isna().all()
    assert list(frame.columns) == list(store.articles()[0]._fields)
    none = store.stories(words="nothing").to_pandas()
    assert len(none) == 0
    assert str(none["first_at"].dtype) == str(frame["published_at"].dtype)


def test_a_citation_names_the_grouping_and_the_filter(store: StoreReader, db: Path) -> None:
    found = store.citation(topic="floods")
    ((at, inputs),) = ask(db, "SELECT at, inputs FROM groupings")
    assert (found.store, found.grouped_at, found.inputs, found.articles) == ("s.db", at, inputs, 5)
    assert found.conditions == {"words": "bridge", "topic": "floods"}


def test_everything_else_answers(store: StoreReader) -> None:
    assert [row.outlet for row in store.outlets()] != []
    assert [topic.name for topic in store.topics()] == ["floods"]
    assert "article_overview" in {one.name for one in store.codebook()}
    assert store.events(limit=1)[0].stories == 1
    assert {row.state for row in store.coverage(stories=1)} == {"covered", "blind"}
    assert {row.agency_copy for row in store.agencies()} == {0}


def test_what_is_wrong_says_what_to_do(store: StoreReader, tmp_path: Path) -> None:
    with pytest.raises(NotInStore, match="did you mean herald"):
        store.stories(outlet="herlad")
    with pytest.raises(UsageError, match="write 2022-01-05, or 7d"):
        store.stories(since="yesterday")
    with pytest.raises(UsageError, match="no words to look for"):
        store.search("")
    with pytest.raises(NotInStore, match="no story 99"):
        store.story(99)
    with pytest.raises(UsageError, match="there is no article 99"):
        store.explain(1, 99)
    with pytest.raises(TypeError, match="wurds"):
        store.articles(wurds="bridge")  # type: ignore[call-arg]
    with pytest.raises(NoSuchDatabase):
        open_store(tmp_path / "no.db")
    assert not (tmp_path / "no.db").exists()
    (tmp_path / "text").write_text("no store", "utf-8")
    with pytest.raises(NotAStore):
        open_store(str(tmp_path / "text"))
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.articles()


def test_times_are_read_as_on_the_command_line() -> None:
    assert filter_of({"since": date(2022, 1, 5), "until": date(2022, 1, 5)}) == ArticleFilter(
        since="2022-01-05T00:00:00Z", until="2022-01-05T23:59:59Z"
    )
    assert filter_of({"until": "2022-01-05"}).until == "2022-01-05T23:59:59Z"
    assert filter_of({"since": datetime(2022, 1, 5, 12)}).since == "2022-01-05T12:00:00Z"
    ago = filter_of({"since": "7d"}).since
    assert ago is not None
    assert (datetime.now(UTC) - datetime.fromisoformat(ago)).days == 7
    with pytest.raises(UsageError, match="before the year 1"):
        filter_of({"since": "999999999d"})


def test_conditions_are_those_of_the_one_filter() -> None:
    names = set(ArticleFilter.__dataclass_fields__)
    assert set(Conditions.__annotations__) == names


def test_the_front_door_is_opened_only_when_asked() -> None:
    code = "import sys, crawler; print([m for m in sys.modules if m.startswith('crawler.')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout == "['crawler.release']\n"
    code = (
        "import sys; from crawler import open_store; heavy = ('pandas', 'numpy', 'scrapy', 'lxml')"
        "; print([m for m in heavy if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout == "[]\n", found.stderr
    assert set(crawler.__all__) == {"StoreReader", "__version__", "open_store"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = crawler.nothing
    assert issubclass(NotInStore, NewsloomError)
