"""From the bytes of a page to one tree, nothing cut off silently."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HTMLParser, HtmlProcessingInstruction
from trafilatura import load_html
from trafilatura.utils import HTML_PARSER

from crawler.errors import ExtractError
from crawler.parsing.decode import decode
from crawler.parsing.texts import parsable

MAX_BYTES = 5 * 1024 * 1024
"""Larger pages cost tens of seconds and hold no more text."""
MAX_DEPTH = 150
"""Levels of nesting that are kept; what is deeper moves up. libxml2 stops reading at 255."""
_STARTS = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"RIFF": "RIFF",
    b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2", b"\x00\x00\x00\x18ftyp": "MP4", b"ID3": "MP3", b"OggS": "Ogg",
}  # fmt: skip
_XML = re.compile(rb"<(rss|feed|rdf:RDF|urlset|sitemapindex|opml|svg)\b", re.IGNORECASE)
# A title that is never closed swallows the page.
_OPEN_TITLE = re.compile(
    r"(<title[^>]{0,200}>[^<]{0,400})(?=<(?!/title))(?!.{0,2000}</title)",
    re.IGNORECASE | re.DOTALL,
)
_DEEP_PARSER = HTMLParser(
    collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True,
    remove_pis=True, huge_tree=True,
)  # fmt: skip
# lxml.html chooses a class for each element in Python, six thousand times a page, to give forms and
# inputs methods that nobody calls here. One class for all takes 6 % off a page.
_ONE_CLASS = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
)
for _parser in (HTML_PARSER, _DEEP_PARSER):
    _parser.set_element_class_lookup(_ONE_CLASS)


def parse_page(body: bytes, *, content_type: str) -> etree._Element:
    """The tree of a page.

    Raises ExtractError `not-html`, `too-large`, `too-deep` or `unreadable`.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        raise ExtractError("not-html", kind[:80])
    if len(body) > MAX_BYTES:
        raise ExtractError("too-large", f"{len(body)} bytes, at most {MAX_BYTES} are read")
    _refuse_other_formats(body)
    tree = parse_markup(_OPEN_TITLE.sub(r"\1</title>", decode(body, content_type).text, count=1))
    if tree is None:
        raise ExtractError("unreadable", f"no HTML in {len(body)} bytes")
    return tree


def parse_markup(markup: str) -> etree._Element | None:
    """The tree of a page that is decoded; None where there is nothing in it.

    Raises ExtractError `too-deep`.
    """
    markup = parsable(markup)
    tree = load_html(markup)
    if _was_cut(HTML_PARSER):
        tree = load_html_deep(markup)
    return tree


def load_html_deep(markup: str) -> etree._Element:
    """The tree of a page that nests deeper than libxml2 reads by default, made shallower."""
    tree = etree.fromstring(markup.encode("utf-8", "replace"), _DEEP_PARSER)
    if tree is None or _was_cut(_DEEP_PARSER):
        raise ExtractError("too-deep", "elements nested over 2,000 deep")
    waiting = [(tree, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > MAX_DEPTH and len(element):
            _lift(element)
            waiting += [(child, depth) for child in element.itersiblings() if len(child)]
        else:
            waiting += [(child, depth + 1) for child in element]
    return tree


def _lift(element: etree._Element) -> None:
    """Put an element's children behind it."""
    parent = element.getparent()
    place = parent.index(element) + 1
    element.tail, tail = None, element.tail
    children = list(element)
    for child in reversed(children):
        parent.insert(place, child)
    children[-1].tail = (children[-1].tail or "") + (tail or "")


def _was_cut(parser: HTMLParser) -> bool:
    """Whether the last document went deeper than the parser follows."""
    return any("depth" in entry.message for entry in parser.error_log)


def _refuse_other_formats(body: bytes) -> None:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, name in _STARTS.items():
        if start.startswith(magic):
            raise ExtractError("not-html", f"{name}, served as HTML")
    xml = _XML.search(start)
    if xml and b"<html" not in body[:4_096].lower():
        raise ExtractError("not-html", f"<{xml[1].decode()}>, served as HTML")
    if start[:1] in (b"{", b"["):
        raise ExtractError("not-html", "JSON, served as HTML")
