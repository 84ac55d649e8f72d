"""What grows with a store: every step at 10^4, 10^5 and 10^6 articles, as flat, log or linear.

Claims at 10^6: any command takes at most 0.3 s and 50 MB beyond starting, any page of the desk
150 ms (tables of /store 300), any tool of an assistant 0.3 s; grouping 1,000 new articles 5 s and
400 MB, `merge` with 4,000 others 20 s, `db check` 30 s. All seconds are of CPU. The texts have
600 words of 8 bytes. `STEPS=pages,tools` asks for some of the steps, ARTICLES=10000000 for a size
of your own: 10^7 take 110 GB of disk for its reads and one cycle; its index alone is
`SIZES=10000000 ./run bench index`.

It writes growth.svg, a curve for each step, to the folder of the stores (STORES).
"""

from __future__ import annotations

import http.client
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.corpora.cpu import spent
from bench.corpora.curves import drawn
from bench.corpora.filled import add_articles, filled
from bench.data_set import measured
from bench.desk import FOLDER, PAGES, add_topics, serving
from bench.mcp import TOOLS, Assistant, call

SIZES = tuple(map(int, os.environ.get("ARTICLES", "10000,100000,1000000").split(",")))
PARTS = os.environ.get("STEPS", "commands,pages,tools,upkeep").split(",")
TICK = 0.01
"""Seconds in which the system counts CPU: smaller differences say nothing."""
FLAT, LOG = 1.3, 3.0
"""The most that a step costs more for ten times the articles to be called so."""
COMMANDS = (
    "stories", "stories --words kalomi", "stories --since 2022-01-05", "stories --outlet outlet-5",
    "stories --country GB", "stories --topic large", "stories --topic small", "story {story}",
    "timeline {story}", "timeline {story} --since 2022-01-05", "first {story}", "article 1",
    "compare 1 2", "compare 1 3000", "changes 1 2", "network", "network --words kalomiru",
    "network --outlet outlet-5", "network --topic small", "agencies", "agencies --language fr",
    "agencies --words kalomi", "health", "outlets", "attention", "attention --topic small",
    "attention --topic large", "attention --outlet outlet-5", "coverage", "coverage --topic large",
    "topic list", "topic show large", "search ka mi", "search ka", 'search "ka mi"',
    "search ka OR mi", "search ka NEAR mi", "search kalom*", "search ka -mi", "search kalo* -mi",
    "search kalomi --outlet outlet-7", "search kalomi --since 2022-01-05", "db describe copies",
)  # fmt: skip
"""Words are parted at spaces; search gets its words as one."""
NEW, OTHERS = 1_000, 4_000
"""New articles of a cycle, and articles of a store that is merged into this one."""


# Not ru_maxrss: that of a child begins with what its parent had.
_COMMAND = """
import os, sys, time
from crawler.cli import run
small, db, *words = sys.argv[1:]
sys.stdout = open(os.devnull, "w")
taken = [time.process_time()]
for file in small, db, db:
    sys.argv = ["newsloom", "--db", file, *words]
    run()
    taken.append(time.process_time())
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
print(taken[2] - taken[1], taken[3] - taken[2], peak, file=sys.__stderr__)
"""


class Cost(NamedTuple):
    """What a step took."""

    seconds: float
    """of CPU, with a warm cache"""
    first: float
    """of the first time"""
    peak: float
    """the most megabytes of the process; 0: not measured"""


class Step(NamedTuple):
    """A step and what it may take at the largest size; of pages and commands beyond starting."""

    name: str
    goal: float


Costs = dict[Step, Cost]


def main() -> None:
    parts: dict[str, Callable[[Path], Iterator[tuple[Step, Cost]]]] = {
        "commands": commands,
        "pages": pages,
        "tools": tools,
        "upkeep": upkeep,
    }
    by_size: list[Costs] = []
    for size in SIZES:
        db = filled(FOLDER / f"newsloom-filled-{size}.db", size)
        add_topics(db)
        print(f"{size:,} articles, {db.stat().st_size / size:,.0f} bytes each")
        costs: Costs = {}
        for name in PARTS:
            for step, cost in parts[name](db):
                costs[step] = cost
                print(f"  {step.name:45} {_said(cost, step)}", flush=True)
        by_size.append(costs)
    _show(by_size)


def commands(db: Path) -> Iterator[tuple[Step, Cost]]:
    """Read commands, once all is imported: each is first asked of a store that is nearly empty."""
    small, story = filled(FOLDER / "newsloom-filled-100.db", 100), _largest_story(db)
    for line in COMMANDS:
        words = line.format(story=story).split()
        if words[0] == "search" and "--" not in line:
            words = ["search", "--", line.removeprefix("search ")]
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, small, db, *words],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        first, again, peak = map(float, done.stderr.split()[-3:])
        yield Step(f"newsloom {line}", 0.3), Cost(again, first, peak)


