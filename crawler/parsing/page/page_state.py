"""The text of an article that its page does not show, but holds in JSON-LD or in its state.

Programs in a browser put such a page together: its HTML is a frame, and a script has the article.
The text is taken of the object that is about the page, by its headline or its address, and read
as a page of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from lxml import etree

from crawler.errors import ExtractError
from crawler.parsing.address_forms import address_form
from crawler.parsing.page.page_identity import PageIdentity, whole
from crawler.parsing.page.rich_text import RichText, headlines, words_of_name
from crawler.parsing.page.state_values import JsonObject, nested_value, state_values
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.tree import parse_markup
from crawler.parsing.texts import count_words, words_of
from crawler.parsing.urls import is_front_page
from crawler.types import limits

MAX_OBJECTS = 50_000
"""Objects and lists of one page's state that are looked at."""
MAX_NESTED = 50
"""Strings of one page's state that are read as JSON."""
LONG_NESTED = 200
"""Characters of a string from which on it may hold an article as JSON."""
MAX_OWN = 8
"""Objects about the page whose text is looked for."""
MAX_MARKUP = 4 * limits.TEXT
"""Characters of a text with its markup."""
MAX_ADDRESS = 2_000
"""Characters of an address that are looked at."""
SAME = 0.95
"""Share of their letters that two headlines have in common which are one."""
ALIKE = 0.7
"""Share from which on they may be one, if nothing speaks against it."""
CERTAIN = 3
"""How sure it is of an object with the page's headline, and of the JSON-LD of its article."""
IN_DOUBT = 3
"""How many times as many words a text must have where that is less sure."""
LONGER = 5
"""How many times as long a text must be to be preferred to one that is surer by 1."""
FEW_WORDS = 3
"""Words of a headline below which another object may have it too: a section, the site."""
_ADDRESSES = frozenset({
    "url", "uri", "permalink", "canonical", "link", "path", "slug", "href", "page", "web",
    "website", "site", "full", "relative", "share", "article", "story",
})  # fmt: skip
"""Words of the names that an object's own address stands under; not `imageUrl`, `apiUrl`."""
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SENTENCE = re.compile(r"\S[.!?…。！？।۔؟]+[\"'”’»)\]]*\s*(?:<|$)")


class StateText(NamedTuple):
    """A text that is not in the HTML of its page."""

    tree: etree._Element
    """as a page of its own"""
    source: str
    """what it was taken of"""


class _Object(NamedTuple):
    """An object of a page's state, and where it stands."""

    value: JsonObject
    holder: JsonObject
    """the object around it; itself where there is none"""
    carrier: str


class _Candidate(NamedTuple):
    """A text that may be the article's."""

    certainty: int
    size: int
    """characters without markup"""
    paragraphs: list[str]
    """their markup"""
    source: str


def find_state_text(
    statements: PageStatements, *, url: str, title: str | None, least: int
) -> StateText | None:
    """The text of a page's article that its HTML does not show; None where it holds none.

    `url` is the page's, `title` its headline, `least` the words that an article has.
    """
    if is_front_page(url):
        return None
    page = _Page.of(statements, title)
    found = [*_stated_texts(statements, page), *_state_texts(statements, page)]
    candidates = [
        one
        for one in found
        if _is_prose(one.paragraphs, least * (1 if one.certainty >= CERTAIN else IN_DOUBT))
    ]
    if not candidates:
        return None
    best = max(candidates, key=lambda one: one.size * LONGER**one.certainty)
    markup = "".join(best.paragraphs)
    if len(markup) > MAX_MARKUP:
        return None
    try:
        tree = parse_markup(f"<html><body><article>{markup}</article></body></html>")
    except ExtractError:
        return None
    return StateText(tree, best.source) if tree is not None else None


def stated_words(statements: PageStatements) -> int:
    """Words of the text that a page's JSON-LD has of its article."""
    texts = (node.get("articleBody") for node in statements.own)
    return max((count_words(text) for text in texts if isinstance(text, str)), default=0)


