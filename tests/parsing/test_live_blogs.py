"""A live blog is one article: its updates in the order of the page, and its own times."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from crawler.errors import ExtractError
from crawler.parsing.page.extract import extract
from crawler.types import Article, ArticleKind, Fetched, Listing, Outlet, Page
from tests.conftest import NOW

URL = "https://gazette.example/news/storm-live"
HEADLINE = "Storm live: the bridge is closed"
LEAD = "The storm has closed the bridge, and the council asks everybody to stay at home tonight."
WORDS = (
    "council", "bridge", "cable", "mayor", "river", "storm", "train", "rescue", "police", "water",
)  # fmt: skip
Update = tuple[str, Sequence[str]]
LAYOUTS: dict[str, Callable[[str, str], str]] = {
    "articles": lambda head, body: f"<article><h2>{head}</h2>{body}</article>",
    "articles with bodies": lambda head, body: (
        f"<article class=update><h2>{head}</h2><div class=article-body>{body}</div></article>"
    ),
    "blocks": lambda head, body: f"<div class=update><h2>{head}</h2>{body}</div>",
    "posts": lambda head, body: f"<section class=post><h3>{head}</h3>{body}</section>",
    "items": lambda head, body: f"<li><h3>{head}</h3><time>10:00</time>{body}</li>",
    "no boxes": lambda head, body: f"<h2>{head}</h2>{body}",
}
TEASER = (
    "Another thing happened far away today, and this is what it means for those who live there."
)
OTHERS = (
    f"<div class=cards><article><h4><a href=/x>The other thing</a></h4><p>{TEASER}</p></article>"
    f"<article><h4><a href=/y>The third thing</a></h4><p>{TEASER}</p></article></div>"
)
FRAMES = {
    "in main": "<main><h1>{head}</h1><p>{lead}</p><div>{updates}</div></main>{others}",
    "lead apart": "<div><header><h1>{head}</h1></header><div class=article-body><p>{lead}</p></div>"
                  "<div><div>{updates}</div>{others}</div></div>",
    "digest first": "<div><h1>{head}</h1><p>{lead}</p><ul>{digest}</ul><div>{updates}</div></div>"
                    "{others}",
}  # fmt: skip


def made(count: int, seed: int = 1) -> list[Update]:
    """Updates with paragraphs of many lengths, each paragraph with a mark of its own."""
    draw = random.Random(seed)

    def sentence(words: int) -> str:
        return " ".join(draw.choice(WORDS) for _ in range(words)) + "."

    return [
        (
            f"Headline {n} {sentence(6)}",
            [f"Mark{n}x{m} {sentence(draw.choice((5, 25, 60)))}"
             for m in range(draw.choice((1, 2, 5)))],
        )
        for n in range(count)
    ]  # fmt: skip


def statement(updates: Sequence[Update], **more: Any) -> dict[str, Any]:
    return {
        "@type": "LiveBlogPosting", "headline": HEADLINE, "datePublished": "2022-01-05T08:00:00Z",
        "dateModified": "2022-01-05T20:00:00Z", "coverageEndTime": "2022-01-05T23:00:00Z",
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": head, "articleBody": " ".join(paragraphs),
             "datePublished": "2022-01-05T19:30:00Z", "url": f"{URL}#{n}"}
            for n, (head, paragraphs) in enumerate(updates)
        ],
    } | more  # fmt: skip


def page(updates: Sequence[Update], layout: str, frame: str, **more: Any) -> str:
    blocks = "".join(
        LAYOUTS[layout](head, "".join(f"<p>{text}</p>" for text in paragraphs))
        for head, paragraphs in updates
    )
    body = FRAMES[frame].format(
        head=HEADLINE, lead=LEAD, others=OTHERS,
        updates=f"<ol>{blocks}</ol>" if layout == "items" else blocks,
        digest="".join(f"<li><a href=#{n}>{head}</a></li>" for n, (head, _) in enumerate(updates)),
    )  # fmt: skip
    return with_statement(body, statement(updates, **more))


def with_statement(body: str, *nodes: dict[str, Any]) -> str:
    scripts = "".join(
        f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes
    )
    return (
        f"<html lang=en><head><title>{HEADLINE}</title>{scripts}</head><body>{body}</body></html>"
    )


def read(html: str) -> Article:
    listed = Page(id=1, url=URL, outlet="g", attempts=0, listing=Listing(url=URL))
    fetched = Fetched(
        page=listed, url=URL, status=200, content_type="text/html", body=html.encode(), at=NOW
    )
    return extract(fetched, Outlet(slug="g", name="G"))


@pytest.mark.parametrize("count", [2, 5, 30])
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_updates_are_in_the_text_in_their_order(layout: str, frame: str, count: int) -> None:
    updates = made(count)
    article = read(page(updates, layout, frame))
    wanted = [text for _, paragraphs in updates for text in paragraphs]
    assert [line for line in article.text.splitlines() if line.startswith("Mark")] == wanted
    assert LEAD in article.text
    assert TEASER not in article.text
    assert article.kind is ArticleKind.LIVE_BLOG


@pytest.mark.parametrize("key", ["headline", "articleBody"])
def test_updates_are_found_by_what_is_stated_of_them(key: str) -> None:
    updates = made(5)
    listed = statement(updates)["liveBlogUpdate"]
    few = [{name: value for name, value in one.items() if name != key} for one in listed]
    article = read(page(updates, "articles", "in main", liveBlogUpdate=few))
    assert len(set(re.findall(r"Mark\d+x0", article.text))) == 5


def test_a_live_blog_has_its_own_times() -> None:
    article = read(page(made(5), "blocks", "in main"))
    assert article.published is not None
    assert (article.published.at, article.published.source) == ("2022-01-05T08:00:00Z", "jsonld")
    assert article.modified_at == "2022-01-05T20:00:00Z"
    assert article.title == HEADLINE


@pytest.mark.parametrize("end", ["2022-01-05T23:00:00Z", "2022-01-09T23:00:00Z"])
def test_times_of_coverage_and_updates_are_not_the_article_s(end: str) -> None:
    node = statement(made(5), coverageEndTime=end)
    del node["datePublished"], node["dateModified"]
    body = page(made(5), "blocks", "in main").partition("<body>")[2].partition("</body>")[0]
    article = read(with_statement(body, node))
    assert (article.published, article.modified_at) == (None, None)


def test_an_update_is_never_taken_for_the_page() -> None:
    """Its address is the page's, and the newest update may give the page its headline."""
    updates = [(HEADLINE, ("The bridge is closed for the night. " * 6,)), *made(4)]
    html = page(updates, "blocks", "in main", headline="What the storm has done so far")
    article = read(html)
    assert article.kind is ArticleKind.LIVE_BLOG
    assert article.published is not None
    assert article.published.at == "2022-01-05T08:00:00Z"


