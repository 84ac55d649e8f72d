"""The text of a page in blocks: paragraphs, headings, list items, rows of tables, in order.

XPath finds the text nodes in C; Python then touches only the elements above them, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, pairwise
from typing import NamedTuple

from lxml import etree

# Unions of paths are slow in libxml2, which looks through all nodes for each that it adds.
_TEXTS = etree.XPath(
    "//text()[normalize-space()][not(parent::script or parent::style or parent::title)]"
)
_UNREAD = frozenset({
    "script", "style", "noscript", "template", "select", "textarea", "svg", "math", "head",
    "object", "iframe", "audio", "video", "canvas",
})  # fmt: skip
_BREAKS = ("br", "hr")
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
LEVELS = ("own", "parent", "grandparent", "above")
_NAMED = ("class", "id", "role", "itemprop")
_NAME_PART = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+")
MAX_PARTS = 12
"""Parts of an element's names that are looked at: utility classes come by the hundred."""
MAX_BLOCKS = 4000
BEGINNING = 15
"""Characters by which a line is known again in a page."""
BEFORE, BEHIND = 45, 80
"""Text nodes before the first and behind the last line that are looked at."""
LONG_CELL = 400
"""Characters; a cell of data holds less, and what holds more is read as blocks of its own."""
_LENGTH = etree.XPath("string-length()")


class Place:
    """Where an element stands in its tree."""

    __slots__ = ("_element", "depth", "parent", "tag")

    def __init__(self, parent: Place | None, element: etree._Element) -> None:
        self.parent = parent
        self.tag: str = element.tag
        self.depth: int = parent.depth + 1 if parent else 0
        self._element = element

    @property
    def names(self) -> str:
        """Its class, id, role and itemprop. They are not kept, since most are never asked for."""
        return " ".join(filter(None, map(self._element.get, _NAMED)))

    @property
    def signature(self) -> str:
        """Tag and class, which the paragraphs of an article share."""
        return f"{self.tag} {self._element.get('class') or ''}"


class Block(NamedTuple):
    """Text that stands together."""

    text: str
    place: Place
    linked: int
    """characters in links"""


class _Piece(NamedTuple):
    """A text node."""

    text: str
    cell: Place | None
    linked: bool


class _Position(NamedTuple):
    """What text directly in an element belongs to."""

    place: Place
    block: Place | None
    """None: nobody reads it"""
    cell: Place | None
    linked: bool


class Blocks(NamedTuple):
    """The blocks of a part of a page, in its order."""

    blocks: list[Block]
    start: float
    """where they begin on the page, as a share of its text nodes"""
    end: float


def blocks_near(tree: etree._Element, lines: Iterable[str]) -> Blocks:
    """The blocks among which these lines stand, and some before and behind them.

    Most text of a page is menus and teasers, far from its article. Where the page has none of the
    lines, all its blocks are returned, up to MAX_BLOCKS.
    """
    nodes = _TEXTS(tree)
    found = _numbers_of(nodes, lines)
    low = max(found[0] - BEFORE, 0) if found else 0
    high = min(found[-1] + BEHIND, len(nodes)) if found else len(nodes)
    blocks = _blocks_of(nodes[low:high])
    return Blocks(blocks, low / max(len(nodes), 1), high / max(len(nodes), 1))


def _numbers_of(nodes: Sequence[etree._ElementUnicodeResult], lines: Iterable[str]) -> list[int]:
    """Numbers of the text nodes that begin as one of these lines does."""
    beginnings = {line.lstrip("-| ")[:BEGINNING] for line in lines if len(line) > BEGINNING}
    return [
        number
        for number, node in enumerate(nodes)
        if len(node) >= BEGINNING and node.lstrip()[:BEGINNING] in beginnings
    ]


