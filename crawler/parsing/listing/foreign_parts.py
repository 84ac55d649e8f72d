"""What stands in a feed's entries and is about something else: related articles, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_ENTRIES = frozenset({"item", "entry"})
_FIELDS = frozenset({"link", "title", "guid", "pubdate", "published", "updated"})
"""Fields of an entry; feedparser takes them for the entry's also where they stand within a part."""
_TEXTS = frozenset({"content", "encoded", "description", "summary", "title"})
"""Parts of an entry that may hold markup with elements of these names."""
_OF_MEDIA = frozenset({"media:description", "media:text"})
"""A picture's description is no text of the article, however long."""
# RFC 4287, 4.2.7: an address stands in href. What is said to be an enclosure is none of the entry.
_OTHER_LINK = re.compile(
    r"<(?:\w+:)?link\b(?=[^<>]{0,500}\srel\s*=\s*[\"'](?!alternate))(?![^<>]{0,500}\shref)"
    r"[^<>]{0,500}(?<!/)>[^<]{0,2000}</(?:\w+:)?link\s*>",
    re.IGNORECASE,
)


def without_foreign_parts(text: str) -> str:
    """A feed without parts of its entries that have an address, a headline or a time of their own,
    without descriptions of pictures, and without links to enclosures that are written as text.
    """
    text = _OTHER_LINK.sub("", text)
    for name in sorted(_OF_MEDIA) + sorted(_foreign(text) - _OF_MEDIA):
        text = _without(text, name)
    return text


def _without(text: str, name: str) -> str:
    """A feed without the elements of this name, in one walk also where none of them ends."""
    kept, begun, end = [], None, 0
    for mark in re.finditer(rf"<(?P<close>/?){re.escape(name)}(?:\s[^<>]*)?>", text):
        if mark["close"] and begun is not None:
            kept.append(text[end:begun])
            begun, end = None, mark.end()
        elif begun is None and not mark["close"] and not mark[0].endswith("/>"):
            begun = mark.start()
    return "".join(kept) + text[end:]


def _foreign(text: str) -> set[str]:
    """Names, as they are written, of such parts."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # there is nothing to recover; feedparser says what is wrong
        root = None
    if root is None:
        return set()
    entries = (element for element in root.iter() if _local(element) in _ENTRIES)
    return {_written(part) for entry in entries for part in _parts_with_fields_of(entry)}


def _parts_with_fields_of(entry: etree._Element) -> Iterator[etree._Element]:
    """Parts of an entry in which a field stands that the entry has itself."""
    fields = _FIELDS.intersection(map(_local, entry))
    for part in entry:
        if len(part) and _local(part) not in _TEXTS | _ENTRIES:
            inner = set(map(_local, part.iterdescendants()))
            if inner & fields and not inner & _ENTRIES:
                yield part


def _local(element: etree._Element) -> str:
    return _written(element).rpartition(":")[2].lower()


def _written(element: etree._Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    name = element.tag.rpartition("}")[2]
    return f"{element.prefix}:{name}" if element.prefix else name
