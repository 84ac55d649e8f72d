"""When a run is over (`--max-runtime`): nothing is begun after that, what waits stays as it was."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from scrapy import signals
from scrapy.exceptions import IgnoreRequest

from crawler.errors import NewsloomError

GRACE = 10.0
"""Seconds after the end in which answers that are on their way may come in."""

run_over = object()
"""Signal: the run is over, while something is still going on."""


class LeftForLater(IgnoreRequest):
    """Raised for a page or source that this run does not get to: it waits as it did before.

    `reason` is the code that a page is given for it; None: nothing is to be said of it.
    """

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or "the run is over")
        self.reason = reason


class Deadline:
    """A Scrapy extension that knows when the run ends: NEWSLOOM_MAX_RUNTIME seconds from now."""

    def __init__(self, crawler: Any) -> None:
        seconds = crawler.settings.getfloat("NEWSLOOM_MAX_RUNTIME")
        self._ends = time.monotonic() + seconds if seconds else None
        self._signals = crawler.signals
        if seconds:
            crawler.signals.connect(self._opened, signal=signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Deadline:
        """Made by Scrapy."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Any) -> Deadline:
        """The deadline of a crawl."""
        deadline = crawler.get_extension(cls)
        if deadline is None:
            raise NewsloomError(
                "Newsloom's spiders need the extension crawler.fetching.deadline.Deadline"
            )
        return deadline  # type: ignore[no-any-return]

    def over(self) -> bool:
        """Whether the run is over."""
        return self._ends is not None and time.monotonic() > self._ends

    def seconds_for(self, most: float) -> float:
        """How long an exchange may take that would be given `most` seconds: GRACE after the end."""
        if self._ends is None:
            return most
        left: float = self._ends + GRACE - time.monotonic()
        return min(most, max(left, 1.0))

    def _opened(self) -> None:
        assert self._ends is not None  # else nobody listens
        wait = max(self._ends - time.monotonic(), 0.0) + 0.01
        asyncio.get_running_loop().call_later(wait, self._signals.send_catch_log, run_over)
