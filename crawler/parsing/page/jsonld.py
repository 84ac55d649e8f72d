"""JSON-LD of a page: the outlet's own statement of what the article is."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from lxml import etree

MAX_BYTES = 400_000
"""Of one script element; articles need a fiftieth of it."""
MAX_DEPTH = 6
"""Levels of nesting that are looked into."""
MAX_NODES = 2_000
"""Of one page; front pages list hundreds."""
_ARTICLE = re.compile(r"(article|posting|report|review|recipe|liveblog|opinion)", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_FIELD = re.compile(
    r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\]|\\.){1,500})"'
)
_WRAPPING = re.compile(r"^\s*(<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(-->|//\s*\]\]>|\]\]>)\s*;?\s*$")

Node = dict[str, Any]


def nodes(tree: etree._Element) -> list[Node]:
    """All nodes of a page's JSON-LD, outer before inner, at most MAX_NODES."""
    found = (node for script in _scripts(tree) for node in _walk(_parse(script), depth=0))
    return list(islice(found, MAX_NODES))


def kinds(node: Node) -> list[str]:
    """The @type of a node, or its several."""
    found = node.get("@type")
    return [k for k in (found if isinstance(found, list) else [found]) if isinstance(k, str)]


def article_node(of: Iterable[Node]) -> Node:
    """The node that describes the article; empty when there is none.

    Of several, the one with a publication date and a headline wins, then document order.
    """
    articles = [node for node in of if _is_article(node)]
    return max(articles, key=lambda n: ("datePublished" in n) * 2 + ("headline" in n), default={})


def names_in(
    value: Any, known: Mapping[str, Node], *, people: bool = False, depth: int = 0
) -> tuple[str, ...]:
    """Names of a person, an organisation, or a list of them, in order.

    `known` are the page's nodes by @id, for those that are only referred to; with `people`, what
    says that it is an organisation is left out.
    """
    if isinstance(value, str):
        return (value,)
    if depth > MAX_DEPTH:
        return ()
    if isinstance(value, list):
        each = (names_in(item, known, people=people, depth=depth + 1) for item in value)
        return tuple(chain.from_iterable(each))
    if isinstance(value, dict) and not (people and _is_organisation(value)):
        return _names_of_node(value, known, people=people, depth=depth + 1)
    return ()


def _names_of_node(
    node: Node, known: Mapping[str, Node], *, people: bool, depth: int
) -> tuple[str, ...]:
    """Its name, its given and family name together, or those of the node that it refers to."""
    if node.get("name"):
        return names_in(node["name"], known, depth=depth)
    both = [first_string(node.get(key)) for key in ("givenName", "familyName")]
    if any(both):
        return (" ".join(filter(None, both)),)
    referred = known.get(str(node.get("@id")))
    if referred is None or referred == node:
        return ()
    return names_in(referred, known, people=people, depth=depth)


def _is_organisation(node: Node) -> bool:
    """Organization, NewsMediaOrganization, in British spelling too."""
    return any("Organi" in kind for kind in kinds(node))


def first_string(value: Any, *, depth: int = 0) -> str | None:
    """A string, or the first string of a list or of an object's @value."""
    if isinstance(value, str):
        return value
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, list) and value:
        return first_string(value[0], depth=depth + 1)
    if isinstance(value, dict):
        inner = value.get("@value") or value.get("url") or value.get("name")
        return first_string(inner, depth=depth + 1)
    return None


def _scripts(tree: etree._Element) -> Iterator[str]:
    for script in tree.iterfind(".//script[@type]"):
        if script.get("type").strip().lower().startswith("application/ld+json"):
            yield script.text or ""


def _parse(text: str) -> Any:
    """The value of a script; of one that is broken beyond repair, what can be picked out of it."""
    if len(text) > MAX_BYTES:
        return None
    text = _WRAPPING.sub("", text).strip()
    # strict=False: raw newlines inside strings are the commonest mistake.
    decoder = json.JSONDecoder(strict=False)
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            # The first value: what stands behind it (a semicolon, a second object) is left.
            return decoder.raw_decode(candidate)[0]
        except (ValueError, RecursionError):
            continue
    picked = {match[1]: _unescaped(match[2]) for match in _FIELD.finditer(text)}
    return {"@type": "Article", **picked} if picked else None


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


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
    return any(_ARTICLE.search(kind) for kind in kinds(node))
