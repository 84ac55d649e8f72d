"""A sitemap of 300,000 pages: memory of the crawl process, and the time to the first article.

Claim: 150 MB and 5 s at the most; all pages are in the frontier at the end. Both as one file of
27 MB and gzipped.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.corpora.web import Answer, Web
from bench.outlets import WORDS, peak_rss
from crawler.store import open_store

PAGES = int(os.environ.get("PAGES", "300000"))


def run(*, packed: bool) -> None:
    asked: list[float] = []

    def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(b"", status=404)
        if path.startswith("/sitemap"):
            rows = "".join(
                f"<url><loc>http://{host}/{n}</loc><lastmod>20{n % 22:02d}-01-05</lastmod></url>\n"
                for n in range(PAGES)
            )
            body = f"<urlset>{rows}</urlset>".encode()
            return Answer(gzip.compress(body, 1) if packed else body, "application/xml")
        asked.append(time.perf_counter())
        text = "".join(WORDS.format(f"{path} {n}") for n in range(4))
        return Answer(f"<html><title>{path}</title><body><p>{text}</p></body></html>".encode())

    with Web(answer) as web, tempfile.TemporaryDirectory() as name:
        (Path(name) / "outlet.toml").write_text(
            f'name = "O"\ndelay = 0\nsitemaps = ["http://o.localhost:{web.port}/sitemap.xml"]\n'
        )
        db = Path(name, "t.db")
        # The file exists: to make it, sqlite-utils is imported, and pandas with it where it is.
        open_store(db).close()
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "-q", "--no-group",
             "--allow-private", "--only", "--outlets", name, "--limit", "200"]
        )  # fmt: skip
        peak, first = 0.0, 0.0
        while process.poll() is None:
            peak = max(peak, peak_rss(process.pid))
            if not first and db.exists():
                first = time.perf_counter() - began if articles(db) else 0.0
            time.sleep(0.1)
        wall = time.perf_counter() - began
        connection = sqlite3.connect(db)
        (listed,) = connection.execute("SELECT count(*) FROM pages").fetchone()
        connection.close()
    print(
        f"{'gzipped' if packed else 'plain':8} {listed} pages in the frontier after {wall:.0f} s; "
        f"first article after {first:.1f} s (goal 5 s); peak RSS {peak:.0f} MB (goal 150 MB)"
    )


def articles(db: Path) -> int:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # not yet made
    finally:
        connection.close()


def main() -> None:
    for packed in (False, True):
        run(packed=packed)


if __name__ == "__main__":
    main()
