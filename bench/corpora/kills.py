"""Commands that write, killed with their whole process group, run again, and compared.

A `Work` is a command on files as they are before it. `Whole` runs it once undisturbed; `killed`
runs it in a copy of the files, kills it, runs it again, and says what is then not as it was to be.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

DONE = (0, 3, 4)
"""Exit codes of a command that did its work; some, or all, sources of an outlet of the town fail."""
ALREADY = 2
"""Exit code of a command that may be done once: the killed one had done it."""

Partition = frozenset[frozenset[str]]
Rows = frozenset[tuple[object, ...]]

_ROWS = {
    "articles": "SELECT url, title, text, authors, language, published_at, kind, revision "
    "FROM articles",
    "revisions": "SELECT a.url, r.revision, r.title, r.text, r.ours FROM revisions r "
    "JOIN articles a ON a.id = r.article",
    "sightings": "SELECT p.url, s.url, i.title, i.modified_at FROM sightings i "
    "JOIN pages p ON p.id = i.page JOIN sources s ON s.id = i.source",
    "pages": "SELECT url, state, reason FROM pages",
    "decisions": "SELECT kind, story, other, together, apart, undone_by FROM overrides "
    "UNION ALL SELECT 'topic', name, filter, why, NULL, NULL FROM topics",
    "events_reported": "SELECT w.name, e.message ->> 'story', e.state FROM watch_events e "
    "JOIN watches w ON w.id = e.watch",
}
_CLUSTERS = {
    "copies": "SELECT a.url, m.copy_group FROM memberships m JOIN articles a ON a.id = m.article",
    "stories": "SELECT a.url, m.story FROM memberships m JOIN articles a ON a.id = m.article "
    "WHERE m.story IS NOT NULL",
    "events": "SELECT a.url, e.event FROM memberships m JOIN articles a ON a.id = m.article "
    "JOIN stories e ON e.id = m.story WHERE e.event IS NOT NULL",
}


class Result(NamedTuple):
    """What a file holds, whatever numbers things have in it."""

    articles: Rows = frozenset()
    revisions: Rows = frozenset()
    sightings: Rows = frozenset()
    pages: Rows = frozenset()
    decisions: Rows = frozenset()
    events_reported: Rows = frozenset()
    """by watches"""
    copies: Partition = frozenset()
    stories: Partition = frozenset()
    events: Partition = frozenset()
    kept: Rows = frozenset()
    """pages that are kept beside it"""
    output: str = ""
    """digest of a written file; of a migrated store, of all that it holds"""


class Work(NamedTuple):
    """A command that writes."""

    name: str
    """of this work alone"""
    before: Path
    """folder with the files as they are before it"""
    line: Sequence[object]
    """arguments of newsloom, run in a copy of that folder"""
    after: Sequence[Sequence[object]] = ()
    """commands that follow it"""
    store: str = "s.db"
    """the store that is compared"""
    output: str = ""
    """a file that is compared, too; of a store, all that it holds"""
    kinds: Sequence[str] = Result._fields
    """what is compared"""


def newsloom(line: Sequence[object], folder: Path) -> subprocess.Popen[bytes]:
    """Start a command in a folder, as the leader of a process group."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLOOM_")}
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", *map(str, line)], cwd=folder,
        env=kept | {"PYTHONPATH": root}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


class Whole:
    """A work that nobody disturbs: what comes of it, and how long it takes."""

    def __init__(self, work: Work, folder: Path) -> None:
        self.work = work
        process = _begin(work, folder)
        began = time.perf_counter()
        code = process.wait()
        self.seconds = time.perf_counter() - began
        """from its first change in the folder to its end"""
        if code not in DONE:
            raise RuntimeError(f"{work.name} ended with {code}; nothing can be compared with it")
        _follow(work, folder)
        self.result = result(work, folder)
        shutil.rmtree(folder)

    def killed(self, folder: Path, moment: float) -> tuple[bool, list[str]]:
        """Kill the work some seconds after its first change, run it again and go on.

        Whether it was killed in the middle of a run, and what is then wrong.
        """
        work = self.work
        process = _begin(work, folder)
        time.sleep(moment)
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        db = folder / work.store
        dangling = open_runs(db)
        wrong = self._half_written(folder)
        again = newsloom(work.line, folder).wait()
        if again not in (*DONE, ALREADY):
            wrong.append(f"run again it ends with {again}")
        _follow(work, folder)
        found = result(work, folder)
        wrong += [
            f"other {kind}" for kind in work.kinds
            if getattr(found, kind) != getattr(self.result, kind)
        ]  # fmt: skip
        wrong += faults(db, dangling)
        shutil.rmtree(folder)
        return bool(dangling), wrong

    def _half_written(self, folder: Path) -> list[str]:
        """A new file is whole or not there."""
        target = folder / self.work.output
        if (
            not self.work.output
            or (self.work.before / self.work.output).exists()
            or not target.exists()
        ):
            return []
        if is_store(target):
            return [f"{self.work.output}: {fault}" for fault in faults(target, [])]
        whole = digest(target) == self.result.output
        return [] if whole else [f"half of {self.work.output}"]


