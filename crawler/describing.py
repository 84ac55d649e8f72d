"""Descriptions of outlets, written: as TOML files, from OPML and as OPML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from crawler.errors import OutletError, UsageError
from crawler.files import folder_for_writing, writing
from crawler.outlets import SOURCES
from crawler.parsing.texts import one_line
from crawler.parsing.urls import canonical, host, registered_domain
from crawler.types import Outlet, Source, SourceKind

_EDGES = re.compile(r"^\W+|\W+$")
_HOSTS_OF_MANY = frozenset(
    {"feedburner.com", "google.com", "rss.app", "substack.com", "wordpress.com", "blogspot.com"}
)


@dataclass(slots=True, kw_only=True)
class FromOpml:
    """What an OPML file gave."""

    outlets: dict[str, Outlet] = field(default_factory=dict)
    known: int = 0
    """feeds that are described already"""
    bad: list[str] = field(default_factory=list)
    """entries left out, and why"""


def free_slug(url: str, taken: Sequence[str]) -> str:
    """A short name for an outlet, by its domain: `bbc`, or `bbc-co-uk` when that is taken."""
    domain = registered_domain(url)
    try:
        ascii_ = domain.encode("idna").decode().lower()
    except UnicodeError:  # an empty or endless label
        ascii_ = domain.encode("ascii", "ignore").decode().lower()
    short, plain = (
        re.sub(r"[^a-z0-9-]+", "-", name).strip("-") or "outlet"
        for name in (ascii_.partition(".")[0], ascii_)
    )
    names = [short, plain, *(f"{plain}-{number}" for number in range(2, 10_000))]
    return next(name for name in names if name not in taken)


def as_toml(outlet: Outlet) -> str:
    """The description of an outlet, as its file has it."""
    keys: dict[str, object] = {
        "name": outlet.name,
        "home": outlet.home,
        "country": outlet.country,
        "language": outlet.language,
        "agency": outlet.agency or None,
        "names": list(outlet.names) or None,
        "delay": outlet.delay,
        "revisits": None if outlet.revisits is None else list(map(_age, outlet.revisits)),
        "drop": list(outlet.drop) or None,
        "body": outlet.body,
        "urls": outlet.urls,
        "spider": outlet.spider,
    }
    for key, kind in SOURCES.items():
        keys[key] = [source.url for source in outlet.sources if source.kind is kind] or None
    # A JSON string is a TOML string, and a list of them a list.
    return "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items() if value is not None)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    units = ((24 * 60, "d"), (60, "h"), (1, "m"))
    return next(f"{minutes // n}{unit}" for n, unit in units if minutes % n == 0)


def _toml(value: object) -> str:
    if isinstance(value, list) and len(value) > 1:
        return "[\n" + "".join(f"  {json.dumps(one)},\n" for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_outlet(outlet: Outlet, folder: Path, *, replace: bool = False) -> Path:
    """Write an outlet's description; OutletError when there is one and it is not to be replaced."""
    file = folder / f"{outlet.slug}.toml"
    if file.exists() and not replace:
        raise OutletError(f"{file}: exists already; --replace writes it anew")
    folder_for_writing(folder)
    with writing(file) as output:
        output.write(as_toml(outlet).encode())
    return file


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
    groups: dict[str, list[tuple[str, str | None]]] = {}
    for feed in feeds:
        title = one_line(feed.get("title"))
        try:
            url = canonical(feed.get("url") or "")
        except UsageError as error:
            done.bad.append(f"{title or 'untitled'}: {error}")
            continue
        if url in have or feed.get("url") in have:
            done.known += 1
            continue
        have.add(url)
        # As it is written, but for what cannot be seen: some servers are particular about order.
        written = "".join(filter(str.isprintable, feed["url"])).strip()
        groups.setdefault(_domain(url), []).append((written, title))
    for domain, entries in groups.items():
        slug = free_slug(f"https://{domain.partition('/')[0]}/", [*known, *done.outlets])
        titles = [title for _, title in entries if title]
        done.outlets[slug] = Outlet(
            slug=slug,
            name=_common(titles) or domain,
            sources=tuple(Source(url=url, kind=SourceKind.FEED, outlet=slug) for url, _ in entries),
        )
    return done


def _domain(url: str) -> str:
    """Whose a feed is; on hosts of many publishers each feed is its own."""
    domain = registered_domain(url)
    return f"{host(url)}{urlsplit(url).path}" if domain in _HOSTS_OF_MANY else domain


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
