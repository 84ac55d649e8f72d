"""The one writer of a crawl: collects values, commits them in small batches."""

from __future__ import annotations

import logging
import os
from collections import Counter
from pathlib import Path
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.http import Response
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import _schedule_coro

from crawler.clock import now
from crawler.errors import NewsloomError, StoreError, ValueRefused
from crawler.fetching.doubtful_failures import Doubts
from crawler.fetching.meta import meta
from crawler.fetching.network import NETWORK, Outage
from crawler.fetching.parser_pool import parser_used
from crawler.fetching.saver import Saver, Value
from crawler.parsing.listing.shapes import LOOKED_AT, shapes_of
from crawler.parsing.page.version import EXTRACTION
from crawler.polling import REVISITS
from crawler.store import Store, open_store
from crawler.store.facts.polls import PollState
from crawler.store.file.kept_pages import KeptPages
from crawler.store.file.kept_warc import KeptWarc
from crawler.types import (
    Article,
    Fetched,
    Page,
    PollFailed,
    Rejected,
    RobotsFile,
    Source,
    SourceReading,
)

logger = logging.getLogger(__name__)

BATCH = 32
"""Values in one transaction, at the most."""
SECONDS = 0.5
"""Between commits, at the most: what a kill can cost."""

robots_delay = object()
"""Signal: a robots.txt asks for `seconds` between requests to `host`, a registered domain."""
pages_offered = object()
"""Signal: an outlet, by slug, has pages that are new or due again, `lowest` the first of them."""