def _blocks_of(nodes: Iterable[etree._ElementUnicodeResult]) -> list[Block]:
    known: dict[etree._Element, _Position] = {}
    blocks: list[Block] = []
    pieces: list[_Piece] = []
    current: Place | None = None
    for node in nodes:
        before = node.getparent() if node.is_tail else None
        element = node.getparent() if before is None else before.getparent()
        at = known.get(element) or _position(element, known)
        if at.block is None:
            continue
        if at.block is not current or (at.cell is None and _is_on_new_line(element, before)):
            _close(blocks, current, pieces)
            if len(blocks) >= MAX_BLOCKS:
                return blocks
        current = at.block
        gap = " " if before is None and pieces and _is_behind_space(element) else ""
        pieces.append(_Piece(gap + node, at.cell, at.linked))
    _close(blocks, current, pieces)
    return blocks


def _is_on_new_line(element: etree._Element, before: etree._Element | None) -> bool:
    """Whether a line break is the last thing before a text.

    It is the text of `element`, or stands in it behind the element `before`.
    """
    while before is None:
        before = element.getprevious()
        if before is None:
            element = element.getparent()
            if element is None or element.tag not in _INLINE or _has_text(element.text):
                return False
        elif _has_text(before.tail):
            return False
    while before is not None:
        if before.tag in _BREAKS:
            return True
        if len(before) or _has_text(before.text):
            return False
        before = before.getprevious()
        if before is not None and _has_text(before.tail):
            return False
    return False


def _is_behind_space(element: etree._Element) -> bool:
    """Whether white space alone stands before an inline element: no text node that is read."""
    while element is not None and element.tag in _INLINE:
        before, above = element.getprevious(), element.getparent()
        text = above.text if before is None else before.tail
        if text or before is not None:
            return bool(text) and text.isspace()
        element = above
    return False


def _has_text(text: str | None) -> bool:
    return text is not None and not text.isspace() and text != ""


def _position(element: etree._Element, known: dict[etree._Element, _Position]) -> _Position:
    chain = [element]
    above = element.getparent()
    while above is not None and above not in known:
        chain.append(above)
        above = above.getparent()
    position = known[above] if above is not None else None
    for one in reversed(chain):
        known[one] = position = _below(position, one)
    return known[element]


def _below(above: _Position | None, element: etree._Element) -> _Position:
    place = Place(above.place if above else None, element)
    tag = place.tag
    if above is None:
        return _Position(place, place, None, False)
    if above.block is None or tag in _UNREAD:
        return _Position(place, None, None, False)
    if tag in _INLINE:
        return _Position(place, above.block, above.cell, above.linked or tag == "a")
    if above.cell is not None:  # all of a row is one block
        return _Position(place, above.block, above.cell, above.linked)
    in_row = tag in ("td", "th") and above.block.tag == "tr"
    if in_row and _LENGTH(element) <= LONG_CELL:
        return _Position(place, above.block, place, above.linked)
    return _Position(place, place, None, above.linked)


def name_parts(names: str) -> tuple[str, ...]:
    """The parts of an element's names: `article-bodyText` gives article, body, text."""
    parts = dict.fromkeys(part.lower() for part in _NAME_PART.findall(names) if len(part) > 1)
    return tuple(parts)[:MAX_PARTS]


def _close(blocks: list[Block], place: Place | None, pieces: list[_Piece]) -> None:
    """Make one block of the pieces, and empty their list."""
    if place is None or not pieces:
        return
    text = " ".join(_joined(pieces).split())
    if text:  # not only no-break spaces, which XPath takes for text
        linked = sum(len(piece.text.strip()) for piece in pieces if piece.linked)
        blocks.append(Block(text, place, linked))
    pieces.clear()


def _joined(pieces: list[_Piece]) -> str:
    if pieces[0].cell is None and pieces[-1].cell is None:
        return "".join(piece.text for piece in pieces)
    parts = [pieces[0].text]
    for before, piece in pairwise(pieces):
        if piece.cell is not before.cell:
            parts.append(" | ")
        parts.append(piece.text)
    return "".join(parts)


def levels(place: Place) -> Iterator[tuple[int, Place]]:
    """The element and those above it, each with the number of its level in LEVELS."""
    at: Place | None = place
    for level in count():
        if at is None:
            return
        yield min(level, len(LEVELS) - 1), at
        at = at.parent
