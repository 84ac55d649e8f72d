"""When an article was published and changed, who says so, and who says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree

from crawler.clock import posix
from crawler.parsing.dates import DateStyle, moment, not_after, possible_days
from crawler.parsing.page.day_search import address_day, search_day
from crawler.parsing.page.jsonld import first_string, updates_of
from crawler.parsing.page.near_headline import PUBLISHED, Headline, is_change
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.texts import plain_line
from crawler.types import Listing, Moment, Precision

APART = 36 * 3600
"""Seconds; two statements that differ by more are about different days in any time zone."""
WIDEST = 14 * 3600
"""Seconds; a clock without zone is no further from the instant that it means."""
_PUBLISHED_META = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished",
    "date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date",
    "published", "publication_date", "publish-date", "publish_date", "publishdate", "pubdate",
    "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime",
    "date.created", "datecreated", "citation_publication_date",
)  # fmt: skip
# Other names of such elements: `w-published-date`, `bt:pubDate`, `article:publish_time`.
_PUBLISHED_NAME = re.compile(
    r"publi(?:sh|c)\w*[-_.:]?(?:date|time|on|at)\b|\bpub_?date|article[-_.:]published$"
    r"|date[-_.:]?(?:original|posted)$|\bposted[-_.:]?(?:date|time|on|at)\b"
)
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified",
    "dcterms.modified", "dc.date.modified",
)  # fmt: skip
_LIKE_A_DAY = re.compile(r"-?\d{4,5}-\d\d-\d\d")
LONGEST_TIME = 60
"""Characters of a text that may be a time."""
_MOST_TIMES = 20
"""Time elements that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of an article."""

    published: Moment | None
    doubt: str | None
    """what another statement of the page says instead, or why the time is doubtful; None where all
    agree"""
    modified_at: str | None


class _Statement(NamedTuple):
    source: str
    raw: str
    found: Moment | None


def read_times(statements: PageStatements, *, url: str, listing: Listing, now: str) -> Times:
    """The times that a page states, or that were stated when it was listed.

    In order of trust: JSON-LD, meta elements, a time element marked as the publication, the feed
    or sitemap, the first time element that is the article's, what htmldate finds, the address, a
    day in the text near the headline. `now` is the latest possible time; later ones are not
    believed. A day of which the month is not certain is decided by the page's other dates and its
    language, or not at all.
    """
    headline = Headline.of(statements)
    published = list(_publication_statements(statements, headline)) or _creation(statements)
    modified = list(_modification_statements(statements))
    raws = list(dict.fromkeys(raw for _, raw in (*published, *modified)))
    style = _style(statements, raws, url)
    listed = not_after(listing.published, now)
    reader = _Reader(style, now, raws, _evidence(headline, listed, url, style, now))
    read = [_Statement(source, raw, reader.read(source, raw)) for source, raw in published]
    believed = [one.found for one in read if one.found is not None]
    if listed is not None:
        believed.append(listed)
    changed = [found for source, raw in modified if (found := reader.read(source, raw))]
    if not believed or believed[0].offset is None:
        plain = _first_time_element(statements, headline, style, now)
        believed += [plain] if plain else []
    first = _clearest(believed)
    doubt = _doubt(first, believed, read, style, now)
    if first is None:
        refused = {
            *_refused_days(reader, changed, read),
            *_days_of_coverage(statements),
            *_days_of_others(statements, reader),
        }
        first, why = search_day(headline, style, url=url, now=now, refused=refused)
        doubt = "; ".join(filter(None, (why, doubt))) or None
    return Times(published=first, doubt=doubt, modified_at=_modified_at(changed, first))


def _publication_statements(
    statements: PageStatements, headline: Headline
) -> Iterator[tuple[str, str]]:
    """(source, raw) of every statement that is about the publication."""
    node = _scalar(statements.node.get("datePublished"))
    if node:
        yield "jsonld", node
    marked = statements.marked_as("itemprop", "datePublished")[:_MOST_TIMES]
    own = [element for element in marked if headline.depth_with(element) is not None]
    others = {e.get("content") for e in marked} - {e.get("content") for e in own}
    names = (name for name in statements.meta if _PUBLISHED_NAME.search(name))
    for raw in statements.all(*dict.fromkeys((*_PUBLISHED_META, *names))):
        if raw not in others:
            yield "meta", raw
    for element in own:
        raw = element.get("datetime") or element.get("content")
        if raw and element.tag != "meta":
            yield "time", raw
    yield from _marked_times(statements, headline)
    yield from _less_trusted(statements, "datePublished")


def _creation(statements: PageStatements) -> list[tuple[str, str]]:
    """When the article was made; a draft may be older, so this is for pages that say no more."""
    raw = _scalar(statements.node.get("dateCreated"))
    return [("jsonld", raw)] if raw else []


def _marked_times(statements: PageStatements, headline: Headline) -> Iterator[tuple[str, str]]:
    """(`time`, raw) of the article's time elements that are marked as its publication."""
    for element in statements.times[:_MOST_TIMES]:
        marks = f"{element.get('class')} {element.get('id')}"
        is_marked = element.get("pubdate") is not None or PUBLISHED.search(marks)
        if is_marked and headline.depth_with(element) is not None:
            yield "time", element.get("datetime")


