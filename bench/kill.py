"""kill -9 at random moments of a town crawl, then the crawl again: one result, every time.

Claim: the frontier is in the store, so nothing is lost and nothing finished is fetched again; and
what was being grouped is grouped as if nothing had happened. Stories depend on the order in which
articles come, so the outlets are crawled one after another, each by one parser: a kill in the
crawl of one of them, that crawl again, then the next two outlets. Compared by address with crawls
that nobody interrupted: articles, copy groups, stories. Then the file itself: integrity, foreign
keys, the full-text index against the articles, the killed run marked as crashed.

Without an order (`ORDER=any`) all outlets are crawled at once, and articles alone are compared.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from crawler.demo.town import Town

KILLS = int(os.environ.get("KILLS", "20"))
LATER = 2
"""Outlets that are crawled after the one whose crawl was killed."""
ANY_ORDER = os.environ.get("ORDER") == "any"

Partition = frozenset[frozenset[str]]


class Result(NamedTuple):
    """What a file holds, whatever numbers things have in it."""

    articles: frozenset[tuple[str, str, str]]
    copies: Partition
    stories: Partition


def crawl(db: Path, outlets: Path, turn: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "-q", "--now",
         "--allow-private", "--workers", "1", "--only", "--outlets", str(outlets), *turn],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def result(db: Path) -> Result:
    with closing(sqlite3.connect(db)) as connection:
        articles = connection.execute("SELECT url, title, text FROM articles").fetchall()
        grouped = connection.execute(
            "SELECT a.url, m.copy_group, g.story FROM articles a JOIN memberships m"
            " ON m.article = a.id JOIN copy_groups g ON g.id = m.copy_group"
        ).fetchall()
    return Result(
        frozenset(articles),
        partition((url, group) for url, group, _ in grouped),
        partition((url, story) for url, _, story in grouped),
    )


def partition(named: Iterable[tuple[str, int]]) -> Partition:
    clusters: dict[int, set[str]] = defaultdict(set)
    for url, number in named:
        clusters[number].add(url)
    return frozenset(frozenset(cluster) for cluster in clusters.values())


def copy(db: Path, to: Path) -> None:
    with closing(sqlite3.connect(db)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def open_runs(db: Path) -> list[int]:
    """Runs that have neither ended nor been marked."""
    if not db.exists():
        return []
    with closing(sqlite3.connect(db)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone():
            return []
        found = connection.execute(
            "SELECT id FROM runs WHERE ended_at IS NULL AND outcome IS NULL"
        ).fetchall()
    return [run for (run,) in found]


def faults(db: Path, killed: list[int]) -> list[str]:
    """What is wrong with a file."""
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
    if open_runs(db) or {run for (run,) in marked} != set(killed):
        found.append("killed runs")
    return found


class Reference:
    """Crawls that nobody interrupted: the file after each turn, and how long the turn took."""

    def __init__(self, folder: Path, outlets: Path, turns: list[list[str]]) -> None:
        self.outlets = outlets
        self.turns = turns
        self.after = [folder / f"after-{turn}.db" for turn in range(len(turns))]
        self.seconds = []
        db = folder / "whole.db"
        for turn, after in zip(turns, self.after, strict=True):
            began = time.perf_counter()
            crawl(db, outlets, turn).wait()
            self.seconds.append(time.perf_counter() - began)
            copy(db, after)

    def killed(self, db: Path, turn: int, moment: float) -> tuple[list[int], Result]:
        """Kill a crawl, crawl again and go on: the runs killed, and what was to come of it."""
        if turn:
            copy(self.after[turn - 1], db)
        process = crawl(db, self.outlets, self.turns[turn])
        time.sleep(moment)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        killed = open_runs(db)
        end = min(turn + 1 + LATER, len(self.turns))
        for later in self.turns[turn:end]:
            crawl(db, self.outlets, later).wait()
        return killed, result(self.after[end - 1])


def main() -> None:
    draw = random.Random(20220105)  # noqa: S311 - moments, not secrets
    counts: Counter[str] = Counter()
    with Town(latency=False) as town, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outlets = town.describe_outlets(folder / "outlets")
        slugs = sorted(path.stem for path in outlets.glob("*.toml"))
        reference = Reference(folder, outlets, [[]] if ANY_ORDER else [[slug] for slug in slugs])
        whole = result(reference.after[-1])
        print(f"uninterrupted: {len(whole.articles)} articles, {len(whole.copies)} copy groups, "
              f"{len(whole.stories)} stories", flush=True)  # fmt: skip
        for number in range(KILLS):
            db = folder / f"{number}.db"
            turn = draw.randrange(len(reference.turns))
            moment = draw.uniform(0, reference.seconds[turn])
            killed, due = reference.killed(db, turn, moment)
            found, wrong = result(db), faults(db, killed)
            equal = [kind for kind in Result._fields if getattr(found, kind) == getattr(due, kind)]
            counts.update(equal)
            counts["sound"] += not wrong
            counts["in a run"] += bool(killed)
            print(f"{' '.join(reference.turns[turn]) or 'all'} killed after {moment:.2f} of "
                  f"{reference.seconds[turn]:.2f} s, {len(killed)} run cut off: equal "
                  f"{', '.join(equal)}{'; WRONG ' + ', '.join(wrong) if wrong else ''}",
                  flush=True)  # fmt: skip
    wanted = ("articles",) if ANY_ORDER else Result._fields
    print(f"{KILLS} kills, {counts['in a run']} of them in the middle of a run; equal to the "
          f"uninterrupted crawls: {', '.join(f'{kind} {counts[kind]}' for kind in wanted)}; files "
          f"sound {counts['sound']} (goal: {KILLS} of each)")  # fmt: skip
    sys.exit(any(counts[kind] != KILLS for kind in (*wanted, "sound")))


if __name__ == "__main__":
    main()
