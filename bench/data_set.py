"""A store as a data set and back, at 10^4 and 10^5 articles: speed, size, memory.

Claim: both ways take no more memory for ten times the articles. `ARTICLES=1000000` asks for one
size of your own. Texts are 3.5 kB; a third of the articles are copies.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.corpora.filled import filled

SIZES = tuple(int(size) for size in os.environ.get("ARTICLES", "10000,100000").split(","))
# Not ru_maxrss: that of a child begins with what its parent had.
_MEASURED = """
import sys, time
from crawler.cli import run
code = run()
peak = open("/proc/self/status").read().split("VmHWM:")[1].split()[0]
print(time.process_time(), peak, file=sys.stderr)
sys.exit(code)
"""


def measured(*arguments: object) -> tuple[float, float, float]:
    """Seconds on the clock and of CPU, and MB at most, of a command."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *map(str, arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    took = time.perf_counter() - began
    cpu, peak = re.findall(r"([\d.]+) (\d+)$", done.stderr.strip())[0]
    return took, float(cpu), int(peak) / 1024


def main() -> None:
    folder = Path(os.environ.get("KEEP", tempfile.gettempdir())) / "newsloom-filled"
    folder.mkdir(exist_ok=True)
    for size in SIZES:
        db = filled(folder / f"{size}.db", size)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            work = Path(name)
            print(f"{size:,} articles, {db.stat().st_size / 1e6:,.0f} MB in the store")
            took, cpu, peak = measured("--db", db, "export", "--dataset", work / "set")
            said = json.loads((work / "set" / "manifest.json").read_text("utf-8"))
            files = [file for table in said["tables"].values() for file in table["files"]]
            written = sum(file["bytes"] for file in files)
            show("export", size, db, took, cpu, peak)
            print(f"  {written / size:,.0f} bytes an article in {len(files):,} files")
            for option in ((), ("--with-findings",)):
                new = work / f"new{len(option)}.db"
                figures = measured("--db", new, "import", "--dataset", work / "set", *option)
                show(f"import {' '.join(option)}".strip(), size, db, *figures)


def show(what: str, size: int, db: Path, took: float, cpu: float, peak: float) -> None:
    rate = db.stat().st_size / 1e6 / cpu
    print(
        f"  {what}: {took:.1f} s, {cpu:.1f} s of CPU, {size / cpu:,.0f} articles and {rate:.1f} MB "
        f"of store a second of CPU, {peak:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
