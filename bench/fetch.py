"""Fetching alone: CPU a page of the crawl process, against Scrapy with its own settings.

Claim: .75 times stock Scrapy or less, although every page goes through the store's frontier,
robots.txt, the address guard and pacing. Pages of 264 kB, 50 kB packed, on 64 hosts.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.corpora.web import Answer, Web, feed

HOSTS = 64
EACH = 40
REPEATS = 5


def a_page() -> bytes:
    """A page that packs to a fifth, like real ones."""
    draw = random.Random(1)  # noqa: S311 - words, not secrets
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(3_000)]
    text = " ".join(draw.choices(words, k=44_000))
    return f"<html><body><p>{text[:264_000]}</p></body></html>".encode()


def run(who: str, argument: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.peers.fetch", who, str(argument)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    packed = gzip.compress(a_page())

    def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if path == "/feed":
            return Answer(feed([f"http://{host}/{n}" for n in range(EACH)]), "text/xml")
        if path == "/robots.txt":
            return Answer(b"", status=404)
        return Answer(packed, headers={"Content-Encoding": "gzip"})

    with Web(answer, hosts=HOSTS) as web, tempfile.TemporaryDirectory() as name:
        bases = [f"http://{address}:{web.port}" for address in web.addresses]
        urls = Path(name) / "urls"
        urls.write_text("\n".join(f"{base}/{n}" for n in range(EACH) for base in bases))
        ours, stock = [], []
        for number in range(REPEATS):
            folder = Path(name) / str(number)
            folder.mkdir()
            for n, base in enumerate(bases):
                (folder / f"o{n}.toml").write_text(
                    f'name = "O"\ndelay = 0\nfeeds = ["{base}/feed"]\n'
                )
            stock.append(run("stock", urls))
            ours.append(run("ours", folder))
    print(f"{HOSTS * EACH} pages of {len(packed) / 1000:.0f} kB packed on {HOSTS} hosts")
    figures = []
    for who, runs in (("stock Scrapy", stock), ("Newsloom", ours)):
        assert all(one["pages"] == HOSTS * EACH for one in runs), runs
        cpu = statistics.median(1000 * one["cpu"] / one["pages"] for one in runs)
        figures.append(cpu)
        print(f"  {who:14} {cpu:.2f} CPU ms a page")
    print(f"fetch CPU against stock Scrapy: {figures[1] / figures[0]:.2f} x (goal .75 x)")


if __name__ == "__main__":
    main()
