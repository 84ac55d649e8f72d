from __future__ import annotations

import gc
import gzip
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from filelock import FileLock

with warnings.catch_warnings():
    # On import it leaves a connection open, which Python 3.13 reports in some later test.
    warnings.simplefilter("ignore", ResourceWarning)
    import datasette.filters  # noqa: F401

    gc.collect()

from crawler.cli import run
from crawler.demo.town import Town
from crawler.errors import UsageError
from crawler.parsing.workers.pool import check_locks
from crawler.store import Store, open_store
from tests.warm import WarmCommands

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Inside = Callable[..., subprocess.CompletedProcess[str]]

# `nohup ./run test &` starts the tests deaf to SIGINT and SIGHUP, and so would be every process
# that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A busy machine is no fault of the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

COVERING = (
    "tests/dedupe/", "tests/store/", "tests/contracts/", "tests/watching/",
    "tests/cli/test_data_set.py",
)  # fmt: skip
"""Tests of dedupe/ and the store, whose coverage is held; `./run` names them too."""
SHARED = Path(__file__).parents[1].parent / "shared" / "data"
NOW = "2022-01-20T12:00:00Z"
PYTHON = shlex.quote(sys.executable)
"""For a line of shell: the path of a checkout may hold spaces."""


def shared(path: str) -> Path:
    """A file of the labelled data beside the checkout; skips where there is none."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no labelled data beside the checkout ({path})")
    return found


def rows(path: str) -> list[dict[str, Any]]:
    """Rows of a labelled set."""
    with gzip.open(shared(path), "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


@cache
def warm_commands() -> WarmCommands:
    """One server for a test process."""
    return WarmCommands()


def newsloom(
    *arguments: object,
    cwd: Path | None = None,
    stdin: str | None = None,
    libraries: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as cron would: no terminal.

    The process has loaded its libraries already (tests/warm.py), but for one with `libraries`: what
    lies in that folder can be imported there. Skips where processes can share
    no lock and the command needs them to.
    """
    if "crawl" in arguments and "--outlets" in arguments and "--dry-run" not in arguments:
        assert "--only" in arguments, "a test asks nobody beyond this machine"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLOOM_")}
    root = Path(__file__).parents[1]
    words, cwd = [str(argument) for argument in arguments], cwd or root
    environment["COLUMNS"] = "120"
    if libraries is None:
        done = warm_commands().run(words, cwd=cwd, env=environment, stdin=stdin, timeout=240)
    else:
        path = os.pathsep.join(map(str, (root, libraries)))
        done = subprocess.run(
            [sys.executable, "-m", "crawler", *words],
            cwd=cwd,
            env=environment | {"PYTHONPATH": path},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    if "can share no lock" in done.stderr:
        pytest.skip(done.stderr)
    return done


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """The command line in the process of the tests, which has loaded what it needs."""
    for name in [name for name in os.environ if name.startswith("NEWSLOOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["newsloom", *map(str, arguments)])
        monkeypatch.chdir(cwd or Path(__file__).parents[1])
        code = run()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(sys.argv, code, said.out, said.err)

    return call


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow whatever comes to the fixture `slow` through its own fixtures."""
    for item in items:
        if "slow" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Count, where coverage is counted, what the quick tests of a room reach.

    A whole crawl reaches much and tests little. Tests that follow each other change nothing here:
    coverage takes 40 ms to pause and go on, which the marker `no_cover` pays at each test.
    """
    plugin = item.config.pluginmanager.getplugin("_cov")
    coverage = plugin and plugin.cov_controller
    counts = item.nodeid.startswith(COVERING) and not item.get_closest_marker("slow")
    if coverage and counts != coverage.started:
        (coverage.resume if counts else coverage.pause)()


@pytest.fixture(scope="session")
def slow() -> None:
    """What the town, the browser and R take as an argument: `./run test quick` is without them.

    Most of what takes it crawls: it skips where this machine cannot. A test that is slow for
    another reason has the marker of that name.
    """
    try:
        check_locks()
    except UsageError as error:
        pytest.skip(str(error))


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that one of the test processes fills, and all read."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(shared / f"{name}.lock"):
        if not (shared / name).exists():
            part = factory.mktemp(name)
            make(part)
            part.rename(shared / name)
    return shared / name


def ask(file: Path, question: str) -> list[tuple[Any, ...]]:
    """All rows that answer a question to a file."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(question).fetchall()


@pytest.fixture
def store() -> Iterator[Store]:
    made = open_store(":memory:")
    with made.batch():
        made.runs.open("test", now=NOW, pid=1)
    yield made
    made.close()


class Crawled:
    """A town that was crawled once, and the store it filled."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town = town
        self.db = folder / "town.db"
        self.outlets = town.describe_outlets(folder / "outlets")
        self.first = self.crawl()

    def crawl(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return newsloom(
            "--db",
            self.db,
            "crawl",
            "--allow-private",
            "--only",
            "--outlets",
            self.outlets,
            *arguments,
        )


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Iterator[Crawled]:
    """For tests that only read."""
    with Town() as town:
        yield Crawled(town, tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def browser(slow: None) -> Iterator[Browser]:
    """Debian's Chromium, seen to show a page; skips, and says why, where it cannot."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium on this machine (apt install chromium)")
    driver = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True, text=True
    )
    if driver.returncode != 0:
        said = re.sub(r"\S*/", "", driver.stderr.strip()).splitlines()
        pytest.skip(f"Playwright cannot start: {said[-1] if said else driver.returncode}")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            # Its sandbox does not work for root, and the pages are our own.
            started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = started.new_page()
            page.goto("data:text/html,a page")
            page.close()
        except Error as error:
            said = re.findall(r"(?:\[err\] |did exit: )(.*)", error.message)
            said = list(dict.fromkeys(said)) or error.message.splitlines()[:1]
            pytest.skip(f"Chromium cannot start: {'; '.join(said)[:400]}")
        yield started
        started.close()