def pages(db: Path) -> Iterator[tuple[Step, Cost]]:
    """Pages of the desk, by the CPU of the process that serves them."""
    story = _largest_story(db)
    with serving(db) as (port, pid):
        for page in PAGES:
            path = page.format(story=story)

            def get(path: str = path) -> None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                connection.close()
                if answer.status != 200:
                    print(f"  {path}: HTTP {answer.status}")

            goal = 0.3 if page.startswith("/store") else 0.15
            yield Step(f"page {page}", goal), _of_process(pid, get)


def tools(db: Path) -> Iterator[tuple[Step, Cost]]:
    """Tools of `newsloom mcp`."""
    assistant = Assistant(sys.executable, "-m", "crawler", "--db", str(db), "mcp", "--sql")
    assistant.initialize()
    assistant.tell("notifications/initialized", {})
    story = _largest_story(db)
    for name, given in TOOLS.items():
        arguments = {key: story if value == "{story}" else value for key, value in given.items()}

        def ask(name: str = name, arguments: dict[str, object] = arguments) -> None:
            call(assistant, name.partition(",")[0], arguments)

        yield Step(f"tool {name}", 0.3), _of_process(assistant.pid, ask)
    assistant.close()


def upkeep(db: Path) -> Iterator[tuple[Step, Cost]]:
    """What reads all of a file, or writes; writing is done to a copy."""
    yield Step("db check", 30), _once("--db", db, "db", "check")
    work = db.with_suffix(".work")
    work.unlink(missing_ok=True)
    yield Step("db backup", math.inf), _once("--db", db, "db", "backup", work)
    work.unlink()
    shutil.copyfile(db, work)
    try:
        before = work.stat().st_size
        for n in range(2):
            add_articles(work, NEW, seed=n)
            cost = _once("--db", work, "group")
        yield Step(f"group {NEW:,} new", 5), cost
        other = db.with_suffix(".other")
        other.unlink(missing_ok=True)
        add_articles(other, OTHERS, seed=9)
        target = db.with_suffix(".merged")
        target.unlink(missing_ok=True)
        yield Step(f"merge with {OTHERS:,}", 20), _once("merge", work, other, "-o", target)
        target.unlink()
        other.unlink()
        grown = (work.stat().st_size - before) / (2 * NEW)
        print(f"  {grown:,.0f} bytes a new article")
    finally:
        for end in ("", "-wal", "-shm", ".lock"):
            work.with_name(work.name + end).unlink(missing_ok=True)


def _once(*arguments: object) -> Cost:
    _, cpu, peak = measured(*arguments)
    return Cost(cpu, cpu, peak)


def _of_process(pid: int, work: Callable[[], None]) -> Cost:
    """CPU of a process while it answers, first and over five repetitions."""
    begun = spent(pid)
    work()
    first = spent(pid)
    for _ in range(5):
        work()
    return Cost((spent(pid) - first) / 5, first - begun, _peak(pid))


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def _largest_story(db: Path) -> int:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    (story,) = connection.execute(
        "SELECT id FROM stories ORDER BY articles DESC, id LIMIT 1"
    ).fetchone()
    connection.close()
    return int(story)


def _said(cost: Cost, step: Step) -> str:
    over = " over the goal" if cost.seconds > step.goal else ""
    return f"{cost.seconds:7.3f} s, first {cost.first:7.3f} s, {cost.peak:5.0f} MB{over}"


def classed(costs: list[float]) -> str:
    """How a step grows, of its seconds at sizes that are ten times apart."""
    grows = (costs[-1] + TICK) / (costs[0] + TICK)
    each = grows ** (1 / max(1, len(costs) - 1))
    return "flat" if each <= FLAT else "log" if each <= LOG else "linear"


def _show(by_size: list[Costs]) -> None:
    """One table of all sizes, and the picture."""
    sizes = " | ".join(f"{size:,}" for size in SIZES)
    print(f"\n| step, seconds of CPU | {sizes} | MB | grows |")
    curves = {}
    for step, last in by_size[-1].items():
        costs = [max(0.0, of[step].seconds) for of in by_size]
        curves[step.name] = costs
        row = " | ".join(f"{cost:.3f}" for cost in costs)
        over = " (over the goal)" if costs[-1] > step.goal else ""
        print(f"| {step.name} | {row}{over} | {last.peak:.0f} | {classed(costs)} |")
    picture = FOLDER / "growth.svg"
    picture.write_text(drawn(SIZES, curves, least=TICK), encoding="utf-8")
    print(f"\ncurves: {picture}")


if __name__ == "__main__":
    main()
