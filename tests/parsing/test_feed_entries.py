"""Addresses, titles and texts of feeds as they are written, and as they are misspelt."""

from __future__ import annotations

import json

import pytest

from crawler.parsing.listing.feeds import parse_feed
from crawler.parsing.workers.tasks import read_listings
from crawler.types import Listing

FEED = "https://feeds.example/rss/gazette.xml"
SITE = "<link>https://gazette.example/</link>"
BODY = "".join(
    f"<p>{n}: the harbour master said on Wednesday that ferries would cross the river again from "
    "the old quay after three weeks of repairs to the landing stage.</p>"
    for n in range(5)
)


def rss(items: str, *, site: str = SITE, encoding: str = "utf-8") -> bytes:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" '
        'xmlns:atom="http://www.w3.org/2005/Atom" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{site}{items}'
        "</channel></rss>"
    ).encode(encoding if encoding != "us-ascii" else "utf-8")


def atom(entry: str, *, base: str = "", site: str = "https://gazette.example/") -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {base}><link href="{site}"/>'
        f"<entry><title>t</title>{entry}</entry></feed>"
    ).encode()


def addresses(body: bytes) -> list[str]:
    return [page.url for page in parse_feed(body, url=FEED).pages]


@pytest.mark.parametrize(
    "entry",
    [
        "<link>N/A</link>", "<link>n/a</link>", "<link>null</link>", "<link>None</link>",
        "<link>undefined</link>", "<link>-</link>", "<link>#</link>", "<link>нет</link>",
        "<link>javascript:void(0)</link>", "<link>mailto:a@b.c</link>", "<link>file:///C:/x</link>",
        "<guid>12345</guid>", "<guid>urn:uuid:5</guid>", "<guid>tag:g.example,2022:5</guid>",
        '<guid isPermaLink="false">https://cms.example/9</guid>',
        '<guid isPermaLink="FALSE">https://cms.example/9</guid>',
        "<guid isPermaLink='false'><![CDATA[https://cms.example/9]]></guid>",
        '<link/><guid isPermaLink=" false ">https://cms.example/9</guid>',
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(entry: str) -> None:
    found = parse_feed(rss(f"<item><title>t</title>{entry}</item>"), url=FEED)
    assert (found.pages, found.refused) == ((), 1)


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("<link>/news/1</link>", "https://gazette.example/news/1"),
        ("<link>news/1</link>", "https://gazette.example/news/1"),
        ("<link>?p=5</link>", "https://gazette.example/?p=5"),
        ("<link>//gazette.example/n</link>", "https://gazette.example/n"),
        ("<link>www.gazette.example/n/1</link>", "https://www.gazette.example/n/1"),
        ('<link xml:base="https://b.example/x/">a/1</link>', "https://b.example/x/a/1"),
        ('<guid isPermaLink="true">/n/1</guid>', "https://gazette.example/n/1"),
        ('<guid isPermaLink="True">https://g.example/9</guid>', "https://g.example/9"),
        ("<link></link><guid>https://g.example/z</guid>", "https://g.example/z"),
        ("<link>None</link><guid>https://g.example/7</guid>", "https://g.example/7"),
        ('<link/><atom:link href="https://g.example/q"/>', "https://g.example/q"),
        ("<link>https://g.example/?a=1&b=2&copy=3</link>", "https://g.example/?a=1&b=2&copy=3"),
        ("<link>https://g.example/?a=1&amp;amp;b=2</link>", "https://g.example/?a=1&b=2"),
        ("<link><![CDATA[ https://g.example/?a=1&b=2 ]]></link>", "https://g.example/?a=1&b=2"),
        ("<link>https://g.example/a b;c</link>", "https://g.example/a%20b;c"),
    ],
)
def test_the_address_is_the_one_that_the_outlet_gave(entry: str, address: str) -> None:
    assert addresses(rss(f"<item><title>t</title>{entry}</item>")) == [address]


@pytest.mark.parametrize(
    ("body", "address"),
    [
        (atom('<link href="/news/1"/>'), "https://gazette.example/news/1"),
        (atom('<link href="1.html"/>', site="https://feeds.example/"), "https://feeds.example/rss/1.html"),
        (atom('<link href="n/1"/>', base='xml:base="https://g.example/en/"'), "https://g.example/en/n/1"),
        (atom('<link href="n/1"/>', base='xml:base="/en/"'), "https://feeds.example/en/n/1"),
        (rss("<item><link>/n/1</link></item>", site=""), "https://feeds.example/n/1"),
        (rss("<item><link>/n/1</link></item>", site="<link>N/A://</link>"), "https://feeds.example/n/1"),
    ],
)  # fmt: skip
def test_relative_links_lead_from_what_the_feed_names(body: bytes, address: str) -> None:
    assert addresses(body) == [address]


