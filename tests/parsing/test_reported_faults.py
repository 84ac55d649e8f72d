"""Kinds of faults that others reported of feed readers and extractors, each in a few forms."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from crawler.ingest.row_files import read_rows
from crawler.parsing.decode import decode
from crawler.parsing.listing.foreign_parts import without_foreign_parts
from crawler.parsing.workers.tasks import read_listings
from crawler.types import SourceKind
from tests.parsing.test_extract import read

TITLE = "Cracked rails replaced at the depot"
FIRST = "Workers laid the last length of new rail on Monday, five weeks after cracks were found. "
TEXT = f"""<p>{FIRST}The old track had been in use since the war.</p>
<p>The line has carried nine thousand passengers a day, and most of them had been put on buses.</p>
<p>Engineers said the cracks came from steel that was rolled too cold, and that three other depots
would be looked at before the winter comes.</p>
<p>Shopkeepers welcomed the end of the works, though several complained that the money they were
promised has not been paid, and that half of the summer was lost to them.</p>"""
UNSEEN = "These are words that no reader of the page ever sees."
SITE = '<meta property="og:site_name" content="The Courier">'
FEED = "https://www.courier.example/feed"


def of_page(head: str, body: str = TEXT) -> Any:
    return read(head, f"<article><h1>{TITLE}</h1>{body}</article>")


@pytest.mark.parametrize(
    ("site", "title", "plain"),
    [
        ("The Courier", f"{TITLE} | News | The Courier", TITLE),
        ("The Courier", f"{TITLE} | Local News | Courier", TITLE),
        ("The Courier", f"The Courier | Local | {TITLE}", TITLE),
        ("The Courier", f"{TITLE} - Town - Transport - The Courier", TITLE),
        ("Курьер", f"{TITLE} :: Общество :: Курьер", TITLE),
        ("磨坊网", "磨坊镇电车车库铺设新轨道-社会-磨坊网", "磨坊镇电车车库铺设新轨道"),
        ("磨坊网", "磨坊镇电车车库铺设新轨道--社会--磨坊网", "磨坊镇电车车库铺设新轨道"),
        ("Courier", f"Courier: {TITLE} | Courier", TITLE),
        ("磨坊网", "磨坊镇电车车库铺设新轨道_社会频道_磨坊网", "磨坊镇电车车库铺设新轨道"),
        ("水車新聞", "車庫で新しいレールを敷設【水車新聞】", "車庫で新しいレールを敷設"),
        ("水車新聞", "車庫で新しいレールを敷設:水車新聞", "車庫で新しいレールを敷設"),
        # What may be the headline's own stays.
        ("The Courier", f"{TITLE} - Finally | The Courier", f"{TITLE} - Finally"),
        ("The Courier", f"{TITLE} – at last – The Courier", f"{TITLE} – at last"),
        ("The Courier", "Tigers | Lions | The Courier", "Tigers | Lions"),
    ],
)  # fmt: skip
def test_sections_beside_the_name_of_a_site(site: str, title: str, plain: str) -> None:
    name = f'<meta property="og:site_name" content="{site}">'
    assert read(f"{name}<title>{title}</title>", TEXT).title == plain


def test_a_headline_about_the_site_and_one_that_was_cut_without_a_mark() -> None:
    own = "Courier: the man who carried the post"
    assert read(f"{SITE}<title>{own}</title>", f"<h1>{own}</h1>{TEXT}").title == own
    long = f"{TITLE}, and then again at the other depot, which nobody had looked at for many years"
    whole = f"{long} and more"
    node = f'{{"@type": "Article", "headline": "{long}"}}'
    ld = f'<script type="application/ld+json">{node}</script>'
    assert read(ld, f"<h1>{whole}</h1>{TEXT}").title == whole


def test_a_page_that_shows_the_name_of_its_site_alone() -> None:
    ld = f'<script type="application/ld+json">{{"@type":"Article","KEY":"{TITLE}"}}</script>'
    for key in ("headline", "name"):
        assert read(f"{SITE}<title>Courier</title>{ld.replace('KEY', key)}", TEXT).title == TITLE


@pytest.mark.parametrize(
    ("head", "byline", "names"),
    [
        ('<meta name="author" content="Ann Lee\nBo Chan">', "", ["Ann Lee", "Bo Chan"]),
        ('<meta name="twitter:label1" content="Geschrieben von">'
         '<meta name="twitter:data1" content="Ann Lee">', "", ["Ann Lee"]),
        ('<meta name="generator" content="WordPress 6"><meta name="author" content="WordPress">',
         "", []),
        (SITE, "<p class=byline>Ann Lee for The Courier</p>", ["Ann Lee"]),
        ("", "<p class=byline>Words by Ann Lee. Photographs by Bo Chan</p>", ["Ann Lee"]),
        ("", "<p class=byline>记者 王小明 李建国</p>", ["王小明", "李建国"]),
        ("", "<p class=byline>本报记者 王小明 通讯员 李建国</p>", ["王小明", "李建国"]),
        ("", "<p class=byline>记者：王小明 编辑：李建国</p>", ["王小明"]),
        ("", "<p class=byline>文・山田太郎 写真・鈴木花子</p>", ["山田太郎"]),
        ("", "<p class=byline>大渡 美咲</p>", ["大渡 美咲"]),
        ("", "<p class=byline>Par Marie Dupont pour Le Courrier</p>", ["Marie Dupont"]),
        ("", "<p>By <a rel=author>Ann Lee</a> <a rel=author>More from Ann Lee</a></p>",
         ["Ann Lee"]),
    ],
)  # fmt: skip
def test_who_wrote(head: str, byline: str, names: list[str]) -> None:
    assert list(of_page(head, byline + TEXT).authors) == names


@pytest.mark.parametrize(
    ("language", "line", "day"),
    [
        ("bn", "৬ মে ২০২১", "2021-05-06"),
        ("ta", "6 மே 2021", "2021-05-06"),
        ("te", "6 మే 2021", "2021-05-06"),
        ("tr", "Güncelleme: 08.05.2021 - 09:10 | Yayın: 06.05.2021 - 14:05", "2021-05-06"),
        ("ro", "Actualizat: 08.05.2021 | Publicat: 06.05.2021", "2021-05-06"),
        ("el", "Ενημέρωση: 8 Μαΐου 2021 | Δημοσίευση: 6 Μαΐου 2021", "2021-05-06"),
        ("uk", "Оновлено: 08.05.2021, опубліковано: 06.05.2021", "2021-05-06"),
        ("xx", "Updated 08.05.2021, before that 06.05.2021", "2021-05-06"),
        ("am", "ሚያዝያ 28, 2016", None),  # of the Ethiopian calendar
    ],
)
def test_days_in_more_languages(language: str, line: str, day: str | None) -> None:
    page = f"<article lang={language}><h1>{TITLE}</h1><p class=date>{line}</p>{TEXT}</article>"
    found = read(f'<meta property="og:locale" content="{language}">', page).published
    assert (found.at[:10] if found else None) == day


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="build-date" content="2021-05-06T10:00:00Z">',
        '<meta http-equiv="last-modified" content="2021-05-06T10:00:00Z">',
        '<meta http-equiv="date" content="2021-05-06">',
        '<script type="application/ld+json">{"@type": "ImageObject", "datePublished": "2021-05-06"}'
        "</script>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The old bridge '
        'is closed again", "url": "https://example.org/bridge", "datePublished": "2021-05-06"}'
        "</script>",
    ],
)
def test_days_of_something_else(head: str) -> None:
    assert of_page(head).published is None


def test_the_day_of_an_event_below_the_text() -> None:
    box = "<div><h4>Open day</h4><time datetime='2021-06-01T10:00'>1 June</time> at the depot</div>"
    assert of_page("", TEXT + box).published is None
    line = "<div><h4>Published</h4><time datetime='2021-06-01T10:00'>1 June</time></div>"
    assert of_page("", TEXT + line).published is not None


@pytest.mark.parametrize(
    ("value", "paywalled"),
    [('"http://schema.org/False"', True), ('["False"]', True), ('""', None), ("true", False)],
)
def test_what_is_said_of_a_paywall(value: str, paywalled: bool | None) -> None:
    node = f'{{"@type": "Article", "headline": "{TITLE}", "isAccessibleForFree": {value}}}'
    assert of_page(f'<script type="application/ld+json">{node}</script>').paywalled is paywalled


@pytest.mark.parametrize(
    ("head", "attributes", "is_shown"),
    [
        ("", 'style="position:absolute; left:-9999px"', False),
        ("", 'style="text-indent:-9999px"', False),
        ("", 'style="font-size:0"', False),
        ("", "class=hidden", False),
        ("", "class=d-none", False),
        ("<style>.trap, .x { display: none }</style>", "class=trap", False),
        ("", 'class="hidden md:block"', True),
        ("", 'class="d-none d-md-block"', True),
        ("<style>.a { display: none } .open .a { display: block }</style>", "class=a", True),
        ("<noscript><style>.more { display: none }</style></noscript>", "class=more", True),
        ("<style>@media print { .more { display: none } }</style>", "class=more", True),
    ],
)  # fmt: skip
def test_what_is_not_on_the_screen(head: str, attributes: str, is_shown: bool) -> None:
    text = of_page(head, f"{TEXT}<p {attributes}>{UNSEEN}</p>").text
    assert (UNSEEN in text) is is_shown


def test_another_article_on_the_page() -> None:
    other = f"<article><h1>The old bridge is closed</h1><p>{UNSEEN * 5}</p></article>"
    article = read("", f"<article><h1>{TITLE}</h1>{TEXT}</article>{other}")
    assert FIRST.strip() in article.text
    assert UNSEEN not in article.text


def test_a_canonical_link_within_an_article_is_of_what_it_embeds() -> None:
    link = '<div><link rel="canonical" href="https://example.org/bridge"></div>'
    assert "bridge" not in of_page("", TEXT + link).url


def test_characters_as_other_programs_write_them() -> None:
    # Halves of a character as three bytes each; bytes of Windows-1252 taken for characters.
    assert decode(b"Rails \xed\xa0\xbd\xed\xba\x8b here").text == "Rails 🚋 here"
    assert decode("The mayor\x92s \x93depot\x94".encode()).text == "The mayor’s “depot”"
    assert of_page('<meta property="og:locale" content="EN-gb">').language == "en-GB"
    assert read("", f"<h1>\u200f{TITLE}\u200f</h1>{TEXT}").title == TITLE


def listed(text: str, kind: SourceKind | None = None, url: str = FEED) -> dict[str, Any]:
    return {page.url: page for page in read_listings(text.encode(), url=url, kind=kind).pages}


@pytest.mark.parametrize(
    "more",
    [
        "<yandex:related><link url='https://www.courier.example/b'>Bridge</link></yandex:related>",
        "<relatedItems><item2><title>Bridge</title><link>https://www.courier.example/b</link>"
        "</item2></relatedItems>",
        "<link rel='enclosure' type='image/jpeg'>https://cdn.example/x.jpg</link>",
    ],
)
def test_parts_of_an_entry_about_something_else(more: str) -> None:
    entry = f"<item><title>{TITLE}</title><link>https://www.courier.example/a</link>{more}</item>"
    pages = listed(f"<rss version='2.0'><channel>{entry}</channel></rss>")
    assert {url: page.title for url, page in pages.items()} == {
        "https://www.courier.example/a": TITLE
    }


@pytest.mark.parametrize(
    "link",
    [
        "https://www.courier.example/news/\n   a",
        "&lt;a href=\"https://www.courier.example/news/a\"&gt;Rails&lt;/a&gt;",
    ],
)  # fmt: skip
def test_links_in_lines_and_in_markup(link: str) -> None:
    entry = f"<item><title>{TITLE}</title><link>{link}</link></item>"
    pages = listed(f"<rss version='2.0'><channel>{entry}</channel></rss>")
    assert list(pages) == ["https://www.courier.example/news/a"]


def test_a_description_of_a_picture_is_no_text() -> None:
    entry = (
        f"<item><title>{TITLE}</title><link>https://www.courier.example/a</link><description>"
        f"Short.</description><media:description>{UNSEEN * 20}</media:description></item>"
    )
    (page,) = listed(f"<rss version='2.0'><channel>{entry}</channel></rss>").values()
    assert page.text is None


def test_parts_that_never_end_are_walked_once() -> None:
    related = "<x:more><title>Bridge</title></x:more>"
    entry = f"<item><title>{TITLE}</title><link>https://www.courier.example/a</link>{related}"
    text = f"<rss xmlns:x='y'><channel>{entry}{'<x:more>' * 100_000}"
    began = time.process_time()
    assert without_foreign_parts(text) == text.replace(related, "")
    assert time.process_time() - began < 5


def test_a_json_feed_on_another_host_than_its_site() -> None:
    feed = (
        '{"version": "https://jsonfeed.org/version/1.1", "home_page_url":'
        ' "https://www.courier.example", "items": [{"id": "1", "url": "/a"}]}'
    )
    assert list(listed(feed, url="https://cdn.example/f")) == ["https://www.courier.example/a"]


def test_a_sitemap_in_capitals_and_one_with_two_addresses() -> None:
    page = "<URL><LOC>https://www.courier.example/a</LOC><LASTMOD>2021-05-06</LASTMOD></URL>"
    (found,) = listed(f"<URLSET>{page}</URLSET>", SourceKind.SITEMAP).values()
    assert found.modified_at == "2021-05-06T00:00:00Z"
    two = "<url><loc>https://www.courier.example/a</loc><loc>https://www.courier.example/b</loc></url>"
    assert list(listed(f"<urlset>{two}</urlset>", SourceKind.SITEMAP)) == [
        "https://www.courier.example/a"
    ]


def test_several_objects_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text('{"url": "a"}{"url": "b"}\n\x1e{"url": "c"}\n{"url": "d"}, {"url": broken}\n')
    rows = list(read_rows(file))
    assert [row.values.get("url") for row in rows] == ["a", "b", "c", "d", None]
    assert [row.line for row in rows if row.wrong] == [3]
