"""Sitemaps, news sitemaps and their indexes, into listings. Streamed and bounded."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

from lxml import etree

from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import moment
from crawler.parsing.texts import one_line
from crawler.parsing.urls import canonical
from crawler.types import Listing, Listings

MAX_PAGES = 50_000
"""The protocol's own limit for one sitemap."""
MAX_BYTES = 50 * 1024 * 1024
"""The protocol's own limit, unpacked."""

Entry = dict[str, str]


def parse_sitemap(body: bytes) -> Listings:
    """Read a sitemap or sitemap index, gzipped or not.

    Raises ExtractError `not-a-sitemap` when nothing of one can be read from it.
    """
    pages: dict[str, Listing] = {}
    sitemaps: dict[str, Listing] = {}
    refused = 0
    for tag, entry in _entries(_unpacked(body)):
        try:
            # Full addresses only, as the protocol has it: what is cut off must not be completed.
            address = canonical(entry.get("loc", ""))
        except UsageError:
            refused += 1
            continue
        if tag == "sitemap":
            sitemaps.setdefault(address, _listing(address, entry))
        elif len(pages) < MAX_PAGES:
            pages.setdefault(address, _listing(address, entry))
    return Listings(pages=tuple(pages.values()), sitemaps=tuple(sitemaps.values()), refused=refused)


def _listing(address: str, entry: Entry) -> Listing:
    changed = moment(entry.get("lastmod"), source="sitemap")
    return Listing(
        url=address,
        title=one_line(entry.get("title")),
        published=moment(entry.get("publication_date"), source="sitemap"),
        modified_at=changed.at if changed else None,
    )


def _unpacked(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise ExtractError("not-a-sitemap", f"broken gzip: {error}") from error
    if unpacker.unconsumed_tail:
        raise ExtractError("too-large", f"a sitemap of over {MAX_BYTES} bytes unpacked")
    return plain


def _entries(body: bytes) -> Iterator[tuple[str, Entry]]:
    """('url' or 'sitemap', its fields by local name), as far as the document can be read."""
    seen_root = False
    events = etree.iterparse(
        io.BytesIO(body), events=("start", "end"), recover=True, resolve_entities=False,
        no_network=True, load_dtd=False,
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


def _fields(element: etree._Element) -> Entry:
    """The entry's own fields and those of its news block; an image has a loc of its own."""
    news = (child for block in element if _local(block) == "news" for child in block)
    return {_local(child): (child.text or "").strip() for child in (*news, *element)}


def _local(element: etree._Element) -> str:
    # Not by QName: a broken document may have names that are none, or prefixes it never declared.
    if not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2].rpartition(":")[2]
