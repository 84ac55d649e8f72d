"""One crawl of many pages, and many short cron runs in a row on one store: what grows?

Claim: memory, descriptors, CPU a page or run, and the file's size a page are in the last quarter at
most 1.1 times those of the second; no file is left. PAGES=100000 in one crawl, RUNS=2000 short runs
that each find a few pages and group them; FIRST=1 leaves out the runs, FIRST=0 the crawl.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bench.corpora.memory import kilobytes
from bench.corpora.web import Answer, Web, feed

PAGES = int(os.environ.get("PAGES", "100000"))
RUNS = int(os.environ.get("RUNS", "2000"))
HOSTS = 100
"""Outlets of the one crawl; a feed is read up to 5,000 entries."""
EACH_RUN = 3
"""New pages of a short run."""
SHOWN = 30
"""Entries of the feed of the short runs: the newest."""
MOST = 1.1
EVERY = 0.5
"""Seconds between two looks at the crawl."""
TICKS = os.sysconf("SC_CLK_TCK")
WORDS = (
    "council", "bridge", "river", "ferry", "mayor", "school", "budget", "storm", "harbour",
    "train", "strike", "court", "fire", "market", "museum", "bakery", "orchestra", "election",
    "tunnel", "library", "hospital", "farm", "price", "winter", "police", "union", "factory",
    "airport", "stadium", "forest",
)  # fmt: skip


class Look(NamedTuple):
    """What there is at one moment, or after one run."""

    pages: int
    megabytes: float
    """of the crawl process"""
    descriptors: int
    seconds: float
    """of CPU since the beginning, or of this run"""
    size: int
    """bytes of the store"""


def page(number: int) -> bytes:
    """A page of 150 words that no other page has in this order."""
    state, words = number * 2_654_435_761 % 2**32, []
    for _ in range(150):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        words.append(WORDS[(state >> 16) % len(WORDS)])
    title = f"{words[0]} {words[1]} {number}".title()
    return (f"<html><title>{title}</title><body><h1>{title}</h1><p>{' '.join(words[:75])}.</p>"
            f"<p>{' '.join(words[75:])}.</p></body></html>").encode()  # fmt: skip


def inside(store: Path) -> tuple[int, int]:
    """Articles of a store, and its bytes, those in its log among them; none where it is not yet."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            (articles,) = connection.execute("SELECT max(id) FROM articles").fetchone()
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
    except sqlite3.OperationalError:
        return 0, 0
    return articles or 0, pages * size


def command(store: Path, outlets: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "crawler", "--db", str(store), "crawl", "-q", "--only",
            "--allow-private", "--outlets", str(outlets), *arguments]  # fmt: skip


def describe(folder: Path, feeds: Sequence[str]) -> Path:
    folder.mkdir()
    for number, url in enumerate(feeds):
        (folder / f"o{number}.toml").write_text(
            f'name = "O{number}"\ndelay = 0\nlanguage = "en"\nfeeds = ["{url}"]\n'
        )
    return folder


def one_crawl(folder: Path) -> list[Look]:
    """Looks at a crawl of PAGES pages, while it goes on."""

    def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if path == "/feed":
            place = web.addresses.index(host.partition(":")[0])
            return Answer(
                feed([f"http://{host}/news/{n}" for n in range(place, PAGES, HOSTS)]), "text/xml"
            )
        if not path.startswith("/news/"):
            return Answer(b"", status=404)
        return Answer(page(int(path.rpartition("/")[2])))

    looks = []
    with Web(answer, hosts=HOSTS) as web:
        feeds = [f"http://{address}:{web.port}/feed" for address in web.addresses]
        outlets, store = describe(folder / "outlets", feeds), folder / "crawl.db"
        process = subprocess.Popen(
            command(store, outlets, "--no-group", "--workers", "1"),
            env=os.environ | {"TMPDIR": str(folder / "tmp")},
        )
        while process.poll() is None:
            time.sleep(EVERY)
            place = Path(f"/proc/{process.pid}")
            try:
                memory = kilobytes((place / "status").read_text())["VmRSS"] / 1024
                times = (place / "stat").read_text().rpartition(")")[2].split()
                descriptors = len(list((place / "fd").iterdir()))
            except (OSError, KeyError):
                break  # it has ended
            seconds = (int(times[11]) + int(times[12])) / TICKS
            articles, size = inside(store)
            if articles < PAGES:  # then it ends
                looks.append(Look(articles, memory, descriptors, seconds, size))
        if process.wait():
            sys.exit(f"the crawl ended with {process.returncode}")
    return looks


