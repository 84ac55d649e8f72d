"""A page's tree made ready for extraction: layout tables, captions, menus, texts in parts.

Pages of the time before style sheets put everything into tables, and trafilatura prints a table
as rows. On such pages (L3S-GN1, 2008) readability-lxml, which takes any block for a block, was
.02 ahead of it; with these tables unwrapped it is not.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile

from cssselect import HTMLTranslator
from lxml import etree
from lxml.html import HTMLParser

from crawler.parsing.page.hidden import hidden_parts, show_without_scripts
from crawler.parsing.page.source_lines import join_headings, join_source_lines, references
from crawler.parsing.page.tree_texts import (
    element_of,
    is_within,
    letters_of,
    text_length,
    texts_of_page,
)

_ROWS_AND_CELLS = frozenset({"tbody", "thead", "tfoot", "tr", "td", "th"})
_DROPPED = "dropped"
MAX_IN_BOX = 4
"""Elements in the box of one picture; where there are more, it is a part of the page."""
_BOXES = frozenset({"div", "figure", "p", "section"})
_BLOCKS = ("form", "h1", "h2", "h3", "p", "ul", "iframe", "script")
LONG_CELL = 400
"""Characters; a cell of data holds less."""
MENU = 0.6
"""Share of a table's letters that stand in links, from which on it is a menu."""
LONG_CAPTION = 400
"""Characters; what is longer and is called a caption is a part of a picture story."""
PICTURE_STORY = 0.3
"""Captions against paragraphs, in characters, from which on the captions are the story."""
# Any style of capitals: photoCaption, img-credit. By way of the attributes it is twice as fast.
_CAPTIONS = etree.XPath(".//@class[contains(., 'aption') or contains(., 'redit')]/..")

# trafilatura takes the first articleBody there, be it another article's (see page_state).
_STATED = etree.XPath(".//script[contains(@type, 'ld+json') and contains(., 'articleBody')]")
FOUND_BY = 20
"""Letters of a passage's beginning by which it is found on a page."""


def narrow(tree: etree._Element, *, unwanted: Iterable[str], body: str | None) -> etree._Element:
    """The part of a page that its outlet's description points at, by CSS selectors.

    What `unwanted` selects is taken out; where `body` selects something, all else is left out.
    """
    drop(tree, [element for selector in unwanted for element in select(tree, selector)])
    chosen = select(tree, body) if body else []
    if not chosen:
        return tree
    page = etree.fromstring("<html><body><article></article></body></html>", HTMLParser())
    # Of elements within each other, the outer one.
    page[0][0].extend([element for element in chosen if not is_within(element, chosen)])
    return page


def select(tree: etree._Element, selector: str) -> list[etree._Element]:
    """Elements that a CSS selector selects, in the order of the page."""
    return list(tree.xpath(_xpath(selector)))


@functools.lru_cache(maxsize=256)
def _xpath(selector: str) -> str:
    return str(HTMLTranslator().css_to_xpath(selector))


def prepare(tree: etree._Element) -> None:
    """Change a page's tree in place: what is hidden, menus and captions out, layout tables into
    plain blocks, lines of the source joined.
    """
    show_without_scripts(tree)
    drop(tree, [*_STATED(tree), *hidden_parts(tree), *references(tree)])
    join_source_lines(tree)
    join_headings(tree)
    _drop_captions(tree)
    tables = [(table, _arranges(table)) for table in tree.iter("table")]
    drop(tree, [table for table, arranges in tables if not arranges and _is_menu(table)])
    for table, arranges in tables:
        if arranges:
            _unwrap(table)
        elif table.find(".//a") is None:  # with links it compares products
            _join_lists(table)


def join_parts(tree: etree._Element, parts: Sequence[Sequence[str]]) -> None:
    """Make one article of a text's parts: from the headline above them to the last.

    trafilatura takes the first element that looks like an article, and each part may. Of a part
    there are passages, the surest first. Nothing is changed where fewer than two are on the page.
    """
    places = _places(tree, parts) if parts else []
    if len(places) < 2:
        return
    holder = _common(places)
    start = _heading_before(holder, tree)
    whole = _common((start, holder))
    before = [e for one in _upwards(start) for e in one.itersiblings("*", preceding=True)]
    after = [e for one in _upwards(holder) for e in one.itersiblings("*")]
    drop(tree, [*before, *after])
    _unlist(places)
    article = etree.Element("article", itemprop="articleBody")
    article.text, whole.text = whole.text, None
    article.extend(list(whole))
    whole.append(article)


def _places(tree: etree._Element, parts: Iterable[Sequence[str]]) -> list[etree._Element]:
    """The elements in whose text parts begin, one for each part that is on the page."""
    texts = texts_of_page(tree)
    letters = [letters_of(text) for text in texts]
    ends = list(accumulate(map(len, letters)))
    page = "".join(letters)
    begins = [at for part in parts if (at := _beginning(part, page)) is not None]
    return [element_of(texts[bisect_right(ends, at)]) for at in begins]


