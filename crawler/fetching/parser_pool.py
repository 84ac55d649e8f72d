"""The worker processes of a crawl, as a Scrapy extension that spiders parse with."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from scrapy import signals

from crawler.errors import ExtractError, NewsloomError
from crawler.fetching.deadline import LeftForLater, run_over
from crawler.parsing.workers.pool import Workers

P = ParamSpec("P")
T = TypeVar("T")

STALLS = 3
"""Times that an outlet may run a worker into a limit before its pages are left to the next run."""
Turn = tuple[int, "asyncio.Future[None]"]
"""Number of a piece of work in the order of arrival, and the future that ends its wait."""
AHEAD = 4
"""Pieces of work of one outlet, waiting or at work, before no more is fetched; at the least."""
_LIMITS = frozenset({"parser-timeout", "parser-memory", "parser-died"})

parser_used = object()
"""Signal: a piece of work of an `outlet`, by slug, took these `seconds` of CPU."""


class Parsers:
    """Runs parsing functions in worker processes; NEWSLOOM_WORKERS of them, default one a core.

    Next is the outlet that has taken the least time so far, so that one whose pages cost seconds
    slows down nobody else. At the end of a run what waits is left for the next; so is what an
    outlet has waiting that stalled workers STALLS times.
    """

    def __init__(self, crawler: Any) -> None:
        count = crawler.settings.getint("NEWSLOOM_WORKERS") or os.cpu_count() or 1
        self._workers = Workers(count)
        self.close = self._workers.close
        self._signals = crawler.signals
        self._over = False
        self._free = 2 * count
        """pieces of work that the pool takes: one at work and one at hand for each worker"""
        self._came = 0
        self._turns: dict[str, deque[Turn]] = {}
        """what waits, by outlet"""
        self._seconds: defaultdict[str, float] = defaultdict(float)
        """CPU taken so far, by outlet"""
        self._held: Counter[str] = Counter()
        """pieces of work that wait or are at work, by outlet"""
        self._stalls: Counter[str] = Counter()
        self._share = max(count - 1, 1)
        """places that one outlet may have: a worker is left to the others"""
        self._placed: Counter[str] = Counter()
        self._most = max(2 * self._share, AHEAD)
        crawler.signals.connect(self._end, signal=run_over)
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
                "Newsloom's spiders need the extension crawler.fetching.parser_pool.Parsers"
            )
        return parsers  # type: ignore[no-any-return]

    def is_full(self, outlet: str) -> bool:
        """Whether an outlet has as much to be parsed as it may; nothing more is fetched of it."""
        return self._held[outlet] >= self._most

    def is_stalled(self, outlet: str) -> bool:
        """Whether an outlet's pages are left to the next run, for what they did to the workers."""
        return self._stalls[outlet] >= STALLS

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, done in another process; ExtractError when it hit a limit."""
        return await self.run_for("", work, *args, **kwargs)

    async def run_for(
        self, outlet: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The result of `work` for an outlet; LeftForLater when this run does not get to it."""
        self._held[outlet] += 1
        try:
            await self._turn(outlet)
            try:
                done = await asyncio.wrap_future(self._workers.submit_timed(work, *args, **kwargs))
                self._note(outlet, done.seconds, done.error)
            finally:
                self._leave(outlet)
        finally:
            self._held[outlet] -= 1
        return done.result()

    def _note(self, outlet: str, seconds: float, error: ExtractError | None) -> None:
        """Count what a piece of work cost, before its place goes to another."""
        self._seconds[outlet] += seconds
        if outlet:
            self._signals.send_catch_log(parser_used, outlet=outlet, seconds=seconds)
        if outlet and error is not None and error.reason in _LIMITS:
            self._stalls[outlet] += 1
            if self.is_stalled(outlet):
                _drop(self._turns.pop(outlet, deque()), "stalled")

    async def _turn(self, outlet: str) -> None:
        """Take a place at the workers, when it is the outlet's turn; LeftForLater when it is not.

        A place is taken before the one that waited for it goes on: nobody else gets between.
        """
        if self._over:
            raise LeftForLater
        if self.is_stalled(outlet):
            raise LeftForLater("stalled")
        if self._free > 0 and self._placed[outlet] < self._share:
            self._place(outlet)
            return
        waiting = asyncio.get_running_loop().create_future()
        self._came += 1
        self._turns.setdefault(outlet, deque()).append((self._came, waiting))
        try:
            await waiting
        except asyncio.CancelledError:
            if _was_given(waiting):
                self._leave(outlet)
            raise

    def _place(self, outlet: str) -> None:
        self._free -= 1
        self._placed[outlet] += 1

    def _leave(self, outlet: str) -> None:
        """Give the place that is free now to the outlet that has taken least."""
        self._free += 1
        self._placed[outlet] -= 1
        while self._free > 0:
            may = [one for one in self._turns if self._placed[one] < self._share]
            if not may:
                return
            chosen = min(may, key=self._place_in_line)
            _, waiting = self._turns[chosen].popleft()
            if not self._turns[chosen]:
                del self._turns[chosen]
            if not waiting.done():  # else it was cancelled
                waiting.set_result(None)
                self._place(chosen)

    def _place_in_line(self, outlet: str) -> tuple[int, int]:
        # Whole seconds: outlets that cost little are served in the order in which they came.
        return int(self._seconds[outlet]), self._turns[outlet][0][0]

    def _end(self) -> None:
        self._over = True
        while self._turns:
            _drop(self._turns.popitem()[1], None)


def _was_given(waiting: asyncio.Future[None]) -> bool:
    """Whether a wait ended with a place."""
    return waiting.done() and not waiting.cancelled() and waiting.exception() is None


def _drop(queue: deque[Turn], reason: str | None) -> None:
    for _, waiting in queue:
        if not waiting.done():
            waiting.set_exception(LeftForLater(reason))