def test_articles_that_differ_by_a_parameter_are_several() -> None:
    for name in ("ref", "source", "cid", "campaign", "from", "session", "ads_id"):
        items = "".join(f"<item><link>/news?{name}={n}</link></item>" for n in (901, 902))
        assert len(addresses(rss(items))) == 2, name


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("Tags: &lt;a&gt; as &lt;area&gt; in maps", "Tags: <a> as <area> in maps"),
        ("<![CDATA[5 < 6 and 7 > 3]]>", "5 < 6 and 7 > 3"),
        ("if x &lt; y &amp;&amp; y &gt; z", "if x < y && y > z"),
        ("x &lt;3 y", "x <3 y"),
        ("&amp;lt;3 for ferries", "<3 for ferries"),
        ("Prices &lt;10% &amp; &gt;5%", "Prices <10% & >5%"),
        ("C++ vector&lt;int&gt; explained", "C++ vector<int> explained"),
        ("Caf&eacute; R&D", "Café R&D"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("Line&lt;br&gt;two", "Line two"),
        ("&lt;a href='x'&gt;Linked", "Linked"),
        ("<![CDATA[R&D, Q&A; AT&T]]>", "R&D, Q&A; AT&T"),
    ],
)
def test_a_title_keeps_what_is_no_markup(given: str, title: str) -> None:
    (page,) = parse_feed(rss(f"<item><title>{given}</title><link>/1</link></item>"), url=FEED).pages
    assert page.title == title


def entry(tail: str) -> Listing:
    (page,) = parse_feed(
        rss(f"<item><title>Ferries cross</title><link>https://g.example/1</link><content:encoded>"
            f"<![CDATA[{BODY}{tail}]]></content:encoded></item>"), url=FEED,
    ).pages  # fmt: skip
    return page


OWN, HOME = '<a href="https://g.example/1">Ferries cross</a>', '<a href="https://g.example">G</a>'


@pytest.mark.parametrize(
    "tail",
    [
        f"<p>The post {OWN} appeared first on {HOME}.</p>",
        f"<p>La entrada {OWN} se publicó primero en {HOME}.</p>",
        f"<p>Der Beitrag {OWN.replace('/1', '/1/?utm_source=rss')} erschien zuerst auf {HOME}.</p>",
        f"<div><p>Сообщение {OWN} появились сначала на {HOME}.</p></div>",
        f"<p>投稿 {OWN} は {HOME} に最初に表示されました。</p>",
        f"<br/><br/>The post {OWN} appeared first on {HOME}.",
        f"<p>The post {OWN} first appeared on G.</p>",
        f"<p>The post Ferries cross appeared first on {HOME}.</p>",
        f'<p><a href="https://g.example/1#comments">5 comments</a></p><p>The post {OWN}.</p>',
        '<p><a href="https://fb.example/s">Facebook</a> | <a href="https://x.example/s">X</a></p>',
    ],
)
def test_a_line_that_says_where_a_text_appeared_is_not_the_text(tail: str) -> None:
    text = entry(tail).text
    assert text is not None
    assert text.endswith("repairs to the landing stage.")


@pytest.mark.parametrize(
    "tail",
    [
        '<p><a href="https://g.example/1">Read more</a></p>',
        '<p>And so it was. <a href="/1#more-5">Weiterlesen →</a></p>',
        '<p><a href="https://g.example/1?utm_medium=rss">Продолжить чтение</a></p>',
        f"<p>And so [&hellip;]</p><p>The post {OWN} appeared first on {HOME}.</p>",
    ],
)
def test_what_ends_in_an_invitation_to_read_on_is_a_teaser(tail: str) -> None:
    found = entry(tail.replace('"/1', '"https://g.example/1')).text
    assert found is None


@pytest.mark.parametrize(
    "tail",
    [
        '<p>As <a href="https://g.example/1">we said</a>, the ferries run all the day long.</p>',
        '<p>See the <a href="https://o.example/">report</a> of the board for the numbers.</p>',
        '<p><a href="https://o.example/">The report of the harbour board</a></p>',
    ],
)
def test_links_within_a_text_stay(tail: str) -> None:
    text = entry(tail).text
    assert text is not None
    assert not text.endswith("landing stage.")


TITLE = "Паром снова ходит через реку"


@pytest.mark.parametrize(
    ("written", "declared", "served"),
    [
        ("cp1251", "utf-8", ""),
        ("utf-8", "windows-1251", ""),
        ("utf-8", "us-ascii", "text/xml"),
        ("utf-8", "utf-16", ""),
        ("koi8-r", "", "application/rss+xml; charset=koi8-r"),
        ("cp1251", "iso-8859-1", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "", ""),
    ],
)
def test_feeds_and_sitemaps_are_decoded_like_pages(
    written: str, declared: str, served: str
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    entry = f"<title>{TITLE}</title><link>https://g.example/1</link>"
    news = f"<news:title>{TITLE}</news:title>"
    for text in (
        f'{head}<rss version="2.0"><channel><item>{entry}</item></channel></rss>',
        f"{head}<urlset><url><loc>https://g.example/1</loc>{news}</url></urlset>",
        "" if declared else json.dumps({"items": [{"url": "https://g.example/1", "title": TITLE}]},
                                       ensure_ascii=False),
    ):  # fmt: skip
        if text:
            found = read_listings(text.encode(written), url=FEED, content_type=served)
            assert [(page.url, page.title) for page in found.pages] == [
                ("https://g.example/1", TITLE)
            ]


def test_a_json_feed_may_begin_with_a_mark() -> None:
    body = b'\xef\xbb\xbf {"items": [{"url": "N/A", "id": "https://g.example/1"}, {"id": "5"}]}'
    found = parse_feed(body, url=FEED)
    assert [page.url for page in found.pages] == ["https://g.example/1"]
    assert found.refused == 1


def test_a_name_of_a_file_is_no_feed(tmp_path: object) -> None:
    for name in ("/etc/hostname", "https://127.0.0.1:1/feed"):
        with pytest.raises(Exception, match="not-a-feed"):
            parse_feed(name.encode(), url=FEED)
