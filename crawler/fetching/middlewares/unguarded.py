"""Where the guard of addresses cannot see: another way to connect, or a proxy."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.utils.misc import load_object

from crawler.errors import UsageError
from crawler.fetching.meta import meta

_GUARDED = frozenset(f"scrapy.core.downloader.handlers.{name}" for name in ("http11", "http2"))
"""Where the handlers are that connect through Twisted, which asks our resolver."""
_LOG = logging.getLogger(__name__)


class Unguarded:
    """Refuses download handlers that look names up themselves, and says so of proxies.

    It stands nearest to the server, so that it sees a proxy wherever that was set.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._silent = allow_private

    @classmethod
    def from_crawler(cls, crawler: Any) -> Unguarded:
        """Made by Scrapy. UsageError for a download handler that the guard does not hold for."""
        settings = crawler.settings
        allow_private = settings.getbool("NEWSLOOM_ALLOW_PRIVATE")
        if not allow_private:
            handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
            for scheme in ("http", "https"):
                _require_guarded(scheme, handlers.get(scheme))
        return cls(allow_private=allow_private)

    def process_request(self, request: Request) -> None:
        """Say once that there is a proxy."""
        proxy = meta(request).get("proxy")
        if proxy and not self._silent:
            self._silent = True
            _LOG.warning(
                "requests go through the proxy %s, which looks up names itself: a page can lead it "
                "into its own network, unless the proxy refuses that",
                urlsplit(str(proxy)).hostname,
            )


def _require_guarded(scheme: str, handler: Any) -> None:
    if handler is None:
        return
    if any(kind.__module__ in _GUARDED for kind in load_object(handler).__mro__):
        return
    raise UsageError(
        f"DOWNLOAD_HANDLERS: {handler} looks up names itself, so that a page could lead it into a "
        f"private network; take it out for {scheme}, or set NEWSLOOM_ALLOW_PRIVATE"
    )
