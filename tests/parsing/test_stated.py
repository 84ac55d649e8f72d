"""What pages state of themselves: JSON-LD in every state of repair, names, times, headlines."""

from __future__ import annotations

import time

import pytest
from lxml import html

from crawler.parsing.page.authors import read_bylines, split_names
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.times import read_times
from crawler.types import Listing
from tests.conftest import NOW

URL = "https://www.gazette.example/news/a"


def page(head: str = "", body: str = "") -> PageStatements:
    return PageStatements.read(
        html.fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    )


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Bridge closes"}',
        '[{"@type": "WebPage"}, {"@type": ["Thing", "NewsArticle"], "headline": "Bridge closes"}]',
        '{"@graph": [{"@type": "NewsArticle", "headline": "Bridge closes",}]}',
        '<!-- {"@type": "NewsArticle", "headline": "Bridge closes"} -->',
        '{"@type": "NewsArticle", "headline": "Bridge closes"};',
        '{"@type": "NewsArticle", "headline": "Bridge closes"}{"@type": "Person"}',
        '{"@type": "NewsArticle", "description": "two\nlines", "headline": "Bridge closes"}',
        "{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;Bridge closes&quot;}",
        '{"@type": "Person"}, {"@type": "NewsArticle", "headline": "Bridge closes"}',
        '{"@type": "NewsArticle", /* "headline": "No" */ "headline": "Bridge closes", // end\n}',
        '{"@type": "http://schema.org/ReportageNewsArticle", "headline": "Bridge closes"}}',
        '{"@type": "NewsArticle", "author": undefined, "headline": "Bridge closes"}',
        '{"@type": "NewsArticle", "url": "https://a.example//b", "headline": "Bridge closes",,}',
        r'{"@type": "NewsArticle", "description": "Ann\'s \d", "headline": "Bridge closes"}',
    ],
)
def test_json_ld_is_read_in_every_state_of_repair(script: str) -> None:
    assert page(ld(script)).text("headline") == "Bridge closes"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Bridge closes", "description": "she said "no"',
        '{"@type": "NewsArticle", "description": "the "old", and narrow "bridge"", '
        '"headline": "Bridge closes"}',
        '{"@type": "NewsArticle", "headline": "Bridge closes", "author": [{"name": "Ann Lee"',
        '{"@type": "NewsArticle", "headline": "Bridge closes", "keywords": ["a", "b',
        '"@type": "NewsArticle", "headline": "Bridge closes", "author" "Ann Lee"',
        '{"@graph": [{"@type": "WebSite", "name": "G" {"@type": "NewsArticle", '
        '"headline": "Bridge closes"}',
    ],
)
def test_what_is_picked_out_of_broken_json_ld_stands_below_all_else(script: str) -> None:
    found = page(ld(script))
    assert (found.text("headline"), found.picked_text("headline")) == (None, "Bridge closes")


def test_hostile_json_ld_costs_nothing() -> None:
    began = time.process_time()
    for text in (
        '{"a":' * 50_000,
        '{"headline": "' + '\\"' * 200_000,
        "[" * 100_000 + "]" * 100_000,
        '{"@graph": [' + '{"@type": "NewsArticle"},' * 10_000 + "{}]}",
    ):
        assert page(ld(text)).text("headline") is None
    assert time.process_time() - began < 60  # hours, when something is quadratic


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ann Lee and Bo Chan", ["Ann Lee", "Bo Chan"]),
        ("Von Anna Lee, Politikredakteurin und Bo Chan", ["Anna Lee", "Bo Chan"]),
        ("Ann Lee (ale)", ["Ann Lee"]),
        ("Ann Lee, Science Editor", ["Ann Lee"]),
        ("https://facebook.com/gazette", []),
        ("ann.lee@gazette.example", []),
        ("Trine Juncher og Bo Chan", ["Trine Juncher", "Bo Chan"]),
        ("gazette.example", []),
        ("作者：李安", ["李安"]),
        ("Lee, Ann", ["Ann Lee"]),
        ("Lee, Ann; Chan, Bo", ["Ann Lee", "Bo Chan"]),
        ("Lee, Ann, Chan, Bo", ["Ann Lee", "Bo Chan"]),
        ("Kowalski, Jan i Nowak, Anna", ["Jan Kowalski", "Anna Nowak"]),
        ("van der Berg, Jan P.", ["Jan P. van der Berg"]),
        ("O’Brien, Conan", ["Conan O’Brien"]),
        ("Иванов, Пётр", ["Пётр Иванов"]),
        ("Beethoven, Ludwig van", ["Ludwig van Beethoven"]),
        ("Ortega y Gasset, José", ["José Ortega y Gasset"]),
        ("Ann Lee, Berlin", ["Ann Lee"]),
        ("Ann Lee, MS, RD", ["Ann Lee"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Santiago Ramón y Cajal y Ana López", ["Santiago Ramón y Cajal", "Ana López"]),
        ("Antoni Puig i Cadafalch", ["Antoni Puig i Cadafalch"]),
        ("Artur da Costa e Silva", ["Artur da Costa e Silva"]),
        ("Ana García y Luis Pérez", ["Ana García", "Luis Pérez"]),
        ("Pedro Sánchez y EFE", ["Pedro Sánchez"]),
        ("Ana López y Agencias", ["Ana López"]),
        ("Ευαγγελία Παπά και Νίκος Ζώης", ["Ευαγγελία Παπά", "Νίκος Ζώης"]),
        ("Ana Lupu și Ion Pop", ["Ana Lupu", "Ion Pop"]),
        ("سارا کریمی و رضا احمدی", ["سارا کریمی", "رضا احمدی"]),
        ("राम लाल और सीता देवी", ["राम लाल", "सीता देवी"]),
        ("Martin Luther King, Jr.", ["Martin Luther King Jr."]),
        ("By Ann Lee @annlee", ["Ann Lee"]),
        ("Ann Lee (ann.lee@gazette.example)", ["Ann Lee"]),
        ("ann.lee@gazette.example (Ann Lee)", ["Ann Lee"]),
        ("Ann Lee - The Gazette", ["Ann Lee", "The Gazette"]),
        ("Reporting by Ann Lee; editing by Bo Chen", ["Ann Lee"]),
        ("Words: Ann Lee, Photos: Bo Chen", ["Ann Lee"]),
        ("Author: Ann Lee", ["Ann Lee"]),
        ("Penulis: Budi Santoso | Editor: Dewi Lestari", ["Budi Santoso"]),
        ("김철수 기자 kim@gazette.example", ["김철수"]),
        ("文／李 安子", ["李 安子"]),
        ("李安记者", ["李安"]),
        ("Írta: Kovács János", ["Kovács János"]),
        ("Του Γιάννη Παπαδόπουλου", ["Γιάννη Παπαδόπουλου"]),
        ("מאת: דנה כהן", ["דנה כהן"]),
    ],
)
def test_bylines_become_names(raw: str, names: list[str]) -> None:
    assert split_names(raw) == names


