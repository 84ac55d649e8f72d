"""Pages whose text a script brings, shown by Chromium, beside the same texts fetched plainly.

Prints pages a second, CPU a page and the memory of the crawl and its browser, by tens of pages:
memory must stay what it is after the first ones. PAGES=1000 for more.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bench.corpora.web import Answer, Web, feed

PAGES = int(os.environ.get("PAGES", "100"))
TEXT = "The council closed the old bridge on Monday, and ferries carry cars across the river. " * 30
SHELL = (
    b"<html lang=en><title>Gazette</title><div id=app></div><script src=/app.js></script></html>"
)
PROGRAM = b"""
fetch('/api' + location.pathname).then(answer => answer.json()).then(found => {
  document.getElementById('app').innerHTML =
    `<article><h1>${found.title}</h1><p>${found.text}</p></article>`;
});
"""


def answer(host: str, path: str, _headers: Mapping[str, str]) -> Answer:
    number = path.rpartition("/")[2]
    title = f"The bridge of street {number} is closed until the spring"
    if path == "/feed":
        return Answer(feed([f"http://{host}/shown/{n}" for n in range(PAGES)]), "text/xml")
    if path == "/plain-feed":
        return Answer(feed([f"http://{host}/plain/{n}" for n in range(PAGES)]), "text/xml")
    if path == "/app.js":
        return Answer(PROGRAM, "text/javascript")
    if path.startswith("/api/"):
        return Answer(
            json.dumps({"title": title, "text": TEXT + number}).encode(), "application/json"
        )
    if path.startswith("/shown/"):
        return Answer(SHELL)
    if path.startswith("/plain/"):
        body = f"<html lang=en><title>{title}</title><article><h1>{title}</h1><p>{TEXT}{number}</p>"
        return Answer(body.encode())
    return Answer(b"", status=404)


def tree(pid: int) -> list[int]:
    """A process and those below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [pid, *(one for child in children for one in tree(int(child)))]


def megabytes(pid: int) -> float:
    """Memory of a process and those below it; what they share is counted once."""
    total = 0
    for one in tree(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def crawl(folder: Path, feed_at: str, count: Callable[[], int], *, render: bool) -> None:
    folder.mkdir()
    (folder / "g.toml").write_text(
        f'name = "G"\ndelay = 0\nfeeds = ["{feed_at}"]\nrender = {str(render).lower()}\n'
    )
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(folder / "g.db"), "crawl", "--only",
         "--outlets", str(folder), "--allow-private", "--no-group", "--workers", "1"],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    by_tens: dict[int, float] = {}
    while process.poll() is None:
        tens = count() * 10 // PAGES
        with suppress(OSError):  # a process ended meanwhile
            by_tens[tens] = max(by_tens.get(tens, 0.0), megabytes(process.pid))
        time.sleep(0.25)
    seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = " ".join(f"{tens * 10}%: {size:.0f}" for tens, size in sorted(by_tens.items()))
    print(
        f"{'shown by Chromium' if render else 'plain'}: {PAGES / seconds:.2f} pages/s, "
        f"{1000 * cpu / PAGES:.0f} ms of CPU a page, MB at {told}"
    )


def main() -> None:
    served = {"/plain/": 0, "/shown/": 0}
    lock = threading.Lock()

    def counted(host: str, path: str, headers: Mapping[str, str]) -> Answer:
        for begin in served:
            if path.startswith(begin):
                with lock:
                    served[begin] += 1
        return answer(host, path, headers)

    with Web(counted, hosts=1) as web, tempfile.TemporaryDirectory() as name:
        base = f"http://{web.addresses[0]}:{web.port}"
        crawl(Path(name) / "plain", f"{base}/plain-feed", lambda: served["/plain/"], render=False)
        crawl(Path(name) / "shown", f"{base}/feed", lambda: served["/shown/"], render=True)


if __name__ == "__main__":
    main()
