"""Sitemaps, news sitemaps, text sitemaps and indexes, into listings. In parts and bounded."""

from __future__ import annotations

import calendar
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import tee
from urllib.parse import urlsplit

from lxml import etree

from crawler.clock import now as present
from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import DateStyle, moment
from crawler.parsing.listing.documents import as_ascii, text_of, unpack, well_formed
from crawler.parsing.texts import plain_line
from crawler.parsing.urls import canonical
from crawler.types import Listing, Listings

PART = 1_000
"""Pages of a large sitemap that are read together."""
MAX_REFUSED = 100
"""Entries without an address that are named."""
# In any letters: some programs write <URLSET>, and search engines read it.
_ROOT = re.compile(rb"<(?:\w+:)?urlset[^>]*>", re.IGNORECASE)
_URL = re.compile(rb"<(?:\w+:)?url\s*>.*?</(?:\w+:)?url\s*>", re.DOTALL | re.IGNORECASE)
_CHANGED = re.compile(rb"<(?:\w+:)?(?:lastmod|publication_date)\s*>\s*([^<\s]+)", re.IGNORECASE)
_LINE = re.compile(rb"(?m)^\s*(https?://\S+)\s*$")
_TEXT_LINE = re.compile(r"(?m)^\s*(https?://\S+)\s*$")
_OPENING = re.compile(r"<([\w.-]+:)?(url|sitemap)\s*>", re.IGNORECASE)
_ROOT_END = re.compile(r"</(?:[\w.-]+:)?(?:urlset|sitemapindex)\s*>", re.IGNORECASE)
_LOC = re.compile(r"<(?:[\w.-]+:)?loc\s*>\s*([^<]*)", re.IGNORECASE)
_CUT = "cut off"
_YEAR_FIRST = re.compile(
    r"(?<![^\W_])(?P<year>(?:19|20)\d\d)"
    r"(?:[-_/.]?(?P<month>0[1-9]|1[0-2])(?:[-_/.]?(?P<day>0[1-9]|[12]\d|3[01]))?)?(?![^\W_])"
)
_PARAMETERS = re.compile(
    r"\byy(?:yy)?=(?P<year>(?:19|20)\d\d)(?:&mm?=(?P<month>\d{1,2})(?:&dd?=(?P<day>\d{1,2}))?)?"
)

_Entry = dict[str, str]


def split_sitemap(body: bytes) -> list[bytes]:
    """A large sitemap in parts, each a sitemap by itself, zlib; the newest pages first.

    A single part, as it was given, when it has few pages or is an index. Raises ExtractError
    `not-a-sitemap` or `too-large`.
    """
    plain = as_ascii(unpack(body))
    root = _ROOT.search(plain)
    if root:
        entries, head, between, tail = _URL.findall(plain), plain[: root.end()], b"", b"</urlset>"
    elif plain[:4_000].removeprefix(b"\xef\xbb\xbf").lstrip()[:4].lower() == b"http":
        entries, head, between, tail = _LINE.findall(plain), b"", b"\n", b""
    else:
        return [body]
    if len(entries) <= PART:
        return [body]
    entries.sort(key=_changed, reverse=True)
    return [
        zlib.compress(head + between.join(entries[start : start + PART]) + tail, 1)
        for start in range(0, len(entries), PART)
    ]


def _changed(entry: bytes) -> bytes:
    """A time as it is written: dates of one sitemap are written alike, and then they sort."""
    found = _CHANGED.search(entry)
    return found[1] if found else b""


def days_of(url: str) -> tuple[str, str] | None:
    """First and last day that a sitemap's address names: `sitemap-2022-01.xml`; None without."""
    parts = urlsplit(url)
    found = _PARAMETERS.search(parts.query) or _YEAR_FIRST.search(parts.path)
    if found is None:
        return None
    year, month, day = (int(found[part] or 0) for part in ("year", "month", "day"))
    if month > 12:
        return None
    last_month = month or 12
    last_day = day or calendar.monthrange(year, last_month)[1]
    return f"{year}-{month or 1:02d}-{day or 1:02d}", f"{year}-{last_month:02d}-{last_day:02d}"