@pytest.mark.parametrize(
    ("head", "body", "people"),
    [
        (ld('{"@type": "Article", "author": {"givenName": "Ann", "familyName": "Lee"}}'), "",
         ("Ann Lee",)),
        (ld('{"@graph": [{"@type": "Article", "author": {"@id": "#p"}}, '
            '{"@type": "Person", "@id": "#p", "name": "Ann Lee"}]}'), "", ("Ann Lee",)),
        ('<meta name="author" content="Ann Lee"><meta name="author" content="Bo Chan">', "",
         ("Ann Lee", "Bo Chan")),
        ('<meta property="article:author" content="https://facebook.com/gazette">', "", ()),
        ('<meta name="citation_author" content="García Márquez, Gabriel">', "",
         ("Gabriel García Márquez",)),
        ('<meta name="author" content="Reuters">', "", ()),
        (ld('{"@type": "Article", "author": [{"name": "Ann Lee"}, {"name": "ANN LEE"}]}'), "",
         ("Ann Lee",)),
        ('<meta name="author" content="Ann Lee - Gazette Online">', "", ("Ann Lee",)),
        ("", '<p class="byline">Ann Lee (ann@gazette.example)</p>', ("Ann Lee",)),
        ("", '<span property="author"><span property="name">Ann Lee</span></span>', ("Ann Lee",)),
        ('<meta name="author" content="AFP, MANILA">', "", ()),
        ('<meta name="author" content="The Gazette"><meta property="og:site_name" '
         'content="The Gazette">', "", ()),
        ("", '<a rel="author" href="/x">Ann Lee</a><div class="teasers"><div><div>'
             '<a rel="author" href="/y">Bo Chan</a></div></div></div>', ("Ann Lee",)),
        ("", '<div class="comments"><span class="author">Troll</span></div>'
             '<p class="byline">By Ann Lee</p>', ("Ann Lee",)),
    ],
)  # fmt: skip
def test_authors_are_people(head: str, body: str, people: tuple[str, ...]) -> None:
    assert read_bylines(page(head, body), url=URL, outlet="Gazette Online").people == people


def times(head: str, body: str = "", url: str = URL) -> tuple[str | None, str | None, str | None]:
    found = read_times(page(head, body), url=url, listing=Listing(url=url), now=NOW)
    published = found.published
    return (published.at if published else None, published.source if published else None,
            found.doubt)  # fmt: skip


def test_times_come_in_the_order_of_trust_and_disagreement_is_recorded() -> None:
    node = ld('{"@type": "Article", "datePublished": "2022-01-05T10:00:00+06:00"}')
    meta = '<meta property="article:published_time" content="2021-03-01">'
    agreed = '<meta property="article:published_time" content="2022-01-05">'
    assert times(node + agreed) == ("2022-01-05T04:00:00Z", "jsonld", None)
    assert times(node + meta) == ("2022-01-05T04:00:00Z", "jsonld", "meta says 2021-03-01")


@pytest.mark.parametrize(
    "raw", ["0000-00-00", "-0001-11-30T00:00:00Z", "10000-01-01", "2031-01-01"]
)
def test_an_impossible_time_is_no_time_and_is_said_to_be_impossible(raw: str) -> None:
    meta = f'<meta property="article:published_time" content="{raw}">'
    assert times(meta) == (None, None, f"meta says {raw}, which cannot be")


def test_the_address_is_the_last_to_be_asked() -> None:
    at, source, _ = times("", url="https://gazette.example/2022/01/05/bridge")
    assert (at, source) == ("2022-01-05T00:00:00Z", "url")
