"""The laws of the readers of hostile bytes, on what bench/fuzz.py sets out from and has found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.corpora.fuzz_targets import TARGETS, tidy
from crawler.errors import ExtractError
from crawler.parsing.listing.feeds import parse_feed
from crawler.parsing.listing.sitemaps import parse_sitemap
from crawler.parsing.texts import parsable
from tests.parsing.test_hostile import PARAGRAPHS, PROSE, outcome

# warcio leaves what it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
FOUND = {
    "addresses": (
        "https://g.example/a?x=1&amp;amp;y=2",
        "https://g.example/&f;",
        "https://g.example/a;?x=1",
        "//a/https://a/be./////2./e",
        "https://" * 30 + "g.example/a",
        "https://www./a",
        "https://g.example/a%2/../%2Eb",
        "https://g.example/a?utm_source=%2&b=%41",
        "http://کاbc.example/news",
    ),
    "dates": (f"\x01\x00{'x' * 88} 2022-01-05 10:30",),
    "feeds": (
        "<rss><channel><item><link>https://g.example/1</item></link></channel></rss>",
        "<rss version='2.0'><channel><item><link>https://g.example/1</link>"
        "<description>&lt;a href='/x'&gt;&amp;#1;&lt;/a&gt;</description></item></channel></rss>",
    ),
    "sitemaps": ("https://[g.example/a\nhttps://g.example/b",),
    "warc": (
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nHTTP/\r\n\r\n",
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://g.example/\r\n\r\nHTTP/",
        "WARC/1.0\r\nWARC-Type: response\r\n\r\n",
    ),
    "extract": (f"<html><body><p>\x08{PROSE * 9}</p></body></html>",),
}
"""Inputs that a target once failed on."""


@pytest.fixture(scope="module", autouse=True)
def tidied() -> Iterator[None]:
    yield
    tidy()


@pytest.mark.parametrize("name", TARGETS)
def test_laws_hold(name: str) -> None:
    target = TARGETS[name]
    found = [text.encode() for text in FOUND.get(name, ())]
    for data in (*found, *(seed[: target.longest] for seed in target.seeds())):
        target.run(data)


@pytest.mark.parametrize(
    "character",
    ["\x01", "\x08", "\x1b", "\ufffe", "&#1;", "&#x1B;", "&#8;", "&#x0008;", "&#xFFFF;"],
)
def test_a_character_that_no_tree_may_hold_costs_no_text(character: str) -> None:
    article, _ = outcome(f"<html><body>{PARAGRAPHS}<p>Nobody{character} knows</p>{PARAGRAPHS}")
    assert article is not None
    assert article.text.count("The council") == 12
    assert "Nobody knows" in article.text
    entry = f"<item><link>https://g.example/1</link><description><![CDATA[<p>{PROSE * 20}</p>" \
        f"<p>Nobody{character} <a href='/x'>knows</a></p>]]></description></item>"  # fmt: skip
    found = parse_feed(f"<rss><channel>{entry}</channel></rss>".encode(), url="https://g.example/")
    assert "Nobody knows" in (found.pages[0].text or "")


def test_breaks_that_no_tree_may_hold_part_words() -> None:
    assert parsable("one\x0btwo\x0cthree") == "one two three"
    assert parsable("a&#9;b&#10;c&#xD;d&#x41;&#8217;&#65;&#19990;&#x1F600;&#100;") == (
        "a&#9;b&#10;c&#xD;d&#x41;&#8217;&#65;&#19990;&#x1F600;&#100;"
    )


def test_an_address_that_is_none_costs_a_sitemap_itself_alone() -> None:
    body = "".join(f"<url><loc>{loc}</loc></url>" for loc in ("https://[g", "https://g.example/2"))
    found = parse_sitemap(f"<urlset>{body}</urlset>".encode(), url="https://g.example/s.xml")
    assert [page.url for page in found.pages] == ["https://g.example/2"]
    assert found.refused_as == ("https://[g",)


@pytest.mark.parametrize(
    "name", ["links", "content", "enclosures", "tags", "authors", "title_detail", "summary",
             "published_parsed", "id", "guidislink", "language", "link", "hub", "entries", "feed"]
)  # fmt: skip
def test_an_element_with_a_name_of_the_parsers_own_costs_nothing(name: str) -> None:
    own = f"<{name}>x</{name}>"
    entry = f"<item>{own}<title>A</title><link>https://g.example/1</link></item>"
    found = parse_feed(
        f"<rss version='2.0'><channel>{own}{entry}</channel></rss>".encode(),
        url="https://g.example/feed",
    )
    assert [(page.url, page.title) for page in found.pages] == [("https://g.example/1", "A")]


def test_a_feed_that_trips_its_parser_is_said_to_be_broken() -> None:
    with pytest.raises(ExtractError) as caught:
        parse_feed(FOUND["feeds"][0].encode(), url="https://g.example/feed")
    assert caught.value.reason == "not-a-feed"
    assert "broken beyond reading" in caught.value.detail
