"""10,000 hostile inputs of eight kinds, and servers that misbehave in 50 ways.

Claim: whatever is read, it takes at most 5 s of CPU and 2 GB, and ends with what the reader
declares. Pages, feeds and sitemaps are read by processes that are killed there and replaced; all
else is read by the command itself, so nothing of it may come to a limit. COUNT=10000 in all.
Beside servers that send bombs, lies, floods of headers, and without end, all articles of honest
outlets are saved.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import tempfile
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bench.corpora.cpu import crawl, reap
from bench.corpora.fuzz_targets import TARGETS
from bench.corpora.hostile import KINDS, inputs
from bench.corpora.hostile_servers import HostileServer, every
from bench.corpora.memory import peak_and_own
from bench.corpora.web import Answer, Web
from crawler.parsing.workers.pool import SECONDS, Timed, Workers

COUNT = int(os.environ.get("COUNT", "10000"))
AHEAD = 4
OUTLETS, ARTICLES = 5, 20
CUT_OFF = {"parser-timeout", "parser-memory"}


class Tally(NamedTuple):
    """What came of the inputs of a kind."""

    inputs: int
    seconds: float
    """of CPU, at most"""
    megabytes: float
    """of a process, at most"""
    cut_off: int
    """inputs at which a process was killed"""
    wrong: int


def read(name: str, data: bytes) -> float:
    """Read an input; the MB that the process had at most meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    TARGETS[KINDS[name].target].run(data)
    return peak_and_own()[0]


def tally(name: str, count: int, workers: Workers) -> Tally:
    """Read the inputs of a kind, and say of each that goes wrong what it was."""
    total, worst, most, cut_off, wrong = 0, 0.0, 0.0, 0, 0
    waiting: deque[tuple[bytes, Future[Timed[float]]]] = deque()

    def take() -> None:
        nonlocal worst, most, cut_off, wrong
        data, done = waiting.popleft()
        found = done.result()
        worst, most = max(worst, found.seconds), max(most, found.value or 0)
        if found.error is None:
            return
        limit = found.error.reason in CUT_OFF
        cut_off += limit
        if not (limit and KINDS[name].own_process):
            wrong += 1
            print(f"    {name}: {found.error.reason}: {str(found.error.detail)[:300]} "
                  f"({len(data)} bytes: {data[:60]!r})", flush=True)  # fmt: skip

    for total, data in enumerate(inputs(name, count, seed=8), start=1):  # noqa: B007 - counts
        waiting.append((data, workers.submit_timed(read, name, data)))
        if len(waiting) > AHEAD:
            take()
    while waiting:
        take()
    return Tally(total, worst, most, cut_off, wrong)


def servers() -> int:
    """A crawl of honest outlets beside servers that misbehave; what is wrong."""
    text = "The council closed the bridge on Monday, as two of its cables had rusted through. " * 5

    def honest(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if path != "/feed":
            title = f"Bridge {path} of {host}"
            return Answer(f"<title>{title}</title><h1>{title}</h1><p>{path} {text}".encode())
        links = (f"<item><link>http://{host}/{n}</link></item>" for n in range(ARTICLES))
        return Answer(f"<rss><channel>{''.join(links)}</channel></rss>".encode(), "text/xml")

    reap()
    behaviours = every()
    with (
        tempfile.TemporaryDirectory() as name, Web(honest, hosts=OUTLETS) as web,
        HostileServer(behaviours) as server,
    ):  # fmt: skip
        folder = Path(name)
        feeds = [(f"honest{n}", f"http://{host}:{web.port}/feed")
                 for n, host in enumerate(web.addresses)]  # fmt: skip
        (folder / "outlets").mkdir()
        for slug, feed in (*feeds, *server.feeds()):
            (folder / "outlets" / f"{slug}.toml").write_text(
                f'name = "{slug}"\ndelay = 0\nfeeds = ["{feed}"]\n'
            )
        seconds = crawl(folder / "x.db", folder / "outlets", "--workers", 1, codes=(3,))
        with closing(sqlite3.connect(folder / "x.db")) as store:
            saved = int(store.execute("SELECT count(*) FROM articles").fetchone()[0])
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    wanted = OUTLETS * ARTICLES
    print(f"{len(behaviours)} ways to misbehave, each in three places: {saved} of {wanted} honest "
          f"articles saved, {seconds:.0f} s of CPU, {most:.0f} MB")  # fmt: skip
    return wanted - saved


def main() -> None:
    wrong = servers()  # first, as it waits for the end of all processes that it has begun
    workers, total = Workers(1), 0
    print(
        f"{'kind':12} {'inputs':>7} {'worst CPU':>10} {'worst MB':>9} {'cut off':>8} {'wrong':>6}"
    )
    for name in KINDS:
        found = tally(name, COUNT // len(KINDS), workers)
        print(f"{name:12} {found.inputs:7,} {found.seconds:8.2f} s {found.megabytes:9.0f} "
              f"{found.cut_off:8} {found.wrong:6}", flush=True)  # fmt: skip
        total, wrong = total + found.inputs, wrong + found.wrong
    workers.close()
    print(f"{total:,} inputs, {wrong} wrong (goal: 0; at most {SECONDS:g} s of CPU each)")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
