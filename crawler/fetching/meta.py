"""What requests carry with them (`request.meta`): each key, who writes it and who reads it."""

from __future__ import annotations

from typing import TypedDict, cast

from scrapy import Request
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawler.types import Source


class Meta(TypedDict, total=False):
    """The keys that Newsloom uses. Nothing else is written or read."""

    # Polls of sources
    source: Source
    """the source that is asked. Written by the spider; read by the frontier, the writer and the
    middlewares `conditional_get`, `due_sources` and `address_shapes`"""
    changed_at: str | None
    """when an index says that a sitemap changed. Written by the spider; read by `due_sources`"""
    due: bool
    """that `due_sources` has let the poll through: not again after a redirect. Its own"""
    moved: bool
    """that the source is asked where it moved to. Written by `due_sources`; read by the spider"""
    content_hash: str | None
    """of the last answer of the source. Written by `conditional_get`; read by the spider"""
    shapes: frozenset[str]
    """how addresses of its articles look. Written by `address_shapes`; read by the spider"""

    # Pages
    taken_for: str
    """slug of the outlet for which the frontier took the page from the store. Its own"""
    revisit: bool
    """that the page is an article already, read again. Written and read by the frontier"""

    # Any request
    is_robots: bool
    """that robots.txt itself is asked for. Written by the middleware `robots`; read by it and by
    `retry_after`"""
    began: float
    """monotonic time at which it was first tried, in seconds. The middleware `reach`'s own"""
    waited: bool
    """that it was put off once as its server wished. The middleware `retry_after`'s own"""
    until: str
    """until when its server wants to be left alone. Written by `retry_after`; read by the spider"""

    chain_cookies: CookieJar
    """cookies that its redirects have set. The middleware `redirects`' own"""

    # Scrapy's own
    download_slot: str
    """host, for the pauses between its requests. Written by the frontier; read by `pace`"""
    download_timeout: float
    """seconds. Written by the middleware `run_deadline`; read by Scrapy"""
    download_maxsize: int
    """bytes. Written by the spider; read by Scrapy"""
    proxy: str
    """address of a proxy. Written by Scrapy or a user's middleware; read by `unguarded` and
    `send_access`"""
    download_latency: float
    """seconds from the request to the head of the answer. Written by Scrapy; read by the spider"""
    redirect_urls: list[str]
    """addresses that led to this one. Written by Scrapy; read by the spider"""
    redirect_reasons: list[int | str]
    """the status of each of these. Written by Scrapy; read by the spider"""


def meta(exchange: Request | Response) -> Meta:
    """What a request, or the request of an answer, carries."""
    return cast("Meta", exchange.meta)


def outlet_of(request: Request) -> str:
    """Slug of the outlet that a request is made for; empty for a robots.txt."""
    asked = request.cb_kwargs.get("page") or meta(request).get("source")
    return asked.outlet if asked is not None else ""


def moved_to(response: Response) -> str | None:
    """Where redirects led that are all for good."""
    statuses = meta(response).get("redirect_reasons", ())
    return response.url if statuses and set(statuses) <= {301, 308} else None


def is_unchanged(response: Response) -> bool:
    """Whether the server says so, having been asked; some say it of what nobody has read."""
    asked = response.request.headers if response.request is not None else ()
    return response.status == 304 and ("If-None-Match" in asked or "If-Modified-Since" in asked)
