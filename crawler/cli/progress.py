"""A line of progress on a terminal; none in cron."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from crawler.output.visible import counted
from crawler.types import Finding, FoundSource

_EVERY = 0.2
"""Seconds between two drawings of the line."""


class Line:
    """One line on standard error that is drawn over; none without a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._drawn = 0.0

    def draw(self, text: str, *, now: bool = False) -> None:
        """Show the text in place of what stood there."""
        if self._shown and (now or time.monotonic() - self._drawn >= _EVERY):
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
            self._drawn = time.monotonic()

    def clear(self) -> None:
        """Leave the line empty."""
        if self._shown and self._drawn:
            click.echo("\r\x1b[K", nl=False, err=True)


class CrawlProgress:
    """Progress of a crawl, counted from Scrapy's signals."""

    def __init__(self, *, quiet: bool) -> None:
        self._line = Line(quiet=quiet)
        self._answers = 0
        self._articles = 0

    def watch(self, crawler: Any) -> None:
        """Follow a Scrapy crawler."""
        from scrapy import signals

        crawler.signals.connect(self._count_answer, signal=signals.response_received, weak=False)
        crawler.signals.connect(self._count_article, signal=signals.item_scraped, weak=False)

    def grouping(self, what: str, done: int, total: int) -> None:
        """Follow the grouping."""
        self._line.draw(f"{what}: {done} of {total}", now=done == total)

    def clear(self) -> None:
        """Leave no line behind."""
        self._line.clear()

    def _count_answer(self) -> None:
        self._answers += 1
        self._draw()

    def _count_article(self) -> None:
        self._articles += 1
        self._draw()

    def _draw(self) -> None:
        self._line.draw(f"crawling: {self._answers} answers, {self._articles} articles")


class DiscoveryProgress:
    """Progress of a search for the sources of outlets, counted from Scrapy's signals."""

    def __init__(self, addresses: int) -> None:
        self._what = f"looking at {counted(addresses, 'address')}"
        self._line = Line(quiet=False)
        self._answers = 0
        self._sources = 0

    def __enter__(self) -> DiscoveryProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.clear()

    def watch(self, crawler: Any) -> None:
        """Follow a Scrapy crawler."""
        from scrapy import signals

        self._draw()
        crawler.signals.connect(self._count_answer, signal=signals.response_received, weak=False)
        crawler.signals.connect(self._count_source, signal=signals.item_scraped, weak=False)

    def _count_answer(self) -> None:
        self._answers += 1
        self._draw()

    def _count_source(self, item: Finding) -> None:
        self._sources += isinstance(item.found, FoundSource)
        self._draw()

    def _draw(self) -> None:
        self._line.draw(
            f"{self._what}: {counted(self._answers, 'answer')}, "
            f"{counted(self._sources, 'source')} found"
        )


@contextmanager
def stages(*, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A function that draws a stage, how much of it is done, and how much there is."""
    line = Line(quiet=quiet)
    try:
        yield lambda what, done, total: line.draw(f"{what}: {done} of {total}")
    finally:
        line.clear()


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function that draws how much is done, and how much there is."""
    with stages() as draw:
        yield lambda done, total: draw(what, done, total)
