"""Feeds and sitemaps with faults that programs make: halves of characters, addresses in part."""

from __future__ import annotations

import json

import pytest

from crawler.parsing.workers.tasks import read_listings
from crawler.types import Listing, SourceKind

URL = "https://gazette.example/feeds/all"


def pages(text: str, kind: SourceKind | None = None) -> tuple[Listing, ...]:
    return read_listings(text.encode(), url=URL, kind=kind).pages


def rss(title: str = "Ferries", link: str = "https://gazette.example/1") -> str:
    return (
        f'<rss version="2.0"><channel><link>https://gazette.example/</link><item><title>{title}'
        f"</title><link>{link}</link></item></channel></rss>"
    )


def atom(entry: str, base: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {base}><entry>{entry}</entry></feed>'


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("Ferry &#55357;&#56833; again", "Ferry 😁 again"),
        ("Ferry &#xD83D;&#xDE01; again", "Ferry 😁 again"),
        ("Ferry &#55357; again", "Ferry again"),
        ("&lt;![CDATA[Ferry again]]&gt;", "Ferry again"),
        ("Fer&#173;ry&#8203; again&#65279;", "Ferry again"),
    ],
)
def test_a_title_of_a_feed_and_of_a_sitemap(given: str, title: str) -> None:
    sitemap = (
        f"<urlset><url><loc>https://gazette.example/1</loc><title>{given}</title></url></urlset>"
    )
    for text, kind in ((rss(given), None), (sitemap, SourceKind.SITEMAP)):
        assert [page.title for page in pages(text, kind)] == [title]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("gazette.example/a/2", "https://gazette.example/a/2"),
        ("www.gazette.example/2", "https://www.gazette.example/2"),
        ("https//gazette.example/2", "https://gazette.example/2"),
        ("http:/gazette.example/2", "http://gazette.example/2"),
        ("https:///gazette.example/2", "https://gazette.example/2"),
        ("https://gazette.example/https://gazette.example/2", "https://gazette.example/2"),
        ("https://gazette.example/go/https://other.example/2",
         "https://gazette.example/go/https://other.example/2"),
        ("2022/report.example/2", "https://gazette.example/2022/report.example/2"),
    ],
)  # fmt: skip
def test_an_address_with_a_slip(link: str, address: str) -> None:
    assert [page.url for page in pages(rss(link=link))] == [address]


@pytest.mark.parametrize(
    ("entry", "base", "address"),
    [
        ('<link href="1"/>', 'xml:base="/de/"', "https://gazette.example/de/1"),
        ('<link xml:base="news/" href="1"/>', 'xml:base="/de/"',
         "https://gazette.example/de/news/1"),
        ('<link rel="http://www.iana.org/assignments/relation/alternate" '
         'href="https://gazette.example/1"/>', "", "https://gazette.example/1"),
        ('<content type="text/html" src="https://gazette.example/1"/>', "",
         "https://gazette.example/1"),
    ],
)  # fmt: skip
def test_the_link_of_an_atom_entry(entry: str, base: str, address: str) -> None:
    assert [page.url for page in pages(atom(f"<title>A</title>{entry}", base))] == [address]


@pytest.mark.parametrize(
    ("loc", "found"),
    [
        ("/1", ["https://gazette.example/1"]),
        ("//gazette.example/1", ["https://gazette.example/1"]),
        ("1", []),
        ("gazette.ex", []),
    ],
)
def test_an_address_of_a_sitemap_is_whole_or_a_path(loc: str, found: list[str]) -> None:
    text = f"<urlset><url><loc>{loc}</loc></url></urlset>"
    assert [page.url for page in pages(text, SourceKind.SITEMAP)] == found


ITEMS = json.dumps([{"url": f"https://gazette.example/{n}", "title": "A"} for n in (1, 2)])
JSON_FEED = f'{{"version": "https://jsonfeed.org/version/1.1", "items": {ITEMS}}}'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (JSON_FEED.replace('"A"', '"A",'), 2),
        (JSON_FEED.replace('"A"', '"A\n\tB"'), 2),
        (JSON_FEED.replace('"A"', r'"A\'s"'), 2),
        (JSON_FEED[:-20], 1),
        (JSON_FEED[:-40], 1),
    ],
)
def test_a_json_feed_in_every_state_of_repair(text: str, found: int) -> None:
    assert [page.url for page in pages(text)] == [
        f"https://gazette.example/{number}" for number in (1, 2)[:found]
    ]
