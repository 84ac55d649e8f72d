from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.errors import ExtractError
from crawler.parsing.listing.feeds import parse_feed
from crawler.parsing.listing.sitemaps import PART, days_of, parse_sitemap, split_sitemap
from crawler.parsing.workers.tasks import read_listings
from tests.conftest import shared

URL = "https://example.org/feed"


def rss(items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def test_an_rss_item_becomes_a_listing() -> None:
    (page,) = parse_feed(
        rss("<item><title>A &amp;amp; B <b>c</b></title><link>/a?utm_source=rss</link>"
            "<pubDate>Wed, 05 Jan 2022 10:00:00 GMT</pubDate></item>"),
        url=URL,
    ).pages  # fmt: skip
    assert (page.url, page.title) == ("https://example.org/a", "A & B c")
    assert page.published is not None
    assert (page.published.at, page.published.source) == ("2022-01-05T10:00:00Z", "feed")


def test_entries_without_a_usable_address_are_counted_not_invented() -> None:
    listings = parse_feed(
        rss("<item><title>no link</title></item>"
            "<item><link>javascript:alert(1)</link></item>"
            "<item><link>https://example.org/a</link></item>"),
        url=URL,
    )  # fmt: skip
    assert [p.url for p in listings.pages] == ["https://example.org/a"]
    assert listings.refused == 2


def test_an_atom_update_is_a_time_of_change() -> None:
    (page,) = parse_feed(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>'
        b'<link href="https://example.org/a"/><published>2022-01-05T10:00:00Z</published>'
        b"<updated>2022-01-06T10:00:00Z</updated></entry></feed>",
        url=URL,
    ).pages
    assert page.modified_at == "2022-01-06T10:00:00Z"


def test_a_json_feed_is_read() -> None:
    body = json.dumps({"items": [{"id": "1", "url": "/a", "title": "t",
                                  "date_published": "2022-01-05T10:00:00+01:00"},
                                 "junk"]})  # fmt: skip
    (page,) = parse_feed(body.encode(), url=URL).pages
    assert page.published is not None
    assert page.published.at == "2022-01-05T09:00:00Z"


@pytest.mark.parametrize("body", [b"", b"<html><h1>Database error</h1></html>", b"{", b'{"a": 1}'])
def test_what_is_no_feed_says_so(body: bytes) -> None:
    with pytest.raises(ExtractError) as caught:
        parse_feed(body, url=URL)
    assert caught.value.reason == "not-a-feed"


NEWS_SITEMAP = b"""<?xml version="1.0"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
  xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://example.org/a</loc><lastmod>2022-01-06</lastmod>
<news:news><news:publication_date>2022-01-05T10:00:00Z</news:publication_date>
<news:title>T</news:title></news:news>
<image:image><image:loc>https://example.org/picture.jpg</image:loc>
<image:title>not the headline</image:title></image:image></url></urlset>"""


def test_a_news_sitemap_gives_date_and_headline_and_no_picture() -> None:
    (page,) = parse_sitemap(gzip.compress(NEWS_SITEMAP)).pages
    assert (page.url, page.title, page.modified_at) == (
        "https://example.org/a", "T", "2022-01-06T00:00:00Z",
    )  # fmt: skip
    assert page.published is not None
    assert page.published.at == "2022-01-05T10:00:00Z"


def test_an_index_names_its_sitemaps() -> None:
    found = parse_sitemap(
        b"<sitemapindex><sitemap><loc>https://example.org/one.xml</loc>"
        b"<lastmod>2022-01-05</lastmod></sitemap></sitemapindex>"
    )
    assert [(one.url, one.modified_at) for one in found.sitemaps] == [
        ("https://example.org/one.xml", "2022-01-05T00:00:00Z")
    ]


def test_a_cut_off_sitemap_gives_what_it_has() -> None:
    assert len(parse_sitemap(NEWS_SITEMAP[:-9] + b"<url><loc>http").pages) == 1


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\x1f\x8bbroken", b"plain text"])
def test_what_is_no_sitemap_says_so(body: bytes) -> None:
    with pytest.raises(ExtractError) as caught:
        parse_sitemap(body)
    assert caught.value.reason == "not-a-sitemap"


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (80 * 1024 * 1024), compresslevel=9)
    with pytest.raises(ExtractError, match="too-large"):
        parse_sitemap(bomb)


