from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.parsing.urls import canonical, host, is_front_page, registered_domain


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("HTTP://Example.ORG:80/a#top", "http://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a?utm_source=x&id=3", "https://example.org/a?id=3"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org/a?amp=1&id=3", "https://example.org/a?id=3"),
        ("https://example.org/a?outputType=amp", "https://example.org/a"),
        ("https://example.org/a?amp", "https://example.org/a"),
        ("https://example.org/x?4711", "https://example.org/x?4711="),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://example.org/\u200ba b", "https://example.org/ab"),
        ("http://gazette.localhost:8022/x", "http://gazette.localhost:8022/x"),
    ],
)
def test_noise_goes_and_what_names_the_page_stays(given_: str, expected: str) -> None:
    assert canonical(given_) == expected


@pytest.mark.parametrize(
    "given_",
    ["javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.c", "", "//", "http://", "http://a:b/",
     "https://example.org/" + "a" * 3_000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(given_: str) -> None:
    with pytest.raises(UsageError):
        canonical(given_)


def test_relative_addresses_are_joined() -> None:
    assert canonical("../b", "https://example.org/x/a") == "https://example.org/b"


@given(
    st.from_regex(
        r"https?://[a-z0-9.-]{1,20}\.[a-z]{2,5}(:\d{1,5})?(/[^\s]{0,30})?", fullmatch=True
    )
)
def test_canonical_is_idempotent(url: str) -> None:
    try:
        once = canonical(url)
    except UsageError:
        return
    assert canonical(once) == once


def test_hosts_and_domains() -> None:
    assert host("https://www.bbc.co.uk/news") == "bbc.co.uk"
    assert registered_domain("https://news.bbc.co.uk/1") == "bbc.co.uk"
    assert is_front_page("https://example.org/")
    assert not is_front_page("https://example.org/?p=3")
