"""The one writer of a crawl: collects values, commits them in small batches."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from scrapy import Spider, signals
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import _schedule_coro

from crawler.clock import now
from crawler.errors import NewsloomError, StoreError, ValueRefused
from crawler.parsing.extract import EXTRACTION
from crawler.parsing.sections import shapes_of
from crawler.parsing.urls import slot
from crawler.rhythm import REVISITS
from crawler.store import Saved, Store, open_store
from crawler.store.kept import KeptPages
from crawler.store.kept_warc import KeptWarc
from crawler.store.polls import PollState, Taken
from crawler.types import (
    Article,
    Fetched,
    Listing,
    Outlet,
    Page,
    PollFailed,
    Rejected,
    RobotsFile,
    Source,
    Sweep,
    Unchanged,
)

logger = logging.getLogger(__name__)

Value = Article | Rejected | Sweep | PollFailed | Unchanged | RobotsFile

BATCH = 32
"""Values in one transaction, at the most."""
LOOKED_AT = 200
"""Articles of an outlet whose addresses are looked at."""
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
        self._since: str | None = settings.get("NEWSLOOM_SINCE")
        self._until: str | None = settings.get("NEWSLOOM_UNTIL")
        self._parts: dict[str, Taken] = {}
        """what was taken of sources whose answer is not yet read to the end"""
        self._waiting: list[Value] = []
        self._numbers: dict[str, int] = {}
        self._outlets: dict[str, Outlet] = {}
        self._slow: set[str] = set()
        """registered domains that ask for a pause between two requests"""
        self.counts: Counter[str] = Counter()
        self.failure: NewsloomError | None = None
        self._ticker = create_looping_call(self.flush)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._hear_delay, signal=robots_delay)
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
                "Newsloom's spiders need the extension crawler.writer.Writer; do not disable it"
            )
        return writer  # type: ignore[no-any-return]

    def poll_state(self, source: Source) -> PollState:
        """What is known of a source; one met for the first time is added."""
        return self.store.polls.ensure(source, self._numbers[source.outlet])

    def pending(self, outlet: str, *, after: int, limit: int) -> list[Page]:
        """The next pages of an outlet to fetch."""
        try:
            with self.store.explained():
                return self.store.pages.pending(
                    self._numbers[outlet], outlet, after=after, now=now(), limit=limit
                )
        except NewsloomError as error:
            self._fail(error)
            return []

    def revisits(self, outlet: str, *, limit: int) -> list[Page]:
        """Articles of an outlet that are to be fetched again."""
        ages = self._outlets[outlet].revisits
        try:
            with self.store.batch():
                return self.store.pages.take_revisits(
                    self._numbers[outlet],
                    outlet,
                    ages=REVISITS if ages is None else ages,
                    now=now(),
                    limit=limit,
                )
        except NewsloomError as error:
            self._fail(error)
            return []

    def shapes(self, outlet: str) -> frozenset[str]:
        """Shapes of the addresses of an outlet's articles; empty while it has few."""
        with self.store.explained():
            return shapes_of(self.store.pages.article_urls(self._numbers[outlet], limit=LOOKED_AT))

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
            self._fail(StoreError(f"{self._warc and self._warc.path}: {error.strerror}"))

    def save(self, value: Value) -> None:
        """Take a value; it is committed with the next batch. A sweep is committed at once."""
        self._waiting.append(value)
        if len(self._waiting) >= BATCH or isinstance(value, Sweep):
            self.flush()

    def flush(self) -> None:
        """Commit what is waiting; when the store fails, stop the crawl and keep the error."""
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
            _schedule_coro(self._crawler.engine.close_spider_async(reason="store-failed"))

    def _commit(self, values: list[Value]) -> None:
        """All values in one transaction; one that SQLite refuses is found and set aside."""
        counts: Counter[str] = Counter()
        offered: dict[str, int] = {}
        try:
            with self.store.batch():
                for value in values:
                    self._write(value, counts, offered)
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
            case Sweep(polled=polled):
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

    def _hear_delay(self, host: str) -> None:
        self._slow.add(host)

    def _begin(self, spider: Spider) -> None:
        with self.store.batch():
            if not self._run:
                self._run = self.store.runs.open(
                    f"scrapy crawl {spider.name}", now=now(), pid=os.getpid()
                )
            for slug, outlet in spider.outlets.items():  # type: ignore[attr-defined]
                self._numbers[slug] = self.store.outlets.save(outlet)
                self._outlets[slug] = outlet

    def _closed(self) -> None:
        if self._ticker.running:
            self._ticker.stop()
        self.flush()
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

    def _write(self, value: Value, counts: Counter[str], offered: dict[str, int]) -> None:
        match value:
            case Sweep():
                self._write_sweep(value, counts, offered)
            case PollFailed():
                self.poll_state(value.source)  # adds one that was refused before it was ever asked
                self.store.polls.failed(value, run=self._run)
                counts["polls denied" if value.denied else "polls failed"] += 1
            case Article():
                self._write_article(value, counts)
            case Rejected():
                self._write_rejected(value, counts)
                if value.instead is not None:
                    twin = self.store.pages.offer_instead(
                        value.instead, page=value.page.id, run=self._run
                    )
                    if twin is not None:
                        _note(offered, value.page.outlet, [twin])
            case RobotsFile():
                self.store.sites.save(value)
            case Unchanged():
                self.store.pages.settle_unchanged(value.page.id)
                counts["unchanged"] += 1

    def _write_sweep(self, sweep: Sweep, counts: Counter[str], offered: dict[str, int]) -> None:
        source, at = sweep.polled.source, sweep.polled.at
        state = self.poll_state(source)
        wanted = [listing for listing in sweep.listings.pages if self._is_wanted(listing)]
        fresh = self.store.pages.offer(
            wanted,
            outlet=self._numbers[source.outlet],
            source=state.id,
            seen_at=at,
            previous_poll_at=state.polled_at,
            run=self._run,
        )
        counts["listed"] += len(sweep.listings.pages)
        _note(offered, source.outlet, fresh.pages)
        taken = self._parts.pop(source.url, Taken()).plus(
            Taken(len(sweep.listings.pages), len(wanted), len(fresh.new), len(fresh.pages))
        )
        if sweep.more:
            self._parts[source.url] = taken
            return
        self.store.polls.read(sweep, taken, run=self._run)
        counts["polls unchanged" if sweep.unchanged else "polls read"] += 1

    def _is_wanted(self, listing: Listing) -> bool:
        """Whether a page is from the time asked for, as far as its source says.

        What was last changed before was published before.
        """
        published = listing.published.at if listing.published else None
        if self._since and (published or listing.modified_at or self._since) < self._since:
            return False
        return not (self._until and published and published > self._until)

    def _write_rejected(self, value: Rejected, counts: Counter[str]) -> None:
        """A page that cannot be read is what its source gave of it, where that is a whole text."""
        settled = self.store.pages.reject(value)
        if not settled or value.listed is None:
            counts["rejected" if settled else "postponed"] += 1
            return
        outlet = self._numbers[value.listed.outlet]
        saved = self.store.articles.save(value.listed, outlet=outlet, run=self._run, now=value.at)
        counts[str(saved)] += 1
        if saved is Saved.TWIN:
            self.store.pages.reject_as(value.page.id, "twin", value.listed.url, at=value.at)
        else:
            ages = self._ages(value.listed.outlet, value.listed.url) if value.temporary else ()
            self.store.pages.settle_listed(value.page.id, at=value.at, ages=ages)

    def _write_article(self, article: Article, counts: Counter[str]) -> None:
        at = article.fetched_at or now()
        saved = self.store.articles.save(
            article, outlet=self._numbers[article.outlet], run=self._run, now=at
        )
        counts[str(saved)] += 1
        if article.page is None:
            return
        if saved is Saved.TWIN:
            self.store.pages.reject_as(article.page, "twin", article.url, at=at)
        else:
            self.store.pages.settle(
                article.page,
                at=at,
                validators=article.validators,
                ages=self._ages(article.outlet, article.url),
            )

    def _ages(self, slug: str, url: str) -> Sequence[timedelta]:
        """Ages at which an outlet's articles are fetched again."""
        if not self._crawler.settings.getbool("NEWSLOOM_REVISITS"):
            return ()
        stated = self._outlets[slug].revisits
        if stated is not None:
            return stated
        # Who asks for long pauses has no time to spare for a second look.
        return () if slot(url) in self._slow else REVISITS


def _note(offered: dict[str, int], outlet: str, pages: list[int]) -> None:
    """Remember the lowest of an outlet's offered pages."""
    if pages:
        offered[outlet] = min(offered.get(outlet, pages[0]), *pages)
