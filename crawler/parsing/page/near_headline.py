"""What a page shows near its headline: whose a time is, and the days that stand there as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice, takewhile

from lxml import etree

from crawler.parsing.page.phrases import SENTENCE_END, size_of
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
TEASER_HEADING = 4
"""Words; shorter headings are labels: `Published on`."""
PARAGRAPH = 12
"""Words from which on a text is a paragraph of an article, and no line with its author."""
MOST_MARKED = 40
"""Elements marked as dates that are looked at."""
SMALL_WORDS = 5
"""Words without a capital from which on a text with a full stop is a sentence."""
# NORTHBANK, Jan. 5, 2022 (Agency) - The two ferries ...
_DATELINE = re.compile(r"([^\W\d_a-zß-ÿ]{2}[^—–]{4,60}?)\s*(?:[—–]|--|\s-\s|/[\w ]+/)")
_MAX_STEPS = 400
"""Elements on each side that are walked through at most."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ASIDE = frozenset(("aside", "nav", "footer"))
_OTHERS = re.compile(
    r"\b(?:comments?|commentlist|sidebar|related|recommend\w*|trending|popular|teasers?)\b",
    re.IGNORECASE,
)
"""In the class or id of what is about other articles, or by readers."""
_UNSEEN = _ASIDE.union(
    ("script", "style", "noscript", "template", "select", "svg", "title", "head", "form",
     "blockquote")
)  # fmt: skip
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "label", "mark", "q",
     "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr")
)  # fmt: skip
# Beginnings of what stands before the time of a change, and of class names that mark one.
CHANGED = re.compile(
    r"\b(?:updat|modif|changed|revised|edited|aktuali|geändert|bijgewerkt|gewijzigd|actuali[sz]a"
    r"|mis à jour|màj|aggiornat|atualizad|uppdater|oppdater|opdater|päivite|muokattu"
    r"|обнов[ле]|изменен|оновлен|güncel|zaktual|upraven|frissít|ενημ[εέ]ρ|diperbarui|cập nhật)"
    r"|lastmod|date-?mod|更新|修改|수정|업데이트|تحديث|به‌روز|עודכן|अपडेट",
    re.IGNORECASE,
)  # fmt: skip
PUBLISHED = re.compile(
    r"publi|pubblic|entry-date|posted|created|issued|veröffentlicht|erstellt|julkaistu|zveřejněn"
    r"|közzét|megjelent|objavljen|yayın|опубл[иі]к|оприлюдн|публик|δημοσ|diterbitkan|ngày đăng"
    r"|发布|發布|公開|입력|نشر|منتشر|פורסם|प्रकाशित|প্রকাশ|เผยแพร่",
    re.IGNORECASE,
)
_DATE_MARKS = ("date", "Date", "ublish", "osted", "timestamp", "authored")
_WITH_DATE_MARK = etree.XPath(
    "descendant::*[self::time or not(self::meta) and (@class | @id | @itemprop | @property)["
    + " or ".join(f"contains(., {mark!r})" for mark in _DATE_MARKS)
    + "]]"
)
_DATE_ATTRIBUTES = (
    "datetime", "content", "title", "data-datetime", "data-timestamp", "data-published",
    "data-date", "data-time", "data-utime",
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|2[05])\d\d(?!\d)")
_LABELS = re.compile(rf"(?={CHANGED.pattern}|{PUBLISHED.pattern})", re.IGNORECASE)


@dataclass(frozen=True)
class Headline:
    """Where a page shows its headline."""

    element: etree._Element | None
    """None where no one heading is it"""
    spine: frozenset[etree._Element]
    """the headline and all that it stands in"""
    root: etree._Element

    @classmethod
    def of(cls, statements: PageStatements) -> Headline:
        """The heading that the page's title has, or its only main heading."""
        stated = (
            statements.text("headline"),
            plain_line(statements.first("og:title")),
            statements.title,
        )
        titles = [title.casefold() for title in stated if title]
        mains = statements.headings
        element = next(filter(partial(_is_headline, titles=titles), mains), None)
        if element is None:
            lower = (e for tag in ("h2", "h3") for e in statements.elements(f".//{tag}"))
            element = next(filter(partial(_is_headline, titles=titles), lower), None)
        if element is None:
            element = next(filter(visible_text, mains), None)
        if element is None:
            element = _plain_headline(statements, titles)
        if element is None:
            return cls(None, frozenset(), statements.tree)
        return cls(element, frozenset((element, *element.iterancestors())), statements.tree)

    def depth_with(self, element: etree._Element) -> int | None:
        """How near an element of this article is to the headline: the depth where they part.

        None where it is another's: it stands in a sidebar, or beside another headline or a long
        link in a short container.
        """
        for container in element.iterancestors():
            if container in self.spine:
                return sum(1 for _ in container.iterancestors())
            if self._is_aside(container) or _OTHERS.search(_marks(container)):
                return None
            if _is_teaser(container) or _is_box_below(container):
                return None
            if self._is_next_article(container, element):
                return None
        return 0

    def _is_aside(self, container: etree._Element) -> bool:
        """Whether a container is a sidebar, a menu or a footer; not the article's own."""
        return container.tag in _ASIDE and not any(
            article in self.spine for article in container.iterancestors("article")
        )

    def _is_next_article(self, container: etree._Element, element: etree._Element) -> bool:
        """Whether an element stands in another article, below its headline."""
        if container.tag != "article" or not any(e.tag == "article" for e in self.spine):
            return False
        return next(container.iter(element.tag, *_HEADINGS)).tag in _HEADINGS

    @cached_property
    def marked(self) -> list[tuple[etree._Element, list[str]]]:
        """Elements that are marked as dates, and what of each may be one; at most MOST_MARKED."""
        return [(e, _date_texts(e)) for e in _WITH_DATE_MARK(self.root)[:MOST_MARKED]]

    def lines(self) -> Iterator[str]:
        """Short texts, those behind the headline first, then those before it.

        What is said to be the time of a change is left out.
        """
        if self.element is None:
            return
        for forward, most in ((True, BEHIND), (False, BEFORE)):
            for block in islice(_blocks(self.element, forward=forward), most):
                yield from _lines_of(block)


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


