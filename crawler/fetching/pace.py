"""How fast a host is asked: AutoThrottle, never faster than its outlet or its robots.txt says."""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider, signals
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from crawler.fetching.meta import meta
from crawler.fetching.writer import robots_delay
from crawler.parsing.urls import slot


class Pace(AutoThrottle):
    """Scrapy's AutoThrottle with a floor for each registered domain."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._default: float = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._floors: dict[str, float] = {}
        crawler.signals.connect(self._set_outlet_delays, signal=signals.spider_opened)
        crawler.signals.connect(self._slow_down, signal=robots_delay)
        crawler.signals.connect(self._meet_host, signal=signals.request_reached_downloader)

    def _set_outlet_delays(self, spider: Spider) -> None:
        for outlet in spider.outlets.values():  # type: ignore[attr-defined]
            if outlet.delay is not None:
                for source in outlet.sources:
                    # Two outlets of one domain: the slower one's pace holds.
                    host = slot(source.url)
                    self._set_floor(host, max(outlet.delay, self._floors.get(host, 0.0)))

    def _meet_host(self, request: Request, spider: Spider) -> None:
        """An outlet's pages are often on another host than its feed; its delay holds there too."""
        page = request.cb_kwargs.get("page")
        host = meta(request).get("download_slot", "")
        if page is not None and host not in self._floors:
            delay = spider.outlets[page.outlet].delay  # type: ignore[attr-defined]
            self._set_floor(host, self._default if delay is None else delay)

    def _slow_down(self, host: str, seconds: float) -> None:
        if seconds > self._floors.get(host, self._default):
            self._set_floor(host, seconds)

    def _set_floor(self, host: str, seconds: float) -> None:
        self._floors[host] = seconds
        downloader = self.crawler.engine.downloader
        downloader.per_slot_settings.setdefault(host, {})["delay"] = seconds
        if host in downloader.slots:
            downloader.slots[host].delay = seconds

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        self.mindelay = self._floors.get(meta(request).get("download_slot", ""), self._default)
        self.maxdelay = max(self.mindelay, self._max_delay())
        super()._response_downloaded(response, request, spider)
