from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from crawler.demo.town import Town
from tests.conftest import Crawled, made_once, newsloom

ROOT = Path(__file__).parents[2]


class Served(NamedTuple):
    """A desk that runs, its address, and its store."""

    address: str
    db: Path
    process: subprocess.Popen[str]


@contextmanager
def serving(db: Path, *arguments: str) -> Iterator[Served]:
    """`newsloom serve` in a process of its own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(db), "serve", "--port", str(port),
         *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert f"http://127.0.0.1:{port}/ shows" in said, said + process.stdout.read()
        yield Served(f"http://127.0.0.1:{port}", db, process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Iterator[Served]:
    """The desk on the town's store of both days: the second brings corrections."""
    with serving(made_once(tmp_path_factory, "desk", _crawl_two_days) / "town.db") as desk:
        yield desk


def _crawl_two_days(folder: Path) -> None:
    with Town() as town:
        crawled = Crawled(town, folder)
        town.day = 2
        crawled.crawl("--now")
    newsloom("--db", crawled.db, "topic", "add", "unrest", "--words", "almaty OR kazakh*")
