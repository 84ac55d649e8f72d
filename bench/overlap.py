"""Two writers at once, and readers beside a writer.

Claim: of two commands that write, one works; the other ends with 75, names the holder and changes
nothing. Readers (the command line, pandas, the desk) beside a writer never meet a lock, and never
count what is not there: as many articles as were saved once, none less than before, and each view
in step with its table. `ROUNDS=50` of each pair; `SECONDS=600` of reading by `READERS=20`.
"""

from __future__ import annotations

import json
import os
import random
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from bench.corpora.kills import DONE
from crawler.demo.town import Town

ROUNDS = int(os.environ.get("ROUNDS", "50"))
SECONDS = float(os.environ.get("SECONDS", "600"))
READERS = int(os.environ.get("READERS", "20"))
BATCH = 300
"""Articles that are saved at once: readers see all of them or none."""
BUSY = 75
TOWN_OUTLETS = ("campus-view", "the-ledger")
_HOLDER = re.compile(r" is in use by (`newsloom [^`]+` \(process \d+, since \S+\)|another run)")
ROOT = Path(__file__).parents[1]


def newsloom(*line: object) -> subprocess.Popen[str]:
    """Start a command."""
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", *map(str, line)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip


def pair(one: Sequence[object], other: Sequence[object], *, head_start: float) -> list[str]:
    """Run two commands at once; what is not as claimed."""
    first = newsloom(*one)
    time.sleep(head_start)
    second = newsloom(*other)
    ended = [(process.communicate(timeout=300)[1], process.returncode)
             for process in (first, second)]  # fmt: skip
    # A merge makes a new file, and so a crawl that was there first is a mistake to it.
    wrong = [
        f"ended with {code}: {said}" for said, code in ended
        if code not in (*DONE, BUSY) and "exists already; name a new file" not in said
    ]  # fmt: skip
    if all(code == BUSY for _, code in ended):
        wrong.append("both were refused")
    for said, code in ended:
        if code == BUSY and not (_HOLDER.search(said) and "nothing was done" in said):
            wrong.append(f"names no holder: {said}")
    return wrong


def pairs(folder: Path, outlets: Path) -> dict[str, Callable[[Path], list[Sequence[object]]]]:
    """Commands that meet, given the store."""
    own = ("--allow-private", "--now", "--only", "--outlets", outlets, *TOWN_OUTLETS)

    def crawl(db: Path) -> Sequence[object]:
        return ("--db", db, "crawl", "-q", *own)

    return {
        "two crawls": lambda db: [crawl(db), crawl(db)],
        "crawl and group": lambda db: [crawl(db), ("--db", db, "group", "-q", "--rebuild")],
        "crawl and merge": lambda db: [
            ("merge", "-q", folder / "one.db", folder / "two.db", "-o", db),
            crawl(db),
        ],
    }


