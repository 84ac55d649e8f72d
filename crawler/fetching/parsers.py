"""The worker processes of a crawl, as a Scrapy extension that spiders parse with."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from scrapy import signals

from crawler.errors import NewsloomError
from crawler.workers import Workers

P = ParamSpec("P")
T = TypeVar("T")


class Parsers:
    """Runs parsing functions in worker processes; NEWSLOOM_WORKERS of them, default one a core."""

    def __init__(self, crawler: Any) -> None:
        count = crawler.settings.getint("NEWSLOOM_WORKERS") or os.cpu_count() or 1
        self._workers = Workers(count)
        self.close = self._workers.close
        crawler.signals.connect(self.close, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Parsers:
        """Made by Scrapy."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Any) -> Parsers:
        """The parsers of a crawl."""
        parsers = crawler.get_extension(cls)
        if parsers is None:
            raise NewsloomError(
                "Newsloom's spiders need the extension crawler.fetching.parsers.Parsers"
            )
        return parsers  # type: ignore[no-any-return]

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, done in another process; ExtractError when it hit a limit."""
        return await asyncio.wrap_future(self._workers.submit(work, *args, **kwargs))
