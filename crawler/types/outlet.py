"""An outlet, as its description file has it, and the sources that are found on its site."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple


class SourceKind(StrEnum):
    """What a source is made of."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    """a section page, whose links are looked through"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One feed, sitemap or section page of an outlet."""

    url: str
    kind: SourceKind
    outlet: str
    """slug of the outlet"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSource:
    """A source that was found on an outlet's site."""

    url: str
    kind: SourceKind
    listed: int
    """pages that it lists, about"""
    sitemaps: int = 0
    """further sitemaps, when it is an index"""
    newest: str | None = None
    """latest time that it gives"""
    dated: bool = False
    """whether it says when pages were published; of sitemaps, news sitemaps do"""
    pages: tuple[str, ...] = field(default=(), repr=False)
    """addresses of pages, the first of many"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An address that was tried while looking for sources, and why it is none."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that was found, or not, on the way from an address to an outlet's sources."""

    asked: str
    """the address that the search began at"""
    found: object
    """FoundSource, Missed, or what a front page or the head of a feed says"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A news agency, whose texts others print."""

    name: str
    forms: tuple[str, ...] = ()
    """how others name it"""
    domains: tuple[str, ...] = ()
    """its own sites"""


class Quota(NamedTuple):
    """The most that is taken of an outlet in one day (UTC); 0: no limit.

    By default what ten thousand articles need, each fetched five times, at 200 kB and .07 s of
    CPU: five times as many as a news agency puts out.
    """

    articles: int = 10_000
    """new ones"""
    bytes: int = 10_000_000_000
    """of answers, as they come over the network"""
    parser_seconds: float = 3_600
    """CPU"""


QUOTA = Quota()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A publisher, as its description file has it."""

    slug: str
    name: str
    home: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2"""
    language: str | None = None
    """BCP 47; a default for pages that do not say"""
    agency: bool = False
    """whether it is a news agency, whose texts others print"""
    names: tuple[str, ...] = ()
    """further names that others credit it by"""
    agencies: tuple[Agency, ...] = ()
    """the agencies among the outlets described beside it"""
    delay: float | None = None
    """seconds between two requests to a host, instead of the default"""
    revisits: tuple[timedelta, ...] | None = None
    """ages at which an article is fetched again; None: the default ones"""
    drop: tuple[str, ...] = ()
    """CSS selectors of what stands in its bodies and is not the article's"""
    body: str | None = None
    """CSS selector of what holds the article, where it is not found otherwise"""
    urls: str | None = None
    """CSS selector of the links on its section pages that lead to articles"""
    render: bool = False
    """whether pages without text are shown by a browser, whose scripts bring it"""
    render_domains: tuple[str, ...] = ()
    """registered domains, besides the outlet's own, that these scripts may ask"""
    quota: Quota = QUOTA
    headers_from: str | None = None
    """environment variable with headers that its server wants of its readers"""
    cookies_from: str | None = None
    """environment variable with a reader's cookies"""
    spider: str | None = None
    """name of a spider under spiders/custom, for the rare outlet that needs code"""
    sources: tuple[Source, ...] = ()

    @property
    def access_from(self) -> tuple[str, ...]:
        """Environment variables that hold the reader's own access to it; empty: there is none."""
        return tuple(filter(None, (self.headers_from, self.cookies_from)))
