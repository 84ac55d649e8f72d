from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from errno import ECONNREFUSED, ENETUNREACH
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL.SSL import Error as TLSError
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.internet import error as internet
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, ResponseFailed

from crawler.errors import UsageError
from crawler.fetching.middlewares.decompress import Decompress
from crawler.fetching.middlewares.retry_after import requested_wait
from crawler.fetching.middlewares.robots import refusal_while_unreachable, rules_from_response
from crawler.fetching.middlewares.unguarded import Unguarded
from crawler.fetching.middlewares.web_only import WebOnly
from crawler.fetching.refusals import Refused, refusal_for_error, refusal_for_status
from crawler.polling import LONGEST_WISH

URL = "https://example.org/a"


def answered(status: int, retry_after: str | None = None) -> Response:
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return Response(URL, status=status, headers=headers)


def test_retry_after_in_seconds_and_as_a_date() -> None:
    assert requested_wait(answered(503, "120")) == timedelta(minutes=2)
    later = datetime.now(UTC) + timedelta(hours=1)
    found = requested_wait(answered(429, format_datetime(later, usegmt=True)))
    assert found is not None
    assert timedelta(minutes=58) < found <= timedelta(hours=1)


@pytest.mark.parametrize("value", ["soon", "", "-5", "1e9", "²", "Wed, 99 Foo 2022"])
def test_a_broken_retry_after_is_no_retry_after(value: str) -> None:
    assert requested_wait(answered(503, value)) is None


def test_retry_after_is_bounded_and_only_meant_for_429_and_503() -> None:
    assert requested_wait(answered(503, "99999999999")) == LONGEST_WISH
    past = format_datetime(datetime(2001, 1, 1, tzinfo=UTC), usegmt=True)
    assert requested_wait(answered(503, past)) == timedelta()
    assert requested_wait(answered(200, "60")) is None
    assert requested_wait(answered(503)) is None


@given(st.binary(max_size=5_000), st.integers(1, 3), st.integers(0, 30))
def test_gzip_is_unpacked_as_scrapy_does(body: bytes, members: int, cut: int) -> None:
    packed = b"".join(gzip.compress(body) for _ in range(members))
    packed = packed[: len(packed) - cut]

    def outcome(decode: Callable[[bytes, bytes, int], bytes]) -> object:
        try:
            return decode(packed, b"gzip", 8_000)
        except (OSError, EOFError, ValueError) as error:
            return type(error)

    assert outcome(Decompress._decode) == outcome(HttpCompressionMiddleware._decode)


def robots(status: int, body: bytes = b"") -> Response:
    return Response("https://example.org/robots.txt", status=status, body=body)


def test_the_status_of_robots_txt_decides_first() -> None:
    """RFC 9309, 2.3.1: 4xx allows, 5xx forbids, whatever the body says."""
    forbids = b"User-agent: *\nDisallow: /"
    for status in (400, 401, 403, 404, 410, 418):
        found = rules_from_response(robots(status, forbids), "Newsloom")
        assert found.unreachable is None
        assert found.robots.allows(URL)
    for status in (300, 304, 429, 500, 503, 999):
        unreachable = rules_from_response(robots(status), "Newsloom").unreachable
        assert unreachable is not None
        assert unreachable.reason == f"http-{status}"
    for status in (200, 203, 206, 226):
        assert not rules_from_response(robots(status, forbids), "Newsloom").robots.allows(URL)
    assert rules_from_response(robots(204), "Newsloom").robots.allows(URL)


def test_what_kept_robots_txt_from_being_read_is_said() -> None:
    refusal = refusal_while_unreachable(
        refusal_for_error(DownloadTimeoutError("took longer than 20 seconds"))
    )
    assert refusal.reason == "robots-unreachable"
    assert refusal.cause == "timeout"
    assert "timeout: took longer than 20 seconds" in refusal.detail
    assert refusal.temporary
    assert not refusal.asked


def test_a_long_delay_in_robots_txt_is_clamped() -> None:
    body = b"User-agent: *\nDisallow: /\n\nUser-agent: newsloom\nCrawl-delay: 900\nDisallow: /b\n"
    rules = rules_from_response(robots(200, body), "Newsloom")
    assert rules.robots.allows(URL)
    assert not rules.robots.allows("https://example.org/b")
    assert rules.delay == 30.0


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "town.localhost", "127.0.0.1", "127.0.0.1.", "[::1]", "[::]",
     "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:7f00:1]", "[64:ff9b::127.0.0.1]",
     "[fe80::1%25eth0]", "169.254.169.254", "2130706433", "2130706433.", "0x7f000001",
     "0X7F000001", "017700000001", "127.1", "10.1", "0x7f.1", "0177.0.0.1", "0xa9fea9fe", "0",
     "0x", "１２７.０.０.１", "127。1", "①②⑦.0.0.1", "%31%32%37.0.0.1", "%6cocalhost",
     "me@127.0.0.1", "4294967296", "1.2.3.4.5", "example.0x7f"],
)  # fmt: skip
def test_private_addresses_are_named_in_every_form(host: str) -> None:
    with pytest.raises(Refused) as caught:
        WebOnly(allow_private=False).process_request(Request(f"http://{host}/latest"))
    assert caught.value.refusal.reason == "private-address"
    WebOnly(allow_private=True).process_request(Request(f"http://{host}/latest"))


