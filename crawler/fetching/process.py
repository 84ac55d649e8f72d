"""Scrapy as this program runs it: its settings, and how its loop ends after a signal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from crawler.interrupts import handled_by

STOP_GRACE = 5.0
"""Seconds that what is being fetched gets to end after a signal; it can be fetched again."""


def scrapy_settings(given: dict[str, Any]) -> Any:
    """The settings of the house with others above them."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(given, priority="cmdline")
    return settings


def run_process(process: Any) -> None:
    """Run Scrapy until its spiders have ended, or until STOP_GRACE after a signal, at the latest.

    Scrapy's own handlers would lose a signal that comes while a spider is being opened.
    """
    from twisted.internet import reactor

    loop: Any = reactor
    crawlers = list(process.crawlers)

    def stop(number: int) -> None:
        if number > 1:
            loop.callFromThread(loop.crash)
        else:
            loop.callFromThread(_stop_soon, process, crawlers, loop)

    with handled_by(stop):
        process.start(install_signal_handlers=False)


def _stop_soon(process: Any, crawlers: Iterable[Any], loop: Any) -> None:
    """End the spiders as Scrapy does, or after STOP_GRACE the loop that they run in."""
    loop.callLater(STOP_GRACE, loop.crash)
    # Kept there, since a task that nobody refers to may be collected.
    process.ending = [asyncio.ensure_future(_stop(crawler)) for crawler in crawlers]


async def _stop(crawler: Any) -> None:
    """End a spider, once it has been opened."""
    while crawler.crawling:
        if crawler._engine is not None and crawler.engine.running:
            await crawler.stop_async()
            return
        await asyncio.sleep(0.05)
