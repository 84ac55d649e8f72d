"""The text of a piece of HTML that is no page: what a feed says of an article."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree
from lxml.html import HTMLParser

from crawler.parsing.texts import count_words, parsable, storable

_BLOCKS = (
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr",
    "table", "pre", "figure", "section", "article", "hr",
)  # fmt: skip


# Marks around links: code points that are no characters, and no text has them.
_OWN, _OUT, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_OWN_LINK = re.compile(f"{_OWN}([^{_END}]*){_END}")
_LINK = re.compile(f"[{_OWN}{_OUT}][^{_END}]*{_END}")
_MARKS = str.maketrans("", "", _OWN + _OUT + _END)
_AT_END = re.compile(f"{_END}\\W*$")
LAST_LINKS = 12
"""Links at the end of a text that are looked at."""
MOST_WORDS = 30
"""Words of the longest line that only says where a text comes from."""


class Fragment(NamedTuple):
    """The text of an entry, as its feed gives it."""

    text: str
    is_teaser: bool
    """whether it ends in an invitation to read on"""


def entry_text(markup: str, *, title: str | None, is_own: Callable[[str], bool]) -> Fragment:
    """The text of a feed's entry without the line that says where it appeared.

    `is_own` says whether a link leads to the entry's own page. Such a line at the end, with a
    further link, with the title as the text of its link, or with a link to the page's comments,
    tells where the text is from ("The post ... appeared first on ..."). Any other link to the
    page, at the end, invites to read on.
    """

    def mark(link: str) -> str:
        page, _, place = link.partition("#")
        if not page or not is_own(page):
            return _OUT
        return _OWN if not place or place.startswith("more") else _OWN + _OUT

    lines = _lines(markup, mark)
    teaser = False
    while lines and _is_origin(lines[-1], title):
        lines.pop()
    if lines and _AT_END.search(lines[-1]):
        teaser = lines[-1].rfind(_OWN) > lines[-1].rfind(_OUT)
    return Fragment("\n".join(lines).translate(_MARKS), teaser)


def _is_origin(line: str, title: str | None) -> bool:
    """Whether a line with links only says where the text above it is from, or is links alone."""
    if _END not in line:
        return False
    shown = line.translate(_MARKS)
    if count_words(shown) - count_words(title or "") > MOST_WORDS:
        return False
    own = [" ".join(found.split()) for found in _OWN_LINK.findall(line)]
    if own:
        return _OUT in line or len(own) > 1 or own[0] == title
    is_links = line.count(_END) > 1 and not count_words(_LINK.sub(" ", line))
    return is_links or bool(title and title in shown)


def _lines(markup: str, mark: Callable[[str], str]) -> list[str]:
    """The lines of a fragment, its blocks on lines of their own.

    Each of its last links stands between the mark that it is given and _END.
    """
    markup = storable(markup).translate(_MARKS)
    if "<" not in markup:
        return list(filter(None, map(str.strip, html.unescape(markup).split("\n"))))
    tree = etree.fromstring(f"<div>{parsable(markup)}</div>", HTMLParser(remove_comments=True))
    if tree is None:
        return []
    etree.strip_elements(tree, "script", "style", "figcaption", with_tail=False)
    for link in list(tree.iter("a"))[-LAST_LINKS:]:
        link.text = f"{mark(link.get('href') or '')}{link.text or ''}"
        link.tail = f"{_END}{link.tail or ''}"
    for block in tree.iter(*_BLOCKS):
        block.text = f"\n{block.text or ''}"
        block.tail = f"\n{block.tail or ''}"
    lines = (" ".join(line.split()) for line in "".join(tree.itertext()).splitlines())
    return list(filter(None, lines))
