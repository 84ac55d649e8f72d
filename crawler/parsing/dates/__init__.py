"""Times as outlets write them, into UTC, and what is done with them."""

from crawler.parsing.dates.instants import later, posix, utc
from crawler.parsing.dates.moments import (
    ANY_STYLE,
    EARLIEST_YEAR,
    DateStyle,
    moment,
    not_after,
    possible_days,
    requested_time,
    this_machines_now,
)

__all__ = [
    "ANY_STYLE",
    "EARLIEST_YEAR",
    "DateStyle",
    "later",
    "moment",
    "not_after",
    "posix",
    "possible_days",
    "requested_time",
    "this_machines_now",
    "utc",
]
