"""A whole crawl of 2,000 real pages over HTTP, against the trafilatura CLI and two peers.

Claims: CPU an article .9 of the trafilatura CLI's, .4 of newspaper4k's, .2 of news-please's; two
workers 1.8 times as fast as parsing inline where two cores are free; the loop never late by more
than 50 ms, at the 99th percentile. Pages are the saved ones beside the checkout, several times.
"""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import trafilatura

from bench.corpora.cpu import children, crawl, reap
from bench.corpora.pages import labelled
from bench.corpora.web import Answer, Web, feed
from bench.peers import crawl as peers
from bench.peers.crawl import NEEDS
from bench.peers.environments import python_of
from crawler.store import read_store

HOSTS = 64
PAGES = 2_000
PEER_PAGES = {"newspaper4k": 600, "news-please": 200}
"""Peers read fewer: they take minutes, and their start counts for little by then."""
REPEATS = 3


def main() -> None:
    reap()
    saved = [page.html for name in ("aeb", "fundus", "l3s_gn1") for page in labelled(name)]
    if not saved:
        print("skipped: no saved pages beside the checkout")
        return
    packed = [gzip.compress(page, 6) for page in saved]

    def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
        if path == "/feed":
            place = web.addresses.index(host.partition(":")[0])
            numbers = range(place, PAGES, HOSTS)
            return Answer(feed([f"http://{host}/news/{n}" for n in numbers]), "text/xml")
        if not path.startswith("/news/"):
            return Answer(b"", status=404)
        body = packed[int(path.rpartition("/")[2]) % len(packed)]
        return Answer(body, "text/html", headers={"Content-Encoding": "gzip"})

    with Web(answer, hosts=HOSTS) as web, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bases = [f"http://{address}:{web.port}" for address in web.addresses]
        urls = [f"{bases[n % HOSTS]}/news/{n}" for n in range(PAGES)]
        outlets = folder / "outlets"
        outlets.mkdir()
        for n, base in enumerate(bases):
            (outlets / f"o{n}.toml").write_text(f'name = "O"\ndelay = 0\nfeeds = ["{base}/feed"]\n')
        # In turns: these machines are faster at one time than at another.
        turns = [(whole(folder / f"{n}.db", outlets), cli(urls, folder)) for n in range(REPEATS)]
        ours, theirs = (statistics.median(times) for times in zip(*turns, strict=True))
        print(f"Newsloom            {1000 * ours:.1f} CPU ms an article, {PAGES} pages")
        for peer, goal, cpu in (
            ("trafilatura CLI", 0.9, theirs),
            ("newspaper4k", 0.4, other("newspaper4k", urls, folder)),
            ("news-please", 0.2, other("news-please", urls, folder)),
        ):
            print(
                f"{peer:18} {1000 * cpu:6.1f} CPU ms an article; {ours / cpu:.2f} x (goal {goal})"
            )
        compare_workers(outlets, folder)


def whole(db: Path, outlets: Path) -> float:
    """CPU seconds an article of a crawl, start-up and all."""
    cpu = crawl(db, outlets)
    store = read_store(db)
    articles = store.queries.outlets.page_states().get("article", 0)
    store.close()
    assert articles > 0.9 * PAGES, articles
    return cpu / articles


def cli(urls: list[str], folder: Path) -> float:
    """The same of the trafilatura CLI, told not to wait between two requests to a host."""
    listed, out, config = folder / "urls", folder / "out", folder / "settings.cfg"
    listed.write_text("\n".join(urls))
    defaults = Path(trafilatura.__file__).with_name("settings.cfg").read_text()
    here = defaults.replace("SLEEP_TIME = 5.0", "SLEEP_TIME = 0.0")
    config.write_text(here.replace("SSRF_PROTECTION = on", "SSRF_PROTECTION = off"))
    before = children()
    subprocess.run(
        [sys.executable, "-m", "trafilatura.cli", "-i", listed, "-o", out, "--json",
         "--with-metadata", "--parallel", "2", "--no-comments", "--config-file", config],
        check=True, capture_output=True,
    )  # fmt: skip
    # It names its files by what is in them, and these pages come several times: all count.
    assert any(out.rglob("*.json"))
    return (children() - before) / len(urls)


def other(name: str, urls: list[str], folder: Path) -> float:
    """The same of a peer, in its own environment."""
    listed = folder / name
    listed.write_text("\n".join(urls[: PEER_PAGES[name]]))
    python = python_of(name, NEEDS[name])
    before = children()
    done = subprocess.run(
        [python, peers.__file__, name, listed], check=True, capture_output=True, text=True
    )
    return (children() - before) / int(done.stdout.splitlines()[-1])


def compare_workers(outlets: Path, folder: Path) -> None:
    """Print how much faster two parser processes are than parsing inline, and the loop's delay."""
    walls: dict[str, list[float]] = {"workers": [], "inline": []}
    late = []
    for n in range(REPEATS):
        for mode, runs in walls.items():
            found = timed(mode, outlets, folder / f"{mode}-{n}.db")
            runs.append(found["wall"])
            if mode == "workers":
                late.append(found["p99"])
    two, one = (statistics.median(walls[mode]) for mode in ("workers", "inline"))
    print(f"two workers {two:.1f} s, inline {one:.1f} s: {one / two:.2f} x as fast (goal 1.8 x)")
    print(f"loop late by {1000 * statistics.median(late):.0f} ms at p99 (goal 50 ms)")


def timed(mode: str, outlets: Path, db: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.peers.modes", mode, str(outlets), str(db)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
