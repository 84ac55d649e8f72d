"""A crawl from beginning to end: lock, fetch, group, report."""

from __future__ import annotations

import logging
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.clock import now
from crawler.errors import NewsloomError, UsageError
from crawler.runs import begin, end, lock
from crawler.store import open_store
from crawler.types import Outlet

if TYPE_CHECKING:
    # Imported when it is needed: numpy and scipy would be 40 MB on top of the fetching.
    from crawler.grouping import Grouped, Progress


GROUPING = 30.0
"""Seconds after the end of a run's time in which what it brought is still grouped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """What to crawl, and how far."""

    db: Path
    outlets: Path
    """folder or file of descriptions"""
    chosen: Sequence[str] = ()
    """slugs; empty for all"""
    shard: tuple[int, int] = (1, 1)
    """which part of all of them, of how many"""
    since: str | None = None
    until: str | None = None
    limit: int = 0
    host_limit: int = 0
    """pages of one host at the most"""
    max_runtime: float = 0.0
    """seconds; no page is begun or parsed after that, and the run ends within a minute of it"""
    workers: int = 0
    grouping: bool = True
    keep_pages: bool = False
    """whether the bytes of pages are kept, in a file beside the store"""
    keep_warc: bool = False
    """whether they are kept as WARC"""
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
    held: Sequence[dict[str, Any]] = ()
    """outlets whose pages wait for a new day or run, why, and how many pages"""
    grouped: Grouped | None = None

    @property
    def exit_code(self) -> int:
        """0 done, 3 some sources failed, 4 all did, 130 interrupted."""
        # Those not due are well, as far as is known.
        good = sum(self.counts.get(f"polls {how}", 0) for how in ("read", "unchanged", "not due"))
        bad = self.counts.get("polls failed", 0) + self.counts.get("polls denied", 0)
        if self.interrupted:
            return 130
        if not bad:
            return 0
        return 3 if good else 4

    @property
    def outcome(self) -> str:
        """The same as a word for the run row."""
        return {0: "done", 4: "failed"}.get(self.exit_code, "partial")


def crawl(
    options: CrawlOptions,
    *,
    command: str,
    grouping_progress: Progress = lambda _what, _done, _total: None,
    watch: Callable[[Any], None] = lambda _crawler: None,
) -> CrawlSummary:
    """Poll the sources, fetch the pages, save the articles, group them.

    `watch` is given each Scrapy crawler before it starts, to draw progress from its signals.
    Raises StoreBusy when another run holds the store.
    """
    begun = time.monotonic()

    def is_over() -> bool:
        late = time.monotonic() - begun - options.max_runtime
        return options.max_runtime > 0 and late > GROUPING

    spiders = _by_spider(options)
    with lock(options.db):
        run = begin(options.db, command, now=now())
        try:
            counts, interrupted = _fetch(options, spiders, run, watch)
            summary = _finish(options, run, counts, interrupted, grouping_progress, is_over)
        except (NewsloomError, KeyboardInterrupt) as error:
            outcome = "partial" if isinstance(error, KeyboardInterrupt) else "failed"
            with suppress(NewsloomError):  # the store itself may be what failed
                end(options.db, run, now=now(), outcome=outcome, summary={})
            raise
    return summary


def _finish(
    options: CrawlOptions,
    run: int,
    counts: dict[str, int],
    interrupted: bool,
    progress: Progress,
    is_over: Callable[[], bool],
) -> CrawlSummary:
    """Group what was fetched and close the run."""
    store = open_store(options.db)
    try:
        grouped = None
        if options.grouping and not interrupted:
            from crawler.grouping import group

            grouped = group(store, run=run, now=now(), progress=progress, is_over=is_over)
        summary = CrawlSummary(
            run=run,
            counts=counts,
            pending=store.reading.states().get("pending", 0),
            held=store.usage.held(),
            interrupted=interrupted,
            grouped=grouped,
        )
    except UsageError:
        # The articles are saved; what they have in common waits for `newsloom group`.
        end(options.db, run, now=now(), outcome="failed", summary=counts)
        raise
    finally:
        store.close()
    figures = counts | (grouped._asdict() if grouped else {})
    end(options.db, run, now=now(), outcome=summary.outcome, summary=figures)
    return summary


def _by_spider(options: CrawlOptions) -> dict[str, dict[str, Outlet]]:
    """The chosen outlets by the spider that reads them; UsageError for an unknown one."""
    from scrapy.spiderloader import SpiderLoader

    from crawler.outlets import choose, load_outlets

    known = SpiderLoader.from_settings(scrapy_settings({})).list()
    found: dict[str, dict[str, Outlet]] = {}
    known_outlets = load_outlets(options.outlets)
    for slug, outlet in choose(known_outlets, options.chosen, shard=options.shard).items():
        spider = outlet.spider or "outlets"
        if spider not in known:
            raise UsageError(
                f"{slug}: there is no spider '{spider}' under spiders/custom; "
                f"there are: {', '.join(known)}"
            )
        found.setdefault(spider, {})[slug] = outlet
    return found


def user_agent(contact: str) -> str:
    """How we introduce ourselves: with an address or page of whoever runs this, where known."""
    from crawler import __version__

    agent = f"Newsloom/{__version__}"
    return f"{agent} (+{contact})" if contact else agent


def scrapy_settings(given: dict[str, Any]) -> Any:
    """The settings of the house with others above them."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(given, priority="cmdline")
    return settings


def _fetch(
    options: CrawlOptions,
    spiders: dict[str, dict[str, Outlet]],
    run: int,
    watch: Callable[[Any], None],
) -> tuple[dict[str, int], bool]:
    """Run the spiders; what was counted, and whether a person stopped them."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.fetching.writer import Writer

    logging.captureWarnings(capture=True)
    process = AsyncCrawlerProcess(scrapy_settings(_settings(options, run)))
    crawlers: list[Any] = []
    for spider, outlets in spiders.items():
        crawler = process.create_crawler(spider)
        crawlers.append(crawler)
        watch(crawler)
        process.crawl(crawler, known=outlets)
    process.start()
    # Scrapy's handlers outlive its reactor: without this, Ctrl-C is ignored while grouping.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if any(crawler.spider is None for crawler in crawlers):
        raise NewsloomError("the crawl could not start; the log above says why")
    counts: Counter[str] = Counter()
    for writer in map(Writer.of, crawlers):
        if writer.failure is not None:
            raise writer.failure
        counts += writer.counts
    reasons = {crawler.stats.get_value("finish_reason") for crawler in crawlers}
    # None: a second Ctrl-C, which does not wait for the spiders to close.
    return dict(counts), bool(reasons & {"shutdown", None})


def _settings(options: CrawlOptions, run: int) -> dict[str, Any]:
    return {
        "NEWSLOOM_DB": str(options.db),
        "NEWSLOOM_RUN": run,
        "NEWSLOOM_SINCE": options.since,
        "NEWSLOOM_UNTIL": options.until,
        "NEWSLOOM_LIMIT": options.limit,
        "NEWSLOOM_HOST_LIMIT": options.host_limit,
        "NEWSLOOM_MAX_RUNTIME": options.max_runtime,
        "NEWSLOOM_WORKERS": options.workers,
        "NEWSLOOM_KEEP_PAGES": options.keep_pages,
        "NEWSLOOM_REVISITS": options.revisits,
        "NEWSLOOM_KEEP_WARC": options.keep_warc,
        "NEWSLOOM_NOW": options.regardless,
        "NEWSLOOM_ALLOW_PRIVATE": options.allow_private,
        "USER_AGENT": user_agent(options.contact),
        "LOG_LEVEL": options.log_level,
    }
