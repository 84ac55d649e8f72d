"""Servers that are slow, broken or without end: each costs its own slot and nobody else's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.corpora.hostile_servers import HostileServer, quick
from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl


@pytest.fixture
def drip() -> Iterator[int]:
    """A server that answers one byte a second; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.recv(4096)
            for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>" + b" " * 600:
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    return
                if stop.wait(1):
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield int(listener.getsockname()[1])
    stop.set()
    listener.close()


def test_one_bad_outlet_costs_the_others_nothing(tmp_path: Path, drip: int) -> None:
    with Site() as site:
        outlets = tmp_path / "outlets"
        good = [f"/{n}" for n in range(12)]
        site["/feed.xml"] = feed(*(item(site.url(path)) for path in good))
        for path in good:
            site[path] = page(f"Bridge {path} is closed")
        site.describe(outlets, "good", feeds=["/feed.xml"])
        port = drip
        site.describe(outlets, "drip", feeds=[f"http://drip.localhost:{port}/feed.xml"])
        site.describe(outlets, "no-name", feeds=["http://no-such-name.invalid/feed.xml"])
        # An https address where plain http is spoken.
        site.describe(outlets, "no-tls", feeds=[site.url("/x", "tls").replace("http:", "https:")])
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = closed.getsockname()[1]
        site.describe(outlets, "nobody", feeds=[f"http://nobody.localhost:{nobody}/feed.xml"])
        site["/loop"] = Reply(status=302, headers={"Location": site.url("/loop2", "loop")})
        site["/loop2"] = Reply(status=302, headers={"Location": site.url("/loop", "loop")})
        site.describe(outlets, "loop", feeds=[site.url("/loop", "loop")])
        site["/big.xml"] = Reply(b"<rss>" + b" " * 9_000_000, kind="text/xml")
        site.describe(outlets, "big", feeds=[site.url("/big.xml", "big")])
        done = crawl(tmp_path)
        assert done.returncode == 3, done.stderr
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(12,)]
    found = {
        str(slug): (str(reason), str(detail))
        for slug, reason, detail in ask(
            tmp_path,
            "SELECT o.slug, f.reason, f.detail FROM fetches f JOIN sources s ON s.id = f.source"
            " JOIN outlets o ON o.id = s.outlet WHERE f.reason IS NOT NULL",
        )
    }
    assert found.pop("loop")[0] == "refused"
    assert found.pop("big")[0] == "too-large"
    # robots.txt is asked first, so the others fail there: what cannot be read forbids all.
    causes = {
        "drip": "timeout: ", "no-name": "no-address: ", "no-tls": "connection: TLS: ",
        "nobody": "connection: connection refused",
    }  # fmt: skip
    assert found.keys() == causes.keys()
    for slug, cause in causes.items():
        reason, detail = found[slug]
        assert reason == "robots-unreachable"
        assert f"; {cause}" in detail


def test_what_a_server_does_costs_itself_alone(tmp_path: Path) -> None:
    """In place of robots.txt, of a feed and of a page; bench/hostile.py has five times as many."""
    names = (
        "gzip-bomb", "br-bomb", "zstd-bomb", "nested-bomb", "says-longer", "bad-chunks",
        "not-modified", "headers", "long-header",
    )  # fmt: skip
    behaviours = {name: quick()[name] for name in names}
    with Site() as site, HostileServer(behaviours) as server:
        good = [f"/{n}" for n in range(12)]
        site["/feed.xml"] = feed(*(item(site.url(path)) for path in good))
        for path in good:
            site[path] = page(f"Bridge {path} is closed")
        site.describe(tmp_path / "outlets", "good", feeds=["/feed.xml"])
        for slug, address in server.feeds():
            site.describe(tmp_path / "outlets", slug, feeds=[address])
        done = crawl(tmp_path, "--workers", "1")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(12,)]
    states = ask(
        tmp_path,
        "SELECT o.slug, p.state, p.reason FROM pages p JOIN outlets o ON o.id = p.outlet"
        " WHERE o.slug LIKE '%-page'",
    )
    assert len(states) == len(names)
    # What says that it has not changed was never read.
    assert not [row for row in states if row[1] == "article" or row[2] is None]
    failed = ask(
        tmp_path,
        "SELECT o.slug FROM fetches f JOIN sources s ON s.id = f.source"
        " JOIN outlets o ON o.id = s.outlet WHERE f.reason IS NOT NULL AND o.slug LIKE '%-feed'",
    )
    assert len(failed) == len(names)


def test_a_calendar_without_end_is_left_at_the_budget(tmp_path: Path) -> None:
    with Site() as site:

        def day(number: int) -> Reply:
            links = "".join(
                f"<a href='/2022/01/{n:02d}/the-events-of-day-{n}'>{n}</a>"
                for n in range(number, number + 40)
            )
            return Reply(f"<html><body><main>{links}</main></body></html>")

        site["/calendar"] = day(1)
        site.describe(tmp_path / "outlets", pages=["/calendar"])
        crawl(tmp_path)
        # Links of pages are never followed: only sources list pages.
        assert len([path for path in site.paths() if path != "/calendar"]) == 40


def test_two_outlets_that_name_one_feed_share_its_articles(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site["/1"] = page("A bridge is closed")
        for slug in ("one", "two"):
            site.describe(tmp_path / "outlets", slug, feeds=["/feed.xml"])
        done = crawl(tmp_path)
        assert done.returncode == 0, done.stderr
        assert site.paths() == ["/feed.xml", "/1"]
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [(1,)]
