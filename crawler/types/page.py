"""A page of the frontier, and what becomes of it where it gives no article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.types.article import Article
from crawler.types.listing import NO_VALIDATORS, Listing, Validators
from crawler.types.outlet import Source


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
    validators: Validators = NO_VALIDATORS
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
