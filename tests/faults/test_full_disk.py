"""A full disk at each step: a sentence, nothing saved is lost, and with room it goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ask, newsloom
from tests.crawl.site import Site, feed, item, page
from tests.crawl.test_polling import crawl
from tests.store.old import old_store

Inside = Callable[..., subprocess.CompletedProcess[str]]
SIZE = 24 * 1024**2
STEPS = (0, 4, 40)
"""Kilobytes that are left: none for the row of the run, for that alone, for some of the rest."""
MORE = 12 * 1024**2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here (only root may)")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, *, left: int) -> Path:
    """Fill the disk up to this many kilobytes."""
    filler = disk / "filler"
    with filler.open("wb") as stream:
        stream.truncate(0)
        free = shutil.disk_usage(disk).free - left * 1024
        os.posix_fallocate(stream.fileno(), 0, free)
    return filler


def lines(file: Path, count: int) -> None:
    rows = [
        {"url": f"https://g.org/{n}", "title": f"Bridge {n}", "text": f"almaty {n} news " * 200}
        for n in range(count)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        ("import more.jsonl", "s.db"),
        ("group", "s.db"),
        ("topic add t --words almaty", "s.db"),
        ("db migrate", "old.db"),
        ("db backup b.db", "b.db"),
        ("export articles -o x.csv", "x.csv"),
        ("export articles -o x.parquet", "x.parquet"),
        ("export --dataset new", "new"),
        ("import --dataset more", "s.db"),
    ],
)
def test_a_command_on_a_full_disk(disk: Path, inside: Inside, command: str, refused: str) -> None:
    for name, count in (("l.jsonl", 60), ("more.jsonl", 120)):
        lines(disk / name, count)
    inside("--db", "s.db", "import", "l.jsonl", cwd=disk)
    store = "s.db"
    if command == "db migrate":
        store = "old.db"
        old_store(disk / store, 7)
    if command == "import --dataset more":
        inside("--db", "more.db", "import", "more.jsonl", cwd=disk)
        inside("--db", "more.db", "export", "--dataset", "more", cwd=disk)
    before = {file.name for file in disk.iterdir()}
    for left in STEPS:
        filler = fill(disk, left=left)
        done = inside("--db", store, *command.split(), cwd=disk)
        filler.unlink()
        if done.returncode == 0:
            assert left, "it was full"
            break
        assert done.returncode == 1, done.stderr
        # Without any room, not even the index of the log can be made that a reader needs.
        assert done.stderr.startswith((f"Error: {refused}", "Error: s.db: the disk refused"))
        assert "full" in done.stderr or "No space left on device; nothing was" in done.stderr
        assert done.stderr.count("\n") == 1
        new = {file.name for file in disk.iterdir()} - before
        assert new <= {f"{store}{end}" for end in (".lock", "-wal", "-shm")}
    again = inside("--db", store, *command.split(), cwd=disk)
    assert again.returncode == 0 or "already" in again.stderr, again.stderr
    assert inside("--db", store, "db", "check", cwd=disk).returncode == 0
    if store == "s.db":
        count = 120 if command.startswith("import") else 60
        assert ask(disk / store, "SELECT count(*) FROM articles") == [(count,)]


@pytest.mark.usefixtures("slow")
def test_a_crawl_on_a_disk_that_fills(disk: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(*(item(site.url(f"/{n}")) for n in range(30)))
        for n in range(30):
            site[f"/{n}"] = page(f"Bridge {n}", f"almaty {n} news ferry {n} " * 200)
        site.describe(disk / "outlets", feeds=["/feed.xml"])
        assert crawl(disk, "--limit", "1").returncode == 0
        filler = fill(disk, left=200)
        full = crawl(disk, "--keep-pages", "--keep-warc", "--now")
        assert full.returncode == 1
        assert "Traceback" not in full.stderr
        assert "nothing saved is lost" in full.stderr.replace("N", "n")
        filler.unlink()
        assert crawl(disk, "--now").returncode == 0
    assert ask(disk / "t.db", "SELECT count(*) FROM articles") == [(30,)]
    assert newsloom("--db", disk / "t.db", "db", "check").returncode == 0
