"""Finds the sources of an outlet from its front page: feeds, sitemaps, its name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.errors import ExtractError
from crawler.fetching.middlewares.robots import robots_read
from crawler.fetching.parser_pool import Parsers
from crawler.fetching.refusals import refusal_for_error
from crawler.parsing.listing.documents import MAX_BYTES
from crawler.parsing.listing.feed_head import looks_like_feed, read_feed_head
from crawler.parsing.listing.sitemaps import PART
from crawler.parsing.urls import addresses
from crawler.parsing.workers.tasks import Parts, read_listings, read_or_split
from crawler.types import Finding, FoundSource, Listing, Listings, Missed, Outlet, SourceKind

if TYPE_CHECKING:
    # Imported when it is needed: Scrapy loads all spiders, and a crawl needs no parser of pages.
    from crawler.parsing.listing.front_page import FrontPage

USUAL_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
USUAL_SITEMAPS = (
    "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml",
    "/sitemap_index.xml",
)  # fmt: skip
MAX_SITEMAPS = 20
"""Sitemaps of one robots.txt that are looked at."""


class DiscoverySpider(Spider):
    """`scrapy crawl discovery -a url=https://... -O found.jsonl`; see `newsloom outlets add`.

    `urls` are further addresses, of front pages or of feeds.
    """

    name = "discovery"

    def __init__(self, url: str = "", urls: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = [*([url] if url else []), *urls]
        self._sitemaps: dict[str, tuple[str, ...]] = {}
        self.outlets: dict[str, Outlet] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> DiscoverySpider:
        """Made by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.hear_robots, signal=robots_read)
        return spider

    def hear_robots(self, site: str, sitemaps: tuple[str, ...]) -> None:
        """Sitemaps that a robots.txt names."""
        self._sitemaps[site] = sitemaps

    async def start(self) -> AsyncIterator[Request]:
        """The addresses that were given."""
        for url in self._urls:
            yield self._request(url, self.parse_given, asked=url, maxsize=MAX_BYTES)

    def _request(
        self, url: str, callback: Any, *, maxsize: int | None = None, **kwargs: Any
    ) -> Request:
        return Request(
            url,
            callback=callback,
            errback=self.candidate_failed,
            cb_kwargs=kwargs,
            meta={} if maxsize is None else {"download_maxsize": maxsize},
            dont_filter=True,
        )

    async def parse_given(self, response: Response, asked: str) -> AsyncIterator[Finding | Request]:
        """A front page, or a feed, whose site then says more of the outlet."""
        try:
            is_feed = response.status == 200 and looks_like_feed(response.body)
        except ExtractError:
            is_feed = False
        if not is_feed:
            async for found in self.parse_front_page(response, asked):
                yield found
            return
        yield Finding(asked=asked, found=await self._candidate(response, SourceKind.FEED))
        try:
            head = await Parsers.of(self.crawler).run(
                read_feed_head, response.body, url=response.url, content_type=_kind(response)
            )
        except ExtractError:
            return
        yield Finding(asked=asked, found=head)
        home = head.home or urljoin(response.url, "/")
        yield self._request(home, self.parse_home, asked=asked)

    async def parse_home(self, response: Response, asked: str) -> AsyncIterator[Finding]:
        """What the front page of a feed's site says of the outlet; its other feeds are left."""
        found = await self._front_page(response)
        if not isinstance(found, Missed):
            yield Finding(asked=asked, found=found)

    async def parse_front_page(
        self, response: Response, asked: str
    ) -> AsyncIterator[Finding | Request]:
        """What it says of the outlet, and requests for all that may be a source."""
        found = await self._front_page(response)
        yield Finding(asked=asked, found=found)
        if isinstance(found, Missed):
            return
        parts = urlsplit(response.url)
        named = self._sitemaps.get(f"{parts.scheme}://{parts.netloc}", ())[:MAX_SITEMAPS]
        for kind, candidates, usual in (
            (SourceKind.FEED, found.feeds, USUAL_FEEDS),
            (SourceKind.SITEMAP, (*found.sitemaps, *named), USUAL_SITEMAPS),
        ):
            # Guesses only where nothing is named: each is a request that the outlet did not invite.
            guesses = () if candidates else (urljoin(response.url, path) for path in usual)
            for url in addresses((*candidates, *guesses), response.url):
                yield self._request(
                    url, self.parse_candidate, maxsize=MAX_BYTES,
                    asked=asked, kind=kind, declared=bool(candidates),
                )  # fmt: skip

    async def _front_page(self, response: Response) -> FrontPage | Missed:
        from crawler.parsing.listing.front_page import read_front_page

        if response.status != 200:
            return Missed(url=response.url, reason=f"http-{response.status}")
        try:
            found: FrontPage = await Parsers.of(self.crawler).run(
                read_front_page, response.body, url=response.url, content_type=_kind(response)
            )
        except ExtractError as error:
            return Missed(url=response.url, reason=f"{error.reason}: {error.detail}")
        return found

    async def parse_candidate(
        self, response: Response, asked: str, kind: SourceKind, declared: bool
    ) -> AsyncIterator[Finding]:
        """A source, when it is one."""
        found = await self._candidate(response, kind)
        # That a guess led to no source is not worth a word.
        if declared or isinstance(found, FoundSource):
            yield Finding(asked=asked, found=found)

    async def _candidate(self, response: Response, kind: SourceKind) -> FoundSource | Missed:
        if response.status != 200:
            return Missed(url=response.url, reason=f"http-{response.status}")
        try:
            found, listed = await self._read_candidate(response, kind)
        except ExtractError as error:
            return Missed(url=response.url, reason=f"{error.reason}: {error.detail}")
        return FoundSource(
            url=response.url,
            kind=kind,
            listed=listed,
            sitemaps=len(found.sitemaps),
            newest=max(filter(None, map(_latest, (*found.pages, *found.sitemaps))), default=None),
            dated=any(page.published for page in found.pages),
            pages=tuple(page.url for page in found.pages),
        )

    async def _read_candidate(self, response: Response, kind: SourceKind) -> tuple[Listings, int]:
        """What a candidate lists, of a large sitemap its first part; and how many pages in all.

        Raises ExtractError when it is no source.
        """
        parsers, url = Parsers.of(self.crawler), response.url
        found = await parsers.run(read_or_split, response.body, url=url, kind=kind)
        if not isinstance(found, Parts):
            return found, len(found.pages)
        first = await parsers.run(read_listings, found.parts[0], url=url, kind=kind)
        return first, len(found.parts) * PART

    def candidate_failed(self, failure: Any) -> Iterator[Finding]:
        """A candidate that gave no answer."""
        refusal = refusal_for_error(failure.value)
        missed = Missed(url=failure.request.url, reason=f"{refusal.reason}: {refusal.detail}")
        yield Finding(asked=failure.request.cb_kwargs["asked"], found=missed)


def _kind(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def _latest(listing: Listing) -> str | None:
    """When a page was published, or else when it last changed."""
    return listing.published.at if listing.published else listing.modified_at
