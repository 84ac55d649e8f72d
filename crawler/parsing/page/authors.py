"""Who wrote an article: a list of people's names, without agencies, outlets and job titles."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Collection, Iterator
from importlib import resources
from typing import NamedTuple

from lxml import etree

from crawler.parsing.page.agencies import is_agency
from crawler.parsing.page.statements import PageStatements, visible_text
from crawler.parsing.texts import plain_line
from crawler.parsing.urls import host

MAX_AUTHORS = 30
"""Longer lists are the staff."""
LONGEST_BYLINE = 160
"""Characters; a longer element that is called a byline is a portrait of the author."""
NEAR = 2
"""Levels up to an element that holds two authors of one article."""
LONGEST_ENTRY = 500
"""Characters of a list of authors that are read."""
_META = (
    "author", "article:author", "parsely-author", "dc.creator", "sailthru.author", "byl",
    "cxenseparse:author", "articleauthor", "dcterms.creator", "citation_author",
)  # fmt: skip
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:author|authors|byline|bylines|autor|auteur|autore|writer)"
    r"(?:[_-]*(?:name|names|link))?(?:$|\s)",
    re.IGNORECASE,
)
_CLASSED = etree.XPath(
    ".//*[contains(@class, 'ut') or contains(@class, 'yline') or contains(@class, 'writer')]"
)
_OTHERS = re.compile("comment|related|recommend|teaser|sidebar|footer|quote", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"https?:|@|www\.|\d|[<>{}\[\]]|^\S+\.[a-z]{2,}$|^[a-z0-9]+(?:-[a-z0-9]+)+$"
)
_ADDRESS = re.compile(r"\s*(?:https?://|www\.)\S+|\s*\S+@\S+\.\S+", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]{0,60}\)")


class Bylines(NamedTuple):
    """Who is named where a page names its authors."""

    people: tuple[str, ...]
    """names of people, in order"""
    source: str | None
    """where they are named"""
    entries: tuple[str, ...]
    """everything that stands there, agencies and outlets too"""


def read_bylines(statements: PageStatements, *, url: str, outlet: str = "") -> Bylines:
    """Who wrote the article, as its page says. `outlet` is the outlet's own name.

    JSON-LD is trusted before meta elements, these before links and bylines on the page; each only
    when it names a person.
    """
    not_people = (statements.site_names | {outlet.casefold(), host(url)}) - {""}
    sources = [(name, found[:MAX_AUTHORS]) for name, found in _sources(statements)]
    entries = dict.fromkeys(entry for _, found in sources for entry in found)
    entries |= dict.fromkeys(statements.names("author", "creator"))
    for source, found in sources:
        people = dict.fromkeys(name for entry in found for name in _people(entry, not_people))
        if people:
            return Bylines(tuple(people)[:MAX_AUTHORS], source, tuple(entries))
    return Bylines((), None, tuple(entries))


def _sources(statements: PageStatements) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(where, what stands there) of authors, the most trustworthy first."""
    yield "jsonld author", statements.names("author", people=True)
    yield "jsonld creator", statements.names("creator", people=True)
    for name in _META:
        yield f"meta {name}", tuple(statements.all(name))
    yield "rel=author or itemprop=author", tuple(_marked_authors(statements))
    yield "byline on the page", tuple(_first_byline(statements))


def split_names(raw: str) -> list[str]:
    """`By Ann Lee and Bo Chan, Science Editor` as ['Ann Lee', 'Bo Chan']."""
    words = _words()
    entry = (plain_line(raw[:2_000]) or "")[:LONGEST_ENTRY]
    entry = words.by.sub("", _ADDRESS.sub("", _ASIDE.sub("", entry)))
    names: list[str] = []
    for part in words.between.split(entry):
        name = words.by.sub("", part).strip(" .,;:·•|/-–—*")
        if not 2 <= len(name) <= 60 or len(name.split()) > 6 or _NOT_A_NAME.search(name):
            continue
        # A single word behind a name is what the person is, or where.
        if not words.titles.search(name) and not (names and re.fullmatch("[A-Za-zÀ-ž]+", name)):
            names.append(name)
    return names


def _people(entry: str, outlets: Collection[str]) -> list[str]:
    """The people of an entry; none when it begins with an organisation: `AFP, MANILA`."""
    names = split_names(entry)
    if not names or _is_organisation(re.split("[,;|/]", entry)[0], outlets):
        return []
    return [name for name in names if not _is_organisation(name, outlets)]


def _is_organisation(name: str, outlets: Collection[str]) -> bool:
    folded = name.strip().casefold()
    if folded in _words().organisations or is_agency(name):
        return True
    words = re.findall(r"[\w-]+", folded)
    labels = {outlet.partition(".")[0] for outlet in outlets}
    if any(outlet == folded or outlet.startswith(f"{folded} ") for outlet in outlets):
        return True
    return any(word in labels for word in words if len(word) > 2)


def _marked_authors(statements: PageStatements) -> Iterator[str]:
    """Elements that say in markup that they name the author; teasers below have theirs too."""
    for path in (".//*[@rel='author']", ".//*[@itemprop='author']"):
        elements = statements.elements(path)
        around = list(elements[0].iterancestors())[:NEAR] if elements else []
        for element in elements:
            inner = element.find(".//*[@itemprop='name']")
            text = visible_text(element if inner is None else inner)
            near = any(above in around for above in list(element.iterancestors())[:NEAR])
            if text and len(text) <= LONGEST_BYLINE and near:
                yield text


def _first_byline(statements: PageStatements) -> Iterator[str]:
    """The first element whose class says that it is a byline; comments have authors too."""
    for element in _CLASSED(statements.tree):
        name = element.get("class")
        if not _BYLINE.search(name) or _OTHERS.search(name):
            continue
        if any(_OTHERS.search(above.get("class") or "") for above in element.iterancestors()):
            continue
        text = visible_text(element)
        if text and len(text) <= LONGEST_BYLINE:
            yield text
            return


class _Words:
    """What `byline_words.toml` lists, as patterns."""

    def __init__(self) -> None:
        data = (
            resources.files("crawler.parsing.page").joinpath("byline_words.toml").read_text("utf-8")
        )
        every = tomllib.loads(data)
        by, between, titles = (
            "|".join(map(re.escape, sorted(every[key], key=len, reverse=True)))
            for key in ("by", "between", "titles")
        )
        self.by = re.compile(rf"^\s*(?:{by})(?:\s*[:：]\s*|\s+)", re.IGNORECASE)
        self.between = re.compile(rf"\s*[,;|/•·、，]\s*|\s+(?:{between})\s+", re.IGNORECASE)
        self.titles = re.compile(rf"(?:^|[\s-])(?:{titles})(?:$|[\s-])", re.IGNORECASE)
        self.organisations = frozenset(name.casefold() for name in every["organisations"])


@functools.cache
def _words() -> _Words:
    return _Words()
