"""Reads the sitemaps of outlets: plain, news, indexes, gzipped."""

from __future__ import annotations

from crawler.types import SourceKind
from spiders.outlet import OutletSpider


class SitemapsSpider(OutletSpider):
    """`scrapy crawl sitemaps -a outlet=slug -O articles.jsonl`."""

    name = "sitemaps"
    kinds = frozenset({SourceKind.SITEMAP})
