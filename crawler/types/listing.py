"""A source, as it was asked and as it answered: what it lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.types.outlet import Source


class Precision(StrEnum):
    """How finely a time was given."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time, as finely as it was given, and who gave it."""

    at: str
    precision: Precision
    source: str
    """jsonld, meta, time, feed, sitemap, text, url, import"""
    raw: str
    offset: int | None = None
    """minutes ahead of UTC, as stated; None where it was given without a zone, or is only stored"""


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


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What the server said about a source."""

    source: Source
    url: str
    """address asked for: the source's own, or that of a sitemap of its index"""
    status: int
    size: int
    """bytes of the body, unpacked"""
    validators: Validators = NO_VALIDATORS
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
    asked: bool = True
    """whether it could be asked at all; when not, it is as due as before"""
