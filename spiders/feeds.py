"""Reads the feeds of outlets: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

from crawler.types import SourceKind
from spiders.outlet import OutletSpider


class FeedsSpider(OutletSpider):
    """`scrapy crawl feeds -a outlet=slug -O articles.jsonl`."""

    name = "feeds"
    kinds = frozenset({SourceKind.FEED})
