from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response

from crawler.fetching.middlewares.decompress import Decompress
from crawler.fetching.middlewares.retry_after import wanted
from crawler.fetching.middlewares.robots import judge
from crawler.fetching.middlewares.web_only import WebOnly
from crawler.fetching.refusals import Refused, explain, for_status
from crawler.rhythm import LONGEST_WISH

URL = "https://example.org/a"


def answered(status: int, retry_after: str | None = None) -> Response:
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return Response(URL, status=status, headers=headers)


def test_retry_after_in_seconds_and_as_a_date() -> None:
    assert wanted(answered(503, "120")) == timedelta(minutes=2)
    later = datetime.now(UTC) + timedelta(hours=1)
    found = wanted(answered(429, format_datetime(later, usegmt=True)))
    assert found is not None
    assert timedelta(minutes=58) < found <= timedelta(hours=1)


@pytest.mark.parametrize("value", ["soon", "", "-5", "1e9", "²", "Wed, 99 Foo 2022"])
def test_a_broken_retry_after_is_no_retry_after(value: str) -> None:
    assert wanted(answered(503, value)) is None


def test_retry_after_is_bounded_and_only_meant_for_429_and_503() -> None:
    assert wanted(answered(503, "99999999999")) == LONGEST_WISH
    past = format_datetime(datetime(2001, 1, 1, tzinfo=UTC), usegmt=True)
    assert wanted(answered(503, past)) == timedelta()
    assert wanted(answered(200, "60")) is None
    assert wanted(answered(503)) is None


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
    assert judge(robots(404, forbids), "Newsloom").parser is None
    assert not judge(robots(404, forbids), "Newsloom").unreachable
    assert judge(robots(503), "Newsloom").unreachable == "status 503"
    assert judge(robots(429), "Newsloom").unreachable == "status 429"
    rules = judge(robots(200, forbids), "Newsloom")
    assert rules.parser is not None
    assert not rules.parser.can_fetch(URL, "Newsloom")


def test_our_own_group_in_robots_txt_is_found_and_its_delay_clamped() -> None:
    body = b"User-agent: *\nDisallow: /\n\nUser-agent: newsloom\nCrawl-delay: 900\nDisallow: /b\n"
    rules = judge(robots(200, body), "Newsloom")
    assert rules.parser is not None
    assert rules.parser.can_fetch(URL, "Newsloom")
    assert not rules.parser.can_fetch("https://example.org/b", "Newsloom")
    assert rules.delay == 30.0


def test_a_huge_robots_txt_is_read_to_500_kib() -> None:
    body = b"User-agent: *\nDisallow: /first\n" + b"#" * 600_000 + b"\nDisallow: /last\n"
    rules = judge(robots(200, body), "Newsloom")
    assert rules.parser is not None
    assert not rules.parser.can_fetch("https://example.org/first", "Newsloom")
    assert rules.parser.can_fetch("https://example.org/last", "Newsloom")


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "http://town.localhost/", "http://127.0.0.1/", "http://[::1]/",
     "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest", "ftp://example.org/x"],
)  # fmt: skip
def test_private_addresses_and_other_schemes_are_named(url: str) -> None:
    with pytest.raises(Refused) as caught:
        WebOnly(allow_private=False).process_request(Request(url))
    assert caught.value.refusal.reason in ("private-address", "not-web")


def test_what_went_wrong_has_a_name_and_says_whether_to_try_again() -> None:
    errors = {
        CannotResolveHostError("x"): ("no-address", True),
        DownloadTimeoutError("x"): ("timeout", True),
        DownloadCancelledError("x"): ("too-large", False),
        IgnoreRequest("x"): ("refused", False),
        OSError("x"): ("connection", True),
    }
    for error, expected in errors.items():
        refusal = explain(error)
        assert (refusal.reason, refusal.temporary) == expected
    assert [for_status(s).temporary for s in (404, 410, 403, 429, 500, 503)] == [
        False, False, False, True, True, True,
    ]  # fmt: skip