def parse_sitemap(body: bytes, *, url: str = "", content_type: str = "") -> Listings:
    """Read a sitemap or sitemap index, gzipped or not, or a part of one, fetched from `url`.

    Raises ExtractError `not-a-sitemap` when nothing of one can be read from it.
    """
    pages: dict[str, Listing] = {}
    sitemaps: dict[str, Listing] = {}
    refused_as: list[str] = []
    refused = repeated = 0
    text = text_of(unpack(body), content_type)
    entries = list(_lines(text) if _is_text(text) else _entries(text))
    style, now = _style(entry for _, entry in entries), present()
    for tag, entry in entries:
        try:
            # Full addresses, as the protocol has it, or whole paths: what is cut off must not be
            # completed.
            loc = entry.get("loc", "") if tag != _CUT else ""
            address = canonical(loc, url if loc.startswith("/") else None)
        except UsageError:
            refused += 1
            if len(refused_as) < MAX_REFUSED:
                refused_as.append((plain_line(entry.get("title") or entry.get("loc")) or "")[:200])
            continue
        if address in pages or address in sitemaps:
            repeated += 1
        elif tag == "sitemap":
            sitemaps[address] = _listing(address, entry, style, now)
        else:
            pages[address] = _listing(address, entry, style, now)
    return Listings(
        pages=tuple(pages.values()),
        sitemaps=tuple(sitemaps.values()),
        refused=refused,
        refused_as=tuple(refused_as),
        repeated=repeated,
    )


def _style(entries: Iterable[_Entry]) -> DateStyle:
    """How a sitemap writes dates: by those that show it, and the country of its pages."""
    first, rest = tee(entries)
    times = (entry.get(name) for entry in rest for name in ("publication_date", "lastmod"))
    address = next(filter(None, (entry.get("loc") for entry in first)), "")
    return DateStyle.of(language="en", url=address, samples=times)


def _listing(address: str, entry: _Entry, style: DateStyle, now: str) -> Listing:
    changed = moment(entry.get("lastmod"), source="sitemap", now=now, style=style)
    return Listing(
        url=address,
        title=plain_line(entry.get("title")),
        published=moment(entry.get("publication_date"), source="sitemap", now=now, style=style),
        modified_at=changed.at if changed else None,
    )


def _is_text(text: str) -> bool:
    """Whether it is a sitemap of the plainest kind: one address a line."""
    return text[:4].lower() == "http"


def _lines(text: str) -> Iterator[tuple[str, _Entry]]:
    for line in _TEXT_LINE.findall(text):
        yield "url", {"loc": line}


def _entries(text: str) -> Iterator[tuple[str, _Entry]]:
    """('url', 'sitemap' or _CUT, its fields by local name), as far as the document can be read."""
    text, cut = _without_cut_entry(text)
    seen_root = False
    events = etree.iterparse(
        io.BytesIO(well_formed(text).encode("utf-8", "replace")), events=("start", "end"),
        recover=True, resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for event, element in events:
            name = _local(element)
            if event == "start":
                if not seen_root and name not in ("urlset", "sitemapindex"):
                    raise ExtractError("not-a-sitemap", f"its root is <{name[:40]}>")
                seen_root = True
            elif name in ("url", "sitemap"):
                yield name, _fields(element)
                element.clear()
    except etree.XMLSyntaxError as error:
        if not seen_root:
            raise ExtractError("not-a-sitemap", str(error)[:200]) from error
    if not seen_root:
        raise ExtractError("not-a-sitemap", "empty")
    if cut:
        yield _CUT, {"loc": cut}


def _without_cut_entry(text: str) -> tuple[str, str]:
    """A sitemap without the entry in which it was cut off, and what that has of an address.

    A parser that recovers would close the entry, and half an address is another address.
    """
    end = max(text.rfind(f"</{name}") for name in _closings(text))
    begun = _OPENING.search(text, max(end, 0))
    if begun is None or _ROOT_END.search(text, begun.start()):
        return text, ""
    if end < 0 and _OPENING.search(text, begun.end()):  # it closes no entry at all
        return text, ""
    loc = _LOC.search(text, begun.start())
    return text[: begun.start()], loc[1][:200] if loc else "?"


def _closings(text: str) -> set[str]:
    """How the entries of a sitemap are closed, with the prefix that they have."""
    return {f"{prefix or ''}{name}" for prefix, name in _OPENING.findall(text[:100_000])} or {"url"}


def _fields(element: etree._Element) -> _Entry:
    """The entry's own fields and those of its news block; an image has a loc of its own.

    Of several of one name the first.
    """
    news = (child for block in element if _local(block) == "news" for child in block)
    fields: _Entry = {}
    for child in (*element, *news):
        fields.setdefault(_local(child), "".join(child.itertext()).strip())
    return fields


def _local(element: etree._Element) -> str:
    # Not by QName: a broken document may have names that are none, or prefixes it never declared.
    if not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower()
