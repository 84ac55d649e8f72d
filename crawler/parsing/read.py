"""What the worker processes are asked to do; importing it loads the parsers."""

from __future__ import annotations

from textwrap import shorten

from crawler.errors import ExtractError
from crawler.parsing.extract import TwinPage, extract
from crawler.parsing.feeds import parse_feed
from crawler.parsing.languages import language_of
from crawler.parsing.sitemaps import parse_sitemap
from crawler.types import Article, Fetched, Listing, Listings, Outlet, Page, Rejected, SourceKind


def read_listings(body: bytes, *, url: str, kind: SourceKind | None = None) -> Listings:
    """Read a feed or a sitemap; a kind of None looks at the bytes. Raises ExtractError."""
    if kind is None:
        kind = SourceKind.SITEMAP if _looks_like_sitemap(body) else SourceKind.FEED
    return parse_sitemap(body) if kind is SourceKind.SITEMAP else parse_feed(body, url=url)


def read_page(fetched: Fetched, outlet: Outlet) -> Article | Rejected:
    """An article, or why the page is none."""
    try:
        return extract(fetched, outlet)
    except TwinPage as twin:
        listing = fetched.page.listing
        return rejected(
            fetched,
            twin,
            instead=Listing(url=twin.url, title=listing.title, published=listing.published),
        )
    except ExtractError as error:
        return rejected(fetched, error, listed=read_listing(fetched.page, outlet, at=fetched.at))


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
        page=page.id,
    )


def rejected(
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
    return body[:2] == b"\x1f\x8b" or b"<urlset" in body[:4_000] or b"<sitemapindex" in body[:4_000]
