"""A clock that was wrong in one run does no harm in the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.clock import utc
from tests.conftest import newsloom
from tests.crawl.site import Site, feed, item, page
from tests.crawl.test_polling import ask, crawl

SOURCES = ("due_at", "next_poll_at", "polled_at")


def ahead(**span: float) -> str:
    return utc(datetime.now(UTC) + timedelta(**span))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An outlet that was crawled once."""
    with Site() as made:
        made["/feed.xml"] = feed(item(made.url("/1")), item(made.url("/2")))
        made["/1"] = page("A bridge is closed")
        made["/2"] = page("A bridge is open")
        made.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        assert crawl(tmp_path).returncode == 0
        made.asked.clear()
        yield made


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(days=2), timedelta(hours=3)])
def test_after_a_run_whose_clock_was_ahead_everything_is_due(
    site: Site, tmp_path: Path, wrong: timedelta
) -> None:
    start, later = ahead(seconds=wrong.total_seconds()), ahead(seconds=wrong.total_seconds() + 600)
    ask(tmp_path, f"UPDATE runs SET started_at = '{start}', ended_at = '{start}'")
    ask(tmp_path, f"UPDATE sources SET polled_at = '{start}', due_at = '{later}'")
    ask(tmp_path, f"UPDATE robots SET fetched_at = '{start}'")
    ask(tmp_path, f"UPDATE pages SET state = 'pending', due_at = '{later}' WHERE url LIKE '%/2'")
    ask(tmp_path, f"UPDATE pages SET revisit_at = '{later}' WHERE url LIKE '%/1'")
    ask(tmp_path, f"UPDATE articles SET first_seen_at = '{start}'")
    health = newsloom("--db", tmp_path / "t.db", "health", "--max-age", "1h")
    assert "1 source has a time in the future" in health.stderr
    assert health.returncode == 3
    plan = crawl(tmp_path, "--dry-run")
    assert "1 source has a time in the future and is asked in the next crawl" in plan.stderr
    told = crawl(tmp_path)
    assert told.returncode == 0
    assert "asked now: the clock was ahead in an earlier run, or is behind now." in told.stderr
    assert sorted(path for path, _ in site.asked) == ["/1", "/2", "/feed.xml", "/robots.txt"]
    site.asked.clear()
    # And that is the end of it.
    told = crawl(tmp_path)
    assert "clock" not in told.stderr
    assert site.paths() == []
    assert newsloom("--db", tmp_path / "t.db", "health", "--max-age", "1h").stderr == ""


@pytest.mark.parametrize("column", SOURCES)
def test_a_time_that_no_run_can_have_written_gates_nothing(
    site: Site, tmp_path: Path, column: str
) -> None:
    if column != "due_at":
        ask(tmp_path, "UPDATE sources SET due_at = NULL")
    ask(tmp_path, f"UPDATE sources SET {column} = '{ahead(days=8)}'")
    assert "1 source has a time in the future" in crawl(tmp_path).stderr
    assert site.paths() == ["/feed.xml"]


def test_what_was_rightly_put_off_is(site: Site, tmp_path: Path) -> None:
    ask(tmp_path, f"UPDATE sources SET due_at = '{ahead(days=6)}'")
    told = crawl(tmp_path)
    assert told.stderr == ""
    assert site.paths() == []


def test_a_run_whose_clock_was_behind_leaves_nothing_behind(site: Site, tmp_path: Path) -> None:
    old = "2004-01-01T00:00:00Z"
    ask(tmp_path, f"UPDATE runs SET started_at = '{old}', ended_at = '{old}'")
    ask(tmp_path, f"UPDATE sources SET polled_at = '{old}', due_at = '{old}'")
    assert crawl(tmp_path).stderr == ""
    assert site.paths() == ["/feed.xml"]
    due = ask(tmp_path, "SELECT due_at FROM sources")[0][0]
    assert utc(datetime.now(UTC)) < str(due) <= ahead(hours=12)
