"""The base of all spiders: polls sources, fetches the pages that the frontier hands out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.clock import now
from crawler.errors import NO_STAND_IN, ExtractError
from crawler.fetching.deadline import Deadline, LeftForLater
from crawler.fetching.meta import Meta, meta
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
    Validators,
)

GONE = 410
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
        polled = _polled(response, source)
        known = meta(response).get("content_hash")
        if response.status == 304 or (known is not None and polled.content_hash == known):
            yield SourceReading(polled=polled, listings=Listings(), unchanged=True)
        elif response.status != 200:
            until = meta(response).get("until")
            yield _poll_failed(source, polled, refusal_for_status(response.status, until=until))
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
                yield _poll_failed(source, polled, refusal)

    async def _read(self, response: Response, polled: Polled) -> AsyncIterator[SourceReading]:
        """What a source's answer lists; of a large sitemap, part by part."""
        parsers, kind = Parsers.of(self.crawler), polled.source.kind
        outlet, served = polled.source.outlet, _header(response, "Content-Type") or ""
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
        yield PollFailed(
            source=source,
            url=failure.request.url,
            reason=refusal.reason,
            detail=refusal.detail,
            at=now(),
            denied=refusal.denied,
            temporary=refusal.temporary,
            until=refusal.until,
        )

    async def parse_page(
        self, response: Response, page: Page
    ) -> AsyncIterator[Fetched | Article | Rejected | Unchanged | Left]:
        """An article, or why the page is none; its bytes before it, where they are kept."""
        try:
            async for value in self._read_page(response, page):
                yield value
        except LeftForLater:
            yield Left(what=page)

    async def _read_page(
        self, response: Response, page: Page
    ) -> AsyncIterator[Fetched | Article | Rejected | Unchanged]:
        fetched = _fetched(response, page)
        if response.status == 304:
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
            yield await self._rejected(page, refusal, at=now())
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


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:500] if value else None


def _polled(response: Response, source: Source) -> Polled:
    return Polled(
        source=source,
        url=response.url,
        status=response.status,
        size=len(response.body),
        validators=Validators(
            etag=_header(response, "ETag"), last_modified=_header(response, "Last-Modified")
        ),
        at=now(),
        seconds=round(meta(response).get("download_latency", 0.0), 3),
        content_hash=blake2b(response.body, digest_size=16).hexdigest(),
        moved_to=_moved_to(response),
        own=not (meta(response).get("moved") or meta(response).get("redirect_urls")),
    )


def _moved_to(response: Response) -> str | None:
    """Where redirects led that are all for good."""
    statuses = meta(response).get("redirect_reasons", ())
    return response.url if statuses and set(statuses) <= {301, 308} else None


def _fetched(response: Response, page: Page) -> Fetched:
    return Fetched(
        page=page,
        url=response.url,
        status=response.status,
        content_type=_header(response, "Content-Type") or "",
        body=response.body,
        at=now(),
        headers={
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")[:500]
            for name, values in response.headers.items()
        },
    )


def _poll_failed(source: Source, polled: Polled, refusal: Refusal) -> PollFailed:
    return PollFailed(
        source=source,
        url=polled.url,
        reason=refusal.reason,
        detail=refusal.detail,
        at=polled.at,
        status=polled.status,
        seconds=polled.seconds,
        denied=refusal.denied,
        temporary=refusal.temporary,
        gone=polled.status == GONE and polled.own,
        until=refusal.until,
    )
