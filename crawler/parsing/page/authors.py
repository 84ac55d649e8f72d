"""Who wrote an article: a list of people's names, without agencies, outlets and job titles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from lxml import etree

from crawler.parsing.page.agencies import is_agency
from crawler.parsing.page.byline_words import byline_words
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
_CATALOGUES = frozenset({"dc.creator", "dcterms.creator", "citation_author"})
"""Of these, whose names stand as in a catalogue: the surname, a comma, the first names."""
MAX_FIRST_NAMES = 3
LONGEST_ABBREVIATION = 4
"""Letters of a word in capitals that is no surname: BBC, but DUPONT."""
_WITHIN_SURNAMES = frozenset("yie")
"""Words for `and` that join two surnames in Spanish, Catalan and Portuguese."""
_PARTICLES = frozenset(
    {"d", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "la",
     "las", "le", "los", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur", "af", "av", "al",
     "ben", "bin", "el", "ibn"}
)  # fmt: skip
"""Words in small letters that belong to the name behind them."""
_NAME = re.compile(r"[^\W\d_][\w'’ʼ‐-]*\.?")
_INITIAL = re.compile(r"[^\W\d_]{1,2}\.?(?:-?[^\W\d_]\.)*")
_GENERATION = re.compile(r"(?:[JS]n?r)\.?|I{2,3}|IV", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\s(?:[JS]n?r|[^\W\d_])\.\s*$", re.IGNORECASE)
"""A name that ends with an abbreviation, whose full stop is the name's."""
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:author|authors|byline|bylines|autor|auteur|autore|writer)"
    r"(?:[_-]*(?:name|names|link))?(?:$|\s)",
    re.IGNORECASE,
)
_CLASSED = etree.XPath(
    ".//@class[contains(., 'ut') or contains(., 'yline') or contains(., 'writer')]/.."
)
_OTHERS = re.compile("comment|related|recommend|teaser|sidebar|footer|quote", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"https?:|@|www\.|\d|[<>{}\[\]]|^\S+\.[a-z]{2,}$|^[a-z0-9]+(?:[-_][a-z0-9]+)+$"
)
_ADDRESS = re.compile(
    r"\s*\(?(?:(?:https?://|www\.)\S+|\S+@\S+\.\S+|(?<!\S)@\w+\)?)", re.IGNORECASE
)
# As RSS 2.0 has it: ann.lee@example.org (Ann Lee)
_NAMED_ADDRESS = re.compile(r"\s*\S+@\S+\.\S+\s*\(([^()]{2,60})\)\s*")
_FIRST_OF_ENTRY = re.compile(r"[,;|/]|\s[–—-]\s")
_ASIDE = re.compile(r"\s*\([^()]{0,60}\)")
_FOR = re.compile(r"(?<=\w{2})\s+(?:for|für|pour|para|per|voor|för|dla|для)\s.*$")
"""What stands between an author and the outlet, and in no name."""
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_FULL_STOP = re.compile(r"\.\s+")
_HAN_NAMES = re.compile(r"[\u4e00-\u9fff]{3}(?:\s+[\u4e00-\u9fff]{3})+")
"""Names in Chinese, with nothing but spaces between them; shorter ones may be parts of one name."""


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
    program = (statements.first("generator") or "").casefold().partition(" ")[0]
    not_people = (statements.site_names | {outlet.casefold(), host(url), program}) - {""}
    sources = [(name, found[:MAX_AUTHORS]) for name, found in _sources(statements)]
    entries = dict.fromkeys(entry for _, found in sources for entry in found)
    entries |= dict.fromkeys(statements.names("author", "creator"))
    for source, found in sources:
        people: dict[str, str] = {}
        for name in (name for entry in found for name in _people(entry, not_people)):
            people.setdefault(name.casefold(), name)
        if people:
            names = _without_links(list(people.values()))
            return Bylines(tuple(names[:MAX_AUTHORS]), source, tuple(entries))
    return Bylines((), None, tuple(entries))


