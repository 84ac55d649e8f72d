from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import ExtractError
from crawler.parsing.workers.pool import Workers
from crawler.parsing.workers.tasks import read_page
from crawler.types import Fetched, Listing, Outlet, Page
from tests.conftest import NOW


@pytest.fixture
def workers() -> Iterator[Workers]:
    pool = Workers(1, seconds=1.5, patience=4, memory=800 * 1024**2)
    yield pool
    pool.close()


def _double(number: int) -> int:
    return number * 2


def _refuse() -> None:
    raise ExtractError("no-text", "3 words")


def _sleep() -> None:
    time.sleep(60)


def _rest() -> str:
    time.sleep(2)
    return "rested"


def _loop() -> int:
    return sum(1 for _ in iter(int, 1))


def _devour() -> int:
    return len(b"x" * 4 * 1024**3)


def _die() -> None:
    os._exit(3)


def test_results_and_errors_come_back(workers: Workers) -> None:
    assert workers.submit(_double, 21).result() == 42
    with pytest.raises(ExtractError) as caught:
        workers.submit(_refuse).result()
    assert (caught.value.reason, caught.value.detail) == ("no-text", "3 words")


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (_loop, "parser-timeout"),
        (_sleep, "parser-timeout"),
        (_devour, "parser-memory"),
        (_die, "parser-died"),
    ],
)
def test_a_limit_costs_one_page_and_the_pool_goes_on(
    workers: Workers, work: object, reason: str
) -> None:
    with pytest.raises(ExtractError) as caught:
        workers.submit(work).result()  # type: ignore[arg-type]
    assert caught.value.reason == reason
    assert workers.submit(_double, 4).result() == 8


def test_time_that_others_take_is_not_the_page_s(workers: Workers) -> None:
    assert workers.submit(_rest).result() == "rested"


def test_a_page_made_to_be_slow_is_rejected(workers: Workers) -> None:
    attributes = " ".join(f"a{n}=1" for n in range(90_000))
    url = "https://example.org/slow"
    page = Page(id=1, url=url, outlet="g", attempts=0, listing=Listing(url=url))
    fetched = Fetched(page=page, url=url, status=200, content_type="text/html",
                      body=f"<html><p {attributes}>x</p>".encode(), at=NOW)  # fmt: skip
    with pytest.raises(ExtractError) as caught:
        workers.submit(read_page, fetched, Outlet(slug="g", name="G")).result()
    assert caught.value.reason == "parser-timeout"


# The command that follows runs where /dev/shm takes no file: much as if it were not there.
WITHOUT_LOCKS = ["unshare", "--map-root-user", "--mount", "sh", "-c",
                 'mount -t tmpfs -o ro none /dev/shm && "$@"', "sh"]  # fmt: skip


def test_without_locks_a_crawl_says_so_and_changes_nothing(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run([*WITHOUT_LOCKS, "true"]).returncode:
        pytest.skip("this user may not mount, not even for a process of its own")
    outlet = tmp_path / "outlets" / "x.toml"
    outlet.parent.mkdir()
    outlet.write_text('name = "X"\nfeeds = ["http://127.0.0.1:9/"]\n', encoding="utf-8")
    page = "tests/recorded/abendblick/1.html"
    crawl = [
        "--db",
        str(tmp_path / "t.db"),
        "crawl",
        "--only",
        "--outlets",
        str(outlet.parent),
    ]
    for command in (crawl, ["extract", page]):
        done = subprocess.run(
            [*WITHOUT_LOCKS, sys.executable, "-m", "crawler", *command],
            capture_output=True, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert done.stderr.startswith("Error: pages are read in several processes")
        assert "mount a tmpfs on /dev/shm" in done.stderr
    assert list(tmp_path.iterdir()) == [outlet.parent]
