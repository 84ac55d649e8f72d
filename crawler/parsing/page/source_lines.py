"""The text of a page as readers see it: lines of its source joined, marks of layout left out."""

from __future__ import annotations

import re

from lxml import etree

from crawler.parsing.page.statements import visible_text
from crawler.parsing.texts import storable

_AS_WRITTEN = ("listing", "pre", "textarea", "xmp")
_KEEPS_LINES = etree.XPath(
    ".//body//*[contains(@style, 'white-space') or contains(@class, 'pre-line')"
    " or contains(@class, 'pre-wrap') or contains(@class, 'pre-formatted')]"
)
# Not of blank lines, which part the paragraphs of a page without markup. Indentation is looked at
# once: nothing is given back (*+), and a match begins where a run of spaces does.
_SOURCE_BREAK = re.compile(r"(?<![ \t\r\f\v])[ \t\r\f\v]*+\n[ \t\r\f\v]*+(?!\s*\n)")
_RAISED = etree.XPath(".//body//sup")
_REFERENCE = re.compile(r"\s*(?:\[\s*(?:\d{1,3}|[a-z]|\*{1,3})\s*\]|\d{1,3}|[*†‡]{1,3})\s*")


def join_source_lines(tree: etree._Element) -> None:
    """Make spaces of line breaks in the source, which readers do not see, and drop layout marks."""
    kept = [*tree.iter(*_AS_WRITTEN), *_KEEPS_LINES(tree)]
    as_written = {inner for element in kept for inner in element.iter()}
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        if element.text and element.tag not in ("script", "style"):
            element.text = _as_seen(element.text, joined=element not in as_written)
        if element.tail:
            element.tail = _as_seen(element.tail, joined=element.getparent() not in as_written)


def _as_seen(text: str, *, joined: bool) -> str:
    """A text without what no reader sees; with `joined`, breaks of the source are spaces."""
    text = _SOURCE_BREAK.sub(" ", text) if joined and "\n" in text else text
    # Most texts are printable, and then there is nothing to take out.
    return text if text.isprintable() else storable(text)


def join_headings(tree: etree._Element) -> None:
    """Make one line of each heading, also where it is in parts: it is known by that."""
    for heading in tree.iter("h1", "h2", "h3"):
        if heading.find(".//br") is not None or len(heading) > 1:
            text = visible_text(heading)
            if text:
                heading[:] = []
                heading.text = text


def references(tree: etree._Element) -> list[etree._Element]:
    """Numbers that point at notes: they would be glued to the words before them."""
    return [one for one in _RAISED(tree) if _is_reference(one)]


def _is_reference(raised: etree._Element) -> bool:
    """Whether a raised text is the number of a note; a power has no link and no brackets."""
    text = "".join(raised.itertext())
    if not _REFERENCE.fullmatch(text):
        return False
    return "[" in text or any((a.get("href") or "").startswith("#") for a in raised.iter("a"))
