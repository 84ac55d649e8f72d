"""What `bench/fetch.py` runs: pages fetched by Newsloom's settings, and by Scrapy's own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.types import Page
from spiders.outlet import OutletSpider


class Ours(OutletSpider):
    """Newsloom's spider; its pages are fetched and left as they are."""

    name = "ours"

    def parse_page(self, response: Response, page: Page) -> None:  # type: ignore[override]
        del page
        count(response)


class Stock(Spider):
    """What anybody would write."""

    name = "stock"

    def __init__(self, urls: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = Path(urls).read_text().split()

    async def start(self) -> AsyncIterator[Request]:
        for url in self._urls:
            yield Request(url)

    def parse(self, response: Response) -> None:
        count(response)


pages: list[int] = []


def count(response: Response) -> None:
    pages.append(len(response.body))


def main() -> None:
    """`ours FOLDER` with outlets, or `stock FILE` with addresses; prints JSON."""
    who, argument = sys.argv[1:]
    settings = Settings({"LOG_LEVEL": "ERROR"}, priority="cmdline")
    if who == "ours":
        settings.setmodule("crawler.settings")
        settings.setdict(
            {"NEWSLOOM_ALLOW_PRIVATE": True, "NEWSLOOM_DB": f"{argument}/fetch.db"},
            priority="cmdline",
        )
    else:
        settings.set("TELNETCONSOLE_ENABLED", value=False)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Ours if who == "ours" else Stock)
    began: list[float] = []

    def open_() -> None:
        began.append(time.process_time())

    crawler.signals.connect(open_, signal=signals.engine_started)
    process.crawl(crawler, **({"outlets": argument} if who == "ours" else {"urls": argument}))
    process.start()
    print(json.dumps({"pages": len(pages), "cpu": time.process_time() - began[0],
                      "bytes": sum(pages)}))  # fmt: skip


if __name__ == "__main__":
    main()
