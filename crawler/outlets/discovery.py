"""The sources of an outlet, found from its front page."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.errors import NewsloomError, Offline, OutletError
from crawler.fetching.process import run_process, scrapy_settings
from crawler.interrupts import Interrupted, came
from crawler.outlets.toml import free_slug
from crawler.parsing.listing.front_page import FrontPage
from crawler.parsing.urls import canonical, host
from crawler.types import FoundSource, Missed, Outlet, Source, SourceKind

MOST_FEEDS = 12
"""Feeds of one outlet that are taken; further sections mostly repeat the first ones."""
SAME = 0.9
"""Share of a source's pages that another one lists, from which on it adds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What was found on an outlet's site."""

    outlet: Outlet
    found: tuple[FoundSource, ...] = ()
    missed: tuple[Missed, ...] = ()


def discover(url: str, *, contact: str, allow_private: bool, taken: Sequence[str]) -> Discovered:
    """Look for an outlet's sources from its front page; `taken` are slugs that others have.

    Raises UsageError for no web address, Offline when this machine could not even ask, and
    OutletError when nothing was found, saying what was tried.
    """
    home = canonical(url if "://" in url else f"https://{url}")
    items = _run(home, contact=contact, allow_private=allow_private)
    missed = tuple(item for item in items if isinstance(item, Missed))
    fronts = [item for item in items if isinstance(item, FrontPage)]
    found = tuple(item for item in items if isinstance(item, FoundSource))
    sources = sources_worth_polling(found)
    if not items or all(isinstance(item, Missed) for item in items):
        _check_network(home)
    if not fronts or not sources:
        tried = "; ".join(f"{one.url}: {one.reason}" for one in missed[:5]) or "nothing is named"
        raise OutletError(
            f"{home}: no feed or sitemap was found ({tried}); if you know one, write it into a "
            "description yourself"
        )
    (front, *_) = fronts
    slug = free_slug(home, taken)
    outlet = Outlet(
        slug=slug,
        name=front.name or host(home),
        home=home,
        country=front.country,
        language=front.language,
        sources=tuple(Source(url=one.url, kind=one.kind, outlet=slug) for one in sources),
    )
    return Discovered(outlet=outlet, found=found, missed=missed)


def _check_network(home: str) -> None:
    from crawler.fetching.network import NETWORK, host_of

    if NETWORK.is_silent and NETWORK.is_cut_off({host_of(home)}):
        raise Offline(
            f"this machine seems to be offline: {host_of(home)} could not be asked; try again later"
        )


def sources_worth_polling(found: Iterable[FoundSource]) -> list[FoundSource]:
    """The sources worth polling: feeds and news sitemaps; other sitemaps where there are none.

    Of those that list nearly the same, the one that lists most.
    """
    by_size = sorted(found, key=lambda one: (one.kind is SourceKind.SITEMAP, -one.listed))
    kept: list[FoundSource] = []
    for one in by_size:
        pages = set(one.pages)
        if any(one.url == other.url or _repeats(pages, other) for other in kept):
            continue
        kept.append(one)
    feeds = [one for one in kept if one.kind is SourceKind.FEED and one.listed][:MOST_FEEDS]
    news = [one for one in kept if one.kind is SourceKind.SITEMAP and one.dated]
    return [*feeds, *news] or [one for one in kept if one.listed or one.sitemaps]


def _repeats(pages: set[str], other: FoundSource) -> bool:
    return bool(pages) and len(pages & set(other.pages)) >= SAME * len(pages)


def _run(url: str, *, contact: str, allow_private: bool) -> list[Any]:
    """What the spider `discovery` finds."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    logging.captureWarnings(capture=True)
    process = AsyncCrawlerProcess(
        scrapy_settings(
            {
                "NEWSLOOM_ALLOW_PRIVATE": allow_private,
                "NEWSLOOM_WORKERS": 1,
                "NEWSLOOM_CONTACT": contact,
                "LOG_LEVEL": "ERROR",
            }
        )
    )
    crawler = process.create_crawler("discovery")
    items: list[Any] = []

    def collect(item: Any) -> None:
        items.append(item)

    crawler.signals.connect(collect, signal=signals.item_scraped)
    process.crawl(crawler, url=url)
    run_process(process)
    if came():
        raise Interrupted
    if crawler.spider is None:
        raise NewsloomError("the search could not start; the log above says why")
    return items
