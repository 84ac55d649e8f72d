"""Apache Spark beside one machine: equal copies, CPU, two workers, and executors that are killed.

Claims: grouping on Spark costs at most 1.5 x the CPU of one machine, the start of the session
apart; two workers extract at least 1.7 x as fast as one, on idle cores; with frozen counts the
copies are equal, and so is everything when an executor is killed with -9. TEXTS says how many
articles are grouped, PAGES how many are extracted. It needs pyspark, fsspec and Java (./run spark).
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from bench.corpora.cpu import reap
from bench.corpora.stream import Streamed
from crawler.clock import later
from crawler.data_set.description import read_manifest
from crawler.store import Store, open_store
from crawler.types import Article
from crawler.types.listing import Moment, Precision
from dedupe import CopyScheme, adjusted_rand, seed_id
from tests.spark.archives import Capture, write_archive
from tests.spark.frozen import group_frozen

TEXTS = int(os.environ.get("TEXTS", "20000"))
PAGES = int(os.environ.get("PAGES", "2000"))
SAVED = Path(__file__).parents[2] / "shared" / "data" / "pages"
ARCHIVES = 8
AT = "2022-01-05T12:00:00Z"
SEED = 7
GOAL_CPU, GOAL_SPEED = 1.5, 1.7
_EMPTY = """
from crawler.spark.session import spark_session
with spark_session({master!r}, {{}}) as session:
    session.range(2, numPartitions=2).mapInArrow(lambda batches: batches, "id long").collect()
"""
"""A session in which Python workers start, and nothing is done."""


class Cost(NamedTuple):
    """What a command took."""

    cpu: float
    wall: float


class Watched:
    """CPU seconds of all processes below this one, looked at while they run.

    Spark's Python workers are waited for by nobody who would add up what they took.
    """

    def __init__(self) -> None:
        self._ticks: dict[tuple[int, str], int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self._ticks |= {(pid, begun): ticks for pid, begun, ticks in below(os.getpid())}


def below(pid: int) -> Iterator[tuple[int, str, int]]:
    """Number, start and ticks of each process below one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            with suppress(OSError):
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                yield child, fields[19], int(fields[11]) + int(fields[12])
                yield from below(child)


def run(*command: object, **environment: str) -> Cost:
    """Run a command with all that it starts."""
    began = time.perf_counter()
    with Watched() as watched:
        done = subprocess.run(
            [sys.executable, *map(str, command)], capture_output=True, text=True, check=False,
            env=os.environ | environment,
        )  # fmt: skip
        wall = time.perf_counter() - began
        wait_for_all()
    assert done.returncode == 0, done.stderr[-3000:]
    return Cost(watched.seconds, wall)


def wait_for_all() -> None:
    """Wait for what a command left behind, which the system gave to this process."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


def newsloom(*arguments: object, **environment: str) -> Cost:
    return run("-m", "crawler", *arguments, **environment)


def fill(file: Path) -> None:
    """A store of the stream's articles, ten minutes between two, none of them compared."""
    store = open_store(file)
    with store.batch():
        number = store.runs.open("bench", now=AT, pid=1)
        store.copies.set_scheme(CopyScheme().id, seed=SEED, seed_id=seed_id(SEED))
        for n, (outlet, text) in enumerate(islice(Streamed(seed=1), TEXTS)):
            name, at = f"outlet{outlet}.example", later(AT, timedelta(minutes=n))
            store.articles.save(
                Article(
                    url=f"https://{name}/{n}", outlet=name, title=" ".join(text.split()[:9]),
                    text=text, language="en",
                    published=Moment(at=at, precision=Precision.SECOND, source="import", raw=at),
                ),
                outlet=store.outlets.ensure(name), run=number, now=at,
            )  # fmt: skip
    store.close()


def session(master: str) -> Cost:
    return run("-c", _EMPTY.format(master=master))


