"""Sends a reader's own access to its outlet, and to nobody else."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.http import Response

from crawler.fetching.meta import meta, outlet_of
from crawler.fetching.own_access import Accesses, OwnAccess, accesses
from crawler.fetching.refusals import Refusal, Refused


class _WithAccess:
    """Knows the access to the outlets of its spider."""

    def __init__(self, crawler: Any) -> None:
        self._accesses = Accesses({}, {})
        crawler.signals.connect(self._look, signal=signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Any:
        """Made by Scrapy."""
        return cls(crawler)

    def _look(self, spider: Spider) -> None:
        self._accesses = accesses(spider.outlets, os.environ)  # type: ignore[attr-defined]


class AccessKnown(_WithAccess):
    """Refuses what is asked of an outlet whose access is missing: strangers are given teasers."""

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise Refused."""
        trouble = self._accesses.troubles.get(outlet_of(request))
        if trouble is not None:
            raise Refused(Refusal("no-access", trouble, temporary=True, asked=False))


class SendAccess(_WithAccess):
    """Adds access to each attempt and takes it off again, so that no redirect carries it along.

    It stands near the server: what stands farther away never sees it. A robots.txt is asked for
    without it, since that is no outlet's request.
    """

    def process_request(self, request: Request) -> None:
        """Add the outlet's access, where the address may have it."""
        access = self._access_to(request)
        if access is None or not access.is_for(request.url) or _is_read_by_proxy(request):
            return
        for name, value in access.headers:
            request.headers[name] = value.encode("latin-1")
        if access.cookies:
            chain = (request.headers.get("Cookie") or b"").decode("latin-1")
            request.headers["Cookie"] = _merged(access.cookies, chain)

    def process_response(self, request: Request, response: Response) -> Response:
        """Take it off again."""
        self._take_off(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Take it off again."""
        self._take_off(request)

    def _take_off(self, request: Request) -> None:
        access = self._access_to(request)
        if access is not None:
            for name in (*dict(access.headers), "Cookie"):
                request.headers.pop(name, None)

    def _access_to(self, request: Request) -> OwnAccess | None:
        return self._accesses.known.get(outlet_of(request))


def _is_read_by_proxy(request: Request) -> bool:
    """Whether a proxy would read what is sent: without TLS it does."""
    return bool(meta(request).get("proxy")) and urlsplit(request.url).scheme == "http"


def _merged(cookies: tuple[tuple[str, str], ...], chain: str) -> str:
    """One header of one's own cookies and of those that redirects have set, which are newer."""
    newer = {pair.partition("=")[0].strip() for pair in chain.split(";")}
    own = [f"{name}={value}" for name, value in cookies if name not in newer]
    return "; ".join([*own, *([chain] if chain else [])])
