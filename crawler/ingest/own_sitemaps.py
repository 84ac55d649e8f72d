"""The sitemaps of an outlet's own site, which list its older articles."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from crawler.errors import OutletError
from crawler.fetching.plain_client import NoAnswer, PlainClient
from crawler.parsing.robots import decode_robots, parse_robots
from crawler.settings import NEWSLOOM_ROBOTS_AGENT
from crawler.types import Outlet, Source, SourceKind

MOST = 20
"""Sitemaps of one robots.txt that are taken."""
_USUAL = "/sitemap.xml"
"""The address that sitemaps.org gives as an example, and most sites use."""
_LARGEST = 8 * 1024 * 1024
"""Bytes of a robots.txt that are taken."""


def with_own_sitemaps(outlet: Outlet, client: PlainClient) -> Outlet:
    """The outlet with no sources but sitemaps: those described, and those its robots.txt names.

    Where there are none, the usual address. Raises OutletError where its site is not known.
    """
    address = outlet.home or next((source.url for source in outlet.sources), None)
    if address is None:
        raise OutletError(f"{outlet.slug}: its address is not known; write `home` into its file")
    parts = urlsplit(address)
    site = f"{parts.scheme}://{parts.netloc}"
    described = [one.url for one in outlet.sources if one.kind is SourceKind.SITEMAP]
    found = dict.fromkeys((*described, *_named(site, client))) or {f"{site}{_USUAL}": None}
    return replace(
        outlet,
        sources=tuple(
            Source(url=url, kind=SourceKind.SITEMAP, outlet=outlet.slug) for url in found
        ),
    )


def _named(site: str, client: PlainClient) -> tuple[str, ...]:
    try:
        answer = client.get(f"{site}/robots.txt", most=_LARGEST, follow=True)
    except NoAnswer:
        return ()  # the crawl that follows says so
    if answer.status != 200:
        return ()
    return parse_robots(decode_robots(answer.body), NEWSLOOM_ROBOTS_AGENT).sitemaps[:MOST]
