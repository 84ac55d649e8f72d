"""Facts that have a small table each."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.store import Store
from crawler.store.facts.usage import Spent
from crawler.types import PollFailed, RobotsFile, Source, SourceKind
from tests.conftest import NOW

LATER = "2022-01-20T12:30:00Z"


def test_archives_know_how_far_a_file_was_read(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.warc.gz"
    assert store.archives.place(file, 100) == 0
    store.archives.note(file, 100, 40, at=NOW)
    store.archives.note(file, 100, 80, at=NOW)
    assert store.archives.place(file, 100) == 80
    assert store.archives.place(file, 101) == 0  # another file by now


@pytest.mark.parametrize("rules", ["User-agent: *\nDisallow: /", None])
def test_robots_are_those_of_the_last_answer(store: Store, rules: str | None) -> None:
    assert store.sites.robots("https://g.org") is None
    store.sites.save(RobotsFile(site="https://g.org", rules="Disallow:", at=NOW))
    store.sites.save(RobotsFile(site="https://g.org", rules=rules, at=LATER))
    assert store.sites.robots("https://g.org") == RobotsFile(
        site="https://g.org", rules=rules, at=LATER
    )


def test_usage_is_of_one_day(store: Store) -> None:
    outlet = store.outlets.ensure("g")
    store.usage.save(outlet, "2022-01-20", Spent(articles=2, bytes=10), met=None)
    store.usage.save(outlet, "2022-01-20", Spent(articles=3, bytes=20), met="articles")
    assert store.usage.of(outlet, "2022-01-20") == Spent(articles=3, bytes=20)
    assert store.usage.of(outlet, "2022-01-21") == Spent()


def test_clocks_take_back_times_that_cannot_be(store: Store) -> None:
    outlet = store.outlets.ensure("g")
    source = Source(url="https://g.org/feed", kind=SourceKind.FEED, outlet="g")
    store.polls.ensure(source, outlet)
    failure = PollFailed(
        source=source, url=source.url, reason="http-503", detail="", at="2032-01-01T00:00:00Z",
        temporary=True,
    )  # fmt: skip
    store.polls.failed(failure, run=1)
    store.sites.save(RobotsFile(site="https://g.org", rules=None, at="2032-01-01T00:00:00Z"))
    assert store.clocks.ahead(now=NOW) == 1
    assert store.clocks.forget(now=NOW, run=1) == 1
    assert store.clocks.ahead(now=NOW) == 0
    assert store.polls.state(source.url).due_at is None
    assert store.sites.robots("https://g.org") is None
