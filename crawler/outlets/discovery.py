"""The sources of an outlet, found from its front page."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from crawler.errors import NewsloomError, Offline, OutletError
from crawler.fetching.process import run_process, scrapy_settings
from crawler.interrupts import Interrupted, came
from crawler.outlets.toml import free_slug
from crawler.parsing.listing.front_page import FrontPage
from crawler.parsing.urls import canonical, host
from crawler.types import FoundSource, Missed, Outlet, Source, SourceKind

T = TypeVar("T")

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
    missed, found = _only(Missed, items), _only(FoundSource, items)
    fronts = _only(FrontPage, items)
    sources = sources_worth_polling(found)
    if len(missed) == len(items):
        _check_network(home)
    if not fronts or not sources:
        tried = "; ".join(f"{one.url}: {one.reason}" for one in missed[:5]) or "nothing is named"
        raise OutletError(
            f"{home}: no feed or sitemap was found ({tried}); if you know one, write it into a "
            "description yourself"
        )
    outlet = _describe(fronts[0], sources, home=home, slug=free_slug(home, taken))
    return Discovered(outlet=outlet, found=found, missed=missed)


def _only(kind: type[T], items: Iterable[object]) -> tuple[T, ...]:
    return tuple(item for item in items if isinstance(item, kind))


def _describe(front: FrontPage, sources: Iterable[FoundSource], *, home: str, slug: str) -> Outlet:
    return Outlet(
        slug=slug,
        name=front.name or host(home),
        home=home,
        country=front.country,
        language=front.language,
        sources=tuple(Source(url=one.url, kind=one.kind, outlet=slug) for one in sources),
    )


def _check_network(home: str) -> None:
    from crawler.fetching.network import NETWORK, host_of

    if NETWORK.is_silent and NETWORK.is_cut_off({host_of(home)}):
        raise Offline(
            f"this machine seems to be offline: {host_of(home)} could not be asked; try again later"
        )


def sources_worth_polling(found: Iterable[FoundSource]) -> list[FoundSource]:
    """The sources worth polling: feeds and news sitemaps; other sitemaps where there are none.

    Of those that list nearly the same pages, the one that lists most.
    """
    kept = _without_repeats(found)
    feeds = [one for one in kept if one.kind is SourceKind.FEED and one.listed][:MOST_FEEDS]
    news = [one for one in kept if one.kind is SourceKind.SITEMAP and one.dated]
    return [*feeds, *news] or list(filter(_lists_anything, kept))


def _lists_anything(source: FoundSource) -> bool:
    return bool(source.listed or source.sitemaps)


def _without_repeats(found: Iterable[FoundSource]) -> list[FoundSource]:
    """Sources that list pages which no larger one lists, feeds first."""
    kept: list[FoundSource] = []
    for one in sorted(found, key=lambda one: (one.kind is SourceKind.SITEMAP, -one.listed)):
        if not any(_repeats(one, other) for other in kept):
            kept.append(one)
    return kept


def _repeats(one: FoundSource, other: FoundSource) -> bool:
    """Whether a source has the address of another, or lists hardly a page that it does not."""
    pages = set(one.pages)
    shared = len(pages & set(other.pages))
    return one.url == other.url or (bool(pages) and shared >= SAME * len(pages))


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
