"""A type for each moment of a page: described, listed, fetched, understood.

Frozen; a value is complete. Times are text, `YYYY-MM-DDTHH:MM:SSZ` in UTC, as the store keeps
them: they sort, and nobody can mistake their zone.
"""

from __future__ import annotations

from crawler.types.article import (
    Article,
    ArticleKind,
    Credit,
)
from crawler.types.article_filter import ALL, ArticleFilter
from crawler.types.listing import (
    NO_VALIDATORS,
    Listing,
    Listings,
    Moment,
    Polled,
    PollFailed,
    Precision,
    SourceReading,
    Validators,
)
from crawler.types.outlet import (
    QUOTA,
    Agency,
    Finding,
    FoundSource,
    Missed,
    Outlet,
    Quota,
    Source,
    SourceKind,
)
from crawler.types.page import (
    Fetched,
    Left,
    Page,
    Rejected,
    RobotsFile,
    Unchanged,
)
from crawler.types.watch import Delivery, Watch, WatchedEvent, Way

__all__ = [
    "ALL",
    "NO_VALIDATORS",
    "QUOTA",
    "Agency",
    "Article",
    "ArticleFilter",
    "ArticleKind",
    "Credit",
    "Delivery",
    "Fetched",
    "Finding",
    "FoundSource",
    "Left",
    "Listing",
    "Listings",
    "Missed",
    "Moment",
    "Outlet",
    "Page",
    "PollFailed",
    "Polled",
    "Precision",
    "Quota",
    "Rejected",
    "RobotsFile",
    "Source",
    "SourceKind",
    "SourceReading",
    "Unchanged",
    "Validators",
    "Watch",
    "WatchedEvent",
    "Way",
]
