"""What a page has and does not show: second copies, decoys, texts for browsers without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from crawler.parsing.page.statements import NOT_SHOWN, is_hidden
from crawler.parsing.page.tree_texts import (
    element_of,
    is_within,
    letters_of,
    text_length,
    texts_of_page,
)

_OWN_TEXTS = etree.XPath(".//text()[not(parent::script or parent::style)]")
_HIDDEN = etree.XPath(
    "descendant::body/descendant::*/@style[contains(translate(., ' ', ''), 'display:none')]/.."
)
_PERHAPS_HIDDEN = etree.XPath(
    "descendant::body/descendant::*[@hidden or self::template or self::dialog"
    " or @style[contains(., 'isibility') or contains(., 'isplay') or contains(., '-9')"
    " or contains(., '-1') or contains(., 'font-size') or contains(., 'clip')]"
    " or @class[contains(., 'hidden') or contains(., 'sr-only') or contains(., 'screen')"
    " or contains(., 'visually') or contains(., 'assistive') or contains(., 'd-none')"
    " or contains(., 'visible') or contains(., 'print')]]"
)
_CLASSES = etree.XPath("descendant::body/descendant::*/@class")
# A rule of a style sheet; those for other screens stand in braces of their own.
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_OF_SOME_SCREENS = re.compile(r"@[^{};]{1,200}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_ONE_CLASS = re.compile(r"\s*\w*\.([\w-]+)\s*")
_CLASS = re.compile(r"\.([\w-]+)")
_SHOWN = re.compile(r"\bdisplay\s*+:\s*+(?!none)|\bvisibility\s*:\s*visible", re.IGNORECASE)
LONGEST_SHEET = 10_000
"""Characters of a page's style sheets that are read; the rest are of its whole site."""
HIDDEN_PART = 0.25
"""Of the characters of the paragraphs that a page shows, up to which what it hides is no part."""
MAX_HIDDEN = 30
"""Hidden elements that may be copies which are looked at."""
LONG_COPY = 200
"""Characters of a hidden block that may be a copy of the article, or of one for want of scripts."""


def show_without_scripts(tree: etree._Element) -> None:
    """Make a plain block of the text for browsers without scripts, where there is no other."""
    for element in list(tree.iter("noscript")):
        size = sum(map(text_length, element.iter("p")))
        if size > LONG_COPY and 2 * size > sum(map(text_length, tree.iter("p"))):
            element.tag = "div"


def hidden_parts(tree: etree._Element) -> list[etree._Element]:
    """Elements that readers do not see, and that are no part of the article."""
    return [*_copies(tree), *_asides(tree)]


def _copies(tree: etree._Element) -> list[etree._Element]:
    """Blocks that readers do not see, and whose longest text the page shows elsewhere.

    A text that is only hidden is the article's, and a program shows it.
    """
    found = _HIDDEN(tree)[:MAX_HIDDEN]
    outer = (one for one in found if not is_within(one, found))
    hidden = [one for one in outer if text_length(one) > LONG_COPY]
    if not hidden:
        return []
    shown = _letters_outside(tree, hidden)
    longest = (max(map(letters_of, _OWN_TEXTS(element)), key=len, default="") for element in hidden)
    return [one for one, text in zip(hidden, longest, strict=True) if text and text in shown]


def _letters_outside(tree: etree._Element, hidden: list[etree._Element]) -> str:
    inside = {inner for element in hidden for inner in element.iter()}
    return "".join(
        letters_of(text) for text in texts_of_page(tree) if element_of(text) not in inside
    )


def _asides(tree: etree._Element) -> list[etree._Element]:
    """What the page hides of itself: decoys, texts for screen readers, dialogues not yet open.

    Where it hides much, it is of the article, and a program shows it: answers to questions, what
    stands behind `Read on`.
    """
    found = {element for element in _PERHAPS_HIDDEN(tree) if _is_unseen(element)}
    found |= _hidden_by_sheets(tree)
    outer = [one for one in found if not is_within(one, found)]
    if not outer:
        return []
    is_little = sum(map(text_length, outer)) <= HIDDEN_PART * _shown_in_paragraphs(tree, outer)
    return outer if is_little else []


def _hidden_by_sheets(tree: etree._Element) -> set[etree._Element]:
    names = _hidden_classes(tree)
    if not names:
        return set()
    return {one.getparent() for one in _CLASSES(tree) if not names.isdisjoint(one.split())}


def _hidden_classes(tree: etree._Element) -> set[str]:
    """Classes that the page's own style sheets hide, and show nowhere."""
    read = (e for e in tree.iter("style") if next(e.iterancestors("noscript"), None) is None)
    sheets = "".join(element.text or "" for element in read)[:LONGEST_SHEET]
    if not NOT_SHOWN.search(sheets):
        return set()
    return set(_named_to_hide(_OF_SOME_SCREENS.sub("", sheets))).difference(_named_to_show(sheets))


def _named_to_hide(sheets: str) -> Iterator[str]:
    for selectors, style in _RULE.findall(sheets):
        if NOT_SHOWN.search(style):
            found = map(_ONE_CLASS.fullmatch, selectors.split(","))
            yield from (match[1] for match in found if match)


def _named_to_show(sheets: str) -> Iterator[str]:
    for selectors, style in _RULE.findall(sheets):
        if _SHOWN.search(style):
            yield from _CLASS.findall(selectors)


def _shown_in_paragraphs(tree: etree._Element, hidden: list[etree._Element]) -> int:
    inside = {inner for one in hidden for inner in one.iter("p")}
    return sum(text_length(one) for one in tree.iter("p") if one not in inside)


def _is_unseen(element: etree._Element) -> bool:
    if element.tag == "template":  # a declarative shadow root is shown
        return element.get("shadowrootmode") is None and element.get("shadowroot") is None
    return is_hidden(element) or (element.tag == "dialog" and element.get("open") is None)
