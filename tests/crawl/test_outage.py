"""A machine without a network counts nothing against anybody."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from errno import ENETUNREACH
from pathlib import Path

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from twisted.internet.error import NoRouteError

from crawler.fetching import network
from crawler.fetching.doubtful_failures import Doubts
from crawler.fetching.network import Network
from crawler.types import Listing, Page, PollFailed, Rejected, Source, SourceKind
from tests.conftest import NOW
from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl

GATES = "SELECT url, failures, due_at, next_poll_at, polled_at FROM sources ORDER BY url"
PAGES = "SELECT url, state, attempts, due_at, revisit_at, reason FROM pages ORDER BY url"


@pytest.fixture
def port() -> int:
    """One that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def town(folder: Path, port: int, *slugs: str) -> Site:
    """Outlets of two pages each; the first is found later."""
    site = Site(port)
    for slug in slugs:
        site[f"/{slug}.xml"] = feed(
            *(item(f"http://{slug}.localhost:{port}/{slug}/{n}") for n in range(2))
        )
        for n in range(2):
            site[f"/{slug}/{n}"] = page(f"{slug} bridge {n} is closed")
        (folder / "outlets").mkdir(exist_ok=True)
        (folder / "outlets" / f"{slug}.toml").write_text(
            f'name = "{slug}"\ndelay = 0\nfeeds = ["http://{slug}.localhost:{port}/{slug}.xml"]\n'
        )
    return site


def test_offline_nothing_is_counted_and_the_next_run_asks_everybody(
    tmp_path: Path, port: int
) -> None:
    made = town(tmp_path, port, "gazette", "herald", "courier")
    with made:
        assert crawl(tmp_path).returncode == 0
    ask(tmp_path, "UPDATE sources SET due_at = NULL")
    ask(tmp_path, "UPDATE pages SET revisit_at = '2022-01-01T00:00:00Z' WHERE url LIKE '%/0'")
    ask(tmp_path, "UPDATE pages SET state = 'pending', reason = NULL WHERE url LIKE '%/1'")
    ask(tmp_path, "DELETE FROM robots WHERE site LIKE '%herald%'")
    before = ask(tmp_path, GATES), ask(tmp_path, PAGES.replace("revisit_at", "''"))
    for _ in range(2):
        offline = crawl(tmp_path)
        assert offline.returncode == 4, offline
        assert offline.stderr.startswith(
            "This machine seems to be offline: none of 3 hosts could be reached"
        )
        assert offline.stderr.count("\n") == 1
        assert (ask(tmp_path, GATES), ask(tmp_path, PAGES.replace("revisit_at", "''"))) == before
    due = "SELECT count(*) FROM pages WHERE revisit_at <= strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
    assert ask(tmp_path, due) == [(3,)]
    assert ask(tmp_path, "SELECT outcome FROM runs") == [("done",), ("failed",), ("failed",)]
    assert ask(tmp_path, "SELECT count(*) FROM fetches WHERE outcome = 'failed'") == [(0,)]
    with town(tmp_path, port, "gazette", "herald", "courier") as site:
        again = crawl(tmp_path)
        assert again.returncode == 0, again.stderr
        asked = site.paths()
    assert sorted(p for p in asked if p.endswith(".xml")) == [
        "/courier.xml", "/gazette.xml", "/herald.xml",
    ]  # fmt: skip
    assert {p for p in asked if not p.endswith(".xml")} >= {"/herald/0", "/herald/1"}


def test_names_that_lead_nowhere_are_an_outage_too(tmp_path: Path) -> None:
    (tmp_path / "outlets").mkdir()
    for slug in ("gazette", "herald"):
        (tmp_path / "outlets" / f"{slug}.toml").write_text(
            f'name = "{slug}"\nfeeds = ["http://{slug}.invalid/feed"]\n'
        )
    told = crawl(tmp_path, "--json")
    assert told.returncode == 4
    assert json.loads(told.stdout)["offline"] is True
    assert "This machine seems to be offline: none of 2 hosts" in told.stderr
    assert ask(tmp_path, "SELECT max(failures), max(due_at) FROM sources") == [(0, None)]


def test_a_host_that_is_down_while_others_answer_is_down(tmp_path: Path, port: int) -> None:
    with town(tmp_path, port, "gazette"):
        for slug in ("herald", "courier"):
            (tmp_path / "outlets" / f"{slug}.toml").write_text(
                f'name = "{slug}"\nfeeds = ["http://{slug}.localhost:9/feed"]\n'
            )
        told = crawl(tmp_path)
    assert told.returncode == 3
    assert "offline" not in told.stderr
    assert ask(tmp_path, "SELECT failures FROM sources ORDER BY url") == [(1,), (0,), (1,)]
    # When only they are asked, what is known of them says nothing about the network.
    ask(tmp_path, "UPDATE sources SET due_at = NULL WHERE failures > 0")
    told = crawl(tmp_path)
    assert "offline" not in told.stderr
    assert ask(tmp_path, "SELECT failures FROM sources ORDER BY url") == [(2,), (0,), (2,)]


def test_of_one_host_that_refuses_it_cannot_be_said(tmp_path: Path, port: int) -> None:
    town(tmp_path, port, "gazette")
    told = crawl(tmp_path)
    assert told.returncode == 4
    assert "offline" not in told.stderr
    assert ask(tmp_path, "SELECT failures FROM sources") == [(1,)]