def test_entities_and_external_files_are_not_read() -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        b"<urlset><url><loc>https://example.org/&f;</loc></url></urlset>"
    )
    assert all("etc" not in p.url for p in parse_sitemap(body).pages)


@given(st.binary(max_size=300))
@example(b"<:")
def test_no_bytes_raise_anything_but_a_named_rejection(body: bytes) -> None:
    for wrapped in (body, b"<urlset><url><loc>" + body, b"<rss><item><link>" + body):
        try:
            read_listings(wrapped, url=URL)
        except ExtractError as error:
            assert error.reason in ("not-a-feed", "not-a-sitemap")


def test_saved_feeds_list_what_their_manifest_counts() -> None:
    """Every entry is listed, or has no address, or repeats one."""
    manifest = [
        json.loads(line) for line in shared("feeds/manifest.jsonl").read_text().splitlines()
    ]
    for entry in manifest:
        body = shared(f"feeds/{entry['file']}").read_bytes()
        found = read_listings(body, url="https://example.org/")
        listed = len(found.pages) + len(found.sitemaps)
        assert listed + found.refused + found.repeated == entry["entries"], entry["file"]


@pytest.mark.parametrize(
    ("url", "days"),
    [
        ("https://g.org/sitemap-2022-01.xml.gz", ("2022-01-01", "2022-01-31")),
        ("https://g.org/sitemaps/2020/02/", ("2020-02-01", "2020-02-29")),
        ("https://g.org/sitemap_20220105.xml", ("2022-01-05", "2022-01-05")),
        ("https://g.org/sitemap.xml?yyyy=2021&mm=12&dd=30", ("2021-12-30", "2021-12-30")),
        ("https://g.org/archive-2019.xml", ("2019-01-01", "2019-12-31")),
        ("https://g.org/sitemap-12.xml", None),
        ("https://g.org/sitemap-202201051.xml", None),
        ("https://www.tv2000.it/sitemap-posts.xml", None),
        ("https://g.org/post-sitemap2019.xml", None),
        ("https://g.org/sitemap.xml?page=2001", None),
    ],
)
def test_days_in_the_addresses_of_sitemaps(url: str, days: tuple[str, str] | None) -> None:
    assert days_of(url) == days


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("pages", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 3 * PART - 7])
def test_the_parts_of_a_sitemap_hold_what_it_held(pages: int, packed: bool) -> None:
    body = b"<urlset>%s</urlset>" % b"".join(
        b"<url><loc>https://g.org/%d</loc></url>" % n for n in range(pages)
    )
    parts = split_sitemap(gzip.compress(body) if packed else body)
    found = [page.url for part in parts for page in parse_sitemap(part).pages]
    assert sorted(found) == sorted(f"https://g.org/{n}" for n in range(pages))


def test_a_sitemap_in_several_gzip_members_is_read_whole() -> None:
    parts = [b"<urlset><url><loc>https://g.org/1</loc></url>", b"<url><loc>https://g.org/2</loc>"]
    body = b"".join(map(gzip.compress, [*parts, b"</url></urlset>"]))
    assert len(parse_sitemap(body).pages) == 2


def test_a_long_index_is_no_text_sitemap() -> None:
    body = b"<sitemapindex>%s</sitemapindex>" % b"".join(
        b"<sitemap><loc>\nhttps://g.org/%d.xml\n</loc></sitemap>" % n for n in range(PART + 1)
    )
    (part,) = split_sitemap(body)
    assert len(parse_sitemap(part).sitemaps) == PART + 1


def test_a_sentence_in_quotes_ends_a_whole_text() -> None:
    words = "Мэр сказал, что мост закрыт до весны и что паром ходит всю ночь. " * 10
    for end, whole in (("Он сказал: «Мы победим».", True), ("Но это еще не…", False)):
        found = parse_feed(
            rss(f"<item><link>/a</link><description>{words}{end}</description></item>"), url=URL
        )
        assert (found.pages[0].text is not None) == whole


def test_feedburner_links_lead_to_the_outlet() -> None:
    found = parse_feed(
        b'<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><item>'
        b"<link>http://feedproxy.google.com/~r/a/1</link>"
        b"<feedburner:origLink>https://g.org/1</feedburner:origLink></item></channel></rss>",
        url=URL,
    )
    assert [page.url for page in found.pages] == ["https://g.org/1"]


