"""Times as outlets write them, in any language, into UTC."""

from crawler.parsing.dates.moments import (
    ANY_STYLE,
    EARLIEST_YEAR,
    DateStyle,
    moment,
    not_after,
    possible_days,
    requested_time,
)

__all__ = [
    "ANY_STYLE",
    "EARLIEST_YEAR",
    "DateStyle",
    "moment",
    "not_after",
    "possible_days",
    "requested_time",
]
