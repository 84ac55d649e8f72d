"""Linking 1,000 new articles into a window of SIZES (5000 20000) articles; and how well.

Claims: <= 5 s on one core and <= 1 GB at 200,000; the cost grows with what is new. The events of
the stream are known, so that B-cubed is printed beside. 200000 takes half an hour.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.corpora.events import Events
from crawler.grouping.linker import STORIES, Linker
from crawler.grouping.run import group
from crawler.store import open_store
from crawler.types import Article, Moment, Precision
from dedupe import b_cubed

SIZES = tuple(map(int, os.environ.get("SIZES", "5000 20000").split()))
DAYS = 6
CYCLE = 1_000
REPEATS = 5
AT = "2022-02-01T12:00:00Z"

Told = Iterator[tuple[int, int, str, str, str]]


def fill(file: Path, told: Told, count: int, truth: list[int]) -> None:
    store = open_store(file)
    with store.batch():
        run = store.runs.open("bench", now=AT, pid=1)
        for outlet, event, at, title, text in islice(told, count):
            name = f"outlet{outlet}"
            article = Article(
                url=f"https://{name}/{len(truth)}",
                outlet=name,
                title=title,
                text=text,
                language="en",
                published=Moment(at=at, precision=Precision.SECOND, source="feed", raw=""),
            )
            number = store.outlets.ensure(name)
            store.articles.save(article, outlet=number, run=run, now=AT)
            truth.append(event)
    store.close()


def linked(file: Path) -> tuple[float, float, float]:
    """Seconds for copies, seconds for stories, peak memory in MB; in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_linked, (file,))


def _linked(file: Path) -> tuple[float, float, float]:
    store = open_store(file)
    began = time.perf_counter()
    group(store, run=1, now=AT, stories=False)
    with store.batch():
        store.story_links.set_scheme(STORIES.id)
    between = time.perf_counter()
    Linker(store, STORIES, run=1, now=AT).work(lambda _done, _total: None)
    ended = time.perf_counter()
    store.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return between - began, ended - between, memory


def main() -> None:
    for size in SIZES:
        told, truth = iter(Events(seed=1, a_day=size // DAYS)), list[int]()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "stories.db"
            fill(file, told, size, truth)
            copies, stories, memory = linked(file)
            print(
                f"{size:,} articles in {DAYS} days: copies {copies:.0f} s, "
                f"stories {stories:.0f} s, {memory:.0f} MB"
            )
            cycles = []
            for _ in range(REPEATS):
                fill(file, told, CYCLE, truth)
                cycles.append(linked(file)[1:])
            seconds, megabytes = map(statistics.median, zip(*cycles, strict=True))
            print(
                f"  {CYCLE:,} new ones linked in {seconds:.1f} s, {megabytes:.0f} MB "
                "(goal at 200,000: 5 s, 1,000 MB)"
            )
            store = open_store(file)
            placed = {
                int(row.url.rpartition("/")[2]): row.story
                for row in store.queries.articles.all_placed()
            }
            store.close()
            score = b_cubed(placed, dict(enumerate(truth)))
            print(f"  B-cubed P {score.precision:.3f} R {score.recall:.3f} F {score.f1:.3f}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
