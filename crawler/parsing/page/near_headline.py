"""What a page shows near its headline: whose a time is, and the days that stand there as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from lxml import etree

from crawler.parsing.page.phrases import size_of
from crawler.parsing.page.statements import PageStatements, visible_text
from crawler.parsing.texts import plain_line

BEFORE, BEHIND = 12, 10
"""Blocks around the headline that are looked at."""
MOST_WORDS = 16
"""Of a block that may be a line with the day of publication."""
TEASER_WORDS = 60
"""A container of more words is no teaser, but a text."""
TEASER_LINK = 5
"""Words; shorter links lead to authors and sections."""
_MAX_STEPS = 400
"""Elements on each side that are walked through at most."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ASIDE = frozenset(("aside", "nav", "footer"))
_UNSEEN = _ASIDE.union(
    ("script", "style", "noscript", "template", "select", "svg", "title", "head", "form")
)
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "label", "mark", "q",
     "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr")
)  # fmt: skip
# Beginnings of what stands before the time of a change, and of class names that mark one.
CHANGED = re.compile(
    r"\b(?:updat|modif|changed|revised|edited|aktuali|geändert|bijgewerkt|gewijzigd|actuali[sz]ad"
    r"|mis à jour|màj|aggiornat|atualizad|uppdater|oppdater|opdater|päivite|muokattu|обновл|изменен"
    r"|оновлен|güncel|zaktual|upraven|frissít|ενημερ|diperbarui|cập nhật)"
    r"|lastmod|date-?mod|更新|修改|수정|업데이트|تحديث|به‌روز|עודכן|अपडेट",
    re.IGNORECASE,
)  # fmt: skip
PUBLISHED = re.compile(
    r"publi|entry-date|posted|created|issued|veröffentlicht|erstellt|опублик|发布|發布|公開|입력|نشر",
    re.IGNORECASE,
)
_LABELS = re.compile(rf"(?={CHANGED.pattern}|{PUBLISHED.pattern})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headline:
    """Where a page shows its headline."""

    element: etree._Element | None
    """None where no one heading is it"""
    spine: frozenset[etree._Element]
    """the headline and all that it stands in"""

    @classmethod
    def of(cls, statements: PageStatements) -> Headline:
        """The heading that the page's title has, or its only main heading."""
        stated = (
            statements.text("headline"),
            plain_line(statements.first("og:title")),
            plain_line(statements.tree.findtext(".//title")),
        )
        titles = [title.casefold() for title in stated if title]
        mains = statements.elements(".//h1")
        element = next(filter(partial(_is_headline, titles=titles), mains), None)
        if element is None:
            lower = (e for tag in ("h2", "h3") for e in statements.elements(f".//{tag}"))
            element = next(filter(partial(_is_headline, titles=titles), lower), None)
        if element is None:
            element = next(filter(visible_text, mains), None)
        if element is None:
            element = _plain_headline(statements, titles)
        if element is None:
            return cls(None, frozenset())
        return cls(element, frozenset((element, *element.iterancestors())))

    def depth_with(self, element: etree._Element) -> int | None:
        """How near an element of this article is to the headline: the depth where they part.

        None where it is another's: it stands in a sidebar, or beside another headline or a long
        link in a short container.
        """
        for container in element.iterancestors():
            if container in self.spine:
                return sum(1 for _ in container.iterancestors())
            if container.tag in _ASIDE or _is_teaser(container):
                return None
        return 0

    def lines(self) -> Iterator[str]:
        """Short texts, those behind the headline first, then those before it.

        What is said to be the time of a change is left out.
        """
        if self.element is None:
            return
        for forward, most in ((True, BEHIND), (False, BEFORE)):
            for block in islice(_blocks(self.element, forward=forward), most):
                if size_of(block) <= MOST_WORDS:
                    parts = _LABELS.split(block)
                    yield from (part for part in parts if part and not CHANGED.match(part))


def _is_headline(element: etree._Element, *, titles: Sequence[str]) -> bool:
    """Whether a heading is what the page states as its title, or most of it."""
    text = (visible_text(element) or "").casefold()
    return bool(text) and any(text in title and len(text) * 2 > len(title) for title in titles)


def _plain_headline(statements: PageStatements, titles: Sequence[str]) -> etree._Element | None:
    """The element that shows the title, on a page without headings."""
    for element in islice(statements.tree.iter("p", "div", "span", "b", "strong", "td"), 2_000):
        text = (element.text or "").strip().casefold()
        if len(text) > 12 and any(title.startswith(text) for title in titles):
            return element
    return None


def is_change(element: etree._Element) -> bool:
    """Whether an element is marked as the time of a change and not as that of the publication."""
    parent = element.getparent()
    marks = _marks(element)
    if PUBLISHED.search(marks):
        return False
    if CHANGED.search(marks) or CHANGED.search(_text_before(element)[-40:]):
        return True
    return parent is not None and len(parent) == 1 and bool(CHANGED.search(_marks(parent)))


def _marks(element: etree._Element) -> str:
    return " ".join(filter(None, map(element.get, ("class", "id", "itemprop"))))


def _text_before(element: etree._Element) -> str:
    """The text between an element and the one before it, or that of the element it stands in."""
    previous = element.getprevious()
    if previous is not None:
        inner = previous.text if previous.tag in _INLINE and previous.tag != "time" else ""
        return f"{inner or ''} {previous.tail or ''}"
    parent = element.getparent()
    return (parent.text or "") if parent is not None else ""


def _is_teaser(container: etree._Element) -> bool:
    """Whether a container is short and has a heading or a long link."""
    marks = any(True for _ in container.iter(*_HEADINGS)) or any(
        size_of(visible_text(link) or "") >= TEASER_LINK for link in container.iter("a")
    )
    return marks and size_of(" ".join(container.itertext())) <= TEASER_WORDS


def _blocks(start: etree._Element, *, forward: bool) -> Iterator[str]:
    """The texts of blocks behind an element or before it, the nearest first."""
    pieces: list[str] = []
    for piece in _pieces(start, forward=forward):
        if piece is None:
            text = plain_line(" ".join(pieces if forward else reversed(pieces)))
            pieces.clear()
            if text:
                yield text
        else:
            pieces.append(piece)
    text = plain_line(" ".join(pieces if forward else reversed(pieces)))
    if text:
        yield text


def _pieces(start: etree._Element, *, forward: bool) -> Iterator[str | None]:
    """Texts on the way from an element to an end of the page; None where a block ends."""
    steps = 0
    node: etree._Element | None = start
    while node is not None:
        if forward:
            yield node.tail or ""
        for sibling in node.itersiblings(preceding=not forward):
            for piece in _inside(sibling, forward=forward):
                steps += 1
                yield piece
            if steps > _MAX_STEPS:
                return
        node = node.getparent()
        if node is not None and not forward:
            yield node.text or ""
        yield None


def _inside(element: etree._Element, *, forward: bool) -> Iterator[str | None]:
    """The texts of an element, and of what follows it; None where a block begins or ends."""
    edge = [] if element.tag in _INLINE else [None]
    parts = [*edge, *_texts(element), *edge, element.tail or ""]
    yield from parts if forward else reversed(parts)


def _texts(element: etree._Element) -> Iterator[str | None]:
    """The visible texts inside an element, the first of them; None where a block begins or ends."""
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, part in islice(walk, _MAX_STEPS):
        if event == "start":
            if not isinstance(part.tag, str) or part.tag in _UNSEEN:
                walk.skip_subtree()
                continue
            yield part.text or ""
        elif part is not element:
            yield part.tail or ""
        if part.tag not in _INLINE:
            yield None
