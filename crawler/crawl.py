"""A crawl from beginning to end: lock, fetch, group, report."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.clock import now
from crawler.errors import NewsloomError, UsageError
from crawler.fetching.process import run_process, scrapy_settings
from crawler.interrupts import came, held, note
from crawler.run_lock import closing, end, lock
from crawler.store import open_store
from crawler.types import Outlet

if TYPE_CHECKING:
    # Imported when it is needed: numpy and scipy would be 40 MB on top of the fetching.
    from crawler.fetching.network import Outage
    from crawler.grouping.run import Grouped, Progress
    from crawler.store.facts.usage import HeldPages
    from crawler.watching.end_of_run import Watched


GROUPING = 30.0
"""Seconds after the end of a run's time in which what it brought is still grouped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """What to crawl, and how far."""

    db: Path
    outlets: Mapping[str, Outlet]
    """those to crawl, by slug"""
    since: str | None = None
    until: str | None = None
    limit: int | None = None
    """the most pages that the run fetches; None: no limit"""
    host_limit: int | None = None
    """the most pages that it fetches from one host; None: no limit"""
    max_runtime: float | None = None
    """seconds; no page is begun or parsed after that, and the run ends within a minute of it;
    None: no limit"""
    workers: int | None = None
    """processes that parse; None: one for each core"""
    grouping: bool = True
    keep_pages: bool = False
    """whether the bytes of pages are kept, in a file beside the store"""
    keep_warc: bool = False
    """whether they are kept as WARC"""
    one_at_a_time: bool = False
    """whether one answer is saved before the next is asked for, so that every crawl gives the same
    numbers"""
    regardless: bool = False
    """whether sources are asked that are not due"""
    revisits: bool = True
    """whether articles of the last days are fetched again"""
    allow_private: bool = False
    contact: str = ""
    log_level: str = "WARNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary:
    """What a crawl did."""

    run: int
    counts: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    interrupted: bool = False
    outage: Outage | None = None
    """requests that nobody answered, at the end or at all; they are not counted as failures"""
    held: Sequence[HeldPages] = ()
    """outlets whose pages wait for a new day or run, why, and how many pages"""
    grouped: Grouped | None = None
    watched: Watched | None = None
    """what watches noticed and sent; None: they wait for a grouping"""

    @property
    def exit_code(self) -> int:
        """0 done, 3 some sources failed, 4 all did, or the machine is offline, 130 interrupted."""
        # Those not due are well, as far as is known.
        good = sum(self.counts.get(f"polls {how}", 0) for how in ("read", "unchanged", "not due"))
        bad = self.counts.get("polls failed", 0) + self.counts.get("polls denied", 0)
        if self.interrupted:
            return 130
        if self.outage is not None:
            return 4 if self.outage.complete else 3
        if not bad:
            return 0
        return 3 if good else 4

    @property
    def outcome(self) -> str:
        """The same as a word for the run row."""
        return {0: "done", 4: "failed", 130: "interrupted"}.get(self.exit_code, "partial")


def crawl(
    options: CrawlOptions,
    *,
    command: str,
    grouping_progress: Progress = lambda _what, _done, _total: None,
    watch: Callable[[Any], None] = lambda _crawler: None,
) -> CrawlSummary:
    """Poll the sources, fetch the pages, save the articles, group them.

    `watch` is given each Scrapy crawler before it starts, to draw progress from its signals.
    Raises StoreBusy when another run holds the store, UsageError where pages cannot be read.
    """
    begun = time.monotonic()

    def is_over() -> bool:
        if options.max_runtime is None:
            return False
        return time.monotonic() - begun - options.max_runtime > GROUPING

    from crawler.parsing.workers.pool import check_locks

    spiders = _by_spider(options)
    check_locks()
    with lock(options.db), closing(options.db, command) as run:
        counts, outage = _fetch(options, spiders, run, watch)
        return _finish(options, run, counts, outage, grouping_progress, is_over)


