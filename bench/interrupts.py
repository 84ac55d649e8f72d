"""Signals at random moments of commands that write, and of one that reads.

Claim: whatever comes when, a command says one sentence and ends with 130, without a traceback;
its run is closed as interrupted, no process is left, and a later run ends in the same articles.
Prints each try that breaks a part of it, and how many did of how many.
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
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from crawler.demo.town import Town

TRIES = int(os.environ.get("TRIES", "100"))
LOADED = 0.1
"""Seconds that Python itself takes to start, before a line of Newsloom is read."""
DONE = (0, 3)
"""Exit codes; some of the town's sources fail."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(NamedTuple):
    """How a command that got a signal ended."""

    code: int
    said: str
    left: list[str]
    """processes that it left behind"""


def command(db: Path, *arguments: object) -> list[str]:
    store = () if arguments[0] in ("demo", "merge") else ("--db", db)
    return [sys.executable, "-m", "crawler", *map(str, (*store, *arguments))]


def broken_off(line: list[str], moment: float, number: int, *, group: bool, twice: bool) -> Ended:
    """Run a command and send it a signal, or its whole group, as a terminal and systemd do."""
    process = subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    send = os.killpg if group else os.kill
    time.sleep(moment)
    for _ in range(1 + twice):
        if process.poll() is None:
            send(process.pid, number)
            time.sleep(0.2 * twice)
    said = process.communicate(timeout=120)[1]
    for _ in range(80):
        left = session(process.pid)
        if not left:
            break
        time.sleep(0.1)
    return Ended(process.returncode, said, left)


def session(leader: int) -> list[str]:
    """What still runs of a session."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append((place / "cmdline").read_text().replace("\0", " ")[:80])
        except OSError:  # it has just ended
            continue
    return found


def outcome(db: Path) -> str | None:
    """Of the last run; `none` when there is no run."""
    if not db.exists():
        return "none"
    connection = sqlite3.connect(db)
    try:
        row = connection.execute("SELECT outcome FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        return "none"
    finally:
        connection.close()
    return row[0] if row else "none"


def articles(db: Path) -> set[tuple[str, str, str]]:
    connection = sqlite3.connect(db)
    found = set(connection.execute("SELECT url, title, text FROM articles"))
    connection.close()
    return found


def faults(ended: Ended, how: str | None, *, twice: bool, records: bool) -> list[str]:
    """What is wrong with the end of a command."""
    wrong = []
    if ended.left:
        wrong.append(f"left {ended.left}")
    if ended.code in DONE:
        return wrong  # before the signal came
    if ended.code != 130:
        wrong.append(f"exit code {ended.code}")
    # Before it, a reader may have said what it always says.
    sentences = [line for line in ended.said.splitlines() if line.startswith("interrupted: ")]
    if (
        len(sentences) != 1
        or not ended.said.endswith(f"{sentences[0]}\n")
        or (records and ended.said.count("\n") != 1)
    ):
        wrong.append(f"said {ended.said!r}")
    allowed = ["interrupted", "done", "partial", "none"] + [None] * twice
    if records and how not in allowed:
        wrong.append(f"its run is {how}")
    return wrong


def main() -> None:
    draw = random.Random(int(os.environ.get("SEED", "14")))  # noqa: S311 - moments, not secrets
    with Town(latency=False) as town, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outlets = town.describe_outlets(folder / "outlets")
        crawl = ("crawl", "-q", "--now", "--allow-private", "--only", "--outlets", outlets)
        whole, other = folder / "whole.db", folder / "other.db"
        for db in (whole, other):
            subprocess.run(command(db, *crawl, "--keep-pages", "--keep-warc"), check=False)
        warc = next(folder.glob("*.warc*"))
        lines = {
            "crawl": (crawl, True), "import": (("import", warc), True),
            "group": (("group", "--rebuild"), True), "reextract": (("reextract",), True),
            "demo": (("demo", "--keep", folder / "demo.db"), False),
            "merge": (("merge", whole, other, "-o", folder / "all.db"), False),
            "export": (("export", "articles", "-o", folder / "all.csv"), False),
            "stories": (("stories",), False),
        }  # fmt: skip
        broken, counted = 0, Counter[str]()
        for number in range(TRIES):
            what = draw.choices(list(lines), weights=[8, 4, 2, 1, 1, 1, 1, 1])[0]
            arguments, records = lines[what]
            db = folder / f"{number}.db"
            if what in ("group", "reextract", "export", "stories"):
                for file in folder.glob("whole*"):
                    db.with_name(file.name.replace("whole", str(number))).write_bytes(
                        file.read_bytes()
                    )
            for made in ("demo.db", "all.db", "all.csv"):
                (folder / made).unlink(missing_ok=True)
            moment = draw.uniform(LOADED, 1.0 if what in ("export", "stories") else 5.0)
            sent, group, twice = draw.choice(SIGNALS), draw.random() < 0.5, draw.random() < 0.2
            ended = broken_off(command(db, *arguments), moment, sent, group=group, twice=twice)
            wrong = faults(ended, outcome(db), twice=twice, records=records)
            if what == "crawl" and number % 5 == 0:
                subprocess.run(command(db, *crawl), stderr=subprocess.DEVNULL, check=False)
                if articles(db) != articles(whole):
                    wrong.append("the articles differ after another run")
            counted[f"{what} {'ended before' if ended.code in DONE else 'broken off'}"] += 1
            broken += bool(wrong)
            if wrong:
                print(f"{what}, {sent.name}{' twice' * twice}{' to its group' * group} after "
                      f"{moment:.2f} s: {'; '.join(wrong)}", flush=True)  # fmt: skip
    print(", ".join(f"{n} {what}" for what, n in sorted(counted.items())))
    print(f"{TRIES} signals, {broken} not as claimed (goal: 0)")
    sys.exit(broken > 0)


if __name__ == "__main__":
    main()