class Writer:
    """A Scrapy extension that owns the store for the length of a crawl.

    Without NEWSLOOM_DB the store is in memory, so that `scrapy crawl feeds -O out.jsonl` works
    like any spider and leaves nothing else behind.
    """

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self.store: Store = open_store(settings.get("NEWSLOOM_DB") or ":memory:")
        self._kept: KeptPages | None = None
        if settings.getbool("NEWSLOOM_KEEP_PAGES") and settings.get("NEWSLOOM_DB"):
            self._kept = KeptPages(Path(settings["NEWSLOOM_DB"]), make=True)
        self._run: int = settings.getint("NEWSLOOM_RUN")
        self._warc: KeptWarc | None = None
        if settings.getbool("NEWSLOOM_KEEP_WARC") and settings.get("NEWSLOOM_DB"):
            self._warc = KeptWarc(Path(settings["NEWSLOOM_DB"]), run=self._run)
        self._saver = Saver(
            self.store,
            since=settings.get("NEWSLOOM_SINCE"),
            until=settings.get("NEWSLOOM_UNTIL"),
            revisits=settings.getbool("NEWSLOOM_REVISITS"),
        )
        self._waiting: list[Value] = []
        self._doubts = Doubts(NETWORK)
        self.outage: Outage | None = None
        """requests at the end that nobody answered, of which nothing is saved"""
        self.counts: Counter[str] = Counter()
        self.failure: NewsloomError | None = None
        self._ticker = create_looping_call(self.flush)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._hear_delay, signal=robots_delay)
        crawler.signals.connect(self._spend_seconds, signal=parser_used)
        crawler.signals.connect(self._spend_bytes, signal=signals.response_downloaded)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Writer:
        """Made by Scrapy."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Any) -> Writer:
        """The writer of a crawl."""
        writer = crawler.get_extension(cls)
        if writer is None:
            raise NewsloomError(
                "Newsloom's spiders need the extension crawler.fetching.writer.Writer; leave it on"
            )
        return writer  # type: ignore[no-any-return]

    def ensure_source(self, source: Source) -> PollState:
        """What is known of a source; one met for the first time is added."""
        return self._saver.ensure_source(source)

    def pending(self, outlet: str, *, after: int, limit: int) -> list[Page]:
        """The next pages of an outlet to fetch."""
        try:
            with self.store.explained():
                return self.store.pages.pending(
                    self._saver.numbers[outlet], outlet, after=after, now=now(), limit=limit
                )
        except NewsloomError as error:
            self._fail(error)
            return []

    def revisits(self, outlet: str, *, limit: int) -> list[Page]:
        """Articles of an outlet that are to be fetched again."""
        ages = self._saver.outlets[outlet].revisits
        try:
            with self.store.batch():
                return self.store.pages.take_revisits(
                    self._saver.numbers[outlet],
                    outlet,
                    ages=REVISITS if ages is None else ages,
                    now=now(),
                    limit=limit,
                )
        except NewsloomError as error:
            self._fail(error)
            return []

    def exhausted_quota(self, outlet: str) -> str | None:
        """Which quota of the day an outlet has used up; None: none."""
        with self.store.explained():
            return self._saver.quotas.exhausted(outlet)

    def room(self, outlet: str) -> float:
        """New articles that may still be taken of an outlet today; it may be a few more."""
        with self.store.explained():
            if self._saver.quotas.room(outlet) <= len(self._waiting) + BATCH:
                self.flush()
            return self._saver.quotas.room(outlet) - len(self._waiting)

    def hold(self, outlet: str, reason: str) -> None:
        """Give the pages of an outlet that still wait a reason; the crawl is about to end."""
        self.flush()
        if self.failure is None:
            try:
                with self.store.batch():
                    self.store.pages.hold(self._saver.numbers[outlet], reason, "")
            except NewsloomError as error:
                self._fail(error)

    def shapes(self, outlet: str) -> frozenset[str]:
        """Shapes of the addresses of an outlet's articles; empty while it has few."""
        with self.store.explained():
            return shapes_of(
                self.store.pages.article_urls(self._saver.numbers[outlet], limit=LOOKED_AT)
            )

    def robots(self, site: str) -> RobotsFile | None:
        """What a site's robots.txt said when it was last asked."""
        with self.store.explained():
            return self.store.sites.robots(site)

    def give_back(self, pages: list[int]) -> None:
        """Articles that were not fetched again after all are due at once."""
        if not pages or self.failure is not None:
            return
        try:
            with self.store.batch():
                self.store.pages.revisit(pages, at=now())
        except NewsloomError as error:
            self._fail(error)

    def keep(self, fetched: Fetched) -> None:
        """Keep the bytes of a page, where that is wanted, before anything is made of them."""
        if self.failure is not None:
            return
        try:
            if self._kept is not None:
                self._kept.save(fetched, extraction=EXTRACTION)
            if self._warc is not None:
                self._warc.save(fetched)
        except NewsloomError as error:
            self._fail(error)
        except OSError as error:
            self._fail(
                StoreError(
                    f"{self._warc and self._warc.path}: {error.strerror}; free some space and run "
                    "again, nothing saved is lost"
                )
            )

    def save(self, value: Value) -> None:
        """Take a value; it is committed with the next batch, a source reading at once."""
        if self._doubts.hold_back(value, well=self._is_well):
            if self._doubts.are_enough():
                self._stop("offline")
            return
        self._waiting.append(value)
        if len(self._waiting) >= BATCH or isinstance(value, SourceReading):
            self.flush()

    def flush(self) -> None:
        """Commit what is waiting; when the store fails, stop the crawl and keep the error."""
        self._waiting += self._doubts.pop_confirmed()
        if not self._waiting or self.failure is not None:
            return
        values, self._waiting = self._waiting, []
        try:
            self._commit(values)
        except NewsloomError as error:
            self._fail(error)

    def _fail(self, error: NewsloomError) -> None:
        if self.failure is None:
            self.failure = error
            logger.error("%s", error)
            self._crawler.engine.pause()
            self._stop("store-failed")

    def _stop(self, reason: str) -> None:
        engine = self._crawler.engine
        if engine.spider is not None and not engine._slot.closing:
            _schedule_coro(engine.close_spider_async(reason=reason))

    def _is_well(self, value: PollFailed | Rejected) -> bool:
        """Whether it was possible to read a source or a page, as far as is known."""
        if isinstance(value, Rejected):
            return not self.store.pages.has_failed(value.page.id)
        return self._saver.ensure_source(value.source).failures == 0

    def _end_doubts(self) -> None:
        """Drop the failures of an outage; others are what they seem to be."""
        self.outage = self._doubts.outage()
        left = self._doubts.all()
        if self.outage is None:
            self._waiting += left
            return
        polls = sum(isinstance(value, PollFailed) for value in left)
        self.counts["polls not reached"] += polls
        self.counts["not reached"] += len(left) - polls
        self.give_back([value.page.id for value in left if isinstance(value, Rejected)])

    def _commit(self, values: list[Value]) -> None:
        """All values in one transaction; one that SQLite refuses is found and set aside."""
        counts: Counter[str] = Counter()
        offered: dict[str, int] = {}
        try:
            with self.store.batch():
                for value in values:
                    self._saver.write(value, counts, offered)
                self._saver.quotas.save()
        except ValueRefused as error:
            if len(values) > 1:
                for value in values:
                    self._commit([value])
            else:
                self._set_aside(values[0], error)
            return
        self.counts += counts
        for outlet, lowest in offered.items():
            self._crawler.signals.send_catch_log(pages_offered, outlet=outlet, lowest=lowest)

    def _set_aside(self, value: Value, error: ValueRefused) -> None:
        """A value that cannot be stored becomes the reason why."""
        detail = str(error)[:300]
        match value:
            case Article(page=int(page)):
                with self.store.batch():
                    self.store.pages.reject_as(page, "unstorable", detail, at=now())
                self.counts["rejected"] += 1
            case SourceReading(polled=polled):
                self._commit(
                    [
                        PollFailed(
                            source=polled.source,
                            url=polled.source.url,
                            reason="unstorable",
                            detail=detail,
                            at=polled.at,
                            status=polled.status,
                        )
                    ]
                )
            case _:
                raise error

    def _opened(self, spider: Spider) -> None:
        try:
            self._begin(spider)
        except NewsloomError as error:
            self._fail(error)
        self._ticker.start(SECONDS, now=False)

    def _spend_seconds(self, outlet: str, seconds: float) -> None:
        self._saver.quotas.spend(outlet, parser_seconds=seconds)

    def _spend_bytes(self, request: Request, response: Response) -> None:
        asked = request.cb_kwargs.get("page") or meta(request).get("source")
        if asked is not None:
            self._saver.quotas.spend(asked.outlet, size=len(response.body))

    def _hear_delay(self, host: str) -> None:
        self._saver.slow.add(host)

    def _begin(self, spider: Spider) -> None:
        with self.store.batch():
            if ahead := self.store.clocks.forget(now=now(), run=self._run):
                self.counts["times ahead"] += ahead
            if not self._run:
                self._run = self.store.runs.open(
                    f"scrapy crawl {spider.name}", now=now(), pid=os.getpid()
                )
            regardless = self._crawler.settings.getbool("NEWSLOOM_NOW")
            self._saver.begin(self._run, spider.outlets, regardless=regardless)  # type: ignore[attr-defined]

    def _hold_pages(self) -> None:
        if self.failure is None:
            try:
                with self.store.batch():
                    self._saver.quotas.close()
            except NewsloomError as error:
                self._fail(error)

    def _closed(self) -> None:
        if self._ticker.running:
            self._ticker.stop()
        self.flush()
        self._end_doubts()
        self.flush()
        self._hold_pages()
        if not self._crawler.settings.getint("NEWSLOOM_RUN") and self.failure is None:
            with self.store.batch():
                self.store.runs.close(
                    self._run, now=now(), outcome="done", summary=dict(self.counts)
                )
        self.store.close()
        if self._kept is not None:
            self._kept.close()
        if self._warc is not None:
            self._warc.close()
