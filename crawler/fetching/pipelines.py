"""What spiders yield goes to the writer; only articles go on, to feed exports and the like."""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import DropItem

from crawler.fetching.writer import Writer
from crawler.types import Article, Fetched, Left, PollFailed, Rejected, SourceReading, Unchanged


class Save:
    """Hands every value to the one writer."""

    def __init__(self, crawler: Any) -> None:
        self._writer = Writer.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Save:
        """Made by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """Save what is ours; let the items of other people's spiders pass."""
        if isinstance(item, Fetched):
            self._writer.keep(item)
            raise DropItem("a page is kept, not exported", log_level="DEBUG")
        if isinstance(item, Article | Rejected | Left | SourceReading | PollFailed | Unchanged):
            self._writer.save(item)
            if not isinstance(item, Article):
                raise DropItem(f"{type(item).__name__} is saved, not exported", log_level="DEBUG")
        return item
