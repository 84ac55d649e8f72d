"""A server on this machine whose hosts each misbehave in a way of their own.

What it says is written to the socket byte for byte, because no server's library would.
"""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BOMB = 64 * 1024 * 1024
"""Bytes of a bomb, unpacked: eight times what a crawl takes."""
PATIENCE = 30
"""Seconds after which a server ends what would never end."""
FEED = (
    '<rss version="2.0"><channel><title>T</title><item><title>A</title><link>http://{host}/page'
    "</link></item></channel></rss>"
)

Talk = Callable[[socket.socket], None]
"""What is done with a connection once the request has been read."""


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An answer with its length."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def says(data: bytes) -> Talk:
    """Say this, and close."""
    return lambda connection: connection.sendall(data)


def bomb(encoding: str, packed: bytes) -> Talk:
    """Bytes that unpack to far more."""
    return says(answer(packed, f"Content-Encoding: {encoding}", "Content-Type: text/html"))


def without_end(start: bytes, part: bytes) -> Talk:
    """Something, and then more of it for as long as anybody listens."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            connection.sendall(part)

    return talk


def reset_after(data: bytes) -> Talk:
    """Say this, and tear the connection down."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return talk


def slowly(data: bytes) -> Talk:
    """A byte a second."""

    def talk(connection: socket.socket) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(1)

    return talk


def _bombs() -> dict[str, Talk]:
    zeros = bytes(BOMB)
    gz = gzip.compress(zeros, 6)
    br = brotli.Compressor(quality=1)
    return {
        "gzip-bomb": bomb("gzip", gz),
        "deflate-bomb": bomb("deflate", zlib.compress(zeros, 6)),
        "br-bomb": bomb("br", br.process(zeros) + br.finish()),
        "zstd-bomb": bomb("zstd", zstd.compress(zeros)),
        "nested-bomb": bomb("gzip, gzip", gzip.compress(gz)),
        "chain-bomb": bomb(", ".join(["gzip"] * 20), gz),
        "packed-file-bomb": says(answer(gz, "Content-Type: application/x-gzip")),
    }


def _lies() -> dict[str, Talk]:
    html = b"<html><body>x"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    return {
        "says-longer": says(head + b"Content-Length: 9999\r\n\r\n" + html),
        "says-shorter": says(head + b"Content-Length: 3\r\n\r\n" + html * 9),
        "says-huge": says(head + b"Content-Length: 99999999999999999999\r\n\r\n" + html),
        "says-negative": says(head + b"Content-Length: -5\r\n\r\n" + html),
        "says-twice": says(head + b"Content-Length: 3\r\nContent-Length: 13\r\n\r\n" + html),
        "bad-chunks": says(head + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n"),
        "huge-chunk": says(head + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx"),
        "says-gzip": bomb("gzip", html),
        "says-br": bomb("br", html),
        "says-zstd": bomb("zstd", html),
        "says-nonsense": bomb("rot13", html),
        "cut-gzip": bomb("gzip", gzip.compress(html * 99)[:-9]),
        "no-status": says(b"hello\r\n\r\n"),
        "odd-status": says(b"HTTP/1.1 999999 \xff\r\n\r\n"),
        "word-status": says(b"HTTP/1.1 OK\r\n\r\n"),
        "noise": says(bytes(range(256)) * 99),
        "nothing": says(b""),
        "not-modified": says(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        "no-content": says(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
        "upgrades": says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        "waits-for-ages": says(answer(b"", "Retry-After: " + "9" * 400, status="503 No")),
        "nul-header": says(head + b"X: a\0b\r\nContent-Length: 1\r\n\r\nx"),
        "charset": says(answer(html, "Content-Type: text/html; charset=" + "x" * 9_000)),
        "loop": says(answer(b"", "Location: ", status="302 Found")),
        "far-away": says(answer(b"", "Location: /" + "x" * 15_000, status="302 Found")),
        "file": says(answer(b"", "Location: file:///etc/passwd", status="302 Found")),
        "data": says(answer(b"", "Location: data:text/html,x", status="302 Found")),
        "long-etag": says(answer(html, "ETag: " + "x" * 15_000, "Last-Modified: \xe9")),
        "reset": reset_after(b""),
        "reset-in-body": reset_after(head + b"Content-Length: 99\r\n\r\n<html>"),
    }


def _floods() -> dict[str, Talk]:
    ok = b"HTTP/1.1 200 OK\r\n"
    return {
        "headers": says(ok + b"A: b\r\n" * 100_000 + b"\r\n<html>"),
        "cookies": says(ok + b"Set-Cookie: a=b; Path=/\r\n" * 50_000 + b"\r\n<html>"),
        "long-header": says(ok + b"A: " + b"b" * 10_000_000 + b"\r\n\r\n<html>"),
        "folded-header": says(ok + b"A: b\r\n" + b" c\r\n" * 200_000 + b"\r\n<html>"),
        "continues": says(b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000 + ok + b"\r\n<html>"),
        "long-status": says(b"HTTP/1.1 200 " + b"O" * 10_000_000 + b"\r\n\r\n"),
        "encodings": says(ok + b"Content-Encoding: gzip\r\n" * 20_000 + b"\r\nx"),
    }


def _endless() -> dict[str, Talk]:
    ok = b"HTTP/1.1 200 OK\r\n"
    return {
        "headers-without-end": without_end(ok, b"A: b\r\n" * 10_000),
        "header-without-end": without_end(ok + b"A: ", b"b" * 65_536),
        "body-without-end": without_end(ok + b"\r\n<html>", b"<p>x" * 16_384),
        "chunks-without-end": without_end(
            ok + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000
        ),
        "drip": slowly(ok + b"\r\n" + b"x" * PATIENCE),
        "silence": lambda _connection: time.sleep(PATIENCE),
    }


def quick() -> dict[str, Talk]:
    """What ends soon."""
    return _bombs() | _lies() | _floods()


def every() -> dict[str, Talk]:
    """What ends soon, and what only ends when nobody listens any more."""
    return quick() | _endless()


class HostileServer:
    """`with HostileServer(quick()) as server:`; each behaviour is met in three places.

    On `NAME-robots`, `NAME-feed` and `NAME-page` under .localhost: in place of the site's
    robots.txt, of its feed, or of the page that its feed lists.
    """

    def __init__(self, behaviours: dict[str, Talk]) -> None:
        self._behaviours = behaviours
        self.port = 0

    def __enter__(self) -> HostileServer:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._listener.close()

    def feeds(self) -> Iterator[tuple[str, str]]:
        """Outlets, by their name, and the address of the feed of each."""
        for name in self._behaviours:
            for place in ("robots", "feed", "page"):
                slug = f"{name}-{place}"
                yield slug, f"http://{slug}.localhost:{self.port}/feed"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                data = connection.recv(65_536)
                if not data:
                    return
                request += data
            path = request.split(b" ")[1].decode().removeprefix("/").removesuffix(".txt")
            host = request.lower().partition(b"host: ")[2].partition(b"\r\n")[0].decode()
            name, _, place = host.partition(".")[0].rpartition("-")
            if path == place:
                self._behaviours[name](connection)
            elif path == "feed":
                body = FEED.format(host=host).encode()
                connection.sendall(answer(body, "Content-Type: text/xml", "Connection: close"))
            else:
                connection.sendall(answer(b"", "Connection: close", status="404 Not Found"))
