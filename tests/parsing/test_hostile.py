"""Crawled bytes are hostile: each page ends as an article or as a rejection with a name."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from bench.corpora.mutants import mutants
from bench.corpora.pages import labelled
from crawler.demo.houses import HOUSES
from crawler.demo.prints import town_prints
from crawler.demo.rendering import article_page as render
from crawler.errors import ExtractError
from crawler.parsing.page.extract import extract
from crawler.parsing.page.kinds import refuse_address
from crawler.types import Article, Fetched, Listing, Outlet, Page
from tests.conftest import NOW

URL = "https://gazette.example/a"
PROSE = (
    "The council closed the bridge on Monday because two of its cables had rusted through, and "
    "nobody had noticed it before the winter. "
)
PARAGRAPHS = f"<p>{PROSE * 2}</p>" * 3
REASONS = {
    "amp-twin", "consent-wall", "error-page", "front-page", "gallery", "login-wall",
    "no-text", "not-html", "section-page", "too-deep", "too-large", "unreadable", "video",
}  # fmt: skip


def outcome(
    body: bytes | str, *, kind: str = "text/html", url: str = URL
) -> tuple[Article | None, str]:
    listed = Page(id=1, url=URL, outlet="o", attempts=0, listing=Listing(url=URL, title="Bridge"))
    data = body.encode() if isinstance(body, str) else body
    fetched = Fetched(page=listed, url=url, status=200, content_type=kind, body=data, at=NOW)
    try:
        return extract(fetched, Outlet(slug="o", name="O")), "article"
    except ExtractError as error:
        assert error.detail
        return None, error.reason


def real_pages() -> list[bytes]:
    return [page.html for page in labelled("fundus")[::4]]


def town_pages() -> list[bytes]:
    return [
        render(HOUSES[p.outlet], p, (), "https://town.example", amp=False)
        for p in town_prints()[::4]
    ]


@pytest.mark.parametrize("made", [town_pages, pytest.param(real_pages, marks=pytest.mark.slow)])
def test_broken_pages_end_as_articles_or_by_name(made: Callable[[], list[bytes]]) -> None:
    """The other 9,700 of these are in bench/mutants.py."""
    pages = made()
    if not pages:
        pytest.skip("no labelled data beside the checkout (pages/fundus)")
    for body in mutants(pages, 300, seed=3):
        article, reason = outcome(body)
        assert article is not None or reason in REASONS


@pytest.mark.parametrize("depth", [200, 255, 300, 1_000, 2_000])
def test_nesting_costs_no_text(depth: int) -> None:
    html = f"<html><body>{'<div>' * depth}{PARAGRAPHS}{'</div>' * depth}</body></html>"
    article, _ = outcome(html)
    assert article is not None
    assert article.text.count("The council") == 6
    inner = "<b>" * depth + "x" + "</b>" * depth
    article, _ = outcome(f"<html><body>{PARAGRAPHS}<p>{inner}</p>{PARAGRAPHS}</body></html>")
    assert article is not None
    assert article.text.count("The council") == 12


def test_what_is_nested_beyond_reading_says_so() -> None:
    html = f"<html><body>{'<div>' * 5_000}{PARAGRAPHS}{'</div>' * 5_000}</body></html>"
    assert outcome(html)[1] == "too-deep"


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7 " + PROSE.encode(), b"\x89PNG\r\n\x1a\n" + bytes(200), b"GIF89a" + bytes(99),
        gzip.compress(f"<html>{PARAGRAPHS}</html>".encode()), json.dumps({"text": PROSE}).encode(),
        f"<?xml version='1.0'?><rss><channel><title>{PROSE}</title></channel></rss>".encode(),
        b"PK\x03\x04" + bytes(99),
    ],
)  # fmt: skip
def test_other_formats_served_as_html_are_named(body: bytes) -> None:
    assert outcome(body)[1] == "not-html"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", "Der Rat schloß die Brücke über den Fluß."),
        ("utf-8-sig", "Der Rat schloß die Brücke über den Fluß."),
        ("iso-8859-1", "Le conseil a fermé le pont à cause de câbles rouillés."),
        ("cp1252", "Le conseil a fermé le pont… à cause de câbles “rouillés”."),
        ("iso-8859-2", "Rada města uzavřela starý most kvůli zrezivělým lanům."),
        ("windows-1250", "Rada miasta zamknęła most z powodu zardzewiałych lin."),
        ("windows-1251", "Городской совет закрыл мост из-за ржавых тросов."),
        ("koi8-r", "Городской совет закрыл мост из-за ржавых тросов."),
        ("shift_jis", "市議会は錆びたケーブルのために橋を閉鎖した。"),
        ("euc-jp", "市議会は錆びたケーブルのために橋を閉鎖した。"),
        ("gb18030", "市议会因电缆生锈而关闭了大桥。"),
        ("big5", "市議會因電纜生鏽而關閉了大橋。"),
        ("euc-kr", "시의회는 녹슨 케이블 때문에 다리를 폐쇄했다."),
    ],
)
def test_pages_in_their_encodings_whatever_the_header_claims(codec: str, text: str) -> None:
    paragraphs = f"<p>{text * 6}</p>" * 4
    declared = codec.removesuffix("-sig")
    html = f"<html><head><meta charset='{declared}'></head><body>{paragraphs}</body></html>"
    for claimed in ("", "; charset=utf-8", "; charset=iso-8859-1", "; charset=nonsense"):
        article, _ = outcome(html.encode(codec), kind=f"text/html{claimed}")
        assert article is not None
        assert text in article.text


def test_a_lone_surrogate_costs_no_text() -> None:
    article, _ = outcome(f"<html><body>{PARAGRAPHS}<p>&#xD800;</p>{PARAGRAPHS}</body></html>")
    assert article is not None
    assert article.text.count("The council") == 12


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ("<title>404 - Page not found</title>", "<p>Sorry! " + PROSE, "error-page"),
        ("<title>Gazette</title>", f"<p>Before you continue. We and our partners: {PROSE}",
         "consent-wall"),
        ("<title>Log in</title>", f"<p>Forgot your password? Already a subscriber? {PROSE}",
         "login-wall"),
        ('<meta property="og:type" content="video.other">', f"<p>{PROSE}", "video"),
        ('<script type="application/ld+json">{"@type": "ImageGallery"}</script>', f"<p>{PROSE}",
         "gallery"),
    ],
)  # fmt: skip
def test_what_stands_in_an_articles_place_is_named(head: str, body: str, reason: str) -> None:
    assert outcome(f"<html><head>{head}</head><body>{body}</body></html>")[1] == reason


@pytest.mark.parametrize(
    "title", ["Bridge 404 reopens", "The Forbidden City reopens", "Missing boy not found in woods"]
)
def test_short_news_with_such_words_in_its_headline_is_an_article(title: str) -> None:
    page = f"<html><title>{title}</title><body><p>{PROSE}</p></body></html>"
    assert outcome(page)[1] == "article"


def test_an_article_about_consent_is_an_article() -> None:
    text = f"<p>Before you continue: we and our partners were fined. {PROSE * 3}</p>" * 3
    assert outcome(f"<html><title>Cookie law</title><body>{text}</body></html>")[1] == "article"


@pytest.mark.parametrize(
    "path", ["/sign-in-stadium-falls", "/register-to-vote-deadline", "/news/paywall-debate-goes-on"]
)
def test_a_headline_in_an_address_is_no_wall(path: str) -> None:
    refuse_address(f"https://gazette.example{path}/", asked=f"http://gazette.example{path}")


def test_a_redirect_to_a_wall_is_named() -> None:
    for url, reason in (
        ("https://consent.gazette.example/?back=a", "consent-wall"),
        ("https://gazette.example/login?next=a", "login-wall"),
    ):
        assert outcome(f"<html><body>{PARAGRAPHS}</body></html>", url=url)[1] == reason
