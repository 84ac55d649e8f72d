from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.parsing.address_forms import is_form_of, lies_below, may_be_form_of
from crawler.parsing.urls import canonical, host, is_front_page, registered_domain


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("HTTP://Example.ORG:80/a#top", "http://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a?utm_source=x&id=3", "https://example.org/a?id=3"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?amp=1&id=3", "https://example.org/a?id=3"),
        ("https://example.org/a?outputType=amp", "https://example.org/a"),
        ("https://example.org/a?amp", "https://example.org/a"),
        ("https://example.org/x?4711", "https://example.org/x?4711"),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("\u200bhttps://example.org/a b\ufeff", "https://example.org/a%20b"),
        ("http://gazette.localhost:8022/x", "http://gazette.localhost:8022/x"),
    ],
)
def test_noise_goes_and_what_names_the_page_stays(given_: str, expected: str) -> None:
    assert canonical(given_) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        # What the outlet gave, byte for byte.
        ("/news/5;7", "/news/5;7"),
        ("/news/5%3b7", "/news/5%3B7"),
        ("/my story 1", "/my%20story%201"),
        ("//a//b/", "//a//b/"),
        ("/100%", "/100%"),
        ("/%%34%31", "/%%34%31"),
        ("/a+b,c=d:e@f!", "/a+b,c=d:e@f!"),
        ("/a?x=1&&y=2&", "/a?x=1&&y=2&"),
        ("/a?q=a+b%20c", "/a?q=a+b%20c"),
        ("/5?image=https://cdn.example/x.jpg", "/5?image=https://cdn.example/x.jpg"),
        ("/https://cdn.example/x", "/https://cdn.example/x"),
        ("/کتاب\u200cها", "/%DA%A9%D8%AA%D8%A7%D8%A8%E2%80%8C%D9%87%D8%A7"),
        ("/паром?q=п", "/%D0%BF%D0%B0%D1%80%D0%BE%D0%BC?q=%D0%BF"),
        # What is equal.
        ("/%7ea/%41", "/~a/A"),
        ("/a/./b/%2E%2e/c", "/a/c"),
        ("/%c3%a9", "/%C3%A9"),
        # What was escaped twice, or with the other slash.
        ("/a?x=1&amp;y=2&#038;z=3", "/a?x=1&y=2&z=3"),
        ("/a?x=1&amp;amp;y=2&amp;#38;z=3", "/a?x=1&y=2&z=3"),
        ("/a;?x=1", "/a;?x=1"),
        ("\\a\\b", "/a/b"),
        # Ways to the outlet go, and what names the article stays.
        ("/news?ref=901", "/news?ref=901"),
        ("/news?source=4711&cid=5", "/news?source=4711&cid=5"),
        ("/news?ref=harbour-fire", "/news?ref=harbour-fire"),
        ("/news?keyword=mill&session=3", "/news?keyword=mill&session=3"),
        ("/a?utmost=3&olympia=1", "/a?utmost=3&olympia=1"),
        ("/a?ref=rss&id=3", "/a?id=3"),
        ("/a?source=rss_feed", "/a"),
        ("/a?ref=news.google.com", "/a"),
        ("/a?CMP=share_btn_tw", "/a"),
        ("/a?fbclid=IwAR0&gclid=x&mc_cid=1&xtor=RSS-3208", "/a"),
        ("/a;jsessionid=0123456789ABCDEF0123?PHPSESSID=0123456789abcdef01", "/a"),
        ("/a?sid=15", "/a?sid=15"),
    ],
)  # fmt: skip
def test_an_address_stays_as_the_outlet_gave_it(given_: str, expected: str) -> None:
    assert canonical(f"https://g.org{given_}") == f"https://g.org{expected}"


@pytest.mark.parametrize("given_", ["https://https://g.org/a", "https://g.orghttps://g.org/a"])
def test_an_address_with_another_before_it_is_itself(given_: str) -> None:
    assert canonical(given_) == "https://g.org/a"


@pytest.mark.parametrize(
    "given_",
    ["javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.c", "", "//", "http://", "http://a:b/",
     "http://a b/", "https://example.org/" + "a" * 3_000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(given_: str) -> None:
    with pytest.raises(UsageError):
        canonical(given_)


def test_relative_addresses_are_joined() -> None:
    assert canonical("../b", "https://example.org/x/a") == "https://example.org/b"


@given(
    st.from_regex(
        r"https?://[a-z]{1,5}\.org/[%0-9a-fA-F./;?&=\\ \u200bп:@#-]{0,30}", fullmatch=True
    )
    | st.from_regex(
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


@pytest.mark.parametrize(
    ("url", "section", "below"),
    [
        ("https://g.example/news/1", "https://g.example/news", True),
        ("https://g.example/news/1", "https://g.example/news/", True),
        ("https://g.example/news", "https://g.example/", True),
        ("https://g.example/news/", "https://g.example/news", False),
        ("https://g.example/news", "https://g.example/news", False),
        ("https://g.example/newsletter", "https://g.example/news", False),
        ("https://g.example/other", "https://g.example/news", False),
        ("https://h.example/news/1", "https://g.example/news", False),
    ],
)
def test_an_article_lies_below_its_section(url: str, section: str, below: bool) -> None:
    assert lies_below(url, section) == below


@pytest.mark.parametrize(
    ("one", "other", "forms", "may_be"),
    [
        ("/a?id=1", "/a?id=2", False, False),
        ("/a?from=mail", "/a?from=web", False, True),
        ("/a?id=1", "/a", True, True),
        ("/a/amp", "/a.html", True, True),
        ("/amp/a", "/a", True, True),
        ("/a", "/b", False, False),
        ("/", "/?x=1", False, False),
        ("/a?id=1&from=mail", "/a?id=1&from=web", False, True),
        ("/a?id=1&from=mail", "/a?id=2&from=mail", False, False),
    ],
)
def test_forms_of_an_address(one: str, other: str, forms: bool, may_be: bool) -> None:
    base = "https://g.example"
    assert is_form_of(base + one, base + other) == forms
    assert may_be_form_of(base + one, f"http://www.g.example{other}") == may_be
