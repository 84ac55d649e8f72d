"""What the worker processes are asked to do.

Each task loads its parsers when it runs: a crawl only names tasks, and starts without the parsers.
Workers have them from the process that they are forked from (see preload).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from textwrap import shorten
from typing import NamedTuple

from crawler.errors import ExtractError
from crawler.parsing.dates import not_after
from crawler.parsing.listing.documents import is_feed, is_sitemap, unpack
from crawler.parsing.listing.sitemaps import parse_sitemap, split_sitemap
from crawler.types import Article, Fetched, Listing, Listings, Outlet, Page, Rejected, SourceKind


class Parts(NamedTuple):
    """A sitemap too large to be read at once: to be read part by part."""

    parts: list[bytes]


def read_listings(
    body: bytes, *, url: str, kind: SourceKind | None = None, content_type: str = ""
) -> Listings:
    """Read a feed or a sitemap; a kind of None looks at the bytes. Raises ExtractError."""
    plain = unpack(body)
    if kind is None:
        is_packed = plain is not body and not is_feed(plain)
        kind = SourceKind.SITEMAP if is_packed or is_sitemap(plain) else SourceKind.FEED
    # Feeds may stand in the place of sitemaps (sitemaps.org, "Other Sitemap formats").
    if kind is SourceKind.FEED or is_feed(plain):
        from crawler.parsing.listing.feeds import parse_feed

        return parse_feed(plain, url=url, content_type=content_type)
    return parse_sitemap(plain, url=url, content_type=content_type)


def read_or_split(
    body: bytes, *, url: str, kind: SourceKind, content_type: str = ""
) -> Listings | Parts:
    """Read a feed or a sitemap; a large sitemap comes back in parts, each to be read by itself."""
    if kind is SourceKind.SITEMAP:
        body = unpack(body)
        parts = [] if is_feed(body) else split_sitemap(body)
        if len(parts) > 1:
            return Parts(parts)
    return read_listings(body, url=url, kind=kind, content_type=content_type)


def read_file(
    path: Path, *, url: str, kind: SourceKind, content_type: str = ""
) -> Listings | Parts:
    """Read a feed or a sitemap that is in a file, as `read_or_split` does."""
    return read_or_split(path.read_bytes(), url=url, kind=kind, content_type=content_type)


def read_section(
    body: bytes, *, url: str, content_type: str, selector: str | None, shapes: Collection[str]
) -> Listings:
    """Links of a section page that look like articles, as `parse_section` finds them."""
    from crawler.parsing.listing.sections import parse_section

    return parse_section(body, url=url, content_type=content_type, selector=selector, shapes=shapes)


def read_page(fetched: Fetched, outlet: Outlet) -> Article | Rejected:
    """An article, or why the page is none."""
    from crawler.parsing.page.extract import TwinPage, extract

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
    from crawler.parsing.languages import language_of

    listing = page.listing
    if not listing.text:
        return None
    return Article(
        url=page.url,
        outlet=outlet.slug,
        title=listing.title or shorten(listing.text, width=100, placeholder="…"),
        text=listing.text,
        language=language_of(listing.text, stated=outlet.language),
        published=not_after(listing.published, at),
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
