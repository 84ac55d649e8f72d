"""robots.txt by RFC 9309: the status decides first, then the rules, then Crawl-delay."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.clock import now, utc
from crawler.fetching.meta import meta
from crawler.fetching.refusals import Refusal, Refused, refusal_for_error, refusal_for_status
from crawler.fetching.writer import Writer, robots_delay
from crawler.parsing.robots import RobotsRules, decode_robots, parse_robots
from crawler.parsing.urls import slot
from crawler.types import RobotsFile

FRESH = timedelta(hours=24)
"""RFC 9309, 2.4: what is older is asked for again."""
KEPT = timedelta(days=30)
"""RFC 9309, 2.3.1.4: while the file cannot be reached, an earlier one holds for so long."""
MAX_DELAY = 30.0
"""Seconds; a longer Crawl-delay would let one outlet outlast every run."""


robots_read = object()
"""Signal: the robots.txt of this `site` (scheme and host) was read, which names `sitemaps`."""
NOTHING_SAID = RobotsRules((), delay=0.0, sitemaps=())


class Rules(NamedTuple):
    """What a host lets us do."""

    robots: RobotsRules
    unreachable: Refusal | None = None
    """what kept us from reading it, in which case all is forbidden (RFC 9309, 2.3.1.4)"""

    @property
    def delay(self) -> float:
        """Seconds asked for between two requests, clamped; 0: none."""
        return min(self.robots.delay, MAX_DELAY)


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
        if meta(request).get("is_robots"):
            return
        rules = await self._rules_for(request.url)
        if rules.unreachable is not None:
            raise Refused(refusal_while_unreachable(rules.unreachable))
        if not rules.robots.allows(request.url):
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
        if known is not None and is_within(known.at, FRESH):
            rules = Rules(rules_from_text(known.rules, self._agent))
        else:
            rules = await self._ask(site)
            if rules.unreachable is not None and known is not None and is_within(known.at, KEPT):
                rules = Rules(rules_from_text(known.rules, self._agent))
        self._crawler.signals.send_catch_log(robots_read, site=site, sitemaps=rules.robots.sitemaps)
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
            return Rules(NOTHING_SAID, unreachable=refusal_for_error(error))
        rules = rules_from_response(response, self._agent)
        if rules.unreachable is None:
            self._writer.save(RobotsFile(site=site, rules=robots_text(response), at=now()))
        return rules


def is_within(at: str, span: timedelta) -> bool:
    """Whether a time lies so far back at most; one to come is a wrong clock's, and does not."""
    return utc(datetime.now(UTC) - span) < at <= now()


def robots_text(response: Response) -> str | None:
    """The file as answered; None where there is none."""
    return decode_robots(response.body) if 200 <= response.status < 300 else None


def rules_from_response(response: Response, agent: str) -> Rules:
    """What an answer to a request for robots.txt lets `agent` do.

    RFC 9309, 2.3.1: 2xx is read; 4xx says that there is no such file; what is left, 5xx and
    redirects that lead nowhere, says nothing. 429 asks for quiet, and is no 4xx in this.
    """
    found = 200 <= response.status < 300
    if not found and (response.status == 429 or not 400 <= response.status < 500):
        return Rules(NOTHING_SAID, unreachable=refusal_for_status(response.status))
    return Rules(rules_from_text(robots_text(response), agent))


def rules_from_text(text: str | None, agent: str) -> RobotsRules:
    """What a robots.txt lets `agent` do; None: there is none."""
    return NOTHING_SAID if text is None else parse_robots(text, agent)


def refusal_while_unreachable(why: Refusal) -> Refusal:
    """The refusal of every page while robots.txt cannot be read; the next run asks again."""
    return Refusal(
        "robots-unreachable",
        f"robots.txt could not be read, so nothing is asked for now; {why.reason}: {why.detail}",
        temporary=True,
        denied=True,
        asked=False,
        cause=why.reason,
    )