def dated(items: str, *, channel: str = "") -> bytes:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:atom="http://www.w3.org/2005/Atom"'
    )
    entries = "".join(
        f"<item><title>t</title><link>https://e.org/{n}</link>{item}</item>"
        for n, item in enumerate(items.split("|"))
    )
    return (
        f'<rss version="2.0" {spaces}><channel><title>x</title>{channel}{entries}</channel></rss>'
    ).encode()


@pytest.mark.parametrize(
    ("item", "published", "modified"),
    [
        ("<dc:date>2022-01-05T10:00:00+09:00</dc:date>", "2022-01-05T01:00:00Z", None),
        (
            "<dc:date>2022-01-05</dc:date><dcterms:modified>2022-01-09</dcterms:modified>",
            "2022-01-05T00:00:00Z",
            "2022-01-09T00:00:00Z",
        ),
        (
            "<atom:updated>2022-01-09T00:00:00Z</atom:updated><dc:date>2022-01-05</dc:date>",
            "2022-01-05T00:00:00Z",
            "2022-01-09T00:00:00Z",
        ),
        ("<atom:updated>2022-01-09T00:00:00Z</atom:updated>", None, "2022-01-09T00:00:00Z"),
        ("<dcterms:issued>2022-01-05</dcterms:issued>", "2022-01-05T00:00:00Z", None),
        ("<dcterms:created>2022-01-05</dcterms:created>", "2022-01-05T00:00:00Z", None),
        (
            "<pubDate>soon</pubDate><dc:date>2022-01-05</dc:date>",
            "2022-01-05T00:00:00Z",
            None,
        ),
        (
            "<pubDate>Wed, 05 Jan 2022 10:00:00 GMT</pubDate><dc:date>2022-01-01</dc:date>",
            "2022-01-05T10:00:00Z",
            None,
        ),
        ("<pubDate>Sun, 05 Jan 2200 10:00:00 GMT</pubDate>", None, None),
        ("<pubDate>2022</pubDate>", None, None),
    ],
)
def test_which_times_of_a_feeds_entry_are_its_publication(
    item: str, published: str | None, modified: str | None
) -> None:
    (page,) = parse_feed(dated(item), url=URL).pages
    assert (page.published and page.published.at, page.modified_at) == (published, modified)


@pytest.mark.parametrize(
    ("channel", "url", "items", "expected"),
    [
        ("<language>en-gb</language>", URL, "10/01/2022", "2022-01-10"),
        ("<language>en-us</language>", URL, "10/01/2022", "2022-10-01"),
        ("<language>en</language>", "https://e.co.uk/feed", "10/01/2022", "2022-01-10"),
        ("<language>en</language>", URL, "10/01/2022", None),
        ("", URL, "10/01/2022|01/31/2022", "2022-10-01"),
        ("<language>en-us</language>", URL, "10/01/2022|31/01/2022", "2022-01-10"),
        ("<dc:language>fr</dc:language>", URL, "10/01/2022 12h30", "2022-01-10"),
        ("<language>th</language>", URL, "2565-01-10T10:00:00+07:00", "2022-01-10"),
    ],
)
def test_a_feeds_language_and_its_other_times_say_what_a_day_in_figures_is(
    channel: str, url: str, items: str, expected: str | None
) -> None:
    entries = "|".join(f"<pubDate>{time}</pubDate>" for time in items.split("|"))
    first = parse_feed(dated(entries, channel=channel), url=url).pages[0]
    assert (first.published and first.published.at[:10]) == expected


def test_a_json_feed_may_give_seconds() -> None:
    item = {"id": "https://e.org/1", "date_published": 1641376800}
    (page,) = parse_feed(json.dumps({"items": [item]}).encode(), url=URL).pages
    assert page.published is not None
    assert page.published.at == "2022-01-05T10:00:00Z"


def test_a_sitemaps_other_times_say_what_a_day_in_figures_is() -> None:
    entries = "".join(
        f"<url><loc>https://e.org/{n}</loc><lastmod>{time}</lastmod></url>"
        for n, time in enumerate(["10/01/2022", "13/01/2022"])
    )
    found = parse_sitemap(f"<urlset>{entries}</urlset>".encode())
    assert [page.modified_at for page in found.pages] == [
        "2022-01-10T00:00:00Z", "2022-01-13T00:00:00Z",
    ]  # fmt: skip