def _finish(
    options: CrawlOptions,
    run: int,
    counts: dict[str, int],
    outage: Outage | None,
    progress: Progress,
    is_over: Callable[[], bool],
) -> CrawlSummary:
    """Group what was fetched and close the run."""
    interrupted = came()
    store = open_store(options.db)
    try:
        grouped, watched = None, None
        if options.grouping and not interrupted:
            from crawler.grouping.run import group
            from crawler.watching.end_of_run import look_and_send

            grouped = group(store, run=run, now=now(), progress=progress, is_over=is_over)
            watched = look_and_send(store, run=run, environment=os.environ, out=sys.stdout)
        summary = CrawlSummary(
            run=run,
            counts=counts,
            pending=store.queries.outlets.page_states().get("pending", 0),
            held=store.usage.held(),
            interrupted=interrupted,
            outage=outage,
            grouped=grouped,
            watched=watched,
        )
    except UsageError:
        # The articles are saved; what they have in common waits for `newsloom group`.
        end(options.db, run, now=now(), outcome="failed", summary=counts)
        raise
    finally:
        store.close()
    figures = counts | (grouped._asdict() if grouped else {})
    if watched is not None and (watched.events or watched.sent):
        figures |= {"watch events": watched.events, "watch messages": watched.sent}
    with held():
        end(options.db, run, now=now(), outcome=summary.outcome, summary=figures)
        if not interrupted:
            note(f"run {run} had ended; all of it is saved")
    return summary


def _by_spider(options: CrawlOptions) -> dict[str, dict[str, Outlet]]:
    """The chosen outlets by the spider that reads them; UsageError for an unknown one."""
    from scrapy.spiderloader import SpiderLoader

    known = SpiderLoader.from_settings(scrapy_settings({})).list()
    found: dict[str, dict[str, Outlet]] = {}
    for slug, outlet in options.outlets.items():
        spider = outlet.spider or "outlets"
        if spider not in known:
            raise UsageError(
                f"{slug}: there is no spider '{spider}' under spiders/custom; "
                f"there are: {', '.join(known)}"
            )
        found.setdefault(spider, {})[slug] = outlet
    return found


def _fetch(
    options: CrawlOptions,
    spiders: dict[str, dict[str, Outlet]],
    run: int,
    watch: Callable[[Any], None],
) -> tuple[dict[str, int], Outage | None]:
    """Run the spiders; what was counted, and what nobody answered.

    After a signal they end early, see `interrupts.came`.
    """
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.fetching.network import Outage
    from crawler.fetching.parser_pool import Parsers
    from crawler.fetching.writer import Writer

    logging.captureWarnings(capture=True)
    process = AsyncCrawlerProcess(scrapy_settings(_settings(options, run)))
    crawlers: list[Any] = []
    for spider, outlets in spiders.items():
        crawler = process.create_crawler(spider)
        crawlers.append(crawler)
        watch(crawler)
        process.crawl(crawler, known=outlets)
    run_process(process)
    begun = [crawler for crawler in crawlers if crawler._engine is not None]
    if len(begun) < len(crawlers) and not came():
        raise NewsloomError("the crawl could not start; the log above says why")
    counts: Counter[str] = Counter()
    outages = []
    for crawler in begun:
        Parsers.of(crawler).close()  # not closed by a loop that a signal broke off
        writer = Writer.of(crawler)
        if writer.failure is not None:
            raise writer.failure
        counts += writer.counts
        outages += [writer.outage] if writer.outage else []
    return dict(counts), Outage.of(outages)


def _settings(options: CrawlOptions, run: int) -> dict[str, Any]:
    # Nothing is asked for while Scrapy has an answer in hand.
    one_by_one = {"CONCURRENT_REQUESTS": 1, "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 1}
    # In the settings of Scrapy 0 is no limit.
    return {
        **(one_by_one if options.one_at_a_time else {}),
        "NEWSLOOM_DB": str(options.db),
        "NEWSLOOM_RUN": run,
        "NEWSLOOM_SINCE": options.since,
        "NEWSLOOM_UNTIL": options.until,
        "NEWSLOOM_LIMIT": options.limit or 0,
        "NEWSLOOM_HOST_LIMIT": options.host_limit or 0,
        "NEWSLOOM_MAX_RUNTIME": options.max_runtime or 0,
        "NEWSLOOM_WORKERS": options.workers or 0,
        "NEWSLOOM_KEEP_PAGES": options.keep_pages,
        "NEWSLOOM_REVISITS": options.revisits,
        "NEWSLOOM_KEEP_WARC": options.keep_warc,
        "NEWSLOOM_NOW": options.regardless,
        "NEWSLOOM_ALLOW_PRIVATE": options.allow_private,
        "NEWSLOOM_CONTACT": options.contact,
        "LOG_LEVEL": options.log_level,
    }
