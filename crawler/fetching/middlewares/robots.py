"""robots.txt by RFC 9309: the status decides first, then the rules, then Crawl-delay."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.clock import now
from crawler.fetching.refusals import Refusal, Refused, explain
from crawler.fetching.writer import Writer, robots_delay
from crawler.parsing.dates import utc
from crawler.parsing.urls import slot
from crawler.types import RobotsFile

MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least this much is to be read; more is not."""
FRESH = timedelta(hours=24)
"""RFC 9309, 2.4: what is older is asked for again."""
KEPT = timedelta(days=30)
"""RFC 9309, 2.3.1.4: while the file cannot be reached, an earlier one holds for so long."""
MAX_DELAY = 30.0
"""Seconds; a longer Crawl-delay would let one outlet outlast every run."""


robots_read = object()
"""Signal: a robots.txt with these `rules` was read."""


class Rules(NamedTuple):
    """What a host lets us do."""

    parser: Protego | None
    """None: nothing was said, all is allowed"""
    unreachable: str = ""
    """why nothing could be read, in which case all is forbidden (RFC 9309, 2.3.1.4)"""
    text: str = ""
    delay: float = 0.0
    """seconds asked for between two requests, clamped; 0: nothing was said"""


class Robots:
    """Reads each site's robots.txt once a day and holds every request to it."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._writer = Writer.of(crawler)
        self._agent: str = crawler.settings["NEWSLOOM_ROBOTS_AGENT"]
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> Robots:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise Refused."""
        if request.meta.get("is_robots"):
            return
        rules = await self._rules_for(request.url)
        if rules.unreachable:
            raise Refused(
                Refusal(
                    "robots-unreachable",
                    f"robots.txt could not be read ({rules.unreachable}), so all is forbidden",
                    temporary=True,
                    denied=True,
                    asked=False,
                )
            )
        if rules.parser is not None and not rules.parser.can_fetch(request.url, self._agent):
            raise Refused(
                Refusal("robots", "forbidden by robots.txt", temporary=False, denied=True)
            )

    async def _rules_for(self, url: str) -> Rules:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._read(site))
        return await asyncio.shield(self._rules[site])

    async def _read(self, site: str) -> Rules:
        known = self._writer.robots(site)
        if known is not None and known.at > ago(FRESH):
            rules = understood(known.rules, self._agent)
        else:
            rules = await self._ask(site)
            if rules.unreachable and known is not None and known.at > ago(KEPT):
                rules = understood(known.rules, self._agent)
        self._crawler.signals.send_catch_log(robots_read, rules=rules.text)
        if rules.delay:
            self._crawler.signals.send_catch_log(robots_delay, host=slot(site), seconds=rules.delay)
        return rules

    async def _ask(self, site: str) -> Rules:
        request = Request(
            f"{site}/robots.txt",
            callback=NO_CALLBACK,
            meta={"is_robots": True, "download_slot": slot(site)},
            priority=1000,
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is unreachable
            return Rules(None, unreachable=explain(error).reason)
        rules = judge(response, self._agent)
        if not rules.unreachable:
            self._writer.save(RobotsFile(site=site, rules=text_of(response), at=now()))
        return rules


def ago(span: timedelta) -> str:
    """The time that lies so far back."""
    return utc(datetime.now(UTC) - span)


def text_of(response: Response) -> str | None:
    """The file as answered; None for 4xx, which means that there is none (RFC 9309, 2.3.1.3)."""
    if response.status != 200:
        return None
    return response.body[:MAX_BYTES].decode("utf-8", errors="ignore")


def judge(response: Response, agent: str) -> Rules:
    """What an answer to a request for robots.txt lets `agent` do."""
    if response.status >= 500 or response.status == 429:
        return Rules(None, unreachable=f"status {response.status}")
    return understood(text_of(response), agent)


def understood(text: str | None, agent: str) -> Rules:
    """What a robots.txt lets `agent` do."""
    if text is None:
        return Rules(None)
    parser = Protego.parse(text)
    return Rules(parser, text=text, delay=min(float(parser.crawl_delay(agent) or 0.0), MAX_DELAY))
