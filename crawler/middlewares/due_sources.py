"""Leaves alone the sources that asked for it."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.clock import now
from crawler.refusals import NotDue
from crawler.writer import Writer


class DueSources:
    """Stops polls of sources that are retired (410) or told us when to come back (Retry-After)."""

    def __init__(self, crawler: Any) -> None:
        self._writer = Writer.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Any) -> DueSources:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise NotDue for a source that is not to be asked now."""
        source = request.meta.get("source")
        if source is None:
            return
        state = self._writer.poll_state(source)
        if state.retired_at is not None:
            raise NotDue(f"{source.url} is gone for good since {state.retired_at}")
        if state.next_poll_at is not None and state.next_poll_at > now():
            raise NotDue(f"{source.url} asked to be left alone until {state.next_poll_at}")