def short_runs(folder: Path) -> list[Look]:
    """What each of RUNS short runs took, one after another."""
    shown = 0

    def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if path == "/feed":
            newest = range(max(shown - SHOWN, 0), shown)
            return Answer(feed([f"http://{host}/news/{n}" for n in newest]), "text/xml")
        if not path.startswith("/news/"):
            return Answer(b"", status=404)
        return Answer(page(int(path.rpartition("/")[2])))

    looks = []
    with Web(answer) as web:
        feeds = [f"http://{web.addresses[0]}:{web.port}/feed"]
        outlets, store = describe(folder / "outlets", feeds), folder / "cron.db"
        for _ in range(RUNS):
            shown += EACH_RUN
            process = subprocess.Popen(
                command(store, outlets, "--now", "--workers", "1"),
                env=os.environ | {"TMPDIR": str(folder / "tmp")},
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                sys.exit(f"a run ended with {process.returncode}")
            seconds = used.ru_utime + used.ru_stime
            _, size = inside(store)
            looks.append(Look(shown, used.ru_maxrss / 1024, 0, seconds, size))
    return looks


def quarter(looks: Sequence[Look], number: int) -> Sequence[Look]:
    """The looks of a quarter of all pages, from the first."""
    most = looks[-1].pages
    low, high = most * (number - 1) / 4, most * number / 4
    return [look for look in looks if low < look.pages <= high]


def a_page(value: Callable[[Look], float]) -> Callable[[Sequence[Look]], float]:
    """By how much a value that only grows does so for each page."""
    return lambda looks: (
        (value(looks[-1]) - value(looks[0])) / max(looks[-1].pages - looks[0].pages, 1)
    )


def compare(looks: Sequence[Look], name: str, unit: str,
            value: Callable[[Sequence[Look]], float]) -> bool:  # fmt: skip
    """Whether a value has not grown from the second quarter to the last."""
    second, last = (value(quarter(looks, number)) for number in (2, 4))
    ratio = last / second if second else 1.0
    print(f"  {name:28} {second:9.2f} {last:9.2f} {unit:12} {ratio:5.2f} x", flush=True)
    return ratio <= MOST


def leftovers(folder: Path, store: str) -> list[str]:
    """Files that nobody asked for."""
    wanted = {"outlets", "tmp", store, f"{store}-wal", f"{store}-shm", f"{store}.lock"}
    left = [file.name for file in folder.iterdir() if file.name not in wanted]
    return left + [f"tmp/{file.name}" for file in (folder / "tmp").iterdir()]


def soak(name: str, store: str, work: Callable[[Path], list[Look]],
         compared: Callable[[list[Look]], list[bool]]) -> bool:  # fmt: skip
    """Do a work, print how its quarters compare, and say whether it held."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "tmp").mkdir()
        looks = work(folder)
        print(f"{name}: second quarter, last quarter")
        held = compared(looks)
        left = leftovers(folder, store)
        print(f"  files left: {', '.join(left) or 'none'}", flush=True)
    return all(held) and not left


def of_crawl(looks: list[Look]) -> list[bool]:
    return [
        compare(looks, "memory", "MB", lambda part: max(look.megabytes for look in part)),
        compare(looks, "descriptors", "", lambda part: max(look.descriptors for look in part)),
        compare(looks, "CPU of the crawl process", "ms a page",
                lambda part: 1_000 * a_page(lambda look: look.seconds)(part)),
        compare(looks, "file", "kB a page",
                lambda part: a_page(lambda look: look.size)(part) / 1_000),
    ]  # fmt: skip


def of_runs(looks: list[Look]) -> list[bool]:
    return [
        compare(looks, "memory", "MB", lambda part: max(look.megabytes for look in part)),
        compare(looks, "CPU", "s a run",
                lambda part: statistics.median(look.seconds for look in part)),
        compare(looks, "file", "kB a page",
                lambda part: a_page(lambda look: look.size)(part) / 1_000),
    ]  # fmt: skip


def main() -> None:
    held = []
    if os.environ.get("FIRST") != "0":
        held.append(soak(f"one crawl of {PAGES:,} pages", "crawl.db", one_crawl, of_crawl))
    if os.environ.get("FIRST") != "1":
        held.append(soak(f"{RUNS:,} runs of {EACH_RUN} new pages each", "cron.db",
                         short_runs, of_runs))  # fmt: skip
    print(f"goal: at most {MOST} x, and no file left")
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
