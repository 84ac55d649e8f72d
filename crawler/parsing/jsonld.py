"""JSON-LD of a page: the outlet's own statement of what the article is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

MAX_BYTES = 400_000
"""Of one script element; articles need a fiftieth of it."""
MAX_DEPTH = 6
"""Levels of nesting that are looked into."""
_ARTICLE = re.compile(r"(article|posting|report|review|recipe|liveblog|opinion)", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_WRAPPING = re.compile(r"^\s*(<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(-->|//\s*\]\]>|\]\]>)\s*;?\s*$")

Node = dict[str, Any]


def article_node(tree: etree._Element) -> Node:
    """The node that describes the article; empty when the page has none.

    Of several, the one with a publication date and a headline wins, then document order.
    """
    found = [node for node in _nodes(tree) if _is_article(node)]
    return max(found, key=lambda n: ("datePublished" in n) * 2 + ("headline" in n), default={})


def names(value: Any, *, depth: int = 0) -> tuple[str, ...]:
    """Names of a person, an organisation, or a list of them, in order."""
    if isinstance(value, str):
        return (value,)
    if depth > MAX_DEPTH:
        return ()
    if isinstance(value, dict):
        return names(value.get("name"), depth=depth + 1)
    if isinstance(value, list):
        return tuple(name for item in value for name in names(item, depth=depth + 1))
    return ()


def text_of(value: Any, *, depth: int = 0) -> str | None:
    """A string, or the first string of a list or of an object's @value."""
    if isinstance(value, str):
        return value
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, list) and value:
        return text_of(value[0], depth=depth + 1)
    if isinstance(value, dict):
        inner = value.get("@value") or value.get("url") or value.get("name")
        return text_of(inner, depth=depth + 1)
    return None


def _nodes(tree: etree._Element) -> Iterator[Node]:
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        yield from _walk(_parse(script.text or ""), depth=0)


def _parse(text: str) -> Any:
    if len(text) > MAX_BYTES:
        return None
    text = _WRAPPING.sub("", text)
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            # strict=False: raw newlines inside strings are the commonest mistake.
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: Any, *, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth=depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            yield from _walk(value.get(key), depth=depth + 1)


def _is_article(node: Node) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE.search(kind)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )
