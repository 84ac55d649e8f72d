"""One writer at a time, and readers beside it; `bench/overlap.py` does it for longer."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.overlap import importer, read_beside_a_writer
from crawler.clock import now
from crawler.errors import UsageError
from crawler.ingest.merge import merge
from crawler.run_lock import recorded
from crawler.store import open_store
from crawler.store.file.kept_pages import KeptPages
from tests.conftest import ask
from tests.store.told import Told

Inside = Callable[..., subprocess.CompletedProcess[str]]
WRITERS = (
    "crawl --only --outlets outlets", "group", "group --rebuild", "import l.jsonl", "db migrate",
    "topic add t --words x", "override pin 1 --why x --who y", "merge a.db b.db -o s.db",
    "reextract",
)  # fmt: skip


@pytest.mark.parametrize("command", WRITERS)
def test_a_second_writer_ends_with_75_and_names_the_holder(
    tmp_path: Path, inside: Inside, command: str
) -> None:
    told = Told(tmp_path / "s.db")
    told.article("herald")
    told.connection.close()
    for name in ("a.db", "b.db"):
        open_store(tmp_path / name).close()
    KeptPages(tmp_path / "s.db", make=True).close()
    (tmp_path / "l.jsonl").write_text('{"url": "https://g.org/1", "title": "Bridge"}\n')
    (tmp_path / "outlets").mkdir()
    (tmp_path / "outlets" / "g.toml").write_text('name = "G"\nfeeds = ["http://127.0.0.1:9/f"]\n')
    store = () if command.startswith("merge") else ("--db", "s.db")
    with recorded(tmp_path / "s.db", "newsloom crawl guardian"):
        before = ask(tmp_path / "s.db", "SELECT * FROM articles, runs")
        done = inside(*store, *command.split(), cwd=tmp_path)
        assert ask(tmp_path / "s.db", "SELECT * FROM articles, runs") == before
    assert done.returncode == 75, done.stderr
    assert re.fullmatch(
        r"Error: s.db is in use by `newsloom crawl guardian` \(process \d+, since "
        r"[\d:TZ-]+\); nothing was done\n",
        done.stderr,
    )


def test_a_store_that_is_being_merged_is_nobody_else_s(tmp_path: Path, inside: Inside) -> None:
    for name in ("a.db", "b.db"):
        open_store(tmp_path / name).close()
    (tmp_path / "l.jsonl").write_text('{"url": "https://g.org/1", "title": "Bridge"}\n')
    target = tmp_path / "all.db"
    codes: list[int] = []

    def meanwhile(*_: object) -> None:
        if not codes:
            codes.append(inside("--db", target, "import", tmp_path / "l.jsonl").returncode)

    merge([tmp_path / "a.db", tmp_path / "b.db"], target, now=now(), progress=meanwhile)
    assert codes == [75]
    assert ask(target, "SELECT count(*) FROM articles") == [(0,)]


def test_a_merge_does_not_take_the_place_of_what_has_come_about_meanwhile(tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        open_store(tmp_path / name).close()
    target = tmp_path / "all.db"

    def meanwhile(*_: object) -> None:
        target.write_text("somebody's")  # by a program that knows no lock of ours

    files = [tmp_path / "a.db", tmp_path / "b.db"]
    with pytest.raises(UsageError, match="exists already; name a new file"):
        merge(files, target, now=now(), progress=meanwhile)
    assert target.read_text() == "somebody's"


@pytest.mark.usefixtures("slow")
def test_readers_beside_a_writer_meet_no_lock_and_count_no_half(tmp_path: Path) -> None:
    db = tmp_path / "s.db"
    write = importer(db, tmp_path)
    write()
    counts = read_beside_a_writer(
        db, write, readers=3, seconds=3, kinds=("pandas", "command line", "desk")
    )
    assert counts.wrong == []
    assert min(counts.reads.values()) > 0
    assert len(counts.reads) == 3
