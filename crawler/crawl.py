"""A crawl from beginning to end: lock, fetch, group, report."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.clock import now
from crawler.errors import NewsloomError
from crawler.grouping import Grouped, Progress, group
from crawler.runs import begin, lock
from crawler.store import open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """What to crawl, and how far."""

    db: Path
    outlets: Path
    """folder or file of descriptions"""
    chosen: Sequence[str] = ()
    """slugs; empty for all"""
    since: str | None = None
    limit: int = 0
    max_runtime: float = 0.0
    """seconds; no page is begun after that"""
    workers: int = 0
    grouping: bool = True
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
    grouped: Grouped | None = None

    @property
    def exit_code(self) -> int:
        """0 done, 3 some sources failed, 4 all did, 130 interrupted."""
        good = self.counts.get("polls read", 0) + self.counts.get("polls unchanged", 0)
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
    grouping_progress: Progress = lambda _done, _total: None,
    watch: Callable[[Any], None] = lambda _crawler: None,
) -> CrawlSummary:
    """Poll the sources, fetch the pages, save the articles, group them.

    `watch` is given each Scrapy crawler before it starts, to draw progress from its signals.
    Raises StoreBusy when another run holds the store.
    """
    with lock(options.db):
        run = begin(options.db, command, now=now())
        counts, interrupted = _fetch(options, run, watch)
        store = open_store(options.db)
        try:
            grouped = None
            if options.grouping and not interrupted:
                grouped = group(store, run=run, now=now(), progress=grouping_progress)
            summary = CrawlSummary(
                run=run,
                counts=counts,
                pending=store.reading.states().get("pending", 0),
                interrupted=interrupted,
                grouped=grouped,
            )
            with store.batch():
                store.runs.close(
                    run,
                    now=now(),
                    outcome=summary.outcome,
                    summary=counts | (grouped._asdict() if grouped else {}),
                )
        finally:
            store.close()
    return summary


def _fetch(
    options: CrawlOptions, run: int, watch: Callable[[Any], None]
) -> tuple[dict[str, int], bool]:
    """Run the spiders; what was counted, and whether a person stopped them."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler.outlets import choose, load_outlets
    from crawler.writer import Writer

    logging.captureWarnings(capture=True)
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(_settings(options, run), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawlers: list[Any] = []
    writers: list[Writer] = []
    chosen = choose(load_outlets(options.outlets), options.chosen)
    by_spider: dict[str, list[str]] = {}
    for slug, outlet in chosen.items():
        by_spider.setdefault(outlet.spider or "outlets", []).append(slug)
    for spider, slugs in by_spider.items():
        crawler = process.create_crawler(spider)
        crawlers.append(crawler)
        watch(crawler)
        everything = len(slugs) == len(chosen) and not options.chosen
        process.crawl(
            crawler,
            outlet="" if everything else ",".join(slugs),
            outlets=str(options.outlets),
        )
    process.start()
    counts: Counter[str] = Counter()
    for crawler in crawlers:
        writer = Writer.of(crawler)
        writers.append(writer)
        counts += writer.counts
    failure = next((writer.failure for writer in writers if writer.failure), None)
    if failure is not None:
        raise failure
    reasons = {crawler.stats.get_value("finish_reason") for crawler in crawlers}
    if None in reasons:
        raise NewsloomError("the crawl could not start; the log above says why")
    return dict(counts), "shutdown" in reasons


def _settings(options: CrawlOptions, run: int) -> dict[str, Any]:
    from crawler import __version__

    agent = f"Newsloom/{__version__}"
    return {
        "NEWSLOOM_DB": str(options.db),
        "NEWSLOOM_RUN": run,
        "NEWSLOOM_SINCE": options.since,
        "NEWSLOOM_LIMIT": options.limit,
        "NEWSLOOM_MAX_RUNTIME": options.max_runtime,
        "NEWSLOOM_WORKERS": options.workers,
        "NEWSLOOM_ALLOW_PRIVATE": options.allow_private,
        "USER_AGENT": f"{agent} (+{options.contact})" if options.contact else agent,
        "LOG_LEVEL": options.log_level,
    }