def test_hundreds_of_updates_are_read() -> None:
    updates = made(1_200, seed=2)
    html = page(updates, "articles", "in main")
    assert len(json.dumps(statement(updates))) > 400_000
    article = read(html)
    assert article.kind is ArticleKind.LIVE_BLOG
    assert article.text.count("Mark") == sum(len(paragraphs) for _, paragraphs in updates)


def test_of_an_article_beside_its_live_blog_both_nodes_are_heard() -> None:
    updates = made(5)
    html = page(updates, "articles", "in main")
    plain = {"@type": "NewsArticle", "headline": HEADLINE, "url": URL,
             "datePublished": "2022-01-05T08:00:00Z"}  # fmt: skip
    body = html.partition("<body>")[2].partition("</body>")[0]
    article = read(with_statement(body, plain, statement(updates)))
    assert article.kind is ArticleKind.LIVE_BLOG
    assert len(set(re.findall(r"Mark\d+x0", article.text))) == 5


def test_a_live_blog_that_loads_its_updates_later_has_no_text() -> None:
    html = with_statement(
        f"<main><h1>{HEADLINE}</h1><div id=live></div></main>", statement(made(9))
    )
    with pytest.raises(ExtractError) as refused:
        read(html)
    assert refused.value.reason == "no-text"


@pytest.mark.parametrize(
    "updates",
    [None, "soon", [], [None, 3, {}], {"articleBody": LEAD}, [{"articleBody": ["x"]}] * 3],
)
def test_updates_in_any_state_cost_no_text(updates: object) -> None:
    html = page(made(3), "no boxes", "in main", liveBlogUpdate=updates)
    assert read(html).text.count("Mark") == sum(len(paragraphs) for _, paragraphs in made(3))
