"""Polls of 1,000 feeds that have not changed, against the same feeds fetched and parsed.

Claim: a third of the CPU or less, parser processes included, whether the server knows conditional
requests or not; and nothing at all for feeds that are not due. What starting costs is left out.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.corpora.cpu import crawl, reap
from bench.corpora.web import Answer, Web, feed

FEEDS = 1_000
ENTRIES = 30
REPEATS = 3


def main() -> None:
    reap()
    version = [0]
    conditional = [True]

    def answer(host: str, path: str, headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(b"", status=404)
        tag = f'"{version[0]}"'
        if conditional[0] and headers.get("if-none-match") == tag:
            return Answer(b"", status=304, headers={"ETag": tag})
        body = feed([f"http://{host}/{path[1:]}/news/{n}" for n in range(ENTRIES)])
        more = {"ETag": tag} if conditional[0] else {}
        return Answer(
            body.replace(b"<title>x", b"<title>%d" % version[0]), "text/xml", headers=more
        )

    with Web(answer, hosts=250) as web, tempfile.TemporaryDirectory() as name:
        folder, nothing, db = Path(name, "outlets"), Path(name, "nothing"), Path(name, "t.db")
        for place in (folder, nothing):
            place.mkdir()
        for n in range(FEEDS):
            address = web.addresses[n % len(web.addresses)]
            (folder / f"o{n}.toml").write_text(
                f'name = "O{n}"\ndelay = 0\nfeeds = ["http://{address}:{web.port}/{n}"]\n'
            )
        # Everything that is not a feed: the same outlets read, the same store opened, no polls.
        crawl(db, folder, "--limit", 1)
        idle = statistics.median(crawl(db, folder, "--limit", 1) for _ in range(REPEATS))
        figures: dict[str, list[float]] = {"changed": [], "304": [], "same bytes": []}
        for _ in range(REPEATS):
            conditional[0] = True
            version[0] += 1
            figures["changed"].append(crawl(db, folder, "--now", "--limit", 1) - idle)
            figures["304"].append(crawl(db, folder, "--now", "--limit", 1) - idle)
            conditional[0] = False
            version[0] += 1
            crawl(db, folder, "--now", "--limit", 1)
            figures["same bytes"].append(crawl(db, folder, "--now", "--limit", 1) - idle)
    whole = statistics.median(figures["changed"])
    print(f"{FEEDS} feeds of {ENTRIES} entries; none due: {idle:.2f} CPU s, start-up included")
    for what, runs in figures.items():
        cpu = statistics.median(runs)
        print(f"  {what:10} {1000 * cpu / FEEDS:.2f} CPU ms a feed, {cpu / whole:.2f} x")
    print("goal: .33 x for what has not changed")


if __name__ == "__main__":
    main()
