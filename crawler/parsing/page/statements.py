"""What a page states of itself, gathered once: its JSON-LD, its meta elements, its headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from crawler.parsing.page import jsonld
from crawler.parsing.texts import plain_line

MAX_VALUES = 40
"""Values of one meta name that are kept; tags and authors are fewer."""
MAX_VISIBLE = 2_000
"""Words of the page that are looked at for what kind of page it is."""
MAX_ELEMENTS = 400
"""Elements of one kind that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatements:
    """A page's statements of itself."""

    tree: etree._Element
    node: jsonld.Node
    """the JSON-LD node of the article; empty when there is none"""
    nodes: Mapping[str, jsonld.Node]
    """all JSON-LD nodes that have an @id, by it"""
    kinds: tuple[str, ...]
    """every @type of the page's JSON-LD"""
    meta: Mapping[str, tuple[str, ...]]
    """contents of the meta elements, by property, name or itemprop in small letters"""

    @classmethod
    def read(cls, tree: etree._Element) -> PageStatements:
        """Gather them from a parsed page."""
        nodes = jsonld.nodes(tree)
        named = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
        return cls(
            tree=tree,
            node=jsonld.article_node(nodes),
            nodes=named,
            kinds=tuple(dict.fromkeys(kind for node in nodes for kind in jsonld.kinds(node))),
            meta=_meta(tree),
        )

    def first(self, *names: str) -> str | None:
        """The first content of the first of these meta names that has one."""
        return next(self.all(*names), None)

    def all(self, *names: str) -> Iterator[str]:
        """Contents of these meta names, in the order of the names."""
        return (value for name in names for value in self.meta.get(name, ()))

    def text(self, key: str) -> str | None:
        """A text of the article's JSON-LD, on one line."""
        return plain_line(jsonld.first_string(self.node.get(key)))

    def names(self, *keys: str, people: bool = False) -> tuple[str, ...]:
        """Names of people and organisations, or of people, under keys of the article's JSON-LD."""
        each = (jsonld.names_in(self.node.get(key), self.nodes, people=people) for key in keys)
        return tuple(name for found in each for name in found)

    @property
    def site_names(self) -> frozenset[str]:
        """How the outlet calls itself here, in small letters."""
        names = (*self.names("publisher"), *self.all("og:site_name", "application-name"))
        return frozenset(name.strip().casefold() for name in names if name.strip())

    def visible(self) -> str:
        """The first words of the page's own text, scripts and styles left out."""
        words: list[str] = []
        for element in self.tree.iter():
            if len(words) > MAX_VISIBLE:
                break
            if isinstance(element.tag, str) and element.tag not in ("script", "style", "noscript"):
                words += (element.text or "").split()
            words += (element.tail or "").split()
        return " ".join(words)

    def elements(self, path: str) -> list[etree._Element]:
        """The first elements that an ElementPath finds."""
        found = []
        for element in self.tree.iterfind(path):
            found.append(element)
            if len(found) == MAX_ELEMENTS:
                break
        return found


def visible_text(element: etree._Element) -> str | None:
    """The text of an element, on one line."""
    return plain_line(" ".join(element.itertext()))


def _meta(tree: etree._Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, content in _contents(tree.iterfind(".//meta[@content]")):
        values = found.setdefault(name, [])
        if len(values) < MAX_VALUES and content not in values:
            values.append(content)
    return {name: tuple(values) for name, values in found.items()}


def _contents(elements: Iterable[etree._Element]) -> Iterator[tuple[str, str]]:
    for element in elements:
        content = element.get("content").strip()
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                yield name, content