def test_a_network_that_goes_away_costs_no_page_a_try(tmp_path: Path, port: int) -> None:
    site = town(tmp_path, port, "gazette", "herald")
    # Both feeds are answered at one time: no page is asked for between the two.
    both = threading.Barrier(2, action=site.go_away, timeout=60)

    def last(reply: Reply) -> Callable[[Mapping[str, str]], Reply]:
        def answer(_headers: Mapping[str, str]) -> Reply:
            both.wait()
            return reply._replace(headers={"Connection": "close"})

        return answer

    for slug in ("gazette", "herald"):
        reply = site.answers[f"/{slug}.xml"]
        assert isinstance(reply, Reply)
        site[f"/{slug}.xml"] = last(reply)
        # Nor before the crawl has read the second answer: it asks for a page a moment later.
        outlet = tmp_path / "outlets" / f"{slug}.toml"
        outlet.write_text(outlet.read_text().replace("delay = 0", "delay = 1"))
    with site:
        gone = crawl(tmp_path, "--workers", "1")
    assert gone.returncode == 3, gone
    assert "The network seems to have gone away: after the last answer 2 hosts" in gone.stderr
    assert ask(tmp_path, "SELECT DISTINCT state, attempts, due_at, reason FROM pages") == [
        ("pending", 0, None, None)
    ]
    with town(tmp_path, port, "gazette", "herald"):
        assert "4 new articles" in crawl(tmp_path).stdout


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    at = [0.0]
    monkeypatch.setattr(network.time, "monotonic", lambda: at[0])  # type: ignore[attr-defined]
    return at  # type: ignore[return-value]


def poll(host: str) -> PollFailed:
    source = Source(url=f"http://{host}/feed", kind=SourceKind.FEED, outlet="gazette")
    return PollFailed(source=source, url=source.url, reason="connection", detail="", at=NOW)


def test_an_answer_after_a_request_began_makes_its_failure_the_hosts(clock: list[float]) -> None:
    known = Network()
    doubts = Doubts(known)
    clock[0] = 10
    known.note_failure("http://a.example/feed", DownloadTimeoutError(), began=1)
    assert doubts.hold_back(poll("a.example"), well=lambda _: True)
    known.note_answer("http://b.example/feed")
    assert doubts.pop_confirmed() == [poll("a.example")]
    # A slow failure, at whose beginning others still answered, is no doubt at all.
    known.note_failure("http://c.example/feed", DownloadTimeoutError(), began=9)
    assert not doubts.hold_back(poll("c.example"), well=lambda _: True)
    assert doubts.outage() is None
    for host in ("d.example", "e.example"):
        known.note_failure(f"http://{host}/feed", DownloadTimeoutError(), began=11)
        assert doubts.hold_back(poll(host), well=lambda _: True)
    found = doubts.outage()
    assert found is not None
    assert (found.hosts, found.complete) == (2, False)


def test_one_host_is_an_outage_only_when_this_machine_could_not_ask(clock: list[float]) -> None:
    for error, expected in (
        (CannotResolveHostError(), False),
        (DownloadConnectionRefusedError(), False),
        (DownloadTimeoutError(), False),
        (NoRouteError(ENETUNREACH, "unreachable"), True),  # type: ignore[no-untyped-call]
    ):
        known = Network()
        doubts = Doubts(known)
        known.note_failure("http://a.example/feed", error, began=0)
        assert doubts.hold_back(poll("a.example"), well=lambda _: True)
        assert (doubts.outage() is not None) is expected, error
    assert clock == [0.0]


def test_no_name_server_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(network.socket, "getaddrinfo", nobody)  # type: ignore[attr-defined]
    known = Network()
    with pytest.raises(socket.gaierror):
        known.look_up("a.example", 80)
    known.note_failure("http://a.example/feed", CannotResolveHostError(), began=0)
    assert known.is_cut_off({"a.example"})


@pytest.mark.parametrize(
    ("other", "named"), [("inside.example", True), ("no-such.example", True), ("10.0.0.1", False)]
)
def test_a_name_server_that_answers_for_others_is_no_outage(
    monkeypatch: pytest.MonkeyPatch, other: str, named: bool
) -> None:
    """Whatever it says of them: that there is none, or a private address, which is not asked."""

    def some(name: str, *_: object) -> list[object]:
        if name == "lost.example":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if name == "no-such.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(network.socket, "getaddrinfo", some)  # type: ignore[attr-defined]
    known = Network()
    for name in ("lost.example", other):
        with suppress(socket.gaierror):
            known.look_up(name, 80)
    known.note_failure("http://lost.example/feed", CannotResolveHostError(), began=0)
    assert known.is_cut_off({"lost.example"}) is not named


def test_what_a_host_said_is_an_answer_and_a_private_address_says_nothing() -> None:
    known = Network()
    known.guard("inside.example")
    known.note_failure("http://inside.example/feed", CannotResolveHostError(), began=0)
    assert known.silent_since("http://inside.example/feed") is None
    known.note_failure("http://a.example/feed", DownloadFailedError("reset"), began=0)
    assert not known.is_silent
    refused = Rejected(
        page=Page(id=1, url="http://a.example/1", outlet="g", attempts=0,
                  listing=Listing(url="http://a.example/1")),
        reason="http-500", detail="", at=NOW,
    )  # fmt: skip
    assert not Doubts(known).hold_back(refused, well=lambda _: True)
