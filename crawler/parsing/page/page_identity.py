"""Which of a page's JSON-LD nodes is about its article: by its address, headline and place.

Pages describe other articles too: related ones, an embedded post, the news of a list. Templates
describe that of another page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.parsing.address_forms import address_form, is_form_of
from crawler.parsing.page.article_kind import SUFFIX
from crawler.parsing.page.jsonld import FoundNode, Node, first_string, kinds
from crawler.parsing.texts import plain_line, words_of

ALIKE = 0.5
"""Share of its words, by their letters, from which on a headline is one that the page shows."""
UNLIKE = 0.2
"""Share below which two headlines have nothing in common but such words as `the`."""
FEW_WORDS = 3
"""Words of a headline below which it is a label or a filler: that none is alike says nothing."""
LONG_SLUG = 4
"""Words of an address's last part from which on it is a headline."""
_ARTICLES = frozenset({"blogposting", "liveblogposting", "report", "opinion"})
# Of the page where they say so, by its address or headline; of something on it otherwise.
_PERHAPS = frozenset(
    {"socialmediaposting", "discussionforumposting", "review", "criticreview", "mediareview",
     "claimreview", "recipe"}
)  # fmt: skip

# Not those of lists, people and searches, whose days are no article's.
_ON_PAGES = frozenset(
    {"audioobject", "comment", "imageobject", "mediaobject", "podcastepisode", "videoobject"}
)
_PAGES = frozenset({"webpage", "itempage", "faqpage", "medicalwebpage"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageIdentity:
    """What a page is known by."""

    addresses: frozenset[str]
    """of the page: its own, and what it states; whole, but not canonical"""
    titles: tuple[str, ...]
    """headlines that it shows: headings, its title, that for other sites"""
    base: str
    """what its links are relative to: its address, or what its <base> says; empty when unknown"""

    def has(self, address: str) -> bool:
        """Whether an address is the page's."""
        return any(is_form_of(address, own) for own in self.addresses)

    def likeness(self, headline: str) -> float | None:
        """How much a headline is like the nearest that the page has, 0 to 1; None: it has none.

        A page whose headline changes with the news may have the first one in its address.
        """
        return max((likeness(headline, name) for name in self.names), default=None)

    @property
    def names(self) -> tuple[str, ...]:
        """Its headlines, and those in its addresses."""
        return (*self.titles, *self.slugs)

    @property
    def slugs(self) -> tuple[str, ...]:
        """Headlines in its addresses."""
        return tuple(filter(None, map(_slug, self.addresses)))


def likeness(one: str, other: str) -> float:
    """The share of words, weighed by their letters, that the shorter of two lines has in common."""
    mine, theirs = set(words_of(one)), set(words_of(other))
    least = min(_letters(mine), _letters(theirs))
    return _letters(mine & theirs) / least if least else 0.0


def whole(link: str | None, base: str) -> str | None:
    """The address of a link, without its fragment; None where it has none."""
    try:
        address = urljoin(base, (link or "").strip()).partition("#")[0]
        urlsplit(address)
    except ValueError:
        return None
    return address if link and address.startswith(("http://", "https://")) else None


def own_nodes(found: Iterable[FoundNode], page: PageIdentity) -> list[FoundNode]:
    """The nodes that are about a page's article, the most certain first."""
    ranked = []
    for one in found:
        certainty = _certainty(one, page)
        if certainty is not None:
            node = one.node
            complete = ("datePublished" in node) * 2 + ("headline" in node)
            ranked.append(((one.sound, certainty, complete), one))
    # Of equals the first: sorting is stable.
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0], reverse=True)]


def _certainty(one: FoundNode, page: PageIdentity) -> int | None:
    """How sure it is that a node is about the page's article; None where it is not."""
    types = {kind.casefold() for kind in kinds(one.node)}
    if not is_article(one.node) and not types & _PERHAPS:
        return None
    points = _by_address(one.node, page) + _by_headline(one.node, page)
    in_doubt = not (one.own and is_article(one.node))
    if in_doubt:
        points -= 1
    return points if points > 0 or (points == 0 and not in_doubt) else None


def is_article(node: Node) -> bool:
    """Whether a node is of a type that only articles have."""
    types = (kind.casefold() for kind in kinds(node))
    return any(kind.endswith(SUFFIX) or kind in _ARTICLES for kind in types)


def is_of_others(node: Node) -> bool:
    """Whether a node that is not about the page's article cannot be about the page either."""
    return is_article(node) or any(kind.casefold() in _ON_PAGES for kind in kinds(node))


def own_page(found: Iterable[FoundNode], page: PageIdentity) -> Node:
    """The node that describes the page itself, known by its address; empty when there is none."""
    for one in found:
        types = {kind.casefold() for kind in kinds(one.node)}
        if one.own and one.sound and types & _PAGES and _by_address(one.node, page) > 0:
            return one.node
    return {}


def _slug(address: str) -> str | None:
    """The headline in an address; None where there are too few words for one."""
    words = words_of(urlsplit(address).path.rpartition("/")[2])
    return " ".join(words) if len(words) >= LONG_SLUG else None


def _by_address(node: Node, page: PageIdentity) -> int:
    stated = list(_stated_addresses(node, page))
    if not stated or not page.addresses:
        return 0
    return 2 if any(map(page.has, stated)) else -2


def _by_headline(node: Node, page: PageIdentity) -> int:
    headline = _headline(node)
    like = page.likeness(headline) if headline else None
    if like is None:
        return 0
    if like >= ALIKE:
        return 3
    if like >= UNLIKE:
        return 1
    return -2 if len(words_of(headline or "")) >= FEW_WORDS else 0


def _headline(node: Node) -> str | None:
    return plain_line(first_string(node.get("headline")) or first_string(node.get("name")))


def _stated_addresses(node: Node, page: PageIdentity) -> Iterable[str]:
    """Addresses that a node states as its own, where they say which page it is.

    Front pages and other sites do not: templates are filled in so.
    """
    hosts = {address_form(address).host for address in page.addresses}
    for key in ("url", "@id", "mainEntityOfPage"):
        address = whole(_address(node.get(key)), page.base)
        form = address_form(address) if address else None
        if address and form and form.path and form.host in hosts:
            yield address


def _address(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("@id") or value.get("url")
    return first_string(value)


def _letters(words: Iterable[str]) -> int:
    return sum(map(len, words))
