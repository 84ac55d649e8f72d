"""What one outlet, and one run, may take: time, articles, bytes, seconds of the parsers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from crawler.errors import ExtractError
from crawler.fetching.deadline import LeftForLater, run_over
from crawler.fetching.parser_pool import AHEAD, STALLS, Parsers
from tests.conftest import newsloom
from tests.crawl.site import WORDS, Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl

ATTRIBUTES = " ".join(f"a{n}=1" for n in range(9_000))
"""Of one element: lxml is busy with them for half a second."""


def costly(number: int) -> Reply:
    """A page that costs seconds of CPU and is an article all the same."""
    body = f"<p {ATTRIBUTES}>x</p>" * 2 + f"<p>{WORDS}</p><p>{WORDS} {number}</p>"
    return Reply(f"<html><head><title>Bridge {number}</title></head><body>{body}</body></html>")


def outlet(site: Site, folder: Path, slug: str, pages: list[Reply], **keys: object) -> None:
    """An outlet on a host of its own that lists these pages."""
    for number, reply in enumerate(pages):
        site[f"/{slug}/{number}"] = reply
    links = (item(site.url(f"/{slug}/{n}", slug), f"Bridge {n}") for n in range(len(pages)))
    site[f"/{slug}.xml"] = feed(*links)
    site.describe(folder / "outlets", slug, feeds=[site.url(f"/{slug}.xml", slug)], **keys)


def states(folder: Path, slug: str) -> list[tuple[object, ...]]:
    return ask(
        folder,
        "SELECT state, reason, detail, count(*), max(attempts) FROM pages WHERE outlet ="
        f" (SELECT id FROM outlets WHERE slug = '{slug}') GROUP BY 1, 2, 3",
    )


# Time


def test_a_run_ends_whatever_its_pages_cost_and_loses_none(tmp_path: Path) -> None:
    with Site() as site:
        outlet(site, tmp_path, "slow", [costly(n) for n in range(60)])
        settled = 0
        # On a busy machine a run may be over before two pages wait.
        for seconds in (10, 30, 90):
            before = len(site.paths())
            done = crawl(tmp_path, "--max-runtime", f"{seconds}s", "--json")
            assert done.returncode == 0, done.stderr
            counts = json.loads(done.stdout)
            asked = [path for path in site.paths()[before:] if path != "/slow.xml"]
            read = counts.get("new", 0) + counts.get("rejected", 0)
            settled += read
            if "left" in counts:
                break
    # What waited for a parser, or for its request, is as it was: not tried, not rejected.
    assert counts["left"] >= max(1, len(asked) - read)
    assert counts["pending"] == 60 - settled
    pending = [row for row in states(tmp_path, "slow") if row[0] == "pending"]
    assert [row[1:] for row in pending] == [(None, None, 60 - settled, 0)]


def test_a_source_that_the_run_has_no_time_for_is_as_due_as_before(tmp_path: Path) -> None:
    with Site() as site:
        site["/slow.xml"] = lambda _headers: time.sleep(30) or feed()  # type: ignore[func-returns-value]
        site.describe(tmp_path / "outlets", "slow", feeds=[site.url("/slow.xml")])
        done = crawl(tmp_path, "--max-runtime", "3s")
    assert done.returncode == 0, done.stderr
    assert ask(tmp_path, "SELECT failures, due_at, next_poll_at FROM sources") == [(0, None, None)]
    assert "sources 1 not read before the run's time was over; nothing new" in done.stdout


def test_a_run_that_is_over_before_it_asks_anything_says_so(tmp_path: Path) -> None:
    with Site() as site:
        site["/robots.txt"] = lambda _headers: time.sleep(30) or feed()  # type: ignore[func-returns-value]
        feeds = [site.url(f"/{n}.xml") for n in range(3)]
        site.describe(tmp_path / "outlets", "slow", feeds=feeds)
        done = crawl(tmp_path, "--max-runtime", "1s")
    assert done.returncode == 0, done.stderr
    assert "sources 3 not read before the run's time was over; nothing new" in done.stdout


def _parsing(work: Any) -> list[Any]:
    """What comes of work with parsers of two workers, given a crawl of their own."""

    async def run() -> list[Any]:
        settings = Settings({"NEWSLOOM_WORKERS": 2})
        settings.setmodule("crawler.settings", priority="project")
        settings.set("NEWSLOOM_WORKERS", 2, priority="cmdline")
        crawler = SimpleNamespace(settings=settings, signals=SignalManager())
        parsers = Parsers(crawler)
        try:
            return await asyncio.gather(*work(parsers, crawler), return_exceptions=True)
        finally:
            parsers._workers.close()

    # A thread of its own: Playwright keeps a loop running in that of the tests.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _stall() -> None:
    raise ExtractError("parser-timeout", "as if")


def test_at_the_end_what_waits_is_left_and_what_is_at_work_finishes() -> None:
    def work(parsers: Parsers, crawler: Any) -> list[Coroutine[Any, Any, Any]]:
        async def end() -> None:
            await asyncio.sleep(0.2)
            crawler.signals.send_catch_log(run_over)

        return [*(parsers.run_for("g", _sleep, 0.6) for _ in range(5)), end()]

    *found, _ = _parsing(work)
    assert found[0] == 0.6
    assert [type(one) for one in found[1:]] == [LeftForLater] * 4


def test_a_place_given_to_a_task_that_is_cancelled_goes_to_the_next() -> None:
    def work(parsers: Parsers, _crawler: Any) -> list[Coroutine[Any, Any, Any]]:
        tasks: list[asyncio.Task[float]] = []

        async def cancel_the_next() -> float:
            tasks.append(asyncio.create_task(parsers.run_for("g", _sleep, 0.2)))
            done = await parsers.run_for("g", _sleep, 0.1)
            tasks[0].cancel()  # it has the place by now, and does not know it yet
            return done

        async def come_later() -> float:
            await asyncio.sleep(0)
            return await asyncio.wait_for(parsers.run_for("g", _sleep, 0.3), 60)

        return [cancel_the_next(), come_later()]

    assert _parsing(work) == [0.1, 0.3]


def test_an_outlet_that_stalls_the_parsers_is_left_and_others_go_first() -> None:
    order: list[str] = []

    def work(parsers: Parsers, _crawler: Any) -> list[Coroutine[Any, Any, Any]]:
        async def timed(slug: str, *given: Any) -> None:
            try:
                await parsers.run_for(slug, *given)
            finally:
                order.append(slug)

        bad = [timed("bad", _stall) for _ in range(STALLS + 3)]
        return [*bad, *(timed("good", _sleep, 0.01) for _ in range(3))]

    found = _parsing(work)
    bad = found[: STALLS + 3]
    assert [type(one) for one in bad] == [ExtractError] * STALLS + [LeftForLater] * 3
    assert {one.reason for one in bad} == {"parser-timeout", "stalled"}
    assert found[STALLS + 3 :] == [None] * 3


def test_no_more_is_fetched_of_an_outlet_than_its_parsers_can_take(tmp_path: Path) -> None:
    """60 pages that cost a second, a good outlet beside them: it is done before they are."""
    with Site() as site:
        outlet(site, tmp_path, "slow", [costly(n) for n in range(20)])
        outlet(site, tmp_path, "good", [page(f"Bridge {n} is closed") for n in range(20)])
        done = crawl(tmp_path, "--max-runtime", "15s", "--workers", "2", "--json")
        asked = site.paths()
    assert done.returncode == 0, done.stderr
    last = max(n for n, path in enumerate(asked) if path.startswith("/good/"))
    before = [path for path in asked[:last] if path.startswith("/slow/")]
    assert len(before) <= 2 * AHEAD
    assert states(tmp_path, "good") == [("article", None, None, 20, 0)]


# Quotas


def test_an_outlet_that_floods_meets_its_quota_and_goes_on_the_next_day(tmp_path: Path) -> None:
    with Site() as site:
        flood = [page(f"Bridge {n} is closed") for n in range(20)]
        outlet(site, tmp_path, "flood", flood, daily_articles=5)
        outlet(site, tmp_path, "good", [page(f"Ferry {n} is late") for n in range(8)])
        first = crawl(tmp_path)
        assert states(tmp_path, "good") == [("article", None, None, 8, 0)]
        assert states(tmp_path, "flood") == [
            ("article", None, None, 5, 0),
            ("pending", "quota", "articles", 15, 0),
        ]
        says = "flood: 15 pages wait until tomorrow (UTC), because its daily quota of articles"
        assert says in first.stderr
        assert "raise daily_articles in its description" in first.stderr
        told = newsloom("--db", tmp_path / "t.db", "health")
        assert says in told.stdout
        # A second run of the day asks for none; its source is asked, and what it lists waits.
        site.paths()
        crawl(tmp_path, "--now")
        assert [path for path in site.paths() if "flood" in path] == ["/flood.xml"]
        ask(tmp_path, "UPDATE outlet_usage SET day = '2022-01-05'")
        crawl(tmp_path)
        assert states(tmp_path, "flood") == [
            ("article", None, None, 10, 0),
            ("pending", "quota", "articles", 10, 0),
        ]
        site.describe(
            tmp_path / "outlets", "flood", feeds=[site.url("/flood.xml", "flood")], daily_articles=0
        )
        crawl(tmp_path)
        assert states(tmp_path, "flood") == [("article", None, None, 20, 0)]
    days = ask(
        tmp_path, "SELECT day, articles, met FROM outlet_usage WHERE outlet = 1 ORDER BY day"
    )
    assert days == [("2022-01-05", 5, "articles"), (f"{datetime.now(UTC):%F}", 15, None)]


@pytest.mark.parametrize("key", ["daily_bytes", "daily_parser_seconds"])
def test_bytes_and_parser_seconds_have_a_quota_too(tmp_path: Path, key: str) -> None:
    with Site() as site:
        many = [page(f"Bridge {n} is closed") for n in range(6)]
        outlet(site, tmp_path, "flood", many, **{key: 1 if key == "daily_bytes" else 0.001})
        done = crawl(tmp_path, "--json")
        # Its feed alone was more than that; neither pages nor sources are asked again today.
        assert site.paths() == ["/flood.xml"]
        held = {"outlet": "flood", "reason": "quota", "detail": key.removeprefix("daily_")}
        assert json.loads(done.stdout)["held"] == [held | {"pages": 6}]
        crawl(tmp_path, "--now")
        assert site.paths() == []
    rows = json.loads(newsloom("--db", tmp_path / "t.db", "health", "--json").stdout)
    assert rows[0]["quota"] == key.removeprefix("daily_")


# Times


def dated(number: int, at: str) -> Reply:
    head = f'<meta property="article:published_time" content="{at}">'
    return page(f"Bridge {number} is closed", f"{WORDS} {number}", head=head)


def test_a_time_long_before_the_first_poll_is_marked_unless_asked_for(tmp_path: Path) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%dT00:00:01Z}"
    (tmp_path / "asked").mkdir()
    with Site() as site:
        for folder in (tmp_path, tmp_path / "asked"):
            outlet(site, folder, "old", [dated(n, "1990-01-01T00:00:00Z") for n in range(30)])
            outlet(site, folder, "good", [dated(n, today) for n in range(3)])
        crawl(tmp_path)
        crawl(tmp_path / "asked", "--since", "1990-01-01")
    doubts = "SELECT published_at, published_doubt FROM articles GROUP BY 1, 2 ORDER BY 1"
    (old, doubt), (now, none) = ask(tmp_path, doubts)
    assert (old, now, none) == ("1990-01-01T00:00:00Z", today, None)
    assert doubt == (
        "the time stated is over a year before the outlet was first polled "
        f"({datetime.now(UTC):%F})"
    )
    assert [row[1] for row in ask(tmp_path / "asked", doubts)] == [None, None]
    told = newsloom("--db", tmp_path / "t.db", "health").stdout
    assert "old: 30 of 30 articles have a doubtful time" in told
    network = newsloom("--db", tmp_path / "t.db", "network")
    assert "since 1989" not in network.stdout
    assert "30 of 33 articles are older; --since 1990-01-01 has them" in network.stderr
