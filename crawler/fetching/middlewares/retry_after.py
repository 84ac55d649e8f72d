"""Waits when a server asks for it, or leaves the host alone for the rest of the run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawler import polling
from crawler.clock import utc
from crawler.fetching.meta import meta
from crawler.fetching.refusals import Refusal, Refused

SHORT = 5.0
"""Seconds that are waited out on the spot, once for a request."""


class RetryAfter:
    """Obeys Retry-After on 429 and 503 (RFC 9110, 10.2.3), in seconds or as a date."""

    def __init__(self) -> None:
        self._quiet: dict[str, datetime] = {}

    @classmethod
    def from_crawler(cls, _crawler: Any) -> RetryAfter:
        """Made by Scrapy."""
        return cls()

    def process_request(self, request: Request) -> None:
        """Refuse requests to a host that asked for quiet."""
        host = urlsplit(request.url).netloc
        until = self._quiet.get(host)
        if until is None or meta(request).get("is_robots"):
            return
        if until <= datetime.now(UTC):
            del self._quiet[host]
            return
        raise Refused(
            Refusal(
                "asked-to-wait",
                f"{host}: Retry-After",
                temporary=True,
                until=utc(until),
                asked=False,
            )
        )

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Wait a short time and ask again, or note the host and hand the answer on."""
        wait = requested_wait(response)
        if wait is None:
            return response
        if wait.total_seconds() <= SHORT and not meta(request).get("waited"):
            await asyncio.sleep(wait.total_seconds())
            return request.replace(meta=dict(meta(request), waited=True), dont_filter=True)
        until = datetime.now(UTC) + wait
        self._quiet[urlsplit(request.url).netloc] = until
        meta(request)["until"] = utc(until)
        return response


def requested_wait(response: Response) -> timedelta | None:
    """How long a server asks to be left alone; None when it does not, or not readably."""
    if response.status not in (429, 503):
        return None
    header = response.headers.get("Retry-After", b"")
    return polling.requested_pause((header or b"").decode("latin-1"), now=datetime.now(UTC))
