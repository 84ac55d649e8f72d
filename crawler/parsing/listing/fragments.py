"""The text of a piece of HTML that is no page: what a feed says of an article."""

from __future__ import annotations

import html

from lxml import etree
from lxml.html import HTMLParser

from crawler.parsing.texts import storable

_BLOCKS = (
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr",
    "table", "pre", "figure", "section", "article", "hr",
)  # fmt: skip


def plain(markup: str) -> str:
    """Text of a fragment of HTML, its blocks on lines of their own; empty where there is none."""
    if "<" not in markup:
        return storable(html.unescape(markup)).strip()
    tree = etree.fromstring(f"<div>{storable(markup)}</div>", HTMLParser(remove_comments=True))
    if tree is None:
        return ""
    etree.strip_elements(tree, "script", "style", "figcaption", with_tail=False)
    for block in tree.iter(*_BLOCKS):
        block.text = f"\n{block.text or ''}"
        block.tail = f"\n{block.tail or ''}"
    lines = (" ".join(line.split()) for line in "".join(tree.itertext()).splitlines())
    return "\n".join(filter(None, lines))