def _begin(work: Work, folder: Path) -> subprocess.Popen[bytes]:
    """Start a work, up to its first change: half of a short command is spent on loading."""
    shutil.copytree(work.before, folder, ignore=shutil.ignore_patterns("*.lock"))
    before = set(folder.iterdir())
    process = newsloom(work.line, folder)
    while process.poll() is None and set(folder.iterdir()) == before:
        time.sleep(0.002)
    return process


def _follow(work: Work, folder: Path) -> None:
    for line in work.after:
        code = newsloom(line, folder).wait()
        if code not in DONE:
            raise RuntimeError(f"{work.name}: {line[0]} ended with {code}")


def result(work: Work, folder: Path) -> Result:
    """What has come of a work."""
    found: dict[str, Any] = {}
    with closing(sqlite3.connect(folder / work.store)) as connection:
        for name, query in _ROWS.items():
            found[name] = frozenset(connection.execute(query))
        for name, query in _CLUSTERS.items():
            found[name] = partition(connection.execute(query))
    pages = folder / f"{Path(work.store).stem}.pages.db"
    if pages.exists():
        with closing(sqlite3.connect(pages)) as connection:
            found["kept"] = frozenset(connection.execute("SELECT url, body FROM kept_pages"))
    if work.output:
        found["output"] = digest(folder / work.output)
    return Result(**found)


def partition(named: Iterable[tuple[str, int]]) -> Partition:
    """Clusters, by what is in them."""
    clusters: dict[int, set[str]] = defaultdict(set)
    for url, number in named:
        clusters[number].add(url)
    return frozenset(frozenset(cluster) for cluster in clusters.values())


def digest(file: Path) -> str:
    """Of the bytes of a file; of a store, of all its rows but the times of its migrations."""
    if not is_store(file):
        return hashlib.sha256(file.read_bytes()).hexdigest()
    found = hashlib.sha256()
    with closing(sqlite3.connect(file)) as connection:
        for line in connection.iterdump():
            if "_sqlite_migrations" not in line:
                found.update(line.encode())
    return found.hexdigest()


def is_store(file: Path) -> bool:
    """Whether a file is one of SQLite's."""
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def _has_runs(db: Path) -> bool:
    """Whether a store has been made; a kill may come before that, at an empty file or none."""
    if not db.exists():
        return False
    with closing(sqlite3.connect(db)) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone()
    return found is not None


def open_runs(db: Path) -> list[int]:
    """Runs that have neither ended nor been marked."""
    if not _has_runs(db):
        return []
    with closing(sqlite3.connect(db)) as connection:
        found = connection.execute(
            "SELECT id FROM runs WHERE ended_at IS NULL AND outcome IS NULL ORDER BY id"
        ).fetchall()
    return [run for (run,) in found]


def faults(db: Path, dangling: Sequence[int]) -> list[str]:
    """What is wrong with a file in which these runs were cut off, and another has ended since."""
    found = []
    with closing(sqlite3.connect(db)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            found.append("integrity")
        if connection.execute("PRAGMA foreign_key_check").fetchall():
            found.append("foreign keys")
        try:
            for index in ("articles_fts", "article_parts"):
                connection.execute(
                    f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"
                )
        except sqlite3.DatabaseError:
            found.append("full text")
        marked = connection.execute("SELECT id FROM runs WHERE outcome = 'crashed'").fetchall()
    if open_runs(db) or {run for (run,) in marked} != set(dangling):
        found.append("killed runs")
    return found
