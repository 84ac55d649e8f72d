"""Finds the sources of an outlet from its front page: feeds, sitemaps, its name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.errors import ExtractError
from crawler.fetching.middlewares.robots import robots_read
from crawler.fetching.parser_pool import Parsers
from crawler.fetching.refusals import refusal_for_error
from crawler.parsing.listing.documents import MAX_BYTES
from crawler.parsing.listing.front_page import FrontPage, read_front_page
from crawler.parsing.listing.sitemaps import PART
from crawler.parsing.urls import addresses
from crawler.parsing.workers.tasks import Parts, read_listings, read_or_split
from crawler.types import FoundSource, Listing, Listings, Missed, Outlet, SourceKind

USUAL_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
USUAL_SITEMAPS = (
    "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml",
    "/sitemap_index.xml",
)  # fmt: skip
MAX_SITEMAPS = 20
"""Sitemaps of one robots.txt that are looked at."""


class DiscoverySpider(Spider):
    """`scrapy crawl discovery -a url=https://... -O found.jsonl`; see `newsloom outlets add`."""

    name = "discovery"

    def __init__(self, url: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._url = url
        self._sitemaps: list[str] = []
        self.outlets: dict[str, Outlet] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> DiscoverySpider:
        """Made by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.hear_robots, signal=robots_read)
        return spider

    def hear_robots(self, sitemaps: tuple[str, ...]) -> None:
        """Sitemaps that a robots.txt names."""
        self._sitemaps += sitemaps

    async def start(self) -> AsyncIterator[Request]:
        """The front page."""
        yield Request(self._url, callback=self.parse_front_page, errback=self.candidate_failed)

    async def parse_front_page(
        self, response: Response
    ) -> AsyncIterator[FrontPage | Missed | Request]:
        """What it says of the outlet, and requests for all that may be a source."""
        if response.status != 200:
            yield Missed(url=response.url, reason=f"http-{response.status}")
            return
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            found = await Parsers.of(self.crawler).run(
                read_front_page, response.body, url=response.url, content_type=kind
            )
        except ExtractError as error:
            yield Missed(url=response.url, reason=f"{error.reason}: {error.detail}")
            return
        yield found
        sitemaps = (*found.sitemaps, *self._sitemaps[:MAX_SITEMAPS])
        for kind, named, usual in (
            (SourceKind.FEED, found.feeds, USUAL_FEEDS),
            (SourceKind.SITEMAP, sitemaps, USUAL_SITEMAPS),
        ):
            # Guesses only where nothing is named: each is a request that the outlet did not invite.
            guesses = () if named else (urljoin(response.url, path) for path in usual)
            for url in addresses((*named, *guesses), response.url):
                yield Request(
                    url,
                    callback=self.parse_candidate,
                    errback=self.candidate_failed,
                    cb_kwargs={"kind": kind, "declared": bool(named)},
                    meta={"download_maxsize": MAX_BYTES},
                    dont_filter=True,
                )

    async def parse_candidate(
        self, response: Response, kind: SourceKind, declared: bool
    ) -> AsyncIterator[FoundSource | Missed]:
        """A source, when it is one."""
        found = await self._candidate(response, kind)
        # That a guess led to no source is not worth a word.
        if declared or isinstance(found, FoundSource):
            yield found

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

    def candidate_failed(self, failure: Any) -> Iterator[Missed]:
        """A candidate that gave no answer."""
        refusal = refusal_for_error(failure.value)
        yield Missed(url=failure.request.url, reason=f"{refusal.reason}: {refusal.detail}")


def _latest(listing: Listing) -> str | None:
    """When a page was published, or else when it last changed."""
    return listing.published.at if listing.published else listing.modified_at
