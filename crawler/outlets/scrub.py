"""Pages made safe to share: their markup, with other words.

A recorded page shows how an outlet builds its pages, not what it wrote: each word becomes another
of the same length, case and script, the same one each time, so that a headline is still known
again. Numbers, addresses, dates, names of agencies and the phrases that outlets put around articles
stay, since extraction goes by them.
"""

from __future__ import annotations

import functools
import json
import random
import re
import unicodedata
from hashlib import blake2b
from typing import Any

from lxml import etree

from crawler.parsing.page.agencies import listed_names
from crawler.parsing.page.layout import drop
from crawler.parsing.page.phrases import listed_phrases
from crawler.parsing.page.tree import parse_page

_WORD = re.compile(r"[^\W\d_]+")
# A whole value that is an address, a time or a number.
_KEPT_VALUES = re.compile(
    r"(?:https?://|//|/|#)[^\s<>\"']*"
    r"|\d{4}-\d\d-\d\d(?:[T ][\d:.]+)?(?:Z| ?[+-]\d\d:?\d\d)?"
    r"|[\d.,:\s-]+"
)
_KEPT_ATTRIBUTES = frozenset(
    {
        "class", "id", "href", "src", "rel", "type", "name", "property", "itemprop", "itemtype",
        "itemscope", "itemid", "lang", "dir", "datetime", "charset", "http-equiv", "media", "role",
        "hreflang", "colspan", "rowspan", "width", "height",
    }
)  # fmt: skip
_TEXT_ATTRIBUTES = frozenset({"alt", "title", "content"})
_PLAIN_META = frozenset(
    {
        "og:type", "og:locale", "robots", "viewport", "tdm-reservation", "content-language",
        "language", "article:content_tier",
    }
)  # fmt: skip
_MONTHS_AND_DAYS = frozenset(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday mon tue wed thu fri sat sun gmt utc am pm
    """.split()  # noqa: SIM905 - a list of them would be three times as long
)
_KEPT_KEYS = frozenset({"@type", "@context", "@id", "inLanguage", "identifier", "encodingFormat"})


class Scrubber:
    """Other words for those of one page."""

    def __init__(self, text: str) -> None:
        self._letters: dict[tuple[str, str], list[str]] = {}
        for letter in sorted(set("".join(_WORD.findall(text)))):
            self._letters.setdefault(_class(letter), []).append(letter)
        self._keep = _kept_words()

    def text(self, text: str) -> str:
        """A text with its words replaced."""
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def _word(self, word: str) -> str:
        if word.casefold() in self._keep:
            return word
        seed = blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
        draw = random.Random(seed)  # noqa: S311 - the same word each time, not a secret
        return "".join(draw.choice(self._letters.get(_class(c)) or [c]) for c in word)


def scrub(body: bytes, *, content_type: str) -> bytes:
    """A page with other words, UTF-8, without scripts. Raises ExtractError as parse_page does."""
    tree = parse_page(body, content_type=content_type)
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    etree.strip_elements(tree, "style", "noscript", with_tail=False)
    drop(tree, [e for e in tree.iter("script") if "ld+json" not in (e.get("type") or "")])
    scrubber = Scrubber(" ".join(tree.itertext()))
    for element in tree.iter():
        _element(element, scrubber)
    for element in tree.iter("meta"):
        if element.get("charset") or (element.get("http-equiv") or "").lower() == "content-type":
            element.attrib.clear()
            element.set("charset", "utf-8")
    return b"<!doctype html>\n" + bytes(etree.tostring(tree, method="html", encoding="utf-8"))


def _element(element: etree._Element, scrubber: Scrubber) -> None:
    """Scrub an element in place, but not what is in it."""
    if element.tag == "script":
        element.text = _json_ld(element.text or "", scrubber)
    elif element.text:
        element.text = scrubber.text(element.text)
    if element.tail:
        element.tail = scrubber.text(element.tail)
    _attributes(element, scrubber)


def _attributes(element: etree._Element, scrubber: Scrubber) -> None:
    """Only those that extraction goes by are left; those that are text get other words."""
    for name, value in list(element.attrib.items()):
        if name in _TEXT_ATTRIBUTES:
            what = element.get("property") or element.get("name") or ""
            if what.lower() not in _PLAIN_META and not _KEPT_VALUES.fullmatch(value):
                element.set(name, scrubber.text(value))
        elif name not in _KEPT_ATTRIBUTES or value.strip().lower().startswith(("mailto:", "data:")):
            del element.attrib[name]


def _json_ld(text: str, scrubber: Scrubber) -> str:
    try:
        return json.dumps(_replaced(json.loads(text), scrubber, key=""), ensure_ascii=False)
    except (ValueError, RecursionError):
        return scrubber.text(text)


def _replaced(value: Any, scrubber: Scrubber, *, key: str) -> Any:
    if isinstance(value, dict):
        return {k: _replaced(v, scrubber, key=k) for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(one, scrubber, key=key) for one in value]
    if isinstance(value, str) and key not in _KEPT_KEYS and not _KEPT_VALUES.fullmatch(value):
        return scrubber.text(value)
    return value


@functools.lru_cache(maxsize=10_000)
def _class(letter: str) -> tuple[str, str]:
    """Case and script of a letter."""
    name = unicodedata.name(letter, "OTHER")
    return unicodedata.category(letter), name.partition(" ")[0]


@functools.cache
def _kept_words() -> frozenset[str]:
    texts = (*listed_names(), *listed_phrases())
    words = frozenset(word.casefold() for text in texts for word in _WORD.findall(text))
    return words | _MONTHS_AND_DAYS
