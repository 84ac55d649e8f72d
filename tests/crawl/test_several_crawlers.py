"""`examples/several_crawlers.sh`: two crawlers, a third that dies, and one that takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.demo.town import Town
from tests.conftest import ask

pytestmark = pytest.mark.usefixtures("slow")

SCRIPT = Path(__file__).parents[2] / "examples" / "several_crawlers.sh"
PARTS = {"1/3": "harbour-gazette", "2/3": "capital-monitor", "3/3": "eurowire"}


def start(folder: Path, *arguments: object) -> subprocess.Popen[bytes]:
    """The script as cron would start it, with a `newsloom` on its path."""
    command = folder / "bin" / "newsloom"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crawler "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        ["sh", str(SCRIPT), *map(str, arguments)], start_new_session=True,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(SCRIPT.parents[1])},
    )  # fmt: skip


def test_a_part_of_a_dead_crawler_is_taken_over(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        for file in outlets.iterdir():
            if file.stem not in PARTS.values():
                file.unlink()
        options = ("--allow-private", "--only", "--outlets", outlets)

        def crawl(part: str, store: str) -> subprocess.Popen[bytes]:
            return start(tmp_path, "crawl", part, tmp_path / store, shared, *options)

        dies = crawl("3/3", "third.db")
        while not (tmp_path / "third.db").exists():
            time.sleep(0.01)
        os.killpg(dies.pid, signal.SIGKILL)
        assert dies.wait() == -signal.SIGKILL
        for part, store in (("1/3", "first.db"), ("2/3", "second.db")):
            assert crawl(part, store).wait() == 0
        assert start(tmp_path, "merge", tmp_path / "all.db", shared).wait() == 0
        before = ask(tmp_path / "all.db", "SELECT id FROM stories ORDER BY id")
        assert crawl("3/3", "fourth.db").wait() == 0
        assert start(tmp_path, "merge", tmp_path / "all.db", shared).wait() == 0
        printed = {url for url, one in town.truth().items() if one.outlet in PARTS.values()}
    assert sorted(file.name for file in shared.iterdir()) == ["first.db", "fourth.db", "second.db"]
    found = ask(tmp_path / "all.db", "SELECT url FROM articles")
    assert {url for (url,) in found} == printed
    after = ask(tmp_path / "all.db", "SELECT id FROM stories")
    assert before
    assert set(before) <= set(after)