def archives(folder: Path) -> list[Path]:
    """PAGES pages as archives: the saved ones beside the checkout over and over, or made ones."""
    found, bodies = [], _bodies()
    for n in range(ARCHIVES):
        captures = [
            Capture(f"https://outlet{k % 400}.example/{n}-{k}", AT, body)
            for k, body in enumerate(islice(bodies, PAGES // ARCHIVES))
        ]
        found.append(write_archive(folder / f"{n}.warc.gz", captures))
    return found


def _bodies() -> Iterator[bytes]:
    saved = [file for file in sorted(SAVED.glob("*/*.gz")) if "jsonl" not in file.name]
    if saved:
        yield from (gzip.decompress(file.read_bytes()) for file in cycle(saved))
    for _, text in Streamed(seed=2):
        paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
        title = " ".join(text.split()[:9])
        yield (
            f"<html lang=en><head><title>{title}</title></head><body><nav>Home News</nav>"
            f"<article><h1>{title}</h1><time datetime={AT}>today</time>{paragraphs}</article>"
        ).encode()


def placed(store: Store) -> dict[str, tuple[int, int]]:
    """Copy group and story of each article."""
    return {
        row.url: (row.copy_group or 0, row.story or 0)
        for row in store.queries.articles.all_placed()
    }


def pairs(store: Store) -> set[tuple[int, ...]]:
    """Edges of copies: the pairs, what they share, and whether they join."""
    edges = store.copies.edges(range(1, TEXTS + 1))
    return {(edge.a, edge.b, edge.shared, int(edge.joined)) for edge in edges}


def show_grouping(folder: Path, start: Cost) -> None:
    """Group the stream on one machine and on Spark."""
    one, two, plain = (folder / f"{name}.db" for name in ("one", "two", "plain"))
    fill(plain)
    shutil.copy(plain, one)
    newsloom("--db", plain, "export", "--dataset", folder / "set")
    alone = newsloom("--db", one, "group", "-q")
    log = folder / "log"
    log.mkdir()
    spark = newsloom(
        "spark", "group", folder / "set", "--with-seed", "--seed-from", plain, "--master",
        "local[2]", "-q", "--conf", "spark.eventLog.enabled=true", "--conf",
        f"spark.eventLog.dir=file://{log}", "--conf", "spark.eventLog.compress=false",
    )  # fmt: skip
    took = spark.cpu - start.cpu
    print(
        f"{TEXTS:,} texts grouped: {alone.cpu:.0f} s of CPU on one machine, {took:.0f} s on Spark "
        f"({took / alone.cpu:.2f} x; goal {GOAL_CPU} x), {start.cpu:.0f} s more for the session"
    )
    print(f"  {shuffled(log) / TEXTS:,.0f} bytes an article went from task to task")
    newsloom("--db", two, "import", "-q", "--dataset", folder / "set", "--with-findings")
    connection = sqlite3.connect(two)
    (summary,) = connection.execute("SELECT summary FROM runs ORDER BY id DESC").fetchone()
    connection.close()
    print(f"  {summary}")
    ours, theirs, frozen = open_store(one), open_store(two), open_store(plain)
    a, b = placed(ours), placed(theirs)
    found, truth = ({url: places[0] for url, places in of.items()} for of in (b, a))
    print(f"  adjusted Rand index of copy groups to one machine: {adjusted_rand(found, truth):.4f}")
    group_frozen(frozen, theirs, seed=SEED)
    c, edges, others = placed(frozen), pairs(frozen), pairs(theirs)
    print(
        f"  with the counts of Spark, one machine finds {len(edges):,} pairs, "
        f"{len(edges & others):,} of Spark's {len(others):,}"
    )
    for which, what in enumerate(("copy group", "story")):
        same = sum(b[url][which] == c[url][which] for url in c)
        print(f"  and has {same:,} of {len(c):,} articles in the same {what}")
    for store in (ours, theirs, frozen):
        store.close()


def shuffled(log: Path) -> int:
    """Bytes that tasks wrote for other tasks, by Spark's own account."""
    files = [file for file in log.rglob("*") if file.is_file()]
    text = "".join(file.read_text("utf-8", "replace") for file in files)
    return sum(map(int, re.findall(r'"Shuffle Bytes Written":(\d+)', text)))


def show_extraction(folder: Path, start: Cost) -> None:
    """Extract archives on one machine, and on Spark with one worker and two."""
    files = archives(folder)
    alone = newsloom("--db", folder / "pages.db", "import", "-q", "--workers", 2, *files)
    costs = []
    for workers in (1, 2):
        out = folder / f"out{workers}"
        master = f"local[{workers}]"
        costs.append(newsloom("spark", "extract", *files, "--out", out, "--master", master, "-q"))
    one, two = costs
    manifest = read_manifest(folder / "out2")
    articles = manifest.tables["articles"].rows
    print(
        f"{PAGES:,} pages extracted: {alone.cpu:.0f} s of CPU on one machine, "
        f"{two.cpu - start.cpu:.0f} s on Spark ({(two.cpu - start.cpu) / alone.cpu:.2f} x); two "
        f"workers {(one.wall - start.wall) / (two.wall - start.wall):.2f} x as fast as one (goal "
        f"{GOAL_SPEED} x on idle cores; {os.getloadavg()[0]:.1f} were busy)"
    )
    print(
        f"  {1e3 * alone.cpu / PAGES:.0f} ms of CPU a page on one machine; "
        f"{sum(file.stat().st_size for file in files) / PAGES / 1e3:.0f} kB of archive a page, "
        f"{articles:,} articles, {manifest.bytes / articles / 1e3:.1f} kB of data set an article"
    )


def main() -> None:
    reap()
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = session("local[2]")
        show_extraction(folder, start)
        show_grouping(folder, start)


if __name__ == "__main__":
    main()
