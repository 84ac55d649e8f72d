"""Real pages over real HTTP: the saved pages beside the checkout, served as virtual outlets.

Claim: every page ends as an article or a named rejection, and at least 97 % become articles.
Prints pages listed, articles, rejections by reason, pages a second, CPU a page, peak memory, and
the CPU ratio to `trafilatura.bare_extraction` with metadata over the same pages.
"""

from __future__ import annotations

import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.corpora.cpu import children, reap
from crawler.store import read_store

PAGES = Path(__file__).parents[2] / "shared" / "data" / "pages"
SETS = ("aeb", "fundus", "l3s_gn1")
OUTLETS = 24
REPEATS = 3


def load() -> dict[str, bytes]:
    """Pages by path."""
    found: dict[str, bytes] = {}
    for name in SETS:
        with gzip.open(PAGES / f"{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                with gzip.open(PAGES / row["html"]) as page:
                    found[f"/{name}/{len(found)}"] = page.read()
    return found


def serve(pages: dict[str, bytes]) -> ThreadingHTTPServer:
    """Each outlet's feed lists its share of the pages, newest first."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(".")[0]
            if self.path == "/feed":
                number = int(host.removeprefix("outlet"))
                base = f"http://{self.headers['Host']}"
                items = "".join(
                    f"<item><link>{escape(base + path)}</link></item>"
                    for path in list(pages)[number::OUTLETS]
                )
                body = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
                self.answer(200, "application/rss+xml", body)
            elif self.path in pages:
                self.answer(200, "text/html", pages[self.path])
            else:
                self.answer(404, "text/plain", b"")

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def crawl(port: int, folder: Path) -> dict[str, Any]:
    for number in range(OUTLETS):
        (folder / f"outlet{number}.toml").write_text(
            f'name = "Outlet {number}"\ndelay = 0\n'
            f'feeds = ["http://outlet{number}.localhost:{port}/feed"]\n'
        )
    db = folder / "real.db"
    began, cpu = time.perf_counter(), children()
    subprocess.run(
        [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "-q", "--no-group",
         "--allow-private", "--only", "--outlets", str(folder)],
        check=True,
    )  # fmt: skip
    wall, cpu = time.perf_counter() - began, children() - cpu
    store = read_store(db)
    found = {"wall": wall, "cpu": cpu, "states": store.queries.outlets.page_states(),
             "rejections": store.queries.outlets.rejections()}  # fmt: skip
    store.close()
    return found


BASELINE = """
import gzip, json, sys
from trafilatura import bare_extraction
for line in sys.stdin:
    with gzip.open(line.strip()) as page:
        bare_extraction(page.read(), with_metadata=True, include_comments=False)
"""


def baseline() -> float:
    """CPU seconds of `bare_extraction` with metadata over the same pages, one process."""
    files = []
    for name in SETS:
        with gzip.open(PAGES / f"{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
            files += [str(PAGES / row["html"]) for row in map(json.loads, rows)]
    cpu = children()
    subprocess.run(
        [sys.executable, "-c", BASELINE], input="\n".join(files), text=True, check=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return children() - cpu


def main() -> None:
    reap()
    if not PAGES.is_dir():
        print("skipped: no saved pages beside the checkout")
        return
    pages = load()
    server = serve(pages)
    runs, peers = [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(crawl(server.server_port, Path(folder)))
        peers.append(baseline())
    server.shutdown()
    last = runs[-1]
    listed = sum(last["states"].values())
    articles = last["states"].get("article", 0)
    wall = statistics.median(run["wall"] for run in runs)
    cpu = statistics.median(run["cpu"] for run in runs)
    peer = statistics.median(peers)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"pages listed {listed} of {len(pages)}; pending {last['states'].get('pending', 0)}")
    print(f"articles {articles} = {articles / listed:.1%} (goal 97 %)")
    for row in last["rejections"]:
        print(f"  rejected {row['pages']} {row['reason']}")
    print(
        f"{listed / wall:.1f} pages/s; {1000 * cpu / listed:.1f} CPU ms a page, start-up included"
    )
    print(f"peak RSS of one process {peak:.0f} MB")
    print(f"CPU against bare_extraction with metadata alone: {cpu / peer:.2f} x (goal 1.0 x)")


if __name__ == "__main__":
    main()
