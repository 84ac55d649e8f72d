"""Scrapy's scheduler, with the `pages` table behind it: a kill loses nothing.

Requests for sources wait in memory, since each run makes them again; pages are taken from the
store a few at a time, so that an outlet that lists 300,000 of them costs no memory.
"""

from __future__ import annotations

import functools
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler

from crawler.fetching.deadline import Deadline
from crawler.fetching.meta import meta, outlet_of
from crawler.fetching.parser_pool import Parsers
from crawler.fetching.writer import Writer, pages_offered
from crawler.parsing.urls import slot
from crawler.types import Page

TAKE = 8
"""Pages taken from the store at once for each outlet."""


class Frontier(BaseScheduler):
    """Hands out one request at a time for each registered domain, in turn; `host` means that."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._writer = Writer.of(crawler)
        self._parsers = Parsers.of(crawler)
        self._deadline = Deadline.of(crawler)
        self._queues: dict[str, deque[Request]] = {}
        self._turn: deque[str] = deque()
        self._more: dict[str, None] = {}
        """outlets that may have pages to take"""
        self._after: dict[str, int] = {}
        """number of the last page taken, by outlet"""
        self._asked: set[int] = set()
        """numbers of all pages taken in this run: what was asked waits for the next"""
        self._taken: dict[str, int] = {}
        """pages taken and not yet handed out, by outlet"""
        self._done: set[str] = set()
        """outlets whose host has had its share, or that met a quota, or stalled the parsers"""
        self._full: set[str] = set()
        """outlets that gave as many pages as were asked for"""
        # In the settings 0 is no limit.
        self._left: int | None = crawler.settings.getint("NEWSLOOM_LIMIT") or None
        self._budget: int | None = crawler.settings.getint("NEWSLOOM_HOST_LIMIT") or None
        """pages asked of one host in this run; 0: no limit"""
        self._spent: Counter[str] = Counter()
        """pages handed out, by host"""
        self._revisits: bool = crawler.settings.getbool("NEWSLOOM_REVISITS")
        crawler.signals.connect(self._offered, signal=pages_offered)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Frontier:
        """Made by Scrapy."""
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        """Pages left over from earlier runs come first."""
        self._spider = spider
        self._more = dict.fromkeys(spider.outlets)  # type: ignore[attr-defined]

    def close(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """What was not fetched is still pending in the store, or as due as before."""
        for outlet in self._spider.outlets:  # type: ignore[attr-defined]
            if self._parsers.is_stalled(outlet):
                self._writer.hold(outlet, "stalled")
        left = [one for queue in self._queues.values() for one in queue]
        self._writer.counts["polls left"] += sum(1 for one in left if "source" in meta(one))
        self._give_back(left)

    def enqueue_request(self, request: Request) -> bool:
        """A source, a sitemap of an index, a redirect, a retry."""
        self._push(request)
        return True

    def has_pending_requests(self) -> bool:
        """Whether there is anything left to ask for in this run."""
        if self._deadline.over():
            return False
        self._refill()
        return bool(self._turn)

    def next_request(self) -> Request | None:
        """The next request whose host is not being asked already."""
        if self._deadline.over():
            return None
        if not self._turn:
            # What is not committed yet may offer pages: the twin of an AMP page does.
            self._writer.flush()
        self._refill()
        busy = {meta(r).get("download_slot") for r in self._crawler.engine.downloader.active}
        for _ in range(len(self._turn)):
            host = self._turn.popleft()
            if host in busy:
                self._turn.append(host)
            elif self._may_go(host):
                return self._pop(host)
        return None

    def _may_go(self, host: str) -> bool:
        """Whether a host's first request goes out now.

        When not, the host waits for its next turn, or drops what it is not to be asked for.
        """
        first = self._queues[host][0]
        outlet = outlet_of(first)
        # Asked first: of most hosts it is so, and a turn comes dozens of times for each page.
        if self._parsers.is_full(outlet):
            self._turn.append(host)
        elif self._is_barred(first):
            self._drop(host, functools.partial(_is_of, outlet))
        elif not self._has_room(first):
            self._turn.append(host)
        elif self._is_spent(host, first):
            self._drop(host, lambda one: "taken_for" in meta(one))
        else:
            return True
        return False

    def _pop(self, host: str) -> Request:
        """Hand out a host's first request; the host goes to the end of the line."""
        queue = self._queues[host]
        request = queue.popleft()
        if queue:
            self._turn.append(host)
        else:
            del self._queues[host]
        self._note_handed_out(request)
        return request

    def _refill(self) -> None:
        """Take pages for outlets whose hosts have nothing waiting, while there is room."""
        room = 4 * self._crawler.settings.getint("CONCURRENT_REQUESTS") - len(self._turn)
        for outlet in list(self._more)[: max(room, 0)]:
            if self._left == 0:
                return
            del self._more[outlet]
            limit = TAKE if self._left is None else min(TAKE, self._left)
            pages = self._take(outlet, limit)
            for page in pages:
                request = self._spider.page_request(page)  # type: ignore[attr-defined]
                meta(request)["taken_for"] = outlet
                meta(request)["revisit"] = page.id not in self._asked
                self._push(request)
            if self._left is not None:
                self._left -= len(pages)
            self._taken[outlet] = len(pages)
            if len(pages) == limit:
                self._full.add(outlet)

    def _take(self, outlet: str, limit: int) -> list[Page]:
        """The next pages of an outlet that this run has not taken yet."""
        found: list[Page] = []
        if outlet in self._done:
            return found
        # `_offered` moves `after` back: what this run has asked comes up again, and is left out.
        while len(found) < limit:
            after = self._after.get(outlet, 0)
            pages = self._writer.pending(outlet, after=after, limit=limit - len(found))
            if not pages:
                break
            self._after[outlet] = pages[-1].id
            found += [page for page in pages if page.id not in self._asked]
        self._asked.update(page.id for page in found)
        if self._revisits and len(found) < limit:
            found += self._writer.revisits(outlet, limit=limit - len(found))
        return found

    def _is_spent(self, host: str, request: Request) -> bool:
        """Count a page against its host's budget; whether that is used up."""
        # Redirects and retries of a page are paid for.
        if self._budget is None or "taken_for" not in meta(request):
            return False
        self._spent[host] += 1
        return self._spent[host] > self._budget

    def _is_barred(self, request: Request) -> bool:
        """Whether the outlet of a request is left alone for the rest of the run."""
        outlet = outlet_of(request)
        if self._parsers.is_stalled(outlet):
            return True
        quota = self._writer.exhausted_quota(outlet)
        # With enough articles its sources are still asked: what they list waits.
        return quota is not None and (quota != "articles" or "page" in request.cb_kwargs)

    def _has_room(self, request: Request) -> bool:
        """Whether the quota of articles of a page's outlet has room for more than is on its way."""
        if "page" not in request.cb_kwargs:
            return True
        outlet = outlet_of(request)
        room, asked = self._writer.room(outlet), self._crawler.engine._slot.inprogress
        # The first bound is cheap, and with ordinary quotas enough.
        return room > len(asked) or room > sum(_is_of(outlet, request) for request in asked)

    def _drop(self, host: str, unwanted: Callable[[Request], bool]) -> None:
        """Leave requests of a host to the next run, and the outlets they were taken for."""
        queue = self._queues[host]
        dropped = [one for one in queue if unwanted(one)]
        for one in dropped:
            outlet = meta(one).get("taken_for")
            if outlet is not None:
                self._full.discard(outlet)
                self._done.add(outlet)
                if self._left is not None:
                    self._left += 1
        self._give_back(dropped)
        kept = deque(one for one in queue if not unwanted(one))
        if kept:
            self._queues[host] = kept
            self._turn.append(host)
        else:
            del self._queues[host]

    def _give_back(self, requests: Iterable[Request]) -> None:
        """Articles that were to be looked at again are, in the next run."""
        self._writer.give_back(
            [one.cb_kwargs["page"].id for one in requests if meta(one).get("revisit")]
        )

    def _note_handed_out(self, request: Request) -> None:
        """When the last page taken of an outlet goes out, it may have more."""
        outlet = meta(request).pop("taken_for", None)
        if outlet is None:
            return
        self._taken[outlet] -= 1
        if self._taken[outlet] == 0 and outlet in self._full:
            self._full.remove(outlet)
            self._more.setdefault(outlet)

    def _push(self, request: Request) -> None:
        # A redirect to another host belongs into that host's slot, with its delay.
        host = meta(request)["download_slot"] = slot(request.url)
        if host not in self._queues:
            self._queues[host] = deque()
            self._turn.append(host)
        self._queues[host].append(request)

    def _offered(self, outlet: str, lowest: int) -> None:
        # A page known for long may be due again, below those taken already.
        self._after[outlet] = min(self._after.get(outlet, 0), lowest - 1)
        if self._taken.get(outlet):
            self._full.add(outlet)
        else:
            self._more.setdefault(outlet)
        # The engine asks when an answer is done with, or every five seconds; a large sitemap is
        # being read for longer.
        asking = self._crawler.engine._slot
        if asking is not None:
            asking.nextcall.schedule()


def _is_of(outlet: str, request: Request) -> bool:
    return outlet_of(request) == outlet
