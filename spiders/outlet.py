"""The base of all spiders: polls sources, fetches the pages that the frontier hands out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.clock import now
from crawler.errors import NO_STAND_IN, ExtractError
from crawler.fetching.deadline import Deadline, LeftForLater
from crawler.fetching.exchanges import fetched_of, header, poll_failed, polled_of
from crawler.fetching.expired_access import is_login, of_access
from crawler.fetching.meta import Meta, is_unchanged, meta
from crawler.fetching.parser_pool import Parsers
from crawler.fetching.refusals import NotDue, Refusal, refusal_for_error, refusal_for_status
from crawler.fetching.renderer import PASSING, WORTHWHILE, Renderer
from crawler.outlets.descriptions import bundled_outlets, load_outlets
from crawler.outlets.selection import Selection, select_outlets
from crawler.parsing.listing.documents import MAX_BYTES
from crawler.parsing.listing.sitemaps import days_of
from crawler.parsing.workers.tasks import (
    read_file,
    read_listing,
    read_listings,
    read_or_split,
    read_page,
    read_section,
)
from crawler.types import (
    Article,
    Fetched,
    Left,
    Listing,
    Listings,
    Outlet,
    Page,
    Polled,
    PollFailed,
    Rejected,
    Source,
    SourceKind,
    SourceReading,
    Unchanged,
)

LARGE = 4 * 1024 * 1024
"""Bytes; a larger sitemap goes to its parser in a file."""


class OutletSpider(Spider):
    """Reads all sources of the chosen outlets.

    Arguments as a Scrapy user gives them: `-a outlet=slug,slug` (default: all) and
    `-a outlets=PATH` (default: the bundled descriptions). `newsloom crawl` gives those it has
    read already as `known`.
    """

    name = "outlets"
    kinds: ClassVar[frozenset[SourceKind]] = frozenset(SourceKind)
    """which of an outlet's sources this spider reads"""

    def __init__(
        self,
        outlet: str = "",
        outlets: str = "",
        known: dict[str, Outlet] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._asked: set[str] = set()
        if known is None:
            loaded = load_outlets(Path(outlets) if outlets else bundled_outlets())
            names = tuple(slug for slug in outlet.split(",") if slug)
            known = select_outlets(loaded, Selection(names=names))
        self.outlets: dict[str, Outlet] = known

    async def start(self) -> AsyncIterator[Request]:
        """One request for each source."""
        for outlet in self.outlets.values():
            for source in outlet.sources:
                # Two outlets may name one feed.
                if source.kind in self.kinds and source.url not in self._asked:
                    yield self.source_request(source)

    def source_request(self, source: Source, *, changed_at: str | None = None) -> Request:
        """Ask a source what it lists; `changed_at` is what the index of a sitemap says."""
        self._asked.add(source.url)
        carried: Meta = {"source": source, "changed_at": changed_at}
        if source.kind is SourceKind.SITEMAP:
            carried["download_maxsize"] = MAX_BYTES
        return Request(
            source.url,
            callback=self.parse_source,
            errback=self.source_failed,
            cb_kwargs={"source": source},
            meta=dict(carried),
            priority=10,
        )

    def page_request(self, page: Page) -> Request:
        """Ask for a page of the frontier."""
        return Request(
            page.url,
            callback=self.parse_page,
            errback=self.page_failed,
            cb_kwargs={"page": page},
        )

    async def parse_source(
        self, response: Response, source: Source
    ) -> AsyncIterator[SourceReading | PollFailed | Left | Request]:
        """What a source listed, and requests for the sitemaps of an index."""
        async for value in self._read_source(response, source):
            yield of_access(value, self.outlets[source.outlet], response.url)

    async def _read_source(
        self, response: Response, source: Source
    ) -> AsyncIterator[SourceReading | PollFailed | Left | Request]:
        polled, outlet = polled_of(response, source), self.outlets[source.outlet]
        known = meta(response).get("content_hash")
        if is_unchanged(response) or (known is not None and polled.content_hash == known):
            yield SourceReading(polled=polled, listings=Listings(), unchanged=True)
        elif response.status != 200 or is_login(outlet, source.url, response.url):
            until = meta(response).get("until")
            yield poll_failed(source, polled, refusal_for_status(response.status, until=until))
        else:
            try:
                async for reading in self._read(response, polled):
                    yield reading
                    for request in self._sitemap_requests(reading.listings.sitemaps, source):
                        yield request
            except LeftForLater:
                yield Left(what=source)
            except ExtractError as error:
                passing = error.reason.startswith("parser-")
                refusal = Refusal(error.reason, error.detail, temporary=passing)
                yield poll_failed(source, polled, refusal)

    async def _read(self, response: Response, polled: Polled) -> AsyncIterator[SourceReading]:
        """What a source's answer lists; of a large sitemap, part by part."""
        parsers, kind = Parsers.of(self.crawler), polled.source.kind
        outlet, served = polled.source.outlet, header(response, "Content-Type") or ""
        if kind is SourceKind.PAGE:
            yield SourceReading(
                polled=polled,
                listings=await parsers.run_for(
                    outlet,
                    read_section,
                    response.body,
                    url=response.url,
                    content_type=served,
                    selector=self.outlets[outlet].urls,
                    shapes=meta(response)["shapes"],
                ),
            )
            return
        if len(response.body) <= LARGE:
            found = await parsers.run_for(
                outlet,
                read_or_split,
                response.body,
                url=response.url,
                kind=kind,
                content_type=served,
            )
        else:
            # To a worker by way of a file: through a pipe it would be in memory three times.
            with NamedTemporaryFile(prefix="newsloom-") as file:
                file.write(response.body)
                file.flush()
                path = Path(file.name)
                found = await parsers.run_for(
                    outlet, read_file, path, url=response.url, kind=kind, content_type=served
                )
        if isinstance(found, Listings):
            yield SourceReading(polled=polled, listings=found)
            return
        for left in range(len(found.parts) - 1, -1, -1):
            part = found.parts.pop(0)
            listings = await parsers.run_for(
                outlet, read_listings, part, url=response.url, kind=kind, content_type=served
            )
            yield SourceReading(polled=polled, listings=listings, more=left > 0)

    def _sitemap_requests(self, sitemaps: tuple[Listing, ...], index: Source) -> Iterator[Request]:
        for listed in sitemaps:
            # Indexes may name each other in circles; one run asks each sitemap once.
            if listed.url not in self._asked and self._may_hold(listed):
                yield self.source_request(
                    Source(url=listed.url, kind=SourceKind.SITEMAP, outlet=index.outlet),
                    changed_at=listed.modified_at,
                )

    def _may_hold(self, sitemap: Listing) -> bool:
        """Whether a sitemap of an index may hold pages of the time asked for."""
        since, until = (self.settings.get(f"NEWSLOOM_{end}") or "" for end in ("SINCE", "UNTIL"))
        if since and sitemap.modified_at and sitemap.modified_at < since:
            return False
        first, last = days_of(sitemap.url) or ("", "9")
        return last >= since[:10] and (not until or first <= until[:10])

    def source_failed(self, failure: Any) -> Iterator[PollFailed | Left]:
        """A source that gave no answer."""
        source, refusal = failure.request.cb_kwargs["source"], refusal_for_error(failure.value)
        if isinstance(failure.value, NotDue):
            return
        if self._is_left(failure.value, refusal):
            yield Left(what=source)
            return
        failed = PollFailed(
            source=source,
            url=failure.request.url,
            reason=refusal.reason,
            detail=refusal.detail,
            at=now(),
            denied=refusal.denied,
            temporary=refusal.temporary,
            until=refusal.until,
            asked=refusal.reason != "no-access",
        )
        yield of_access(failed, self.outlets[source.outlet], failure.request.url)

    async def parse_page(
        self, response: Response, page: Page
    ) -> AsyncIterator[Fetched | Article | Rejected | Unchanged | Left]:
        """An article, or why the page is none; its bytes before it, where they are kept."""
        try:
            async for value in self._read_page(response, page):
                yield of_access(value, self.outlets[page.outlet], response.url)
        except LeftForLater:
            yield Left(what=page)

    async def _read_page(
        self, response: Response, page: Page
    ) -> AsyncIterator[Fetched | Article | Rejected | Unchanged]:
        fetched = fetched_of(response, page, own_access=bool(self.outlets[page.outlet].access_from))
        if is_unchanged(response):
            yield Unchanged(page=page, at=fetched.at)
            return
        if response.status != 200:
            refusal = refusal_for_status(response.status, until=meta(response).get("until"))
            yield await self._rejected(page, refusal, at=fetched.at)
            return
        keep = any(map(self.settings.getbool, ("NEWSLOOM_KEEP_PAGES", "NEWSLOOM_KEEP_WARC")))
        if keep:
            yield fetched
        outlet, parsers = self.outlets[page.outlet], Parsers.of(self.crawler)
        try:
            found = await parsers.run_for(page.outlet, read_page, fetched, outlet)
            if outlet.render and isinstance(found, Rejected) and found.reason in WORTHWHILE:
                shown = await Renderer.of(self.crawler).render(fetched, outlet)
                if keep:
                    yield shown
                found = await parsers.run_for(page.outlet, read_page, shown, outlet)
            yield found
        except ExtractError as error:
            refusal = Refusal(error.reason, error.detail, temporary=error.reason in PASSING)
            yield await self._rejected(page, refusal, at=fetched.at)

    async def page_failed(self, failure: Any) -> AsyncIterator[Rejected | Left]:
        """A page that gave no answer."""
        page, refusal = failure.request.cb_kwargs["page"], refusal_for_error(failure.value)
        if self._is_left(failure.value, refusal):
            yield Left(what=page)
            return
        try:
            rejected = await self._rejected(page, refusal, at=now())
            yield of_access(rejected, self.outlets[page.outlet], failure.request.url)
        except LeftForLater:
            yield Left(what=page)

    def _is_left(self, error: BaseException, refusal: Refusal) -> bool:
        """Whether a request came to nothing because the run is over: what had little time."""
        over = Deadline.of(self.crawler).over()
        return isinstance(error, LeftForLater) or (over and refusal.temporary)

    async def _rejected(self, page: Page, refusal: Refusal, *, at: str) -> Rejected:
        listed = None
        if page.listing.text and refusal.reason not in NO_STAND_IN:
            outlet = self.outlets[page.outlet]
            listed = await Parsers.of(self.crawler).run_for(
                page.outlet, read_listing, page, outlet, at=at
            )
        return Rejected(
            page=page,
            reason=refusal.reason,
            detail=refusal.detail,
            at=at,
            temporary=refusal.temporary,
            until=refusal.until,
            asked=refusal.asked,
            listed=listed,
        )
