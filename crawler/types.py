"""A type for each moment of a page: listed, fetched, understood. Frozen; a value is complete.

Times are text, `YYYY-MM-DDTHH:MM:SSZ` in UTC, as the store keeps them: they sort, and nobody
can mistake their zone.
"""

from __future__ import annotations

from collections.abc import Mapping
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


class Precision(StrEnum):
    """How finely a time was given."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


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
class Agency:
    """A news agency, whose texts others print."""

    name: str
    forms: tuple[str, ...] = ()
    """how others name it"""
    domains: tuple[str, ...] = ()
    """its own sites"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An agency that an article carries, and how that is known."""

    agency: str
    via: str
    """byline, dateline, credit, copyright, jsonld, meta, canonical; copy: found by comparing"""
    evidence: str
    """what was read"""
    confidence: float
    """0 to 1"""


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
    quota: Quota = QUOTA
    spider: str | None = None
    """name of a spider under spiders/custom, for the rare outlet that needs code"""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time, as finely as it was given, and who gave it."""

    at: str
    precision: Precision
    source: str
    """jsonld, meta, time, feed, sitemap, text, url, import"""
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a source said about one page."""

    url: str
    """canonical"""
    title: str | None = None
    published: Moment | None = None
    modified_at: str | None = None
    text: str | None = None
    """body, where the source gives it; for when the page itself cannot be read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """Everything that one document of a source listed."""

    pages: tuple[Listing, ...] = ()
    sitemaps: tuple[Listing, ...] = ()
    """further sitemaps with their times of change, when it was a sitemap index"""
    refused: int = 0
    """entries left out because they had no usable address"""
    refused_as: tuple[str, ...] = ()
    """how the first of those call themselves: a title, or what stands in the address's place"""
    repeated: int = 0
    """entries left out because one before them has the same address"""
    hub: str | None = None
    """WebSub hub that would tell of news"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask "has it changed?" with."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the frontier, waiting to be fetched."""

    id: int
    url: str
    outlet: str
    attempts: int
    listing: Listing
    stands_for: int | None = None
    """the AMP page that named it; None when a source listed it"""
    validators: Validators = Validators()
    """to ask whether it has changed since its article was read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the server said about a page."""

    page: Page
    url: str
    """final address, after redirects"""
    status: int
    content_type: str
    body: bytes = field(repr=False)
    at: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """as the server sent them, names in small letters"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What the server said about a source."""

    source: Source
    url: str
    """address asked for: the source's own, or that of a sitemap of its index"""
    status: int
    size: int
    """bytes of the body, unpacked"""
    validators: Validators = Validators()
    at: str
    seconds: float = 0.0
    content_hash: str | None = None
    """BLAKE2 of the body; None for an answer without one"""
    moved_to: str | None = None
    """where permanent redirects led"""
    own: bool = True
    """whether it was the source's own address that answered"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """One reading of a source: the exchange and what it listed."""

    polled: Polled
    listings: Listings
    unchanged: bool = False
    """whether it had not changed since it was last read in full: status 304, or the same bytes"""
    more: bool = False
    """whether further parts of the same answer follow"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFailed:
    """A source that could not be read, and why."""

    source: Source
    url: str
    reason: str
    detail: str
    at: str
    status: int | None = None
    seconds: float = 0.0
    denied: bool = False
    """whether the outlet forbids it (robots.txt), as against something broken"""
    temporary: bool = False
    """whether it may soon pass"""
    gone: bool = False
    """whether its own address answered that it is gone for good (410)"""
    until: str | None = None
    """the server asked to wait till then"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What we understood of a page."""

    url: str
    """canonical"""
    outlet: str
    title: str
    text: str
    """paragraphs separated by newlines; empty when only a headline is known"""
    authors: tuple[str, ...] = ()
    language: str | None = None
    """BCP 47"""
    published: Moment | None = None
    published_doubt: str | None = None
    """what another statement of the page says instead; None where all agree"""
    modified_at: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    paywalled: bool | None = None
    credits: tuple[Credit, ...] = ()
    """agencies that it says it carries"""
    extraction: int | None = None
    """version of the extraction that made it; None for an imported article"""
    text_from: str = "page"
    """page; or feed, when the page itself could not be read"""
    reserved: str | None = None
    """what the page says to reserve its text from mining"""
    fetched_at: str | None = None
    page: int | None = None
    """id of the page it was read from; None for an imported article"""
    validators: Validators = Validators()
    """to ask the page whether it has changed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What a site answered when it was asked for its robots.txt."""

    site: str
    """scheme and host"""
    rules: str | None
    """the file; None: it has none"""
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A page that has not changed since its article was read."""

    page: Page
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A page or source that this run does not get to: it waits as before."""

    what: Page | Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A page that did not become an article, and why."""

    page: Page
    reason: str
    detail: str
    at: str
    temporary: bool = False
    """whether another try may go better; the page then stays pending for a while"""
    until: str | None = None
    """the server asked to wait till then"""
    asked: bool = True
    """whether it was asked for at all; when not, the page stays pending and no try is counted"""
    instead: Listing | None = None
    """the page to read in its place: an AMP page names its ordinary twin"""
    listed: Article | None = None
    """what its source gave of it, where that is a whole text"""