class Counts:
    """What readers saw."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._most = 0
        self._lock = threading.Lock()

    def saw(self, who: str, articles: int, *, least: int) -> None:
        """A reader counted articles; when it began, somebody had counted `least`."""
        with self._lock:
            self.reads[who] += 1
            if articles < least or articles % BATCH:
                self.wrong.append(f"{who} counted {articles} after {least}")
            self._most = max(self._most, articles)

    def failed(self, who: str, error: object) -> None:
        """A reader could not read."""
        with self._lock:
            self.wrong.append(f"{who}: {error}")

    @property
    def most(self) -> int:
        """The most articles that were counted so far; there cannot be fewer later."""
        with self._lock:
            return self._most


def by_pandas(db: Path, _: str) -> int:
    """Two questions of one moment must have one answer."""
    import pandas

    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        frame = pandas.read_sql("SELECT article, copy_group FROM article_overview", reader)
        (counted,) = reader.execute("SELECT count(*) FROM articles").fetchone()
        (listed,) = reader.execute("SELECT sum(articles) FROM outlets").fetchone()
    if not len(frame) == counted == (listed or 0):
        raise ValueError(f"a view has {len(frame)} of {counted} articles, outlets {listed}")
    return int(counted)


def by_command(db: Path, _: str) -> int:
    """`newsloom export`, in a process of its own."""
    process = newsloom("--db", db, "export", "articles", "--no-text", "--format", "jsonl")
    out, said = process.communicate(timeout=120)
    if process.returncode:
        raise ValueError(f"export ended with {process.returncode}: {said}")
    return len([json.loads(line) for line in out.splitlines()])


def by_desk(_: Path, desk: str) -> int:
    """Pages of the desk, and the articles that it hands out as a file."""
    for page in ("/", "/stories", "/outlets"):
        _get(f"{desk}{page}")
    return len(_get(f"{desk}/download/articles.jsonl").splitlines())


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own desk
        return bytes(answer.read())


READ: dict[str, Callable[[Path, str], int]] = {
    "pandas": by_pandas,
    "command line": by_command,
    "desk": by_desk,
}


def read_beside_a_writer(
    db: Path, write: Callable[[], None], *, readers: int, seconds: float, kinds: Sequence[str]
) -> Counts:
    """Readers in turn beside writers in turn, for so long; the store is there already."""
    counts = Counts()
    desk, address = serve(db) if "desk" in kinds else (None, "")
    over = time.monotonic() + seconds

    def work(number: int) -> None:
        who = kinds[number % len(kinds)]
        while time.monotonic() < over:
            least = counts.most
            try:
                counts.saw(who, READ[who](db, address), least=least)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                counts.failed(who, error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(readers)]
    for thread in threads:
        thread.start()
    while time.monotonic() < over:
        write()
    for thread in threads:
        thread.join()
    if desk is not None:
        desk.terminate()
        desk.wait()
    return counts


def serve(db: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the desk on a free port; its address, where it answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    desk = subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(db), "serve", "--port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while desk.poll() is None:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
            break
        time.sleep(0.1)
    return desk, f"http://127.0.0.1:{port}"


def importer(db: Path, folder: Path) -> Callable[[], None]:
    """Imports and groups new articles, ever more of them."""
    numbers = iter(range(10**9))

    def write() -> None:
        file = folder / "more.jsonl"
        rows = [
            {"url": f"https://g.org/{n}", "title": f"Bridge {n}", "text": f"almaty {n} news " * 80}
            for n in (next(numbers) for _ in range(BATCH))
        ]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        for line in (("import", "-q", file), ("group", "-q")):
            process = newsloom("--db", db, *line)
            said = process.communicate(timeout=300)[1]
            if process.returncode:
                raise RuntimeError(f"{line[0]} ended with {process.returncode}: {said}")

    return write


def main() -> None:
    draw = random.Random(24)  # noqa: S311 - moments, not secrets
    failures = 0
    with Town(latency=False) as town, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outlets = town.describe_outlets(folder / "outlets")
        for part in ("one.db", "two.db"):
            importer(folder / part, folder)()
        for what, commands in pairs(folder, outlets).items():
            wrong = 0
            for number in range(ROUNDS):
                db = folder / f"{what.replace(' ', '-')}-{number}.db"
                if "merge" not in what:
                    importer(db, folder)()
                found = pair(*commands(db), head_start=draw.uniform(0, 2))
                wrong += bool(found)
                if found:
                    print(f"{what}: {'; '.join(found)}", flush=True)
                for file in folder.glob(f"{db.stem}*"):
                    file.unlink()
            failures += wrong
            print(f"{what}: {ROUNDS} times, {wrong} not as claimed", flush=True)
        if SECONDS:
            db = folder / "read.db"
            write = importer(db, folder)
            write()
            counts = read_beside_a_writer(
                db, write, readers=READERS, seconds=SECONDS, kinds=list(READ)
            )
            for said in counts.wrong[:10]:
                print(said)
            reads = ", ".join(f"{n} by {who}" for who, n in sorted(counts.reads.items()))
            print(f"{READERS} readers for {SECONDS:.0f} s beside a writer, {counts.most} articles "
                  f"at the end: {reads}; {len(counts.wrong)} wrong (goal: 0)")  # fmt: skip
            failures += len(counts.wrong)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
