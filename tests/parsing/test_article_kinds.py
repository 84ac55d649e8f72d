"""What a page states that its article is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.errors import ExtractError
from crawler.parsing.page.extract import examine, extract
from crawler.types import Article, ArticleKind, Fetched, Listing, Outlet, Page
from tests.conftest import NOW

URL = "https://gazette.example/news/ferries-cross-the-river"
TITLE = "Ferries cross the river again"
TEXT = "<p>" + "The council said on Wednesday that the ferries would cross again. " * 6 + "</p>"


def fetched(*nodes: object) -> Fetched:
    scripts = "".join(
        '<script type="application/ld+json">'
        f"{node if isinstance(node, str) else json.dumps(node)}</script>"
        for node in nodes
    )
    html = f"<html><head>{scripts}</head><body><h1>{TITLE}</h1>{TEXT}</body></html>"
    page = Page(id=1, url=URL, outlet="g", attempts=0, listing=Listing(url=URL))
    return Fetched(
        page=page, url=URL, status=200, content_type="text/html", body=html.encode(), at=NOW
    )


def read(*nodes: object) -> Article:
    return extract(fetched(*nodes), Outlet(slug="g", name="G"))


def node(types: object, **more: Any) -> dict[str, Any]:
    return {"@type": types, "headline": TITLE, "url": URL} | more


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        ("NewsArticle", ArticleKind.ARTICLE),
        ("TechArticle", ArticleKind.ARTICLE),
        ("Report", ArticleKind.ARTICLE),
        ("ReportageNewsArticle", ArticleKind.REPORT),
        ("AnalysisNewsArticle", ArticleKind.ANALYSIS),
        ("OpinionNewsArticle", ArticleKind.OPINION),
        ("ReviewNewsArticle", ArticleKind.REVIEW),
        ("CriticReview", ArticleKind.REVIEW),
        ("ClaimReview", ArticleKind.FACT_CHECK),
        ("AdvertiserContentArticle", ArticleKind.ADVERTORIAL),
        ("BlogPosting", ArticleKind.BLOG_POST),
        ("LiveBlogPosting", ArticleKind.LIVE_BLOG),
        ("https://schema.org/OpinionNewsArticle", ArticleKind.OPINION),
        ("blogposting", ArticleKind.BLOG_POST),
        (["Article", "BlogPosting"], ArticleKind.BLOG_POST),
        (["ReportageNewsArticle", "NewsArticle"], ArticleKind.REPORT),
        (["NewsArticle", "LiveBlogPosting"], ArticleKind.LIVE_BLOG),
        ("Recipe", None),
        ("WebPage", None),
    ],
)
def test_the_kind_is_the_most_particular_that_is_stated(
    types: object, kind: ArticleKind | None
) -> None:
    assert read(node(types)).kind is kind


def test_a_page_that_states_none_has_none() -> None:
    assert read().kind is None


def test_a_broken_statement_states_no_kind() -> None:
    broken = f'{{"@type": "OpinionNewsArticle", "headline": "{TITLE}" "url" "{URL}'
    assert read(broken).kind is None


def test_a_fact_check_is_one_beside_its_article() -> None:
    claim = {"@type": "ClaimReview", "url": URL, "claimReviewed": "Ferries do not float"}
    assert read(node("NewsArticle"), claim).kind is ArticleKind.FACT_CHECK


def test_the_kind_of_another_article_is_not_the_page_s() -> None:
    other = {"@type": "OpinionNewsArticle", "headline": "Why boats are taxed too little",
             "url": "https://gazette.example/opinion/boats"}  # fmt: skip
    assert read(other).kind is None
    assert read(node("NewsArticle"), other).kind is ArticleKind.ARTICLE
    assert read(node("NewsArticle", mentions=other)).kind is ArticleKind.ARTICLE


def test_where_the_kind_was_found_is_said() -> None:
    (found,) = [
        one for one in examine(fetched(node("BlogPosting")), Outlet(slug="g", name="G"))
        if one.field == "kind"
    ]  # fmt: skip
    assert (found.value, found.source) == ("blog-post", "jsonld @type")


def test_a_kind_makes_no_article_of_a_page_without_text() -> None:
    empty = fetched(node("OpinionNewsArticle"))
    body = empty.body.replace(TEXT.encode(), b"")
    with pytest.raises(ExtractError, match="no-text"):
        extract(Fetched(page=empty.page, url=URL, status=200, content_type="text/html", body=body,
                        at=NOW), Outlet(slug="g", name="G"))  # fmt: skip
