"""Notes of every exchange whether somebody answered, to tell an outage from a host's failure."""

from __future__ import annotations

import time
from typing import Any

from scrapy import Request, signals
from scrapy.http import Response

from crawler.fetching.meta import meta
from crawler.fetching.network import NETWORK


class Reach:
    """Stands nearest to the server, so that it sees retries and robots.txt too."""

    def __init__(self, crawler: Any) -> None:
        # A slow body is an answer, though the request may still end as a timeout.
        crawler.signals.connect(self._began_to_answer, signal=signals.headers_received)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Reach:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Note when the first of its attempts began."""
        meta(request).setdefault("began", time.monotonic())

    def process_response(self, request: Request, response: Response) -> Response:
        """Somebody answered."""
        NETWORK.note_answer(request.url)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Nobody did, or not in full."""
        began = meta(request).get("began")
        if began is not None:
            NETWORK.note_failure(request.url, exception, began=began)

    def _began_to_answer(self, request: Request) -> None:
        NETWORK.note_answer(request.url)
