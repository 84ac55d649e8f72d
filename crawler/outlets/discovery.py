"""The sources of an outlet, found from its front page or one of its feeds."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from crawler.errors import NewsloomError, Offline, OutletError
from crawler.fetching.process import run_process, scrapy_settings
from crawler.interrupts import Interrupted, came
from crawler.outlets.toml import free_slug
from crawler.parsing.listing.feed_head import FeedHead
from crawler.parsing.listing.front_page import FrontPage
from crawler.parsing.urls import canonical, host, publisher_of
from crawler.types import Finding, FoundSource, Missed, Outlet, Source, SourceKind

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


def discover(
    urls: Sequence[str],
    *,
    contact: str,
    allow_private: bool,
    taken: Sequence[str],
    watch: Callable[[Any], None] = lambda _crawler: None,
) -> dict[str, Discovered | NewsloomError]:
    """Look for the sources of outlets, from their front pages or from feeds, all at one time.

    `urls` are asked for as they are written; `taken` are slugs that others have. Addresses of one
    publisher get one slug (see `together`). An address that leads to no source has an OutletError
    saying what was tried. `watch` is given the Scrapy crawler before it starts.
    Raises Offline when this machine could not even ask.
    """
    items = _run(urls, contact=contact, allow_private=allow_private, watch=watch)
    found = {url: [item.found for item in items if item.asked == url] for url in urls}
    if all(isinstance(one, Missed) for given in found.values() for one in given):
        _check_network(urls)
    results: dict[str, Discovered | NewsloomError] = {}
    slugs: dict[str, str] = {}

    def slug_for(home: str) -> str:
        publisher = publisher_of(home)
        if publisher not in slugs:
            slugs[publisher] = free_slug(home, [*taken, *slugs.values()])
        return slugs[publisher]

    for url, given in found.items():
        try:
            results[url] = _discovered(url, given, slug_for)
        except OutletError as error:
            results[url] = error
    return results


def _discovered(url: str, given: Sequence[object], slug_for: Callable[[str], str]) -> Discovered:
    """What was found from an address; OutletError when it led to no source."""
    missed, found = _only(Missed, given), _only(FoundSource, given)
    fronts, heads = _only(FrontPage, given), _only(FeedHead, given)
    sources = list(found) if heads else sources_worth_polling(found)
    if not sources or not (fronts or heads):
        tried = "; ".join(f"{one.url}: {one.reason}" for one in missed[:5]) or "nothing is named"
        raise OutletError(
            f"{url}: no feed or sitemap was found ({tried}); if you know the address of a feed, "
            "add that"
        )
    head = heads[0] if heads else FeedHead(name=None, home=canonical(url), language=None)
    named = _described(head, fronts[0] if fronts else None, url=url)
    slug = slug_for(named.home or url)
    outlet = replace(
        named,
        slug=slug,
        sources=tuple(Source(url=one.url, kind=one.kind, outlet=slug) for one in sources),
    )
    return Discovered(outlet=outlet, found=found, missed=missed)


def _described(head: FeedHead, front: FrontPage | None, *, url: str) -> Outlet:
    """An outlet as its front page, or else its feed, describes it; without slug and sources."""
    front = front or FrontPage(name=None, language=None, country=None, feeds=(), sitemaps=())
    return Outlet(
        slug="",
        name=front.name or head.name or host(url),
        home=head.home,
        country=front.country,
        language=front.language or head.language,
    )


def together(found: Iterable[Discovered]) -> dict[str, Outlet]:
    """The outlets that were found, by slug; one that several addresses led to has all sources."""
    outlets: dict[str, Outlet] = {}
    for one in found:
        first = outlets.setdefault(one.outlet.slug, one.outlet)
        sources = {source.url: source for source in (*first.sources, *one.outlet.sources)}
        outlets[first.slug] = replace(first, sources=tuple(sources.values()))
    return outlets


def _only(kind: type[T], items: Iterable[object]) -> tuple[T, ...]:
    return tuple(item for item in items if isinstance(item, kind))


def _check_network(urls: Sequence[str]) -> None:
    from crawler.fetching.network import NETWORK, host_of

    hosts = {host_of(url) for url in urls}
    if NETWORK.is_silent and NETWORK.is_cut_off(hosts):
        raise Offline(
            f"this machine seems to be offline: {', '.join(sorted(hosts)[:3])} could not be asked; "
            "try again later"
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


def _run(
    urls: Sequence[str], *, contact: str, allow_private: bool, watch: Callable[[Any], None]
) -> list[Finding]:
    """What the spider `discovery` finds."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    logging.captureWarnings(capture=True)
    process = AsyncCrawlerProcess(
        scrapy_settings(
            {
                "NEWSLOOM_ALLOW_PRIVATE": allow_private,
                "NEWSLOOM_WORKERS": min(len(urls), os.cpu_count() or 1),
                "NEWSLOOM_CONTACT": contact,
                "LOG_LEVEL": "ERROR",
            }
        )
    )
    crawler = process.create_crawler("discovery")
    items: list[Finding] = []

    def collect(item: Finding) -> None:
        items.append(item)

    crawler.signals.connect(collect, signal=signals.item_scraped)
    watch(crawler)
    process.crawl(crawler, urls=urls)
    run_process(process)
    if came():
        raise Interrupted
    if crawler.spider is None:
        raise NewsloomError("the search could not start; the log above says why")
    return items
