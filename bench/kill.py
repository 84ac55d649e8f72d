"""kill -9 at random moments of a town crawl, then a clean run: the same articles, every time.

Claim: the frontier is in the store, so nothing is lost and nothing finished is fetched again.
Prints the number of kills, the moments, and whether each run ended in the uninterrupted result.
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
from pathlib import Path

from crawler.demo.town import Town

KILLS = int(os.environ.get("KILLS", "20"))


def crawl(db: Path, outlets: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "-q", "--now",
         "--allow-private", "--outlets", str(outlets)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def result(db: Path) -> set[tuple[str, str, str]]:
    connection = sqlite3.connect(db)
    found = set(connection.execute("SELECT url, title, text FROM articles"))
    groups = connection.execute("SELECT count(*) FROM copy_groups").fetchone()[0]
    connection.close()
    return found | {("groups", str(groups), "")}


def main() -> None:
    draw = random.Random(20220105)  # noqa: S311 - moments, not secrets
    with Town(latency=False) as town, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outlets = town.describe_outlets(folder / "outlets")
        began = time.perf_counter()
        crawl(folder / "whole.db", outlets).wait()
        length = time.perf_counter() - began
        whole = result(folder / "whole.db")
        equal = 0
        for number in range(KILLS):
            db = folder / f"{number}.db"
            moment = draw.uniform(0, length)
            process = crawl(db, outlets)
            time.sleep(moment)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            crawl(db, outlets).wait()
            same = result(db) == whole
            equal += same
            print(f"killed after {moment:.2f} s of {length:.2f}: {'equal' if same else 'DIFFERS'}")
    print(f"{KILLS} kills, {equal} equal to the uninterrupted run (goal: all)")
    sys.exit(equal != KILLS)


if __name__ == "__main__":
    main()
