"""The outlets of the town: how each one lists, prints and misbehaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Listed(StrEnum):
    """How an outlet says what it has published."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"
    NEWS_SITEMAP = "news-sitemap"
    SITEMAP_INDEX = "sitemap-index"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An outlet of the town."""

    slug: str
    name: str
    country: str
    language: str
    listed: Listed
    agency: bool = False
    names: tuple[str, ...] = ()
    """further names that others credit it by"""
    charset: str = "utf-8"
    robots: str | int = "User-agent: *\nDisallow: /admin/\n"
    """its robots.txt, or the status that it is answered with"""
    latency: float = 0.0
    """seconds that it thinks before it answers"""
    consent: bool = False
    """a consent banner stands before the text, links to other articles below it"""
    comments: bool = False
    """the page ends in `Comments / Post a Comment`"""
    paywall: bool = False
    """readers without subscription see the first three paragraphs"""
    amp: bool = False
    """every third article is listed by its AMP address"""
    moved_feed: bool = False
    """the feed has moved (301), the articles are listed by number (302)"""
    busy: bool = False
    """asks a first caller to come back in a second (503, Retry-After)"""
    odd_pages: bool = False
    """lists pages that are gone, missing, a film and a PDF too"""
    broken: bool = False
    """its feed is an error page with status 200"""

    @property
    def host(self) -> str:
        """Its name on this machine (RFC 6761: .localhost is the loopback)."""
        return f"{self.slug}.localhost"

    @property
    def listing_path(self) -> str:
        """Where its description says its listing is."""
        return _PATHS[self.listed]

    @property
    def by_sitemap(self) -> bool:
        """Whether it lists by sitemap rather than by feed."""
        return self.listed in (Listed.NEWS_SITEMAP, Listed.SITEMAP_INDEX)


_PATHS = {
    Listed.RSS: "/feed",
    Listed.ATOM: "/atom.xml",
    Listed.RDF: "/index.rdf",
    Listed.JSON: "/feed.json",
    Listed.NEWS_SITEMAP: "/news-sitemap.xml",
    Listed.SITEMAP_INDEX: "/sitemap.xml.gz",
}

HOUSES = {
    house.slug: house
    for house in (
        House(slug="meridian", name="Meridian News Agency", country="GB", language="en", listed=Listed.RSS, agency=True, names=("Meridian",)),
        House(slug="eurowire", name="eurowire", country="CH", language="en", listed=Listed.ATOM, agency=True),
        House(slug="harbour-gazette", name="The Harbour Gazette", country="GB", language="en", listed=Listed.RSS, consent=True),
        House(slug="city-courier", name="City Courier", country="US", language="en", listed=Listed.ATOM),
        House(slug="the-ledger", name="The Ledger", country="GB", language="en", listed=Listed.JSON, paywall=True),
        House(slug="northern-post", name="Northern Post", country="IE", language="en", listed=Listed.RDF, amp=True),
        House(slug="daily-lantern", name="Daily Lantern", country="AU", language="en", listed=Listed.SITEMAP_INDEX),
        House(slug="capital-monitor", name="Capital Monitor", country="US", language="en", listed=Listed.RSS, moved_feed=True, busy=True),
        House(slug="riverside-weekly", name="Riverside Weekly", country="US", language="en", listed=Listed.RSS, odd_pages=True),
        House(slug="campus-view", name="Campus View", country="GB", language="en", listed=Listed.RSS, comments=True),
        House(slug="abendblick", name="Abendblick", country="DE", language="de", listed=Listed.RSS, robots="User-agent: *\nCrawl-delay: 0.2\n"),
        House(slug="rheinzeit", name="Rheinzeit", country="DE", language="de", listed=Listed.ATOM, latency=0.3),
        House(slug="almaty-segodnya", name="Алматы сегодня", country="KZ", language="ru", listed=Listed.NEWS_SITEMAP),
        House(slug="stepnoi-vestnik", name="Степной вестник", country="KZ", language="ru", listed=Listed.RSS, charset="windows-1251"),
        House(slug="donghai-ribao", name="东海日报", country="CN", language="zh", listed=Listed.RSS),
        House(slug="nanhu-wanbao", name="南湖晚报", country="CN", language="zh", listed=Listed.ATOM, charset="gb18030"),
        House(slug="closed-shop", name="The Closed Shop", country="GB", language="en", listed=Listed.RSS, robots="User-agent: *\nDisallow: /\n"),
        House(slug="foggy-herald", name="Foggy Herald", country="IE", language="en", listed=Listed.RSS, robots=503),
        House(slug="broken-times", name="Broken Times", country="US", language="en", listed=Listed.RSS, broken=True),
    )
}  # fmt: skip