def _modification_statements(statements: PageStatements) -> Iterator[tuple[str, str]]:
    node = _scalar(statements.node.get("dateModified"))
    if node:
        yield "jsonld", node
    for raw in statements.all(*_MODIFIED_META):
        yield "meta", raw
    yield from _less_trusted(statements, "dateModified")


def _less_trusted(statements: PageStatements, key: str) -> Iterator[tuple[str, str]]:
    """What JSON-LD says where it is broken, or is about the page and no article."""
    for node in (statements.picked, statements.page):
        if stated := _scalar(node.get(key)):
            yield "jsonld", stated


def _scalar(value: Any) -> str | None:
    """A value of JSON-LD as text; seconds since 1970 are a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return first_string(value)


def _style(statements: PageStatements, raws: Sequence[str], url: str) -> DateStyle:
    """How the page writes dates, by those that it states and by its language."""
    stated = (
        statements.tree.get("lang"),
        first_string(statements.node.get("inLanguage")),
        statements.first("og:locale", "content-language", "dc.language"),
    )
    languages = [tag for tag in stated if tag]
    # One of them may have the country that the others lack.
    full = [t for t in languages if len(t) > 3 and t[:2].lower() == languages[0][:2].lower()]
    return DateStyle.of(language=next(iter(full or languages), None), url=url, samples=raws)


def _evidence(
    headline: Headline, listed: Moment | None, url: str, style: DateStyle, now: str
) -> Iterator[date]:
    """Days that the page gives elsewhere, without saying what they are."""
    in_address = moment(address_day(url), source="url", now=now)
    for found in (listed, in_address):
        if found is not None:
            yield date.fromisoformat(found.at[:10])
    for line in headline.lines():
        days = possible_days(line, now=now, style=style)
        if len(days) == 1:
            yield days[0]


@dataclass(frozen=True)
class _Reader:
    """Reads a page's statements, and decides which part of a date is the month."""

    style: DateStyle
    now: str
    raws: Sequence[str]
    """all that are stated"""
    evidence: Iterator[date]
    """looked at only where a date is not clear"""

    def read(self, source: str, raw: str) -> Moment | None:
        """The time of a statement; None where it is none, or not certain."""
        days = possible_days(raw, now=self.now, style=self.either)
        style = self.style
        if len(days) == 2:
            first, second = (self._is_given(day) for day in days)
            if first != second:
                style = replace(style, order="dmy" if first else "mdy")
        return moment(raw, source=source, now=self.now, style=style)

    def _is_given(self, day: date) -> bool:
        """Whether a clear statement, or the page elsewhere, gives this day or the next."""
        return any(abs((other - day).days) <= 1 for other in self._given)

    @cached_property
    def _given(self) -> tuple[date, ...]:
        stated = (possible_days(raw, now=self.now, style=self.either) for raw in self.raws)
        return (*(days[0] for days in stated if len(days) == 1), *self.evidence)

    @property
    def either(self) -> DateStyle:
        """The style without an order."""
        return replace(self.style, order=None)


def _clearest(believed: Sequence[Moment]) -> Moment | None:
    """The most trusted of the times, with its zone or clock where a less trusted one has it."""
    first = next(iter(believed), None)
    if first is None or first.offset is not None:
        return first
    return next((other for other in believed[1:] if _says_more(other, first)), first)


