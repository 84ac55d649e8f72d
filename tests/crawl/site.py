"""A web server on this machine that answers what a test tells it to."""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

WORDS = (
    "The council closed the old bridge on Monday after engineers found that two of its cables had "
    "rusted through, and the mayor said that ferries would carry cars and lorries across the river "
    "until spring, when the repairs are to be finished at a cost of four million. "
)


class Reply(NamedTuple):
    """What the server says."""

    body: str | bytes = b""
    status: int = 200
    headers: Mapping[str, str] = {}
    kind: str = "text/html; charset=utf-8"


Answer = Reply | Callable[[Mapping[str, str]], Reply]


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that are gone before they are answered: a killed crawl is one."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Site:
    """`with Site() as site: site["/feed"] = Reply(...)`; any other path is answered with 404."""

    def __init__(self, port: int = 0, *, certificate: Path | None = None) -> None:
        self._port = port
        self._certificate = certificate
        """with its key; None: without TLS"""
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        """paths in order, each with the request's headers, names in small letters"""

    def __setitem__(self, path: str, answer: Answer) -> None:
        self.answers[path] = answer

    def __enter__(self) -> Site:
        self._server = _Server(("127.0.0.1", self._port), self._handler())
        self._server.daemon_threads = True
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def go_away(self) -> None:
        """Answer nobody from now on."""
        self._server.socket.close()

    def __exit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str, host: str = "gazette") -> str:
        """The address of a path, on a host of its own name under .localhost."""
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://{host}.localhost:{self._server.server_port}{path}"

    def paths(self) -> list[str]:
        """What was asked for since the last time, robots.txt left out."""
        found = [path for path, _ in self.asked if path != "/robots.txt"]
        self.asked.clear()
        return found

    def describe(self, folder: Path, slug: str = "gazette", **keys: object) -> Path:
        """Write an outlet's description; addresses below `feeds` and its kin may be paths."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f'name = "{slug.title()}"', "delay = 0"]
        for key, value in keys.items():
            paths = isinstance(value, list) and all(str(v)[:1] == "/" for v in value)
            given = [self.url(str(v)) for v in value] if paths else value  # type: ignore[attr-defined]
            lines.append(f"{key} = {_toml(given)}")
        (folder / f"{slug}.toml").write_text("\n".join(lines), encoding="utf-8")
        return folder

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.asked.append((self.path, headers))
                answer = site.answers.get(self.path, Reply(status=404))
                reply = answer if isinstance(answer, Reply) else answer(headers)
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if reply.status != 304:
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def page(title: str, text: str = WORDS, *, head: str = "") -> Reply:
    """An article's page."""
    return Reply(
        f"<html lang=en><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
        f"<p>{title}. {text}</p><p>{text[::-1]}</p></article></body></html>"
    )


def feed(*items: str, extra: str = "") -> Reply:
    """An RSS feed of items."""
    body = (
        f'<rss version="2.0"><channel><title>Gazette</title>{extra}{"".join(items)}</channel></rss>'
    )
    return Reply(body, kind="application/rss+xml")


def item(link: str, title: str = "A bridge is closed", *, more: str = "") -> str:
    """An entry of it."""
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