def _beginning(part: Sequence[str], page: str) -> int | None:
    """Where on a page, given by its letters, a part begins."""
    for passage in part:
        # Four times as many characters, for there are spaces and marks between letters.
        letters = letters_of(passage[: 4 * FOUND_BY])[:FOUND_BY]
        if len(letters) == FOUND_BY and (at := page.find(letters)) >= 0:
            return at
    return None


def _unlist(places: Iterable[etree._Element]) -> None:
    """Make plain blocks of the lists whose items are parts: an item would be one line."""
    above = {one for place in places for one in _upwards(place)}
    for element in above:
        if element.tag in ("ol", "ul"):
            for item in element.iterchildren("li"):
                item.tag = "div"
            element.tag = "div"


def _common(elements: Iterable[etree._Element]) -> etree._Element:
    """The smallest element that holds all of these."""
    paths = (reversed([*_upwards(one)]) for one in elements)
    levels = takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))
    return [level[0] for level in levels][-1]


def _upwards(element: etree._Element) -> Iterator[etree._Element]:
    yield element
    yield from element.iterancestors()


def _heading_before(element: etree._Element, tree: etree._Element) -> etree._Element:
    """The last <h1> in front of an element; the element where there is none."""
    found = element
    for one in tree.iter("h1", element.tag):
        if one is element:
            break
        found = one if one.tag == "h1" else found
    return found


def _arranges(table: etree._Element) -> bool:
    """Whether a table arranges the page, as against showing figures."""
    if table.find(".//table") is not None:
        return True
    columns = [_cells(row) for row in table.iter("tr")]
    if len(columns) < 2 or max(columns) < 2:
        return True
    # A table of figures may hold paragraphs, but then it has headings too.
    if _has_blocks(table) and table.find(".//th") is None:
        return True
    return any(len("".join(cell.itertext())) > LONG_CELL for cell in table.iter("td"))


def _cells(row: etree._Element) -> int:
    return sum(1 for cell in row if cell.tag in ("td", "th"))


def _has_blocks(table: etree._Element) -> bool:
    return any(table.find(f".//{tag}") is not None for tag in _BLOCKS)


def _is_menu(table: etree._Element) -> bool:
    return sum(map(text_length, table.iter("a"))) > MENU * text_length(table)


def _unwrap(table: etree._Element) -> None:
    table.tag = "div"
    waiting = list(table)
    while waiting:
        element = waiting.pop()
        if element.tag in _ROWS_AND_CELLS:
            element.tag = "div"
            waiting.extend(element)


def _join_lists(table: etree._Element) -> None:
    """Make one text of each list in a table of figures: trafilatura leaves its cell empty."""
    for element in list(table.iter("ul", "ol", "li")):
        if element.tag == "li" and element.getnext() is not None:
            element.tail = f"; {(element.tail or '').strip()}"
        element.tag = "span"


def _drop_captions(tree: etree._Element) -> None:
    captions = list(tree.iter("figcaption"))
    paragraphs = tree.iter("p") if captions else ()
    if sum(map(text_length, captions)) < PICTURE_STORY * sum(map(text_length, paragraphs)):
        drop(tree, captions)
    named = [element for element in _CAPTIONS(tree) if text_length(element) < LONG_CAPTION]
    drop(tree, [*named, *_described_pictures(tree)])


def _described_pictures(tree: etree._Element) -> list[etree._Element]:
    """Boxes with a picture, and with no text but its description, perhaps with a credit."""
    # By box: one with thousands of pictures is looked at once.
    letters = {e.getparent(): letters_of(e.get("alt", "")[:LONG_CAPTION]) for e in tree.iter("img")}
    return [
        box
        for box, alt in letters.items()
        if len(alt) >= FOUND_BY and box.tag in _BOXES and len(box) <= MAX_IN_BOX
        if not _is_linked(box) and text_length(box) < LONG_CAPTION
        if _is_caption("".join(box.itertext()), alt)
    ]


def _is_linked(box: etree._Element) -> bool:
    """Whether a box is or has a link: a teaser is a picture and its headline too."""
    return box.find(".//a") is not None or next(box.iterancestors("a"), None) is not None


def _is_caption(text: str, description: str) -> bool:
    """Whether a text is a picture's description, of which these are the letters, and a credit."""
    letters = letters_of(text)
    return letters.startswith(description) and len(letters) <= 2 * len(description)


def drop(tree: etree._Element, elements: Iterable[etree._Element]) -> None:
    """Take elements out of their tree, but not the text behind them."""
    dropped = [element for element in elements if element is not tree]
    for element in dropped:
        element.tag = _DROPPED
    if dropped:
        etree.strip_elements(tree, _DROPPED, with_tail=False)
