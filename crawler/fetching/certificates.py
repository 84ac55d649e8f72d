"""Whose certificates are verified: those of hosts that get a reader's own access.

Other hosts are read whatever their certificate, as Scrapy does: a text is public, a secret is not.
"""

from __future__ import annotations

import os
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.web.client import BrowserLikePolicyForHTTPS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from crawler.fetching.own_access import accesses
from crawler.parsing.urls import secret_domain


class HTTPS(HTTP11DownloadHandler):
    """Scrapy's own handler, which verifies nobody or everybody."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        known = accesses(crawler.spider.outlets, os.environ).known
        domains = frozenset(access.domain for access in known.values())
        if domains:
            policy: Any = _ByHost(self._contextFactory, domains)
            self._contextFactory = policy


@implementer(IPolicyForHTTPS)
class _ByHost:
    def __init__(self, plain: Any, domains: frozenset[str]) -> None:
        self._plain = plain
        self._verifying: Any = BrowserLikePolicyForHTTPS()  # type: ignore[no-untyped-call]
        self._domains = domains

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's name
        is_secret = secret_domain(f"https://{hostname.decode('ascii')}/") in self._domains
        policy = self._verifying if is_secret else self._plain
        return policy.creatorForNetloc(hostname, port)
