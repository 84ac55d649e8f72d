"""What a page states of itself, gathered once: its JSON-LD, its meta elements, its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

from crawler.parsing.page import jsonld
from crawler.parsing.page.page_identity import (
    PageIdentity,
    is_of_others,
    own_nodes,
    own_page,
    whole,
)
from crawler.parsing.texts import plain_line, plain_name
from crawler.parsing.urls import host

MAX_VALUES = 40
"""Values of one meta name that are kept; tags and authors are fewer."""
MAX_VISIBLE = 2_000
"""Words of the page that are looked at for what kind of page it is."""
MAX_CANONICALS = 5
"""Links to a page's own address that are looked at; there should be one."""
MAX_TITLES = 10
"""Headings that are looked at for the headline."""
MAX_ELEMENTS = 400
"""Elements of one kind that are looked at."""
_MARKED = etree.XPath(
    "descendant::*[@rel='author' or @itemprop='author' or @itemprop='datePublished'"
    " or @property='author']"
)
UNSEEN = frozenset({"noscript", "script", "style", "svg", "template"})
NOT_SHOWN = re.compile(
    r"\b(?:display\s*:\s*none|visibility\s*:\s*hidden|clip\s*:\s*rect\(\s*[01]"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top|right)\s*:\s*-\d{4,})",
    re.IGNORECASE,
)
"""In a style: what is not there, or stands where no screen reaches."""
_NO_SIZE = re.compile(r"\bfont-size\s*:\s*0(?:px|em|%)?\s*(?:[;!]|$)", re.IGNORECASE)
"""On an element without others in it; columns have it on their container, for the gaps."""
UNSEEN_CLASSES = frozenset(
    {"a11y-hidden", "assistive-text", "screen-reader-text", "sr-only", "visually-hidden",
     "visuallyhidden", "hidden", "d-none", "invisible", "print-only", "visible-print",
     "visible-print-block"}
)  # fmt: skip
"""Classes of what is not shown, only read out or only printed, as Bootstrap, Tailwind and WordPress
name them."""
_SHOWN_ELSEWHERE = re.compile(r"(?:^|[:\s-])(?:block|flex|grid|inline\S*|table\S*|visible)(?:\s|$)")
"""A class that shows it on screens of some width: `hidden md:block`, `d-none d-md-flex`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatements:
    """A page's statements of itself."""

    tree: etree._Element
    identity: PageIdentity
    """its addresses and headlines"""
    node: jsonld.Node
    """the JSON-LD node of the page's article; empty when there is none"""
    picked: jsonld.Node
    """what could be picked out of a broken script about it, to be believed last; or empty"""
    page: jsonld.Node
    """the node of the page itself, which describes no article; or empty"""
    own: tuple[jsonld.Node, ...]
    """all JSON-LD nodes of the page's article, that one first"""
    nodes: Mapping[str, jsonld.Node]
    """all JSON-LD nodes that have an @id, by it"""
    others: tuple[str, ...]
    """times of publication that JSON-LD states of other articles, pictures and the like"""
    kinds: tuple[str, ...]
    """every @type of the page's JSON-LD, those of parts of other nodes left out"""
    meta: Mapping[str, tuple[str, ...]]
    """contents of the meta elements, by property, name or itemprop in small letters"""
    canonical: tuple[str, ...]
    """links to what it names as its own address, as they stand there"""
    title: str | None
    """its <title>, on one line"""
    headings: tuple[etree._Element, ...]
    """its <h1>"""
    times: tuple[etree._Element, ...]
    """its <time> that have a datetime"""
    scripts: tuple[etree._Element, ...]
    """its <script>"""
    marked: tuple[etree._Element, ...]
    """elements whose rel or itemprop says that they name an author or the day of publication"""

    @classmethod
    def read(cls, tree: etree._Element, *, url: str = "") -> PageStatements:
        """Gather them from a parsed page, fetched from this address."""
        # In one walk through the tree, which costs more than what is done with what it finds.
        tags = _elements(tree, "base", "link", "meta", "script", "title", "h1", "time")
        found = jsonld.find_nodes(tags["script"])
        meta, base, canonical = _meta(tags["meta"]), link_base(tags["base"], url), _canonical(tags)
        stated = (*canonical, *meta.get("og:url", ())[:1], url)
        title = _title(tags["title"])
        identity = PageIdentity(
            addresses=frozenset(filter(None, (whole(link, base) for link in stated))),
            titles=tuple(dict.fromkeys(_titles(tags["h1"], meta, title, url))),
            base=base,
        )
        own = own_nodes(found, identity)
        sound = [one.node for one in own if one.sound]
        picked = [one.node for one in own if not one.sound]
        own_kinds = (kind for one in found if one.own for kind in jsonld.kinds(one.node))
        return cls(
            tree=tree,
            identity=identity,
            node=sound[0] if sound else {},
            picked=picked[0] if picked else {},
            page=own_page(found, identity),
            others=tuple(islice(_times_of_others(found, own), MAX_VALUES)),
            own=tuple(sound),
            nodes=_by_id(one.node for one in found),
            kinds=tuple(dict.fromkeys(own_kinds)),
            meta=meta,
            canonical=canonical,
            title=title,
            headings=tuple(tags["h1"][:MAX_ELEMENTS]),
            times=tuple(islice((e for e in tags["time"] if "datetime" in e.attrib), MAX_ELEMENTS)),
            scripts=tuple(tags["script"]),
            marked=tuple(_MARKED(tree)),
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

    def picked_text(self, key: str) -> str | None:
        """A text that could be picked out of broken JSON-LD, on one line."""
        return plain_line(jsonld.first_string(self.picked.get(key)))

    def names(self, *keys: str, people: bool = False) -> tuple[str, ...]:
        """Names of people and organisations, or of people, under keys of the article's JSON-LD."""
        return self._names(self.node, keys, people)

    def picked_names(self, *keys: str, people: bool = False) -> tuple[str, ...]:
        """Names that could be picked out of broken JSON-LD."""
        return self._names(self.picked, keys, people)

    def _names(self, node: jsonld.Node, keys: Iterable[str], people: bool) -> tuple[str, ...]:
        each = (jsonld.names_in(node.get(key), self.nodes, people=people) for key in keys)
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
        return list(islice(self.tree.iterfind(path), MAX_ELEMENTS))

    def marked_as(self, attribute: str, value: str) -> list[etree._Element]:
        """The first of the marked elements of which this attribute is that."""
        elements = (element for element in self.marked if element.get(attribute) == value)
        return list(islice(elements, MAX_ELEMENTS))


def link_base(elements: Iterable[etree._Element], url: str) -> str:
    """What links are relative to: the first <base>, of all, that has an address; or the page's."""
    stated = next((e.get("href") for e in elements if e.get("href")), None)
    try:
        base = urljoin(url, (stated or "").strip())
    except ValueError:
        return url
    return base if base.startswith(("http://", "https://")) else url


def visible_text(element: etree._Element) -> str | None:
    """The text of an element, on one line, without what of it nobody sees."""
    if not len(element):
        return plain_line(element.text)
    return plain_line(" ".join(_seen(element)))


def _seen(element: etree._Element) -> Iterator[str]:
    """The texts of an element, in order, but for those of elements in it that are not shown."""
    yield element.text or ""
    for inner in element:
        if isinstance(inner.tag, str) and inner.tag not in UNSEEN and not is_hidden(inner):
            yield from _seen(inner)
        yield inner.tail or ""


def is_hidden(element: etree._Element) -> bool:
    """Whether an element says of itself that it is not shown, or only read out."""
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    style = element.get("style")
    if style and (NOT_SHOWN.search(style) or (not len(element) and _NO_SIZE.search(style))):
        return True
    name = element.get("class")
    if not name or UNSEEN_CLASSES.isdisjoint(name.split()):
        return False
    return _SHOWN_ELSEWHERE.search(name.replace("visible-print", "")) is None


_Elements = Mapping[str, list[etree._Element]]


def _elements(tree: etree._Element, *tags: str) -> _Elements:
    """All elements of these tags, in the order of the page."""
    found: dict[str, list[etree._Element]] = {tag: [] for tag in tags}
    for element in tree.iter(*tags):
        found[element.tag].append(element)
    return found


def _canonical(elements: _Elements) -> tuple[str, ...]:
    """The links to what a page names as its own address; in an article stands what it embeds."""
    relations = ((e, (e.get("rel") or "").lower().split()) for e in elements["link"])
    own = (e for e, relation in relations if "canonical" in relation)
    links = (e.get("href") for e in own if next(e.iterancestors("article"), None) is None)
    return tuple(islice(filter(None, links), MAX_CANONICALS))


def _title(elements: Iterable[etree._Element]) -> str | None:
    """The title of the page; a drawing on it may have one as well."""
    own = (e for e in elements if next(e.iterancestors("svg"), None) is None)
    return next(filter(None, (plain_line(element.text) for element in own)), None)


def _titles(
    headings: Sequence[etree._Element],
    meta: Mapping[str, tuple[str, ...]],
    title: str | None,
    url: str,
) -> Iterator[str]:
    """Headings, that for other sites, and its title; a site's name is what every page has."""
    shown = (visible_text(heading) for heading in headings[:MAX_TITLES])
    stated = (*meta.get("og:title", ())[:1], *meta.get("twitter:title", ())[:1])
    sites = (*meta.get("og:site_name", ())[:1], host(url).partition(".")[0])
    names = {plain_name(site) for site in sites}
    found = filter(None, (*shown, *map(plain_line, stated), title))
    return (text for text in found if plain_name(text) not in names)


def _times_of_others(
    found: Iterable[jsonld.FoundNode], own: Sequence[jsonld.FoundNode]
) -> Iterator[str]:
    """When articles, pictures and the like were published that are not the page's article."""
    mine = {id(one.node) for one in own}
    others = (one.node for one in found if id(one.node) not in mine and is_of_others(one.node))
    return filter(None, (jsonld.first_string(node.get("datePublished")) for node in others))


def _by_id(nodes: Iterable[jsonld.Node]) -> dict[str, jsonld.Node]:
    """Those that say more than their @id; of several with one, that which says most."""
    found: dict[str, jsonld.Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > max(1, len(found.get(name, ()))):
            found[name] = node
    return found


def _meta(elements: Iterable[etree._Element]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, content in _contents(elements):
        values = found.setdefault(name, [])
        if len(values) < MAX_VALUES and content not in values:
            values.append(content)
    return {name: tuple(values) for name, values in found.items()}


def _contents(elements: Iterable[etree._Element]) -> Iterator[tuple[str, str]]:
    for element in elements:
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                yield name, content
