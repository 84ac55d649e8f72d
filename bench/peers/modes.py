"""What `bench/whole_crawl.py` runs to compare: Newsloom with its workers, and parsing inline."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.errors import ExtractError
from crawler.fetching.parser_pool import Parsers

TICK = 0.005
"""Seconds between two looks at the clock."""


class Inline(Parsers):
    """Parses in the crawl's own process, as most Scrapy projects do."""

    async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except ExtractError:
            raise
        except Exception as error:
            raise ExtractError("parser-error", str(error)) from error


async def watch(stalls: list[float]) -> None:
    """Note how late the loop is, every few milliseconds."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(TICK)
        stalls.append(time.perf_counter() - before - TICK)


def main() -> None:
    """`inline|workers OUTLETS DB`; prints wall seconds and stalls of the loop."""
    mode, outlets, db = sys.argv[1:]
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(
        {"NEWSLOOM_ALLOW_PRIVATE": True, "NEWSLOOM_DB": db, "LOG_LEVEL": "ERROR",
         "NEWSLOOM_WORKERS": 2}, priority="cmdline",
    )  # fmt: skip
    if mode == "inline":
        extensions = dict(settings.getdict("EXTENSIONS"))
        extensions.pop("crawler.fetching.parser_pool.Parsers")
        extensions["bench.peers.modes.Inline"] = 110
        settings.set("EXTENSIONS", extensions, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler("outlets")
    stalls: list[float] = []
    times: list[float] = []
    tasks = []

    def begin() -> None:
        times.append(time.perf_counter())
        tasks.append(asyncio.ensure_future(watch(stalls)))

    def end() -> None:
        times.append(time.perf_counter())
        tasks[0].cancel()

    crawler.signals.connect(begin, signal=signals.engine_started)
    crawler.signals.connect(end, signal=signals.spider_closed)
    process.crawl(crawler, outlets=outlets)
    process.start()
    stalls.sort()
    print(json.dumps({"wall": times[1] - times[0], "p99": stalls[int(0.99 * len(stalls))],
                      "worst": stalls[-1]}))  # fmt: skip


if __name__ == "__main__":
    main()