@pytest.mark.parametrize(
    "host",
    ["example.org", "1e100.net", "0xabc.org", "8.8.8.8", "134744072", "0x08.8.2056",
     "[2606:4700::1111]", "[::ffff:8.8.8.8]", "localhost.example.org", "notlocalhost"],
)  # fmt: skip
def test_public_hosts_pass(host: str) -> None:
    WebOnly(allow_private=False).process_request(Request(f"http://{host}/"))


def test_other_schemes_are_named() -> None:
    with pytest.raises(Refused) as caught:
        WebOnly(allow_private=False).process_request(Request("ftp://example.org/x"))
    assert caught.value.refusal.reason == "not-web"


def test_what_went_wrong_has_a_name_and_says_whether_to_try_again() -> None:
    errors = {
        CannotResolveHostError("x"): ("no-address", True),
        DownloadTimeoutError("x"): ("timeout", True),
        DownloadCancelledError("x"): ("too-large", False),
        IgnoreRequest("x"): ("refused", False),
        OSError("x"): ("connection", True),
    }
    for error, expected in errors.items():
        refusal = refusal_for_error(error)
        assert (refusal.reason, refusal.temporary) == expected


# Twisted has no types.
Untyped: Any = SimpleNamespace(
    Refused=internet.ConnectionRefusedError, NoRoute=internet.NoRouteError,
    Lost=internet.ConnectionLost, Done=internet.ConnectionDone, NoHttp=ParseError,
    Failed=lambda error: ResponseFailed([Failure(error)]),  # type: ignore[no-untyped-call]
)  # fmt: skip
CLOSED = "the server closed the connection before its answer was complete"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Untyped.Refused(ECONNREFUSED, "x"), "connection refused"),
        (Untyped.NoRoute(ENETUNREACH, "x"), "network is unreachable"),
        (Untyped.Failed(Untyped.Lost()), CLOSED),
        (Untyped.Failed(Untyped.Done()), CLOSED),
        (Untyped.Failed(Untyped.NoHttp("no status", b"x")), "the answer is no HTTP: no status"),
        (Untyped.Failed(TLSError([("SSL", "", "verify failed")])), "TLS: verify failed"),
    ],
)
def test_why_a_connection_failed_is_said_in_words(error: Exception, said: str) -> None:
    assert refusal_for_error(error).detail == said
    wrapped = DownloadFailedError("[<twisted.python.failure.Failure ...>]")
    wrapped.__cause__ = error
    assert refusal_for_error(wrapped).detail == said


def test_statuses_say_whether_to_try_again() -> None:
    assert [refusal_for_status(s).temporary for s in (404, 410, 403, 429, 500, 503)] == [
        False, False, False, True, True, True,
    ]  # fmt: skip


def _guarding(**given: object) -> Unguarded:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(given, priority="cmdline")
    return Unguarded.from_crawler(SimpleNamespace(settings=settings))


@pytest.mark.parametrize("kind", ["httpx.HttpxDownloadHandler", "aiohttp.AiohttpDownloadHandler"])
def test_a_handler_that_looks_up_names_itself_is_refused(kind: str) -> None:
    handler = f"scrapy.core.downloader.handlers._{kind}"
    for scheme in ("http", "https"):
        with pytest.raises(UsageError, match=f"take it out for {scheme}, or set"):
            _guarding(DOWNLOAD_HANDLERS={scheme: handler})
        _guarding(DOWNLOAD_HANDLERS={scheme: handler}, NEWSLOOM_ALLOW_PRIVATE=True)
        _guarding(DOWNLOAD_HANDLERS={scheme: None})


def test_a_proxy_is_named_once_and_its_password_never(caplog: pytest.LogCaptureFixture) -> None:
    guarding = _guarding()
    guarding.process_request(Request("https://g.example/"))
    assert not caplog.messages
    for _ in range(2):
        meta = {"proxy": "http://ann:secret@proxy.example:3128"}
        guarding.process_request(Request("https://g.example/", meta=meta))
    (said,) = caplog.messages
    assert "requests go through the proxy proxy.example," in said
    assert "secret" not in said