def _is_prose(paragraphs: list[str], least: int) -> bool:
    """Whether these make an article, and not a list of tags; Thai writes no full stops."""
    words = [count_words(_TAG.sub(" ", one)) for one in paragraphs]
    return sum(words) >= least and (max(words) >= least or any(map(_SENTENCE.search, paragraphs)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What a page is known by, to know it again in its state."""

    identity: PageIdentity
    titles: tuple[frozenset[str], ...]
    """the words of its headlines"""

    @classmethod
    def of(cls, statements: PageStatements, title: str | None) -> _Page:
        names = (title or "", *statements.identity.names)
        words = dict.fromkeys(frozenset(words_of(name)) for name in names)
        return cls(identity=statements.identity, titles=tuple(words))

    def is_own(self, value: JsonObject) -> bool:
        """Whether an object is about the page's article."""
        return self.certainty(value) > 0

    def certainty(self, value: JsonObject) -> int:
        """How sure it is that an object is about the page's article; 0: it is not known to be."""
        likenesses = [*map(self._likeness, headlines(value))]
        alike = max(likenesses, default=0.0)
        here, elsewhere = self._places(value)
        if alike >= SAME or (here and alike >= ALIKE):
            return 1 if elsewhere and not here else CERTAIN
        if here:
            return 1 if likenesses else 2
        return int(alike >= ALIKE and not elsewhere)

    def _likeness(self, headline: str) -> float:
        words = frozenset(words_of(headline[: limits.LINE]))
        if len(words) < FEW_WORDS:
            return 0.0
        return max((_share(words, title) for title in self.titles), default=0.0)

    def _places(self, value: JsonObject) -> tuple[bool, bool]:
        """Whether an object has the page's address, and whether it has another's."""
        stated = [
            (name, address)
            for name, said in value.items()
            if isinstance(said, str) and _ADDRESSES.issuperset(words_of_name(name))
            if (address := whole(said[:MAX_ADDRESS], self.identity.base))
        ]
        others = [a for name, a in stated if not self.identity.has(a) and name != "slug"]
        hosts = {address_form(address).host for address in self.identity.addresses}
        elsewhere = any(form.path and form.host in hosts for form in map(address_form, others))
        return any(self.identity.has(address) for _, address in stated), elsewhere


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """The letters of the words that two headlines share, of those of the longer one."""
    longer = max(sum(map(len, one)), sum(map(len, other)))
    return sum(map(len, one & other)) / longer if longer else 0.0


def _stated_texts(statements: PageStatements, page: _Page) -> Iterator[_Candidate]:
    """The texts in JSON-LD nodes of the article."""
    for node in (*statements.own, statements.picked):
        for key in ("articleBody", "text"):
            reader = RichText(is_own=page.is_own, references={})
            yield _candidate(CERTAIN, reader.paragraphs(node.get(key), key), f"jsonld {key}")


def _state_texts(statements: PageStatements, page: _Page) -> list[_Candidate]:
    """The texts of objects about the article; where they have none, of those around them."""
    objects = list(islice(_objects(statements.scripts), MAX_OBJECTS))
    references = {
        name: inner
        for one in objects
        for name, inner in one.value.items()
        if isinstance(inner, dict) and (":" in name or name.startswith("$"))
    }
    ranked = [(certainty, one) for one in objects if (certainty := page.certainty(one.value))]
    ranked = sorted(ranked, key=lambda pair: -pair[0])[:MAX_OWN]

    def texts(of: Callable[[_Object], JsonObject]) -> list[_Candidate]:
        found = []
        for certainty, one in ranked:
            reader = RichText(is_own=page.is_own, references=references)
            source = f"page state {one.carrier}"
            found.append(_candidate(certainty, reader.of_fields(of(one)), source))
        return [candidate for candidate in found if candidate.size]

    return texts(lambda one: one.value) or texts(lambda one: one.holder)


def _candidate(certainty: int, paragraphs: list[str], source: str) -> _Candidate:
    size = sum(len(_TAG.sub("", one)) for one in paragraphs)
    return _Candidate(certainty, size, paragraphs, source)


def _objects(scripts: Iterable[etree._Element]) -> Iterator[_Object]:
    """All objects of a page's state, also those that strings hold."""
    seen: dict[int, object] = {}
    nested = 0
    for state in state_values(scripts):
        waiting: list[tuple[object, JsonObject]] = [(state.value, {})]
        while waiting:
            value, holder = waiting.pop()
            if isinstance(value, str) and len(value) >= LONG_NESTED and nested < MAX_NESTED:
                value = nested_value(value)
                nested += value is not None
            if not isinstance(value, (dict, list)) or id(value) in seen:
                continue
            # Kept with its id, for the id of what is gone is given again.
            seen[id(value)] = value
            if isinstance(value, list):
                waiting += ((inner, holder) for inner in value)
            else:
                yield _Object(value, holder or value, state.carrier)
                waiting += ((inner, value) for inner in value.values())
