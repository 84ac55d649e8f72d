"""Sitemaps that are packed, cut off, prefixed or badly escaped."""

from __future__ import annotations

import gzip
import zlib

import pytest

from crawler.parsing.listing.sitemaps import PART, parse_sitemap, split_sitemap
from crawler.parsing.workers.tasks import read_listings

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)
ONE = "<url><loc>https://g.example/1</loc></url>"
WHOLE = f"{HEAD}{ONE}</urlset>".encode()


def addresses(body: bytes) -> list[str]:
    return [page.url for page in parse_sitemap(body).pages]


@pytest.mark.parametrize(
    "body",
    [
        *(zlib.compress(WHOLE, level) for level in (0, 1, 6, 9)),
        gzip.compress(WHOLE),
        gzip.compress(gzip.compress(WHOLE)),
        b"\n" + gzip.compress(WHOLE),
        gzip.compress(WHOLE)[:-6],
        gzip.compress(WHOLE)[:-8] + b"\0" * 8,
    ],
)
def test_packed_sitemaps_are_unpacked(body: bytes) -> None:
    assert addresses(body) == ["https://g.example/1"]
    assert [page.url for page in read_listings(body, url="").pages] == ["https://g.example/1"]


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_file_is_read_up_to_the_damage(damage: str) -> None:
    many = "".join(f"<url><loc>https://g.example/{n}</loc></url>" for n in range(5_000))
    packed = bytearray(gzip.compress(f"{HEAD}{many}</urlset>".encode()))
    half = len(packed) // 2
    if damage == "cut":
        del packed[half:]
    else:
        packed[half] ^= 255
    parts = split_sitemap(bytes(packed))
    found = [url for part in parts for url in addresses(part)]
    assert 2_000 < len(found) < 4_000
    if damage == "cut":
        assert all(url.rpartition("/")[2].isdigit() for url in found)


@pytest.mark.parametrize(
    ("cut", "refused_as"),
    [
        ("<url><loc>https://g.", "https://g."),
        ("<url><loc>https://g.example/lon", "https://g.example/lon"),
        ("<url><loc>https://g.example/2</loc><lastm", "https://g.example/2"),
        ("<url><lo", "?"),
    ],
)
def test_an_entry_that_is_cut_off_is_refused(cut: str, refused_as: str) -> None:
    found = parse_sitemap(f"{HEAD}{ONE}{cut}".encode())
    assert [page.url for page in found.pages] == ["https://g.example/1"]
    assert (found.refused, found.refused_as) == (1, (refused_as,))


def test_a_sitemap_that_is_not_closed_keeps_its_whole_entries() -> None:
    assert addresses(f"{HEAD}{ONE}".encode()) == ["https://g.example/1"]


@pytest.mark.parametrize(
    "before",
    [
        "<br />\n<b>Notice</b>: x in y\n",
        "<br />\n<b>Warning</b>:  headers in <b>/var/x.php</b> on line <b>3</b><br />\n" * 20,
        "Deprecated: strlen() in /var/x.php on line 3\n\n",
        "\ufeff\n\n",
        "\n\n  ",
        "<!-- served from a cache -->\n",
        "<html><body>",
    ],
)
def test_what_stands_before_a_document_is_passed_over(before: str) -> None:
    assert addresses(before.encode() + WHOLE) == ["https://g.example/1"]
    rss = (
        b"<rss version='2.0'><channel><item><link>https://g.example/1</link></item></channel></rss>"
    )
    found = read_listings(before.encode() + rss, url="https://g.example/feed")
    assert [page.url for page in found.pages] == ["https://g.example/1"]


@pytest.mark.parametrize(
    ("loc", "address"),
    [
        ("https://g.example/a?x=1&y=2", "https://g.example/a?x=1&y=2"),
        ("https://g.example/a?x=1&copy=2&lt=3", "https://g.example/a?x=1&copy=2&lt=3"),
        ("https://g.example/a?x=1&#38;y=2", "https://g.example/a?x=1&y=2"),
        ("https://g.example/a?x=1&amp;amp;y=2", "https://g.example/a?x=1&y=2"),
        ("<![CDATA[https://g.example/a?x=1&y=2]]>", "https://g.example/a?x=1&y=2"),
        ("<!-- a -->https://g.example/<!-- b -->1", "https://g.example/1"),
        ("\n https://g.example/my story;1\n", "https://g.example/my%20story;1"),
    ],
)
def test_addresses_are_what_the_sitemap_means(loc: str, address: str) -> None:
    body = f"{HEAD}<url><loc>{loc}</loc></url>{ONE}</urlset>".encode()
    assert addresses(body)[0] == address


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("Caf&eacute; opens again", "Café opens again"),
        ("&laquo;Bar&raquo;&nbsp;R&D &hellip;", "«Bar»\xa0R&D …"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<![CDATA[A & B]]>", "A & B"),
        ("&unknown; is kept", "&unknown; is kept"),
    ],
)
def test_titles_may_have_what_is_of_html(given: str, title: str) -> None:
    body = f"{HEAD}<url><loc>https://g.example/4</loc><news:news><news:title>{given}</news:title></news:news></url></urlset>"
    (page,) = parse_sitemap(body.encode()).pages
    assert page.title == title


def test_a_large_sitemap_in_utf16_is_read_in_parts() -> None:
    many = "".join(f"<url><loc>https://g.example/{n}</loc></url>" for n in range(PART + 5))
    parts = split_sitemap(f"{HEAD}{many}</urlset>".encode("utf-16"))
    assert sum(len(addresses(part)) for part in parts) == PART + 5
