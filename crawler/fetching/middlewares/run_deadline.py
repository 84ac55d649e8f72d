"""Sends nothing after the end of a run, and waits for no answer until long after it."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.fetching.deadline import Deadline, LeftForLater, run_over
from crawler.fetching.meta import meta


class InTime:
    """Below robots.txt, which may have taken its time: whatever is asked passes here last."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._deadline = Deadline.of(crawler)
        self._most: float = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        crawler.signals.connect(self._empty_slots, signal=run_over)

    @classmethod
    def from_crawler(cls, crawler: Any) -> InTime:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise LeftForLater."""
        if self._deadline.over():
            raise LeftForLater
        asked = float(meta(request).get("download_timeout", self._most))
        meta(request)["download_timeout"] = self._deadline.seconds_for(asked)

    def _empty_slots(self) -> None:
        """What still waits for its host's turn, which a delay of minutes may be away."""
        for slot in self._crawler.engine.downloader.slots.values():
            while slot.queue:
                _request, waiting = slot.queue.popleft()
                waiting.errback(LeftForLater())
