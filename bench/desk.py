"""What researchers ask of a store of 100,000 articles: views, pages, exports, commands.

Claims: each view answers within 200 ms, for a story, an outlet or a page of a hundred rows, and
those that count over all (network, agency share, days) as a whole; any page of the web desk within
100 ms; exports stream, so that ten times the articles take no more memory; read commands take no
more than 0.2 s beyond starting Python, and 40 MB. ARTICLES=1000000 for another size.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.corpora.filled import filled

ARTICLES = int(os.environ.get("ARTICLES", "100000"))
FOLDER = Path(os.environ.get("STORES", tempfile.gettempdir()))
REPEATS = 5

VIEWS = {
    "article_overview, a story": "SELECT * FROM article_overview WHERE story = {story}",
    "article_overview, an outlet's last": "SELECT * FROM article_overview WHERE outlet = 'outlet-5'"
    " ORDER BY first_seen_at DESC LIMIT 100",
    "story_overview, the largest": "SELECT * FROM story_overview ORDER BY outlets DESC LIMIT 100",
    "story_timeline, a story": "SELECT * FROM story_timeline WHERE story = {story}",
    "story_life, a story": "SELECT * FROM story_life WHERE story = {story}",
    "story_life, a hundred": "SELECT * FROM story_life LIMIT 100",
    "first_publishers, a story": "SELECT * FROM first_publishers WHERE story = {story}",
    "copy_pairs, a hundred": "SELECT * FROM copy_pairs LIMIT 100",
    "copy_network, all": "SELECT * FROM copy_network",
    "agency_share, all": "SELECT * FROM agency_share",
    "agency_share, an outlet": "SELECT * FROM agency_share WHERE outlet = 'outlet-9'",
    "headline_changes, all": "SELECT * FROM headline_changes",
    "outlet_day, all": "SELECT * FROM outlet_day",
    "outlet_health, all": "SELECT * FROM outlet_health",
}
WHOLE = {
    "story_life, all": "SELECT * FROM story_life",
    "first_publishers, all": "SELECT * FROM first_publishers",
}
"""As many rows as stories or more: printed, without a goal."""
PAGES = (
    "/", "/stories", "/stories?words=lolo&outlet=outlet-5", "/stories?agency=1&language=fr",
    "/stories?language=en&country=GB&since=2022-02-01&min_outlets=3", "/network?outlet=outlet-5",
    "/network?words=kalomiru", "/outlets?language=fr",
    "/story/{story}", "/article/1", "/compare/1/2", "/outlets", "/outlet/outlet-5", "/network",
    "/search?words=ka", "/search?words=ka+mi", "/search?words=kalomi&outlet=outlet-7",
    "/search?words=%22kalomi+ka%22+OR+lolo", "/search?words=kalomi+-title:lolo",
    "/topics", "/topic/small", "/topic/large",
    "/stories.atom", "/stories.json", "/store", "/store/article_overview",
)  # fmt: skip
COMMANDS = (
    ("stories",), ("story", "{story}"), ("timeline", "{story}"), ("first", "{story}"),
    ("article", "1"), ("compare", "1", "2"), ("compare", "1", "3000"), ("changes", "1", "2"),
    ("search", "ka", "mi"), ("search", "(kalomi OR kalolo) NOT mi"), ("network",), ("agencies",),
    ("stories", "--outlet", "outlet-5", "--language", "en"), ("stories", "kalomi", "--no-agency"),
    ("network", "--words", "kalomiru"), ("network", "--outlet", "outlet-5"),
    ("attention", "--topic", "large"), ("coverage", "--topic", "large"),
    ("agencies", "--language", "fr"), ("timeline", "{story}", "--since", "2022-02-01"), ("health",),
    ("db", "describe", "copies"),
)  # fmt: skip


TOPICS = {"small": "kalomi", "large": "ka"}
"""Words of one article in fifty, and of nearly all."""


def main() -> None:
    db = filled(FOLDER / f"newsloom-filled-{ARTICLES}.db", ARTICLES)
    add_topics(db)
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    (story,) = connection.execute(
        "SELECT id FROM stories ORDER BY articles DESC LIMIT 1"
    ).fetchone()
    print(f"{ARTICLES:,} articles, {db.stat().st_size / 1e6:,.0f} MB; medians of {REPEATS}\n")
    _views(connection, story)
    connection.close()
    _pages(db, story)
    _commands(db, story)
    _exports(db)


def add_topics(db: Path) -> None:
    for name, words in TOPICS.items():
        subprocess.run(
            [sys.executable, "-m", "crawler", "--db", str(db), "topic", "add", name, "--words",
             words], capture_output=True, check=False,
        )  # fmt: skip


def _views(connection: sqlite3.Connection, story: int) -> None:
    slowest = 0.0
    for views, counts in ((VIEWS, True), (WHOLE, False)):
        for name, query in views.items():
            seconds = _median(partial(_read, connection, query.format(story=story)))
            slowest = max(slowest, seconds) if counts else slowest
            print(f"  {name:36} {1000 * seconds:7.1f} ms")
    print(f"slowest view {1000 * slowest:.0f} ms, {slowest / 0.2:.2f} x the goal of 200 ms\n")


def _read(connection: sqlite3.Connection, query: str) -> None:
    connection.execute(query).fetchall()


def _pages(db: Path, story: int) -> None:
    slowest = 0.0
    with serving(db) as (port, _):

        def get(path: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200, (path, answer.status)
            answer.read()
            connection.close()

        for page in PAGES:
            path = page.format(story=story)
            first = _seconds(partial(get, path))
            seconds = _median(partial(get, path))
            ours = not path.startswith("/store")
            slowest = max(slowest, seconds) if ours else slowest
            print(f"  {page:40} {1000 * seconds:7.1f} ms, the first time {1000 * first:.0f}")
    print(f"slowest page of ours {1000 * slowest:.0f} ms, {slowest / 0.1:.2f} x the goal of 100\n")


def _commands(db: Path, story: int) -> None:
    idle, idle_memory = _command(db, ("--version",))
    slowest = memory = 0.0
    for words in COMMANDS:
        seconds, peak = _command(db, tuple(word.format(story=story) for word in words))
        slowest, memory = max(slowest, seconds - idle), max(memory, peak)
        print(f"  newsloom {' '.join(words):28} {seconds - idle:5.2f} s, {peak:.0f} MB")
    print(
        f"slowest command {slowest:.2f} s beyond `newsloom --version` ({idle:.2f} s, "
        f"{idle_memory:.0f} MB), goal .2; most memory {memory:.0f} MB, goal 40\n"
    )


def _command(db: Path, words: tuple[str, ...]) -> tuple[float, float]:
    """Median seconds and the most megabytes of a command."""
    # Not ru_maxrss: that of a child begins with what its parent had.
    program = (
        "import sys; from crawler.cli import run; run();"
        "lines = open('/proc/self/status').read().split('VmHWM:')[1];"
        "sys.stderr.write(lines.split()[0])"
    )
    runs, peaks = [], []
    for _ in range(3):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", program, "--db", str(db), *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        runs.append(time.perf_counter() - begun)
        peaks.append(int(re.findall(r"(\d+)$", done.stderr)[0]) / 1024)
    return statistics.median(runs), max(peaks)


def _exports(db: Path) -> None:
    small = filled(FOLDER / f"newsloom-filled-{ARTICLES // 10}.db", ARTICLES // 10)
    for what, form in (("articles", "csv"), ("articles", "parquet"), ("pairs", "jsonl")):
        peaks = []
        for store in (small, db):
            with tempfile.TemporaryDirectory() as folder:
                target = str(Path(folder, f"x.{form}"))
                seconds, peak = _command(store, ("export", what, "-o", target))
                peaks.append(peak)
        print(
            f"  export {what} as {form}: {seconds:.1f} s, {peaks[1]:.0f} MB, "
            f"{peaks[1] / peaks[0]:.2f} x the memory of a tenth of the articles"
        )


@contextmanager
def serving(db: Path) -> Iterator[tuple[int, int]]:
    """The desk of a store: its port, and the number of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "crawler", "--db", str(db), "serve", "--port", str(port)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    yield port, process.pid
    process.terminate()
    process.wait()


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_seconds(work) for _ in range(REPEATS))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
