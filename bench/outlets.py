"""10,000 outlets in one crawl: memory, the time to the first request, and the rate to the end.

Claim: 400 MB at the most in the crawl process, a first request within 3 s, and the last quarter of
20,000 pages as fast as the second. Every outlet is a host with a feed of two short pages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.corpora.web import Answer, Web, feed

OUTLETS = int(os.environ.get("OUTLETS", "10000"))
EACH = 2
WORDS = "The council closed the bridge to {} on Monday, and nobody knows when it will open again. "


def peak_rss(pid: int) -> float:
    """MB; 0 when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(n.split()[1]) for n in lines if n.startswith("VmHWM")), 0) / 1024


def main() -> None:
    first: list[float] = []
    pages: list[float] = []

    def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if not first:
            first.append(time.perf_counter())
        if path == "/robots.txt":
            return Answer(b"", status=404)
        if path == "/feed":
            return Answer(feed([f"http://{host}/news/{n}" for n in range(EACH)]), "text/xml")
        pages.append(time.perf_counter())
        text = "".join(WORDS.format(f"{host} {n}") for n in range(4))
        return Answer(
            f"<html><title>{host}{path}</title><body><p>{text}</p></body></html>".encode()
        )

    with Web(answer) as web, tempfile.TemporaryDirectory() as name:
        folder = Path(name, "outlets")
        folder.mkdir()
        for n in range(OUTLETS):
            (folder / f"o{n}.toml").write_text(
                f'name = "Outlet {n}"\nhome = "http://o{n}.localhost:{web.port}/"\ndelay = 0\n'
                f'country = "GB"\nlanguage = "en"\n'
                f'feeds = ["http://o{n}.localhost:{web.port}/feed"]\n'
            )
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler", "--db", f"{name}/t.db", "crawl", "-q", "--no-group",
             "--allow-private", "--only", "--outlets", str(folder)]
        )  # fmt: skip
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, peak_rss(process.pid))
            time.sleep(0.2)
        wall = time.perf_counter() - began
    print(f"{OUTLETS} outlets, {len(pages)} of {OUTLETS * EACH} pages in {wall:.0f} s")
    print(f"first request after {first[0] - began:.1f} s (goal 3 s)")
    print(f"peak RSS of the crawl process {peak:.0f} MB (goal 400 MB)")
    quarter = len(pages) // 4
    rates = [quarter / (pages[(n + 1) * quarter - 1] - pages[n * quarter]) for n in range(4)]
    print("pages a second by quarter: " + ", ".join(f"{rate:.0f}" for rate in rates))
    print(f"last quarter against the second: {rates[3] / rates[1]:.2f} x (no decay: 1 x)")


if __name__ == "__main__":
    main()
