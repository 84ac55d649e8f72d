"""The worker processes of a crawl, as a Scrapy extension that spiders parse with."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from scrapy import signals

from crawler.errors import NewsloomError
from crawler.fetching.deadline import LeftForLater, run_over
from crawler.workers import Workers

P = ParamSpec("P")
T = TypeVar("T")

STALLS = 3
"""Times that an outlet may run a worker into a limit before its pages are left to the next run."""
_LIMITS = frozenset({"parser-timeout", "parser-memory", "parser-died"})

parser_used = object()
"""Signal: what an `outlet`, by slug, gave to be parsed took so many `seconds` of CPU."""


class Parsers:
    """Runs parsing functions in worker processes; NEWSLOOM_WORKERS of them, default one a core.

    Outlets take turns, so that one whose pages cost seconds slows down nobody else. At the end of
    a run what waits is left for the next; so is what an outlet has waiting that stalled workers
    STALLS times.
    """

    def __init__(self, crawler: Any) -> None:
        count = crawler.settings.getint("NEWSLOOM_WORKERS") or os.cpu_count() or 1
        self._workers = Workers(count)
        self._signals = crawler.signals
        self._over = False
        self._free = 2 * count
        """pieces of work that the pool takes: one at work and one at hand for each worker"""
        self._turns: dict[str, deque[asyncio.Future[None]]] = {}
        """what waits, by outlet; the first outlet is next"""
        self._held: Counter[str] = Counter()
        """pieces of work that wait or are at work, by outlet"""
        self._stalls: Counter[str] = Counter()
        self._most = 2 * self._free
        crawler.signals.connect(self._end, signal=run_over)
        crawler.signals.connect(self._workers.close, signal=signals.spider_closed)

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

    def is_full(self, outlet: str) -> bool:
        """Whether an outlet has as much to be parsed as it may; nothing more is fetched of it."""
        return self._held[outlet] >= self._most

    def held(self, outlet: str) -> int:
        """Pages and listings of an outlet that wait or are being parsed."""
        return self._held[outlet]

    def is_stalled(self, outlet: str) -> bool:
        """Whether an outlet's pages are left to the next run, for what they did to the workers."""
        return self._stalls[outlet] >= STALLS

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, done in another process; ExtractError when it hit a limit."""
        return await self.run_for("", work, *args, **kwargs)

    async def run_for(
        self, outlet: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same on behalf of an outlet; LeftForLater when this run does not get to it."""
        self._held[outlet] += 1
        try:
            await self._turn(outlet)
            try:
                done = await asyncio.wrap_future(self._workers.timed(work, *args, **kwargs))
            finally:
                self._pass_on()
        finally:
            self._held[outlet] -= 1
        if outlet:
            self._signals.send_catch_log(parser_used, outlet=outlet, seconds=done.seconds)
        if outlet and done.error is not None and done.error.reason in _LIMITS:
            self._stalls[outlet] += 1
            if self.is_stalled(outlet):
                _drop(self._turns.pop(outlet, deque()), "stalled")
        return done.result()

    async def _turn(self, outlet: str) -> None:
        if self._over:
            raise LeftForLater
        if self.is_stalled(outlet):
            raise LeftForLater("stalled")
        if self._free > 0:
            self._free -= 1
            return
        waiting = asyncio.get_running_loop().create_future()
        self._turns.setdefault(outlet, deque()).append(waiting)
        await waiting

    def _pass_on(self) -> None:
        """Give the place that was left to the next outlet."""
        while self._turns:
            outlet = next(iter(self._turns))
            queue = self._turns.pop(outlet)
            waiting = queue.popleft()
            if queue:
                self._turns[outlet] = queue
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free += 1

    def _end(self) -> None:
        self._over = True
        while self._turns:
            _drop(self._turns.popitem()[1], None)


def _drop(queue: deque[asyncio.Future[None]], reason: str | None) -> None:
    for waiting in queue:
        if not waiting.done():
            waiting.set_exception(LeftForLater(reason))
