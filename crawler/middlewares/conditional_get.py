"""Asks sources whether they have changed, instead of for everything again."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.writer import Writer


class ConditionalGet:
    """Adds If-None-Match and If-Modified-Since to polls of sources (RFC 9110, 13.1)."""

    def __init__(self, crawler: Any) -> None:
        self._writer = Writer.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Any) -> ConditionalGet:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set the validators that the source gave last time."""
        source = request.meta.get("source")
        if source is None:
            return
        validators = self._writer.poll_state(source).validators
        if validators.etag:
            request.headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            request.headers["If-Modified-Since"] = validators.last_modified
