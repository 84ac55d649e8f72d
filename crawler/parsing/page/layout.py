"""A page's tree made ready for extraction: tables that only arrange a page, captions, menus.

Pages of the time before style sheets put everything into tables, and trafilatura prints a table
as rows. On such pages (L3S-GN1, 2008) readability-lxml, which takes any block for a block, was
.02 ahead of it; with these tables unwrapped it is not.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from cssselect import HTMLTranslator
from lxml import etree
from lxml.html import HTMLParser

_ROWS_AND_CELLS = frozenset({"tbody", "thead", "tfoot", "tr", "td", "th"})
_DROPPED = "dropped"
_BLOCKS = ("form", "h1", "h2", "h3", "p", "ul", "iframe", "script")
LONG_CELL = 400
"""Characters; a cell of data holds less."""
MENU = 0.6
"""Share of a table's letters that stand in links, from which on it is a menu."""
LONG_CAPTION = 400
"""Characters; what is longer and is called a caption is a part of a picture story."""
PICTURE_STORY = 0.3
"""Captions against paragraphs, in characters, from which on the captions are the story."""
# Any style of capitals: photoCaption, img-credit.
_CAPTIONS = etree.XPath(".//*[contains(@class, 'aption') or contains(@class, 'redit')]")


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
    page[0][0].extend([element for element in chosen if not _is_within(element, chosen)])
    return page


def _is_within(element: etree._Element, others: list[etree._Element]) -> bool:
    return any(above in others for above in element.iterancestors())


def select(tree: etree._Element, selector: str) -> list[etree._Element]:
    """Elements that a CSS selector selects, in the order of the page."""
    return list(tree.xpath(_xpath(selector)))


@functools.lru_cache(maxsize=256)
def _xpath(selector: str) -> str:
    return str(HTMLTranslator().css_to_xpath(selector))


def prepare(tree: etree._Element) -> None:
    """Change a page's tree in place: menus and captions out, layout tables into plain blocks."""
    _drop_captions(tree)
    tables = [(table, _arranges(table)) for table in tree.iter("table")]
    drop(tree, [table for table, arranges in tables if not arranges and _is_menu(table)])
    for table, arranges in tables:
        if arranges:
            _unwrap(table)


def text_length(element: etree._Element) -> int:
    """Characters of an element's text, white space not counted."""
    return sum(len("".join(text.split())) for text in element.itertext())


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


def _drop_captions(tree: etree._Element) -> None:
    captions = list(tree.iter("figcaption"))
    if sum(map(text_length, captions)) < PICTURE_STORY * sum(map(text_length, tree.iter("p"))):
        drop(tree, captions)
    drop(tree, [element for element in _CAPTIONS(tree) if text_length(element) < LONG_CAPTION])


def drop(tree: etree._Element, elements: Iterable[etree._Element]) -> None:
    """Take elements out of their tree, but not the text behind them."""
    for element in elements:
        if element is not tree:
            element.tag = _DROPPED
    etree.strip_elements(tree, _DROPPED, with_tail=False)
