"""OPML, the list of feeds that feed readers exchange: read into descriptions, written from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from crawler.errors import UsageError
from crawler.outlets.toml import free_slug
from crawler.parsing.texts import plain_line
from crawler.parsing.urls import canonical, publisher_of, refuse_google_news, refuse_login
from crawler.types import Outlet, Source, SourceKind

_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(slots=True, kw_only=True)
class FromOpml:
    """What an OPML file gave."""

    outlets: dict[str, Outlet] = field(default_factory=dict)
    known: int = 0
    """feeds that are described already"""
    bad: list[str] = field(default_factory=list)
    """entries left out, and why"""


def from_opml(text: str, known: Mapping[str, Outlet]) -> FromOpml:
    """Outlets of the feeds in an OPML file, by registered domain; nothing is fetched.

    Feeds that `known` outlets have are left out. Raises UsageError when it is no OPML.
    """
    import listparser

    parsed = listparser.parse(text)
    feeds = parsed.get("feeds", [])
    if not feeds and not parsed.get("version"):
        raise UsageError(f"no OPML: {parsed.get('bozo_exception') or 'it holds no outline'}")
    done = FromOpml()
    have = {source.url for outlet in known.values() for source in outlet.sources}
    for domain, entries in _by_domain(feeds, have, done).items():
        slug = free_slug(f"https://{domain.partition('/')[0]}/", [*known, *done.outlets])
        done.outlets[slug] = _outlet(slug, domain, entries)
    return done


def _outlet(slug: str, domain: str, entries: Sequence[_Entry]) -> Outlet:
    titles = [entry.title for entry in entries if entry.title]
    return Outlet(
        slug=slug,
        name=_common(titles) or domain,
        sources=tuple(
            Source(url=entry.url, kind=SourceKind.FEED, outlet=slug) for entry in entries
        ),
    )


class _Entry(NamedTuple):
    """A feed of an OPML file."""

    url: str
    title: str | None


def _by_domain(
    feeds: Iterable[Mapping[str, Any]], have: set[str], done: FromOpml
) -> dict[str, list[_Entry]]:
    """The feeds that are new, by whose they are; the others are noted in `done`.

    `have` holds the addresses of known feeds, and afterwards those of new ones too.
    """
    groups: dict[str, list[_Entry]] = {}
    for feed in feeds:
        title = plain_line(feed.get("title"))
        try:
            url = canonical(feed.get("url") or "")
            refuse_login(feed["url"])
            refuse_google_news(url)
        except UsageError as error:
            done.bad.append(f"{title or 'untitled'}: {error}")
            continue
        if url in have or feed.get("url") in have:
            done.known += 1
            continue
        have.add(url)
        # As it is written, but for what cannot be seen: some servers are particular about order.
        written = "".join(filter(str.isprintable, feed["url"])).strip()
        groups.setdefault(publisher_of(url), []).append(_Entry(written, title))
    return groups


def _common(titles: Sequence[str]) -> str | None:
    """What the titles of an outlet's feeds begin with, or the shortest of them."""
    if not titles:
        return None
    words = [re.split(r"\s+", title) for title in titles]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return _EDGES.sub("", " ".join(shared)) or min(titles, key=len)


def to_opml(outlets: Mapping[str, Outlet]) -> str:
    """OPML 2.0 of the feeds of outlets, one folder an outlet."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Outlets of Newsloom"
    body = ET.SubElement(root, "body")
    for outlet in outlets.values():
        feeds = [source for source in outlet.sources if source.kind is SourceKind.FEED]
        if not feeds:
            continue
        folder = ET.SubElement(body, "outline", text=outlet.name, title=outlet.name)
        for feed in feeds:
            line = ET.SubElement(
                folder, "outline", type="rss", text=outlet.name, title=outlet.name, xmlUrl=feed.url
            )
            if outlet.home:
                line.set("htmlUrl", outlet.home)
            if outlet.language:
                line.set("language", outlet.language)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")
