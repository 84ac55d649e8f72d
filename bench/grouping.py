"""Grouping the copies of a large file: a rebuild, and a cycle of 1,000 new articles.

Claims: `group --rebuild` of 10^6 articles in <= 25 minutes and <= 4 GB, linear; 1,000 new articles
into 10^6 (keys, candidates, verification, groups, commit) in <= 2 s and <= 400 MB. Each is a
process of its own; SIZES says how large. The whole takes an hour and 8 GB of disk.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.corpora.stream import Streamed
from crawler.grouping.run import group
from crawler.store import open_store
from crawler.types import Article

SIZES = tuple(map(int, os.environ.get("SIZES", "100000 1000000").split()))
CYCLE = 1_000
REPEATS = 5
AT = "2022-01-05T12:00:00Z"


def fill(file: Path, texts: Iterator[tuple[int, str]], numbers: range) -> None:
    store = open_store(file)
    for start in range(numbers.start, numbers.stop, 10_000):
        part = range(start, min(start + 10_000, numbers.stop))
        with store.batch():
            run = store.runs.open("bench", now=AT, pid=1)
            for number, (outlet, text) in zip(part, islice(texts, len(part)), strict=True):
                name = f"outlet{outlet}"
                store.articles.save(
                    Article(url=f"https://{name}/{number}", outlet=name, title="", text=text),
                    outlet=store.outlets.ensure(name),
                    run=run,
                    now=AT,
                )
    store.close()


def grouped(file: Path, *, rebuild: bool = False) -> tuple[float, float, int]:
    """Seconds, from opening the file on; peak memory in MB; articles compared."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_grouped, (file, rebuild))


def _grouped(file: Path, rebuild: bool) -> tuple[float, float, int]:
    began = time.perf_counter()
    store = open_store(file)
    done = group(store, run=1, now=AT, rebuild=rebuild, stories=False)
    store.close()
    taken = time.perf_counter() - began
    return taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, done.compared


def main() -> None:
    texts, done, each = iter(Streamed(seed=1)), 0, []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "newsloom.db"
        for size in SIZES:
            fill(file, texts, range(done, size))
            taken, memory, new = grouped(file)
            print(f"{size:,} articles, {new:,} of them new: {taken:.0f} s, {memory:.0f} MB")
            taken, memory, _ = grouped(file, rebuild=True)
            each.append(taken / size)
            print(
                f"  rebuilt in {taken / 60:.1f} minutes ({1e3 * taken / size:.2f} ms an article), "
                f"{memory:.0f} MB (goal at 10^6: 25 minutes, 4,000 MB)"
            )
            done = size
            cycles = []
            for _ in range(REPEATS):
                fill(file, texts, range(done, done + CYCLE))
                done += CYCLE
                cycles.append(grouped(file)[:2])
            seconds, megabytes = map(statistics.median, zip(*cycles, strict=True))
            print(
                f"  {CYCLE:,} new articles: {seconds:.2f} s, {megabytes:.0f} MB "
                "(goal at 10^6: 2 s, 400 MB)",
                flush=True,
            )
        print(f"rebuild, an article: {each[-1] / each[0]:.2f} x from {SIZES[0]:,} to {SIZES[-1]:,}")


if __name__ == "__main__":
    main()
