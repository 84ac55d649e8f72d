"""Asks whether a source or an article has changed, instead of for everything again."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.fetching.meta import meta
from crawler.fetching.writer import Writer


class ConditionalGet:
    """Adds If-None-Match and If-Modified-Since (RFC 9110, 13.1)."""

    def __init__(self, crawler: Any) -> None:
        self._writer = Writer.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Any) -> ConditionalGet:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set the validators that the server gave last time."""
        source, page = meta(request).get("source"), request.cb_kwargs.get("page")
        if source is not None:
            state = self._writer.ensure_source(source)
            validators = state.validators
            # Many servers know neither: then the spider compares the bytes.
            meta(request)["content_hash"] = state.content_hash
        elif page is not None:
            validators = page.validators
        else:
            return
        if validators.etag:
            request.headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            request.headers["If-Modified-Since"] = validators.last_modified
