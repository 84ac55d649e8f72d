"""robots.txt over real sockets: however it is answered, a page is fetched only where it may be."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.site import Reply, Site, feed, page
from tests.crawl.test_polling import ask, crawl

FORBIDS = "User-agent: *\nDisallow: /no\n"


@pytest.fixture
def resetting() -> Iterator[int]:
    """A server that breaks the connection in the middle of robots.txt; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nUser-agent: *\nDisa")
            # No FIN but a RST, as from a machine that went away.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.close()


def text(body: str | bytes, status: int = 200, encoding: str | None = None) -> Reply:
    headers = {"Content-Encoding": encoding} if encoding else {}
    return Reply(body, status, headers, kind="text/plain; charset=utf-8")


def to(url: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": url})


def answers(site: Site) -> dict[str, tuple[Reply, str | None, str]]:
    """Of each host: its robots.txt, why nothing is fetched, and a word of the detail."""
    packed = gzip.compress(FORBIDS.encode())
    big = "# so on\n" * 100_000
    unread = "robots-unreachable"
    return {
        "plain": (text(FORBIDS), "robots", ""),
        "bom": (text(FORBIDS.encode("utf-8-sig")), "robots", ""),
        "utf16": (text(FORBIDS.encode("utf-16")), "robots", ""),
        "utf16be": (text(FORBIDS.encode("utf-16-be")), "robots", ""),
        "nul": (text(f"\0\0{FORBIDS}\0"), "robots", ""),
        "cr": (text(FORBIDS.replace("\n", "\r")), "robots", ""),
        "version": (text("User-agent: Newsloom/0.1\nDisallow: /no"), "robots", ""),
        "letter": (text("User-agent: n\nDisallow: /no"), None, ""),
        "s203": (text(FORBIDS, 203), "robots", ""),
        "s206": (text(FORBIDS, 206), "robots", ""),
        "s204": (text("", 204), None, ""),
        "s401": (text(FORBIDS, 401), None, ""),
        "s404": (text(FORBIDS, 404), None, ""),
        "s304": (text("", 304), unread, "http-304"),
        "s429": (text("", 429), unread, "http-429"),
        "s500": (text("", 500), unread, "http-500"),
        "s503": (text("", 503), unread, "http-503"),
        "moved": (to(site.url("/other.txt", "elsewhere"), 301), "robots", ""),
        "five": (to("/r1"), "robots", ""),
        "loop": (to("/robots.txt"), unread, "redirections"),
        "away": (to("http://nobody.invalid/robots.txt"), unread, "no-address"),
        "file": (to("file:///etc/passwd"), unread, "http-302"),
        "large": (text(FORBIDS + big), "robots", ""),
        "endless": (text(FORBIDS + big * 12), unread, "too-large"),
        "charset": (
            Reply(f"# caf\xe9\n{FORBIDS}".encode("latin-1"), kind="text/plain; charset=utf-16"),
            "robots",
            "",
        ),
        "gzip": (text(packed, encoding="gzip"), "robots", ""),
        "bomb": (
            text(gzip.compress(bytes(9_000_000)), encoding="gzip"),
            unread,
            "MAXSIZE",
        ),
        "html": (page("We are sorry, there is no such page"), None, ""),
    }


def test_each_answer_ends_as_rfc_9309_says(tmp_path: Path, resetting: int) -> None:
    outlets = tmp_path / "outlets"
    with Site() as site:
        hosts = answers(site)
        site["/robots.txt"] = lambda headers: hosts[headers["host"].partition(".")[0]][0]
        site["/other.txt"] = text(FORBIDS)
        for n in range(1, 5):
            site[f"/r{n}"] = to(f"/r{n + 1}")
        site["/r5"] = text(FORBIDS)
        site["/no"] = feed()
        for host in hosts:
            site.describe(outlets, host, feeds=[site.url("/no", host)])
        site.describe(outlets, "reset", feeds=[f"http://reset.localhost:{resetting}/no"])
        crawl(tmp_path)
        asked = {headers["host"].partition(".")[0] for path, headers in site.asked if path == "/no"}
    expected = {host: (reason, word) for host, (_, reason, word) in hosts.items()}
    expected["reset"] = ("robots-unreachable", "connection: ")
    assert asked == {host for host, (reason, _) in expected.items() if reason is None}
    found = ask(
        tmp_path,
        "SELECT o.slug, f.reason, coalesce(f.detail, '') FROM fetches f"
        " JOIN sources s ON s.id = f.source JOIN outlets o ON o.id = s.outlet",
    )
    assert {str(slug): reason for slug, reason, _ in found} == {
        host: reason for host, (reason, _) in expected.items()
    }
    for slug, _, detail in found:
        assert expected[str(slug)][1] in str(detail), (slug, detail)
