"""The town as a web server on the loopback address: one port, a host name for each outlet."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from crawler.demo import rendering
from crawler.demo.houses import HOUSES, House
from crawler.demo.prints import Print, town_prints

PORT = 8022
"""Tried first, so that the demo's addresses look the same each time."""


@dataclass(frozen=True, slots=True)
class TownAnswer:
    """What the town says to a request."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class Town:
    """Use as a context manager; `day = 2` makes the outlets correct some of their articles."""

    def __init__(self, *, day: int = 1, port: int = 0, latency: bool = True) -> None:
        self.day = day
        self.requests: Counter[tuple[str, str]] = Counter()
        """requests by outlet and path, so that tests can see what was fetched how often"""
        self._latency = latency
        self._days = {n: _by_outlet(town_prints(day=n)) for n in (1, 2)}
        self._met: set[str] = set()
        self._server = _serve(port, self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Keep the town up until Ctrl-C."""
        self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_port)

    def base(self, house: House) -> str:
        """Address of an outlet's front page, without the slash."""
        return f"http://{house.host}:{self.port}"

    def truth(self) -> dict[str, Print]:
        """Every article of the town by its canonical address; denied outlets print nothing."""
        return {
            self.base(HOUSES[outlet]) + print_.path: print_
            for outlet, prints in self._days[self.day].items()
            for print_ in prints
        }

    def _prints(self, house: House) -> list[Print]:
        return self._days[self.day].get(house.slug, [])

    def describe_outlets(self, folder: Path) -> Path:
        """Write the description of each outlet, as a person would for a real one."""
        folder.mkdir(parents=True, exist_ok=True)
        for house in HOUSES.values():
            key = "sitemaps" if house.by_sitemap else "feeds"
            (folder / f"{house.slug}.toml").write_text(
                f'name = "{house.name}"\n'
                f'home = "{self.base(house)}/"\n'
                f'country = "{house.country}"\n'
                f'language = "{house.language}"\n'
                f"agency = {str(house.agency).lower()}\n"
                f"names = {list(house.names)}\n"
                "delay = 0 # our own machine: no need to be a guest\n"
                f'{key} = ["{self.base(house)}{house.listing_path}"]\n',
                encoding="utf-8",
            )
        return folder

    def answer(self, host: str, target: str, headers: Any) -> TownAnswer:
        """What an outlet says to a GET of `target`."""
        house = HOUSES.get(host.partition(":")[0].removesuffix(".localhost"))
        if house is None:
            return TownAnswer(404, b"no such outlet in this town")
        self.requests[house.slug, target] += 1
        if self._latency and house.latency:
            time.sleep(house.latency)
        if target == "/robots.txt":
            if isinstance(house.robots, int):
                return TownAnswer(house.robots)
            return TownAnswer(200, house.robots.encode(), "text/plain")
        if house.busy and house.slug not in self._met:
            self._met.add(house.slug)
            return TownAnswer(503, headers={"Retry-After": "1"})
        return self._listing(house, target, headers) or self._page(house, target)

    def _listing(self, house: House, target: str, headers: Any) -> TownAnswer | None:
        prints, base = self._prints(house), self.base(house)
        if target == house.listing_path and house.broken:
            return TownAnswer(200, b"<html><body><h1>Database error</h1></body></html>")
        if target == house.listing_path and house.moved_feed:
            return TownAnswer(301, headers={"Location": base + _MOVED_FEED})
        if target == (_MOVED_FEED if house.moved_feed else house.listing_path):
            body, kind = rendering.listing_document(house, prints, base)
            if house.odd_pages:
                body = body.replace(b"</channel>", _odd_items(base) + b"</channel>")
            return _unless_unchanged(body, kind, headers)
        return self._sitemap(house, target, headers)

    def _sitemap(self, house: House, target: str, headers: Any) -> TownAnswer | None:
        """One that an index names; every outlet of the town has them."""
        prints, base = self._prints(house), self.base(house)
        if target == "/sitemap-news.xml":
            entries = [(base + p.path, p) for p in prints]
            body = rendering.news_sitemap(house, entries).encode()
            return _unless_unchanged(body, "application/xml", headers)
        if target == "/sitemap-2022-01.xml.gz":
            body = rendering.monthly_sitemap(prints, base)
            return _unless_unchanged(body, "application/gzip", headers)
        return None

    def _page(self, house: House, target: str) -> TownAnswer:
        prints, base = self._prints(house), self.base(house)
        parts = urlsplit(target)
        if house.moved_feed and parts.query:
            number = int(parse_qs(parts.query).get("p", ["0"])[0]) - 100
            if 0 <= number < len(prints):
                return TownAnswer(302, headers={"Location": base + prints[number].path})
        if parts.path == "/":
            return TownAnswer(200, rendering.front_page(house, prints, base))
        return _ODD.get(parts.path) or self._article(house, parts.path)

    def _article(self, house: House, path: str) -> TownAnswer:
        prints, base = self._prints(house), self.base(house)
        amp = house.amp and path.startswith("/amp/")
        path = path.removeprefix("/amp") if amp else path
        found = next((p for p in prints if p.path == path), None)
        if found is None:
            return TownAnswer(404, b"<h1>Not found</h1>")
        others = [p for p in prints if p is not found]
        body = rendering.article_page(house, found, others, base, amp=amp)
        return TownAnswer(200, body, f"text/html; charset={house.charset}")


_MOVED_FEED = "/feeds/all.xml"
_ODD = {
    "/2022/01/03/lost-dog": TownAnswer(404, b"<h1>Not found</h1>"),
    "/2022/01/04/raffle": TownAnswer(410, b"<h1>Gone</h1>"),
    "/2022/01/05/ferry-film": TownAnswer(200, rendering.FILM),
    "/2022/01/06/timetable.pdf": TownAnswer(200, b"%PDF-1.4\n", "application/pdf"),
}


def _odd_items(base: str) -> bytes:
    return "".join(
        f"<item><title>{path.rpartition('/')[2]}</title><link>{base}{path}</link></item>"
        for path in _ODD
    ).encode()


def _unless_unchanged(body: bytes, kind: str, headers: Any) -> TownAnswer:
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    if headers.get("If-None-Match") == etag:
        return TownAnswer(304, headers={"ETag": etag})
    return TownAnswer(200, body, kind, {"ETag": etag})


def _by_outlet(prints: list[Print]) -> dict[str, list[Print]]:
    found: dict[str, list[Print]] = {}
    for print_ in prints:
        found.setdefault(print_.outlet, []).append(print_)
    return found


def _serve(port: int, town: Town) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = town.answer(self.headers.get("Host", ""), self.path, self.headers)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.status != 304:
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """The crawl's own log says what was fetched."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A crawl that was killed hangs up in the middle of an answer."""

    try:
        return Server(("127.0.0.1", port), Handler)
    except OSError:
        if port == 0:
            raise
        return Server(("127.0.0.1", 0), Handler)
