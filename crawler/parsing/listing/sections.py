"""Section pages: which of their links lead to articles, by the shapes of an outlet's addresses."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from crawler.errors import UsageError
from crawler.parsing.listing.shapes import is_like_article
from crawler.parsing.page.layout import select
from crawler.parsing.page.statements import link_base
from crawler.parsing.page.tree import parse_page
from crawler.parsing.urls import canonical, registered_domain
from crawler.types import Listing, Listings

MAX_LINKS = 2_000
"""Links of one page that are looked at."""


def parse_section(
    body: bytes, *, url: str, content_type: str, selector: str | None, shapes: Collection[str]
) -> Listings:
    """Links of a section page that look like articles.

    With a CSS `selector` (the outlet's key `urls`) all links that it selects, or that stand in what
    it selects. Else those on the outlet's own domain whose address has one of the `shapes` of its
    articles; where none is known yet, those with a long slug, a date or a long number.
    Raises ExtractError as parse_page does.
    """
    tree = parse_page(body, content_type=content_type)
    links = _selected(tree, selector) if selector else list(tree.iter("a"))
    home, base = registered_domain(url), link_base(tree.iter("base"), url)
    pages: dict[str, Listing] = {}
    refused = 0
    for link in links[:MAX_LINKS]:
        href = link.get("href")
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
            continue
        try:
            address = canonical(href, base)
        except UsageError:
            refused += 1
            continue
        if selector or (registered_domain(address) == home and is_like_article(address, shapes)):
            # Without its text: sections shorten headlines, and that would look like a change.
            pages.setdefault(address, Listing(url=address))
    pages.pop(canonical(url), None)
    return Listings(pages=tuple(pages.values()), refused=refused)


def _selected(tree: etree._Element, selector: str) -> list[etree._Element]:
    return [link for chosen in select(tree, selector) for link in chosen.iter("a")]
