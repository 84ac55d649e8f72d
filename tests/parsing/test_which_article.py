"""Which article a page is about: its JSON-LD among others', its address, its headline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import html

from crawler.parsing.page.authors import read_bylines
from crawler.parsing.page.metadata import Metadata, read_metadata
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.texts import plain_line
from crawler.types import Fetched, Listing, Outlet, Page
from tests.conftest import NOW

URL = "https://www.gazette.example/news/ferries-cross-the-river"
TITLE = "Ferries cross the river again"
OTHER = {
    "@type": "NewsArticle", "headline": "Tax on boats is raised", "author": {"name": "Bo Chan"},
    "datePublished": "2020-05-05T10:00:00Z", "url": "https://www.gazette.example/news/tax",
}  # fmt: skip
OWN = {
    "@type": "NewsArticle", "headline": TITLE, "author": {"name": "Ann Lee"},
    "datePublished": "2022-01-05T10:00:00Z",
}  # fmt: skip


def ld(*values: Any) -> str:
    texts = (value if isinstance(value, str) else json.dumps(value) for value in values)
    return "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)


def statements(head: str, body: str, url: str = URL) -> PageStatements:
    markup = f"<html><head>{head}</head><body>{body}</body></html>"
    return PageStatements.read(html.fromstring(markup), url=url)


def read(head: str, body: str = f"<h1>{TITLE}</h1>", url: str = URL) -> Metadata:
    page = Page(id=1, url=url, outlet="g", attempts=0, listing=Listing(url=url))
    fetched = Fetched(page=page, url=url, status=200, content_type="text/html", body=b"", at=NOW)
    return read_metadata(statements(head, body, url), fetched, Outlet(slug="g", name="G"))


def without(node: dict[str, Any], *keys: str, **more: Any) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in keys} | more


@pytest.mark.parametrize(
    "scripts",
    [
        [[OTHER, OWN]],
        [OTHER, OWN],
        [{"@graph": [OTHER, without(OWN, "headline", **{"@id": f"{URL}#article"})]}],
        [{"@graph": [OTHER, without(OWN, "headline", mainEntityOfPage={"@id": f"{URL}/"})]}],
        [[without(OTHER, "url"), OWN]],
        [[without(OTHER, "headline", "url"), OWN]],
        [OWN | {"mentions": [OTHER], "isPartOf": OTHER, "citation": OTHER}],
        [{"@type": "WebPage", "relatedLink": OTHER, "mainEntity": OWN}],
        [{"@type": "WebPage", "hasPart": [OTHER, OWN]}],
        [{"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER}]}, OWN],
        [without(OTHER, "url", "headline", **{"@type": "SocialMediaPosting", "text": "Boats!"}),
         OWN],
        [without(OTHER, "url", **{"@type": "DiscussionForumPosting"}), OWN],
        [{"@type": "JobPosting", "headline": TITLE, "author": {"name": "Bo Chan"}}, OWN],
        [without(OTHER, "url", **{"@type": "Review"}), OWN],
        [{"@type": "Comment", "headline": TITLE, "author": {"name": "Bo Chan"}}, OWN],
        [OWN | {"@type": "https://schema.org/AnalysisNewsArticle", "comment": [OTHER]}],
        [OWN | {"@type": ["Thing", "schema:BackgroundNewsArticle"]}],
        [OWN | {"@type": "BlogPosting", "url": "https://staging.gazette-cms.example/?p=7"}],
        ['{"@type": "WebSite"} {"@type": "Person", "name": "X"}\n' + json.dumps(OWN)],
        [json.dumps(OTHER) + ",\n" + json.dumps(OWN)],
        [{"@type": "WebSite", "publisher": {"@type": "Organization", "name": "G"}},
         {"@graph": {"@type": "WebPage", "mainEntity": {"@type": "Thing", "mainEntity": OWN}}}],
    ],
)  # fmt: skip
def test_the_node_of_the_page_speaks_for_it(scripts: list[Any]) -> None:
    found = read(ld(*scripts))
    assert (found.title, found.bylines.people) == (TITLE, ("Ann Lee",))
    assert found.times.published is not None
    assert found.times.published.at == "2022-01-05T10:00:00Z"


@pytest.mark.parametrize(
    "script",
    [
        OTHER,
        without(OTHER, "url"),
        without(OTHER, "headline"),
        {"@type": "WebPage", "hasPart": without(OTHER, "headline", "url")},
        {"@type": "NewsArticle", "headline": "Zolltarife für Schiffe", "author": "Bo Chan"},
        {"@type": "SocialMediaPosting", "author": {"name": "Bo Chan"}, "datePublished": "2020"},
        {"@type": "ItemList", "itemListElement": [{"item": OTHER}]},
    ],
)
def test_a_node_of_another_article_says_nothing_of_the_page(script: Any) -> None:
    found = read(ld(script) + '<meta name="author" content="Ann Lee">')
    assert (found.title, found.bylines.people) == (TITLE, ("Ann Lee",))
    assert found.times.published is None or found.times.published.source == "text"


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("渡船重新通航", "渡船今日重新通航"),
        ("フェリーが再び川を渡る", "フェリーが再び川を渡ることに"),
        ("Паромы снова ходят через реку", "Паромы снова ходят"),
        ("العبارات تعود إلى النهر", "العبارات تعود إلى النهر بعد ثلاثة أسابيع"),
    ],
)
def test_headlines_of_one_article_are_told_in_any_script(title: str, headline: str) -> None:
    own = without(OWN, headline=headline)
    found = read(ld(without(OTHER, "url"), own), f"<h1>{title}</h1>")
    assert (found.title, found.bylines.people) == (headline, ("Ann Lee",))


def test_the_first_headline_of_a_page_may_stand_in_its_address() -> None:
    url = "https://www.gazette.example/all-news-of-the-storm-on-sunday"
    node = without(OWN, headline="All news of the storm on Sunday")
    assert read(ld(node), url=url).title == "All news of the storm on Sunday"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Ferries "cross" the river again","author":"Bo Chan"}',
        '{"@type":"NewsArticle","headline":"Ferries \'cross\' the river, "again"","author":"Bo"}',
        '{"@type":"NewsArticle","headline":"Ferries cross","author":{"name":"Bo Chan"',
        '"@type":"NewsArticle","headline":"Ferries cross","author":{"name":"Bo Chan"}}',
        '{"@type":"NewsArticle" "headline":"Ferries cross" "author":{"name":"Bo Chan"}}',
    ],
)
def test_a_broken_script_speaks_after_the_page(script: str) -> None:
    found = read(ld(script) + f'<title>{TITLE}</title><meta name="author" content="Ann Lee">')
    assert (found.title, found.bylines.people) == (TITLE, ("Ann Lee",))


def test_what_only_a_broken_script_says_is_not_lost() -> None:
    script = ('{"@type":"NewsArticle","headline":"Ferries "cross" the river again",'
              '"articleSection":"Port","author":{"@type":"Person","name":"Ann Lee"}}')  # fmt: skip
    page = statements(ld(script), "")
    assert page.picked_text("headline") == 'Ferries "cross" the river again'
    assert read_bylines(page, url=URL).people == ("Ann Lee",)
    assert read(ld(script)).section == "Port"


def link(address: str) -> str:
    return f'<link rel="canonical" href="{address}">'


def og(address: str) -> str:
    return f'<meta property="og:url" content="{address}">'


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (link(URL), URL),
        (link("https://gazette.example/a") + link(URL) + og(URL), URL),
        (link("/video/1") + link("/news/2"), None),
        (link("/video/1") + link("/news/2") + og("/news/2"), "https://www.gazette.example/news/2"),
        (link("/video/1") * 2, "https://www.gazette.example/video/1"),
        (link("https://www.gazette.example/"), None),
        (link("https://www.gazette.example/") + og(URL), URL),
        (link("/news/"), None),
        (link("/news"), None),
        (link("https://agency.example/wire/7"), None),
        ('<base href="/de/">' + link("artikel/1"), "https://www.gazette.example/de/artikel/1"),
        ('<base target="_top"><base href="https://www.gazette.example/de/x">' + link("1"),
         "https://www.gazette.example/de/1"),
        ('<base href="javascript:0">' + link("1"), "https://www.gazette.example/news/1"),
        ('<link rel="Canonical nofollow" href="/news/1">', "https://www.gazette.example/news/1"),
        (og(URL), URL),
        (link("javascript:void(0)") + og(URL), URL),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_the_page_s_is_not_believed(head: str, url: str | None) -> None:
    assert read(head).canonical == url


@pytest.mark.parametrize(
    ("url", "named", "is_believed"),
    [
        ("https://g.example/news/ferries-cross/amp", "/news/ferries-cross", True),
        ("https://g.example/news/ferries-cross/2", "/news/ferries-cross", True),
        ("https://g.example/news/12345/print", "/news/12345", True),
        ("https://g.example/de/2022/ferries-cross", "/de/", False),
        ("https://g.example/sport/a-123456.html", "/sport", False),
    ],
)
def test_a_section_is_told_from_the_article_above(url: str, named: str, is_believed: bool) -> None:
    assert read(link(named), url=url).canonical == (
        f"https://g.example{named}" if is_believed else None
    )


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("5 < 6 and 7 > 3, say researchers", "5 < 6 and 7 > 3, say researchers"),
        ("Why <b> must go", "Why <b> must go"),
        ("If a <b and c> d", "If a <b and c> d"),
        ("List<String> is <3", "List<String> is <3"),
        ("<b>Boats</b> & <i class='x'>more", "Boats & more"),
        ("Tom &amp;amp; Jerry &amp;lt;3", "Tom & Jerry <3"),
        ("&lt;em&gt;Boats&lt;/em&gt; again", "Boats again"),
        ("Boats<br/>again<!-- no -->", "Boats again"),
        ("&#8216;Boats&#8217;", "‘Boats’"),
    ],
)
def test_a_headline_keeps_what_is_no_markup(line: str, plain: str) -> None:
    assert plain_line(line) == plain


@pytest.mark.parametrize(
    ("head", "heading"),
    [
        (TITLE, f'<span class="kicker">Breaking</span>{TITLE}'),
        (f"{TITLE} | The Gazette", f"<em>En direct</em> – <span>{TITLE}</span>"),
        (f"{TITLE} - Local news and sport", f"<a href='/'>Port</a><br>{TITLE}"),
        (f"{TITLE} ~ Port", f"{TITLE} <small>Premium</small>"),
        (TITLE, f"<a><div>Eilmeldung:</div> {TITLE}</a>"),
    ],
)
def test_a_kicker_is_no_part_of_the_headline(head: str, heading: str) -> None:
    assert read(f"<title>{head}</title>", f"<h1>{heading}</h1>").title == TITLE


@pytest.mark.parametrize(
    "heading", [f"Live: {TITLE}", f"<span>{TITLE}</span> <i>as the storm ends"]
)
def test_words_of_the_headline_stay(heading: str) -> None:
    assert len(read(f"<title>{TITLE}</title>", f"<h1>{heading}</h1>").title or "") > len(TITLE)
