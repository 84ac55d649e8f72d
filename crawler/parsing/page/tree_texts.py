"""The texts of a page's tree: where each stands, and how long those of an element are."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from crawler.parsing.texts import words_of

texts_of_page = etree.XPath(
    ".//body//text()[not(parent::script or parent::style or parent::noscript or parent::template)]"
)


def text_length(element: etree._Element) -> int:
    """Characters of an element's text, white space not counted."""
    return sum(len("".join(text.split())) for text in element.itertext())


def letters_of(text: str) -> str:
    """The letters and figures of a text, small."""
    return "".join(words_of(text))


def element_of(text: etree._ElementUnicodeResult) -> etree._Element:
    """The element in whose text this is, be it behind another element there."""
    nearest = text.getparent()
    return nearest.getparent() if text.is_tail else nearest


def is_within(element: etree._Element, others: Collection[etree._Element]) -> bool:
    """Whether an element stands within one of these."""
    return any(above in others for above in element.iterancestors())
