"""Other articles on a page: teasers before and within its own, the next one below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.parsing.page.tree_texts import is_within, letters_of, text_length

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MOST_ARTICLES = 200
"""Articles of a page that are looked at."""
LEAST_TEXT = 400
"""Characters of an article's paragraphs, white space not counted; a teaser has less."""


def other_articles(
    tree: etree._Element, *, titles: Iterable[str], url: str
) -> list[etree._Element]:
    """The <article> elements that are about something else than the one with the page's headline.

    They have a main heading of their own, or one that is a link to another page. Of those within
    each other the outer ones; none where the headline stands in no article.
    """
    articles = list(tree.iter("article"))[:MOST_ARTICLES]
    if len(articles) < 2:
        return []
    heading = _headline(tree, titles)
    own = list(heading.iterancestors("article")) if heading is not None else []
    if not own:
        return []
    others = [one for one in articles if one not in own and _is_other(one, heading, url)]
    outer = [one for one in others if not is_within(one, others)]
    return outer if _has_text(own[0], outer) else []


def _headline(tree: etree._Element, titles: Iterable[str]) -> etree._Element | None:
    """The heading that is the page's headline, and no link to another page."""
    names = {letters_of(title) for title in titles} - {""}
    headings = (one for one in tree.iter("h1", "h2") if _text(one) in names)
    return next((one for one in headings if not _link_of(one)), None)


def _has_text(article: etree._Element, others: Collection[etree._Element]) -> bool:
    """Whether an article has a text of its own, and not only the headline of what is below it."""
    paragraphs = (p for p in article.iter("p") if not is_within(p, others))
    return sum(map(text_length, paragraphs)) >= LEAST_TEXT


def _is_other(article: etree._Element, headline: etree._Element, url: str) -> bool:
    heading = next(article.iter(*_HEADINGS), None)
    if heading is None or _text(heading) in ("", _text(headline)):
        return False
    return heading.tag == "h1" or _leads_away(_link_of(heading), url)


def _text(heading: etree._Element) -> str:
    return letters_of("".join(heading.itertext()))


def _link_of(heading: etree._Element) -> str | None:
    """The address that a heading links to: within it, or as a whole."""
    around = next(heading.iterancestors("a"), None)
    link = heading.find(".//a[@href]") if around is None else around
    return link.get("href") if link is not None else None


def _leads_away(link: str | None, url: str) -> bool:
    if not link or link.startswith("#"):
        return False
    try:
        return urlsplit(urljoin(url, link))[1:3] != urlsplit(url)[1:3]
    except ValueError:
        return False
