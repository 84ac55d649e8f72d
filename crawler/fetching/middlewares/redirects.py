"""What a browser does in one chain of redirects: keeps a cookie, follows a page that sends on."""

from __future__ import annotations

import re

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawler.fetching.meta import meta

_REFRESH = re.compile(rb"<meta[^<>]{0,200}[\s\"']refresh\b", re.IGNORECASE)
_BEFORE_BODY = 4_096


class ChainCookies:
    """Sends a cookie to where a redirect leads; once a chain has ended, nobody knows it."""

    def process_request(self, request: Request) -> None:
        """Send what the chain's redirects have set for this address."""
        jar = meta(request).get("chain_cookies")
        if jar is not None:
            request.headers.pop("Cookie", None)
            jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what a redirect sets."""
        if 300 <= response.status < 400:
            _keep_cookies(request, response)
        return response


class PageRefresh(MetaRefreshMiddleware):
    """Follows a page that at once sends on to another (`http-equiv="refresh"`), once a chain."""

    def process_response(
        self, request: Request, response: Response, _spider: Spider | None = None
    ) -> Request | Response:
        """The request for the other page, or the answer itself."""
        # Feeds and robots.txt are no pages, and few pages are worth decoding twice.
        is_first = "meta refresh" not in meta(request).get("redirect_reasons", ())
        if "page" not in request.cb_kwargs or not is_first or not _has_refresh(response):
            return response
        found: Request | Response = super().process_response(request, response)
        if isinstance(found, Request):
            _keep_cookies(found, response)
            # The same request again has the same answer, but for a cookie.
            if found.url == response.url and "chain_cookies" not in meta(found):
                return response
        return found


def _keep_cookies(request: Request, response: Response) -> None:
    if b"Set-Cookie" in response.headers:
        jar = meta(request).setdefault("chain_cookies", CookieJar())
        jar.extract_cookies(response, request)


def _has_refresh(response: Response) -> bool:
    return response.status == 200 and _REFRESH.search(response.body[:_BEFORE_BODY]) is not None
