"""When an article was published and changed, who says so, and who says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from htmldate import find_date
from lxml import etree

from crawler.parsing.dates import moment, posix
from crawler.parsing.page.jsonld import first_string
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.texts import plain_line
from crawler.types import Listing, Moment

APART = 36 * 3600
"""Seconds; two statements that differ by more are about different days in any time zone."""
_PUBLISHED_META = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date.issued",
    "dcterms.created", "dc.date", "publication_date", "publish-date", "pubdate", "parsely-pub-date",
    "sailthru.date", "article.published", "cxenseparse:recs:publishtime", "date.created",
)  # fmt: skip
_MODIFIED_META = ("article:modified_time", "og:updated_time", "datemodified", "lastmod")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\D|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of an article."""

    published: Moment | None
    doubt: str | None
    """what another statement of the page says instead; None where all agree"""
    modified_at: str | None


def read_times(statements: PageStatements, *, url: str, listing: Listing, now: str) -> Times:
    """The times that a page states, or that were stated when it was listed.

    In order of trust: JSON-LD, meta elements, a time element marked as the publication, the feed
    or sitemap, the first time element, what htmldate finds, the address. `now` is the latest
    possible time; later ones are not believed.
    """
    stated = list(_publication_statements(statements))
    read = [moment(raw, source=source, now=now) for source, raw in stated]
    believed = [found for found in read if found is not None]
    listed = listing.published
    if listed is not None and moment(listed.at, source=listed.source, now=now):
        believed.append(listed)
    published = believed[0] if believed else _first_time_element(statements, now=now)
    if published is None and not stated:
        # A page that states an impossible time is not searched for a better one: that finds the
        # year of the copyright line.
        published = _search_day(statements.tree, url=url, now=now)
    return Times(
        published=published,
        doubt=_doubt(published, believed, stated, read),
        modified_at=_modified_at(statements, now),
    )


def _publication_statements(statements: PageStatements) -> Iterator[tuple[str, str]]:
    """(source, raw) of every statement that is about the publication."""
    node = first_string(statements.node.get("datePublished"))
    if node:
        yield "jsonld", node
    for raw in statements.all(*_PUBLISHED_META):
        yield "meta", raw
    for element in statements.elements(".//*[@itemprop='datePublished']"):
        raw = element.get("datetime") or element.get("content")
        if raw and element.tag != "meta":
            yield "time", raw
    for element in statements.elements(".//time[@datetime]")[:20]:
        marks = f"{element.get('class')} {element.get('id')}".lower()
        if element.get("pubdate") is not None or "publish" in marks:
            yield "time", element.get("datetime")


def _first_time_element(statements: PageStatements, *, now: str) -> Moment | None:
    first = statements.tree.find(".//time[@datetime]")
    return moment(first.get("datetime"), source="time", now=now) if first is not None else None


def _search_day(tree: etree._Element, *, url: str, now: str) -> Moment | None:
    """A day found in the page's markup, by htmldate: the last resort, and the slowest."""
    try:
        # Its extensive search, through all the text, is a guess: of five more days that it gave on
        # real pages (78 of postlight/parser) one was right, at three times the cost.
        found = find_date(
            tree, original_date=True, extensive_search=False, url=url, max_date=now[:10]
        )
    except (ValueError, AttributeError, TypeError):
        # htmldate trips over some trees; a missing date is then the honest answer.
        found = None
    day = _IN_ADDRESS.search(url)
    in_address = "-".join(day.groups()) if day else None
    source = "url" if found is None or found == in_address else "text"
    return moment(found or in_address, source=source, now=now)


def _doubt(
    published: Moment | None,
    believed: list[Moment],
    stated: list[tuple[str, str]],
    read: list[Moment | None],
) -> str | None:
    if published is not None:
        for other in believed[1:]:
            if abs(posix(other.at) - posix(published.at)) > APART:
                return f"{other.source} says {other.raw}"
    for (source, raw), found in zip(stated, read, strict=True):
        if found is None and plain_line(raw):
            return f"{source} says {(plain_line(raw) or '')[:60]}, which cannot be"
    return None


def _modified_at(statements: PageStatements, now: str) -> str | None:
    node = first_string(statements.node.get("dateModified"))
    given = [("jsonld", node), *(("meta", raw) for raw in statements.all(*_MODIFIED_META))]
    for source, raw in given:
        found = moment(raw, source=source, now=now)
        if found is not None:
            return found.at
    return None