def _sources(statements: PageStatements) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(where, what stands there) of authors, the most trustworthy first."""
    yield "jsonld author", statements.names("author", people=True)
    yield "jsonld creator", statements.names("creator", people=True)
    for name in _META:
        read = _as_catalogued if name in _CATALOGUES else str
        yield f"meta {name}", tuple(map(read, statements.all(name)))
    yield "meta twitter:data", tuple(_labelled_data(statements))
    yield "rel=author or itemprop=author", tuple(_marked_authors(statements))
    yield "byline on the page", tuple(_first_byline(statements))
    yield "broken jsonld author", statements.picked_names("author", people=True)


def _labelled_data(statements: PageStatements) -> Iterator[str]:
    """The author in the two fields that a card on other sites has, labelled in any language."""
    for number in ("1", "2"):
        label = statements.first(f"twitter:label{number}")
        if label and byline_words().by.fullmatch(f"{label} "):
            yield from statements.all(f"twitter:data{number}")


def _without_links(names: list[str]) -> list[str]:
    """Names without links of which one is the last: `More from Ann Lee` beside `Ann Lee`."""

    def leads_to(name: str, other: str) -> bool:
        before = name.removesuffix(f" {other}")
        return before != name and before[-1:].islower() and before.split()[-1].islower()

    return [name for name in names if not any(leads_to(name, other) for other in names)]


def split_names(raw: str) -> list[str]:
    """`By Ann Lee and Bo Chan, Science Editor` as ['Ann Lee', 'Bo Chan'].

    `Lee, Ann` is one name, and so is `José Ortega y Gasset`.
    """
    words = byline_words()
    entry = _first_sentence(plain_line(_one_line(raw[:2_000])) or "")[:LONGEST_ENTRY]
    entry = _FOR.sub("", words.others.sub("", _without_address(entry)))
    entry = words.by.sub("", _ASIDE.sub("", entry))
    names: list[str] = []
    for part in _in_reading_order(_parts(entry)):
        name = _name_in(part)
        if name is None:
            continue
        if _HAN_NAMES.fullmatch(name):
            names += (one for one in name.split() if not words.by.match(f"{one} "))
        elif names and _GENERATION.fullmatch(name):
            names[-1] += f" {part.strip()}"
        # A single word behind a name is what the person is, or where.
        elif not words.titles.search(name) and not (names and re.fullmatch("[A-Za-zÀ-ž]+", name)):
            names.append(name)
    return names


def _one_line(entry: str) -> str:
    """With commas between lines where each is a name by itself."""
    lines = _LINE_BREAK.split(entry.strip())
    return (", " if all(len(line.split()) > 1 for line in lines) else " ").join(lines)


def _first_sentence(entry: str) -> str:
    """A byline without what others did: `Words by Ann Lee. Photographs by Bo Chan`."""
    words = byline_words()
    for match in _FULL_STOP.finditer(entry):
        rest = entry[match.end() :]
        if words.not_by.match(rest) or words.by.match(rest):
            return entry[: match.start()]
    return entry


def _name_in(part: str) -> str | None:
    """The name of one who wrote, in a part of a byline; None where there is none."""
    words = byline_words()
    if words.not_by.match(part):
        return None
    name = words.behind.sub("", words.by.sub("", part).strip(" .,;:·•|/-–—*"))
    if _ABBREVIATED.search(part):
        name += "."
    is_name = 2 <= len(name) <= 60 and len(name.split()) <= 6 and not _NOT_A_NAME.search(name)
    return name if is_name else None


def _without_address(entry: str) -> str:
    named = _NAMED_ADDRESS.fullmatch(entry)
    return named[1] if named else _ADDRESS.sub("", entry)


class _Part(NamedTuple):
    """A part of a list of names."""

    text: str
    mark: str
    """what stands before it: a comma, a word for `and`; empty at the start"""


def _parts(entry: str) -> list[_Part]:
    """The parts of a list of names, double surnames joined: `Ramón y Cajal`."""
    parts: list[_Part] = []
    end, mark = 0, ""
    for match in [*byline_words().between.finditer(entry), None]:
        text = entry[end : match.start() if match else len(entry)]
        if parts and mark in _WITHIN_SURNAMES and _goes_on(parts[-1], text, match):
            parts[-1] = parts[-1]._replace(text=f"{parts[-1].text} {mark} {text}")
        else:
            parts.append(_Part(text, mark))
        if match:
            end, mark = match.end(), match[0].strip()
    return parts


def _goes_on(before: _Part, rest: str, behind: re.Match[str] | None) -> bool:
    """Whether what stands behind `y` is the second surname of a name, and nobody's first name.

    It is one word, particles apart, behind a name that is whole, or before a comma and the first
    name.
    """
    name = before.text
    if not _is_surname(rest.split()) or rest.isupper() != name.isupper() or _is_no_name(rest):
        return False
    # Jan Nowak i ..., but not Nowak, Jan i ...
    is_first = before.mark != ","
    return len(name.split()) > 1 or (is_first and behind is not None and behind[0].strip() == ",")


def _in_reading_order(parts: list[_Part]) -> Iterator[str]:
    """The names of a list, those written `Lee, Ann` with the first name first."""
    at, in_pairs = 0, True
    while at < len(parts):
        two = parts[at : at + 2]
        # Behind a name that is whole stand titles and places.
        in_pairs = (
            (in_pairs or two[0].mark != ",")
            and [part.mark for part in two[1:]] == [","]
            and _is_last_first(two[0].text, two[1].text)
        )
        if in_pairs:
            yield f"{two[1].text.strip()} {two[0].text.strip()}"
            at += 2
        else:
            yield two[0].text
            at += 1


def _is_last_first(last: str, first: str) -> bool:
    """Whether two parts are one name: a surname, then one first name or initials."""
    surnames, given = last.split(), first.split()
    if surnames[1:-1] and surnames[-2] in _WITHIN_SURNAMES:  # Ortega y Gasset
        surnames = surnames[:-2]
    return (
        _is_surname(surnames)
        and given[:1] != []
        and _is_name(given[0])
        and all(word in _PARTICLES or _INITIAL.fullmatch(word) for word in given[1:])
        and not (_is_no_name(last) or _is_no_name(first))
    )


def _is_surname(words: list[str]) -> bool:
    """Whether words are one surname, with the particles before it."""
    if not words or not _is_name(words[-1]):
        return False
    return all(word.lower() in _PARTICLES for word in words[:-1])


def _is_name(word: str) -> bool:
    """Whether a word is written as names are, in a script with capital letters."""
    return _NAME.fullmatch(word) is not None and (word[0].isupper() or "’" in word or "'" in word)


def _is_no_name(part: str) -> bool:
    """Whether a part is an agency, a title, an abbreviation."""
    words, part = byline_words(), part.strip()
    return (
        words.titles.search(part) is not None
        or part.casefold() in words.organisations
        or is_agency(part)
        or (1 < len(part) <= LONGEST_ABBREVIATION and part.isupper() and "." not in part)
    )


def _as_catalogued(entry: str) -> str:
    """A name as library catalogues have it, `García Márquez, Gabriel`, in reading order."""
    last, comma, first = (entry.strip(" ,;") if entry else "").partition(",")
    is_name = comma and "," not in first and len(first.split()) <= MAX_FIRST_NAMES
    return f"{first.strip()} {last.strip()}" if is_name and first.strip() else entry


def _people(entry: str, outlets: Collection[str]) -> list[str]:
    """The people of an entry; none when it begins with an organisation: `AFP, MANILA`."""
    names = split_names(entry)
    first = _FIRST_OF_ENTRY.split(_FOR.sub("", _without_address(entry)))[0]
    if not names or _is_organisation(first, outlets):
        return []
    return [name for name in names if not _is_organisation(name, outlets)]


def _is_organisation(name: str, outlets: Collection[str]) -> bool:
    folded = name.strip().casefold()
    if folded in byline_words().organisations or is_agency(name):
        return True
    words = re.findall(r"[\w-]+", folded)
    labels = {outlet.partition(".")[0] for outlet in outlets}
    if any(outlet == folded or outlet.startswith(f"{folded} ") for outlet in outlets):
        return True
    return any(word in labels for word in words if len(word) > 2)


def _marked_authors(statements: PageStatements) -> Iterator[str]:
    """Elements that say in markup that they name the author; teasers below have theirs too."""
    for attribute in ("rel", "itemprop", "property"):
        elements = statements.marked_as(attribute, "author")
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