def _says_more(other: Moment, first: Moment) -> bool:
    """Whether a time is another one said more finely: the same clock, or day, with a zone."""
    if other.offset is None or other.precision is Precision.DAY:
        return False
    local = datetime.fromisoformat(other.at) + timedelta(minutes=other.offset)
    if first.precision is Precision.DAY:
        return local.isoformat()[:10] == first.at[:10]
    apart = posix(other.at) - posix(first.at)
    # The clock of UTC beside the local clock: a zone is whole quarters of an hour away.
    return apart % 900 == 0 and abs(apart) <= WIDEST


def _first_time_element(
    statements: PageStatements, headline: Headline, style: DateStyle, now: str
) -> Moment | None:
    """The time element nearest to the headline that is the article's and no change's.

    Of several in one place the earliest: an article is published before it is changed.
    """
    found: list[tuple[int, etree._Element, Moment]] = []
    for element in statements.times[:_MOST_TIMES]:
        read = moment(element.get("datetime"), source="time", now=now, style=style)
        if read is None or is_change(element):
            continue
        depth = headline.depth_with(element)
        if depth is not None:
            found.append((depth, element, read))
    if not found:
        return None
    _, first, _ = max(found, key=lambda one: one[0])
    beside = [read for _, element, read in found if element.getparent() is first.getparent()]
    return min(beside, key=lambda read: read.at)


def _refused_days(
    reader: _Reader, changed: Sequence[Moment], read: Sequence[_Statement]
) -> set[str]:
    """Days that the page states for a change, or in a way that cannot be read for certain.

    htmldate takes the former where it finds no other, and guesses the month of the latter.
    """
    refused = {change.at[:10] for change in changed}
    for one in read:
        if one.found is None:
            refused |= {str(day) for day in possible_days(one.raw, style=reader.either)}
            refused |= {f"{one.raw.strip()[:7]}-{day:02d}" for day in range(1, 32)}
    return refused


def _days_of_others(statements: PageStatements, reader: _Reader) -> Iterator[str]:
    """Days that the page states of something else: of other articles, of when it was built."""
    raws = [*statements.others, *(value for values in statements.meta.values() for value in values)]
    raws += [e.get("content") or "" for e in statements.elements(".//meta[@http-equiv]")]
    for raw in raws:
        if len(raw) <= LONGEST_TIME and "://" not in raw:
            yield from map(str, possible_days(raw, style=reader.either))


def _days_of_coverage(statements: PageStatements) -> set[str]:
    """Days that a live blog states for its updates and for the event; htmldate takes them too."""
    keys = ("coverageStartTime", "coverageEndTime", "datePublished", "dateModified")
    nodes = [part for node in statements.own for part in (node, *updates_of(node))]
    return {raw[:10] for node in nodes for key in keys if (raw := _scalar(node.get(key)))}


def _doubt(
    published: Moment | None,
    believed: Sequence[Moment],
    read: Sequence[_Statement],
    style: DateStyle,
    now: str,
) -> str | None:
    if published is not None:
        for other in believed:
            if abs(posix(other.at) - posix(published.at)) > APART:
                return f"{other.source} says {other.raw}"
        if published.precision is Precision.DAY and not published.at.endswith("T00:00:00Z"):
            return f"{published.source} says {published.raw}, in an unknown time zone"
    for source, raw, found in read:
        if found is None and plain_line(raw):
            return f"{source} says {(plain_line(raw) or '')[:60]}, {_why_unread(raw, style, now)}"
    return None


def _why_unread(raw: str, style: DateStyle, now: str) -> str:
    days = possible_days(raw, now=now, style=style)
    if len(days) > 1:
        return f"which may be {days[0]} or {days[1]}"
    # Figures in the form of a day are one that cannot be; of other texts nobody knows.
    return "which cannot be" if _LIKE_A_DAY.match(raw.strip()) else "which cannot be read"


def _modified_at(changed: Sequence[Moment], published: Moment | None) -> str | None:
    """The first time of a change that is not before the publication."""
    for found in changed:
        by_day = published is not None and Precision.DAY in (found.precision, published.precision)
        length = 10 if by_day else None
        if published is None or found.at[:length] >= published.at[:length]:
            return found.at
    return None
