"""When to ask a source again: as often as it brings news, more rarely after it failed.

`store/facts/polls.py` writes the time; `fetching/middlewares/due_sources.py` holds requests to it.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=12)
UNKNOWN = timedelta(minutes=15)
"""For a source of which nothing is known but one poll without dates."""
GUESS = 1.0
"""New pages an hour of a source that is not known: one quiet quarter of an hour says little."""
MEMORY = 24.0
"""Hours after which an observation has lost two thirds of its weight."""
FEW = 4
"""A source that lists fewer pages than this is asked more often than it brings one."""
DOUBLE = timedelta(days=7)
"""For a source that gives the same as another."""
PASSING = (timedelta(minutes=15), timedelta(days=1))
"""After a failure that may pass, and at the most after many: the wait doubles each time."""
LASTING = (timedelta(hours=1), timedelta(days=7))
"""After one that hardly will: no such page, not a feed, forbidden."""

LONGEST_WAIT = max(LONGEST, DOUBLE, PASSING[1], LASTING[1])
"""No source is left alone for longer."""
LONGEST_WISH = timedelta(days=1)
"""A server that asks for a longer pause (Retry-After) is asked again after this; no page waits for
longer either."""
REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Ages at which an article is fetched again, to see whether it was changed."""


def rate_after(rate: float | None, *, new: int, hours: float) -> float | None:
    """New pages an hour, after a poll that brought `new` in the `hours` since the one before.

    The exponentially weighted mean for irregular intervals: A. Eckner, "Algorithms for unevenly
    spaced time series", 2012.
    """
    if hours <= 0:
        return rate
    seen = new / hours
    rate = GUESS if rate is None else rate
    return rate + (1 - math.exp(-hours / MEMORY)) * (seen - rate)


def until_news(rate: float | None, *, listed: int) -> timedelta:
    """How long to wait after a poll: until one new page is to be expected."""
    if rate is None:
        return UNKNOWN
    if rate <= 0:
        return LONGEST
    hours = min(1, max(listed, 1) / FEW) / rate
    return min(max(timedelta(hours=min(hours, 1_000)), SHORTEST), LONGEST)


def after_failure(failures: int, *, passing: bool) -> timedelta:
    """How long to wait after a number of failed polls in a row."""
    first, longest = PASSING if passing else LASTING
    return min(first * int(2 ** min(max(failures - 1, 0), 20)), longest)


def requested_pause(header: str, *, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110, 10.2.3) asks to wait; None: not readably.

    In seconds or as a date; not longer than LONGEST_WISH.
    """
    raw = header.strip()
    try:
        wait = (
            timedelta(seconds=int(raw[:12]))
            if raw.isascii() and raw.isdigit()
            else parsedate_to_datetime(raw) - now
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST_WISH)
