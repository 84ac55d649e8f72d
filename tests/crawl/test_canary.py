from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ask, newsloom
from tests.crawl.canary import PUBLIC, REBOUND
from tests.crawl.site import WORDS

SPELLINGS = (
    "127.0.0.1", "localhost", "2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1",
    "0177.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "0.0.0.0",  # noqa: S104
    "0", "2130706433.", "0x7f.0x0.0x0.0x1", "127.0.1", "[::ffff:0:7f00:1]", "LOCALHOST",
    "a.localhost", "localhost.",
)  # fmt: skip


@pytest.mark.parametrize("allowed", [False, True])
def test_no_spelling_of_a_private_address_reaches_it(tmp_path: Path, allowed: bool) -> None:
    """A server on this machine that must never be asked; with permission it is: the control."""
    hits: Counter[str] = Counter()

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits[self.headers.get("Host", "").rpartition(":")[0]] += 1
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number, name in enumerate(SPELLINGS):
        (tmp_path / f"o{number}.toml").write_text(
            f'name = "O"\ndelay = 0\nfeeds = ["http://{name}:{server.server_port}/feed"]\n'
        )
    permission = ["--allow-private"] if allowed else []
    done = newsloom(
        "--db", tmp_path / "x.db", "crawl", "--only", "--outlets", tmp_path, *permission
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 4
    if allowed:
        assert len(hits) >= 8, hits
    else:
        assert not hits
        reasons = ask(tmp_path / "x.db", "SELECT reason, count(*) FROM fetches GROUP BY 1")
        assert reasons == [("private-address", len(SPELLINGS))]


# Each is the host that a page, feed or server writes; {} is the canary's port.
FORMS = (
    *(f"{name}:{{}}" for name in SPELLINGS),
    "127.0.0.1.:{}", "127.000.000.001:{}", "0x7F000001:{}", "0X7f.1:{}", "0177.1:{}",
    "6425673729:{}", "127.0.0.1%00.example:{}", "%31%32%37.0.0.1:{}", "127%2e0%2e0%2e1:{}",
    "１２７.０.０.１:{}", "①②⑦.⓪.⓪.①:{}", "127。0。0。1:{}", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{}", "local\thost:{}",
    f"{PUBLIC}:80@127.0.0.1:{{}}", f"{PUBLIC}@localhost:{{}}", "[::]:{}", "[::1]:{}",
    "[0:0:0:0:0:ffff:7f00:1]:{}", "[64:ff9b::7f00:1]:{}", "[::7f00:1]:{}", "[::1%25lo]:{}",
    f"{REBOUND}:{{}}", f"{REBOUND}.:{{}}",
)  # fmt: skip
CARRIERS = ("page", "feed", "sitemap", "index", "redirect", "refresh", "amp", "description")


class Listening:
    """A canary: it notes what it is asked for, and whoever connects at all."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.connections = 0
        self._listeners = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._listeners[0].getsockname()[1]
        with suppress(OSError):  # a machine without IPv6
            six = socket.create_server(("::1", self.port), family=socket.AF_INET6)
            self._listeners.append(six)
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(5)
                self.asked.append(connection.recv(65_536).split(b"\r\n")[0].decode("latin-1"))
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()


def town_of_carriers(port: int) -> dict[str, bytes | str]:
    """Pages by path; an address instead: the page sends there."""
    pages: dict[str, bytes | str] = {}
    to = {c: [f"http://{form.format(port)}/{c}/2022/01/05/the-old-bridge-is-closed-{n}"
              for n, form in enumerate(FORMS)] for c in CARRIERS}  # fmt: skip

    def listed(carrier: str) -> str:
        """A feed of pages that each lead to the canary in their way."""
        items = (f"<item><link>/{carrier}/{n}</link></item>" for n in range(len(FORMS)))
        return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"

    links = "".join(f"<a href='{url}'>The old bridge is closed</a>" for url in to["page"])
    pages["/section"] = f"<html><body>{links}</body></html>".encode()
    items = "".join(f"<item><link>{url}</link></item>" for url in to["feed"])
    pages["/feed"] = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    for name, tag, root in (("sitemap", "url", "urlset"), ("index", "sitemap", "sitemapindex")):
        locs = "".join(f"<{tag}><loc>{url}</loc></{tag}>" for url in to[name])
        pages[f"/{name}"] = f"<{root}>{locs}</{root}>".encode()
    for carrier in ("redirect", "refresh", "amp"):
        pages[f"/{carrier}"] = listed(carrier).encode()
    for n in range(len(FORMS)):
        pages[f"/redirect/{n}"] = to["redirect"][n]
        refresh = f'<html><meta http-equiv="refresh" content="0; url={to["refresh"][n]}">'
        pages[f"/refresh/{n}"] = refresh.encode()
        head = f'<html amp><head><link rel="canonical" href="{to["amp"][n]}"></head>'
        pages[f"/amp/{n}"] = f"{head}<body><p>{WORDS}</p></body></html>".encode()
    return pages


def carrier(pages: dict[str, bytes | str]) -> ThreadingHTTPServer:
    class Carrier(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = pages.get(self.path)
            body = found if isinstance(found, bytes) else b""
            self.send_response(404 if found is None else 200 if found == body else 302)
            if isinstance(found, str):
                location = found.encode().decode("latin-1")
                self.send_header("Location", location)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((PUBLIC, 0), Carrier)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("allowed", [False, True])
def test_no_form_in_any_carrier_reaches_a_private_address(tmp_path: Path, allowed: bool) -> None:
    """44 forms in 8 carriers. The carriers' machine counts as public; the control has no guard."""
    canary = Listening()
    server = carrier(town_of_carriers(canary.port))
    base = f"http://{PUBLIC}:{server.server_port}"
    sources = {
        "pages": ["/section"], "feeds": ["/feed", "/redirect", "/refresh", "/amp"],
        "sitemaps": ["/sitemap", "/index"],
    }  # fmt: skip
    lines = [f"{key} = {[base + path for path in paths]}" for key, paths in sources.items()]
    (tmp_path / "carrier.toml").write_text("\n".join(['name = "C"', "delay = 0", *lines]))
    for n, form in enumerate(FORMS):
        url = f"http://{form.format(canary.port)}/description/{n}".replace("\t", "")
        if "@" not in url and "%" not in url:  # a description that has them is refused
            (tmp_path / f"d{n}.toml").write_text(f'name = "D"\ndelay = 0\nfeeds = ["{url}"]\n')
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawl.canary", "--db", tmp_path / "x.db", "crawl", "--only",
         "--no-group", "--workers", "1", "--outlets", tmp_path,
         *(["--allow-private"] if allowed else [])],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    server.shutdown()
    server.server_close()
    canary.close()
    assert done.returncode in (3, 4), done.stderr
    if allowed:
        met = Counter(
            line.split("/")[1].split(" ")[0] for line in canary.asked if "robots" not in line
        )
        # Links of a section and canonical addresses lead to no other host at all.
        assert set(met) == set(CARRIERS) - {"page", "amp"}, met
        assert min(met.values()) >= 5, met
    else:
        assert (canary.connections, canary.asked) == (0, [])
