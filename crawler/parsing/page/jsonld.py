"""JSON-LD of a page: the outlet's own statement of what the article is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

from lxml import etree

from crawler.parsing.page.broken_json import read_values
from crawler.parsing.texts import plain_line

MAX_DEPTH = 6
"""Levels of nesting that are looked into."""
MAX_NODES = 2_000
"""Of one page; front pages list hundreds."""
MAX_UPDATES = 50
"""First and last updates of a live blog that are looked at, to see where on the page they stand."""
_LAST_PART = re.compile(r"[/#:]")
_OF_THE_PAGE = frozenset({"@graph", "mainEntity", "mainEntityOfPage", "@included"})
"""Keys below which a node is no part of another: hasPart, isPartOf, mentions, itemListElement."""
_OF_UPDATES = "liveBlogUpdate"
"""Key of the updates of a live blog: parts of it, hundreds of them, under its address."""
_TEXTS = ("articleBody", "headline")

Node = dict[str, Any]


class FoundNode(NamedTuple):
    """A node, and where it stands."""

    node: Node
    own: bool
    """whether it may speak of the page as such; else it is a part of another node"""
    sound: bool
    """whether its script could be read as it was written"""


def find_nodes(scripts: Iterable[etree._Element]) -> list[FoundNode]:
    """All nodes of a page's JSON-LD, given its scripts, outer before inner, at most MAX_NODES."""
    found = (
        FoundNode(node, own, read.sound)
        for text in _texts(scripts)
        for read in read_values(text)
        for node, own in _walk(read.value, own=True, depth=0)
    )
    return list(islice(found, MAX_NODES))


def kinds(node: Node) -> list[str]:
    """The @type of a node, or its several, without the address of the vocabulary."""
    found = node.get("@type")
    if found is None:
        return []
    every = found if isinstance(found, list) else [found]
    return [_LAST_PART.split(kind.strip())[-1] for kind in every if isinstance(kind, str)]


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


def update_texts(node: Node) -> list[tuple[str, ...]]:
    """The text and the headline of updates that a live blog lists, on one line each."""
    listed = updates_of(node)
    return [
        tuple(filter(None, (plain_line(first_string(one.get(key))) for key in _TEXTS)))
        for one in (*listed[:MAX_UPDATES], *listed[MAX_UPDATES:][-MAX_UPDATES:])
    ]


def updates_of(node: Node) -> list[Node]:
    """The updates that a live blog lists."""
    updates = node.get(_OF_UPDATES)
    listed = updates if isinstance(updates, list) else [updates]
    return [one for one in listed if isinstance(one, dict)]


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


def _texts(scripts: Iterable[etree._Element]) -> Iterator[str]:
    for script in scripts:
        if (script.get("type") or "").strip().lower().startswith("application/ld+json"):
            yield script.text or ""


def _walk(value: Any, *, own: bool, depth: int) -> Iterator[tuple[Node, bool]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, own=own, depth=depth + 1)
    elif isinstance(value, dict):
        yield value, own
        for key, inner in value.items():
            if isinstance(inner, (dict, list)) and key != _OF_UPDATES:
                yield from _walk(inner, own=own and key in _OF_THE_PAGE, depth=depth + 1)
