"""Tells section pages how the addresses of their outlet's articles look."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.fetching.meta import meta
from crawler.fetching.writer import Writer
from crawler.types import SourceKind


class KnownShapes:
    """Sets `shapes` on polls of section pages."""

    def __init__(self, crawler: Any) -> None:
        self._writer = Writer.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Any) -> KnownShapes:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Look up what the store knows of the outlet."""
        source = meta(request).get("source")
        if source is not None and source.kind is SourceKind.PAGE:
            meta(request)["shapes"] = self._writer.shapes(source.outlet)
