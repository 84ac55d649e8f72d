"""What the worker processes are asked to do; importing it loads the parsers."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import shorten
from typing import NamedTuple

from crawler.errors import ExtractError
from crawler.parsing.languages import language_of
from crawler.parsing.listing.feeds import parse_feed
from crawler.parsing.listing.sitemaps import parse_sitemap, split_sitemap
from crawler.parsing.page.extract import TwinPage, extract
from crawler.types import Article, Fetched, Listing, Listings, Outlet, Page, Rejected, SourceKind

_SITEMAP = re.compile(rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>]")
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)


class Parts(NamedTuple):
    """A sitemap too large to be read at once: to be read part by part."""

    parts: list[bytes]


def read_listings(body: bytes, *, url: str, kind: SourceKind | None = None) -> Listings:
    """Read a feed or a sitemap; a kind of None looks at the bytes. Raises ExtractError."""
    if kind is None:
        kind = SourceKind.SITEMAP if _looks_like_sitemap(body) else SourceKind.FEED
    # Feeds may stand in the place of sitemaps (sitemaps.org, "Other Sitemap formats").
    if kind is SourceKind.FEED or _FEED.search(body[:1_000]):
        return parse_feed(body, url=url)
    return parse_sitemap(body)


def read_or_split(body: bytes, *, url: str, kind: SourceKind) -> Listings | Parts:
    """Read a feed or a sitemap; a large sitemap comes back in parts, each to be read by itself."""
    if kind is SourceKind.SITEMAP and not _FEED.search(body[:1_000]):
        parts = split_sitemap(body)
        if len(parts) > 1:
            return Parts(parts)
    return read_listings(body, url=url, kind=kind)


def read_file(path: Path, *, url: str, kind: SourceKind) -> Listings | Parts:
    """Read a feed or a sitemap that is in a file, as `read_or_split` does."""
    return read_or_split(path.read_bytes(), url=url, kind=kind)


def read_page(fetched: Fetched, outlet: Outlet) -> Article | Rejected:
    """An article, or why the page is none."""
    try:
        return extract(fetched, outlet)
    except TwinPage as twin:
        listing = fetched.page.listing
        return rejection_of(
            fetched,
            twin,
            instead=Listing(url=twin.url, title=listing.title, published=listing.published),
        )
    except ExtractError as error:
        listed = read_listing(fetched.page, outlet, at=fetched.at)
        return rejection_of(fetched, error, listed=listed)


def read_listing(page: Page, outlet: Outlet, *, at: str) -> Article | None:
    """What a source gave of a page, where that is a whole text."""
    listing = page.listing
    if not listing.text:
        return None
    return Article(
        url=page.url,
        outlet=outlet.slug,
        title=listing.title or shorten(listing.text, width=100, placeholder="…"),
        text=listing.text,
        language=language_of(listing.text, stated=outlet.language),
        published=listing.published,
        text_from="feed",
        fetched_at=at,
        address=page.url,
        page=page.id,
    )


def rejection_of(
    fetched: Fetched,
    error: ExtractError,
    *,
    instead: Listing | None = None,
    listed: Article | None = None,
) -> Rejected:
    """The rejection that an error amounts to."""
    return Rejected(
        page=fetched.page,
        reason=error.reason,
        detail=error.detail,
        at=fetched.at,
        instead=instead,
        listed=listed,
    )


def _looks_like_sitemap(body: bytes) -> bool:
    return body[:2] == b"\x1f\x8b" or _SITEMAP.search(body[:4_000]) is not None