def _lines_of(block: str) -> Iterator[str]:
    """What of a block may give the day of publication: a short text, or the dateline of a long one.

    A sentence tells of another day, but for one that begins with `Published`.
    """
    size, is_labelled = size_of(block), _LABELS.match(block) is not None
    if size <= MOST_WORDS * (2 if is_labelled else 1):
        if is_labelled or not _is_sentence(block):
            yield from _unchanged(block)
    elif dateline := _DATELINE.match(block):
        yield dateline[1]


def _is_sentence(text: str) -> bool:
    small = sum(word[:1].islower() for word in text.split())
    return small >= SMALL_WORDS and SENTENCE_END.search(text) is not None


def _unchanged(text: str) -> Iterator[str]:
    """The parts of a text about the publication; without a label for it, those about no change.

    What has two days is about both, whatever it is labelled: the earlier is the publication's.
    """
    parts = list(filter(None, _LABELS.split(text)))
    published = [part for part in parts if PUBLISHED.match(part) and _YEAR.search(part)]
    others = (p for p in parts if not CHANGED.match(p) or len(_YEAR.findall(p)) > 1)
    yield from published or others


def _date_texts(element: etree._Element) -> list[str]:
    """What of an element may be its date."""
    attributes = map(element.get, _DATE_ATTRIBUTES)
    text = plain_line(" ".join(islice(element.itertext(), 20))) or ""
    parts = _unchanged(text) if size_of(text) <= MOST_WORDS else ()
    return [t[:100] for t in (*attributes, *parts) if t]


def is_change(element: etree._Element) -> bool:
    """Whether an element is marked as the time of a change and not as that of the publication."""
    parent = element.getparent()
    marks = _marks(element)
    if PUBLISHED.search(marks):
        return False
    before = "".join(_same_block_before(element))[-60:]
    if CHANGED.search(marks) or _is_labelled(before):
        return True
    text = visible_text(element) or ""
    label = CHANGED.search(text)
    if label is not None and not re.search(r"\d", text[: label.start()]):
        return True
    return parent is not None and len(parent) == 1 and bool(CHANGED.search(_marks(parent)))


def _marks(element: etree._Element) -> str:
    return " ".join(filter(None, map(element.get, ("class", "id", "itemprop"))))


def _is_labelled(before: str) -> bool:
    """Whether the last label of a text before a time, with no other time behind it, is a change."""
    labels = list(CHANGED.finditer(before))
    if not labels:
        return False
    rest = before[labels[-1].end() :]
    return not re.search(r"\d", rest) and not PUBLISHED.search(rest)


def _same_block_before(element: etree._Element) -> list[str]:
    """The texts before an element in its block, in order."""
    pieces = takewhile(lambda piece: piece is not None, _pieces(element, forward=False))
    return [piece or "" for piece in islice(pieces, 20)][::-1]


def _is_teaser(container: etree._Element) -> bool:
    """Whether a container is short and has a headline or a long link."""
    pieces = list(islice(container.itertext(), 4 * TEASER_WORDS))
    if size_of(" ".join(pieces)) > TEASER_WORDS:
        return False
    return any(map(_is_long, container.iter("a"))) or any(
        size_of(visible_text(heading) or "") >= TEASER_HEADING
        for heading in container.iter(*_HEADINGS)
    )


def _is_box_below(container: etree._Element) -> bool:
    """Whether a container below paragraphs has a heading of its own: an event, a fact box."""
    heading = next(container.iter("time", *_HEADINGS), None)
    if heading is None or heading.tag == "time" or _LABELS.match(visible_text(heading) or ""):
        return False
    before = container.itersiblings("p", preceding=True)
    return sum(size_of(visible_text(p) or "") >= PARAGRAPH for p in islice(before, 5)) >= 2


def _is_long(link: etree._Element) -> bool:
    return size_of(visible_text(link) or "") >= TEASER_LINK


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
        if node is None or node.tag not in _INLINE:
            yield None


def _inside(element: etree._Element, *, forward: bool) -> Iterator[str | None]:
    """The texts of an element, and of what follows it; None where a block begins or ends."""
    edge = [] if element.tag in _INLINE else [None]
    parts = [*edge, *_texts(element), *edge, element.tail or ""]
    yield from parts if forward else reversed(parts)


def _is_not_published(part: etree._Element) -> bool:
    """Whether a class or id says that an element is about a change, or other articles."""
    marks = _marks(part)
    if part.tag == "header" and any(a.get("href") == "/" for a in part.iter("a")):
        return True  # the site's, with the day on which it is read
    if part.tag == "table" and part.find(".//th") is not None:
        return True  # of figures
    if part.tag in _INLINE:
        return bool(CHANGED.search(marks)) and not PUBLISHED.search(marks)
    return bool(_OTHERS.search(marks)) or _is_box_below(part)


def _texts(element: etree._Element) -> Iterator[str | None]:
    """The visible texts inside an element, the first of them; None where a block begins or ends."""
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, part in islice(walk, _MAX_STEPS):
        if event == "start":
            if not isinstance(part.tag, str) or part.tag in _UNSEEN or _is_not_published(part):
                walk.skip_subtree()
                continue
            yield part.text or ""
        elif part is not element:
            yield part.tail or ""
        if part.tag not in _INLINE:
            yield None
