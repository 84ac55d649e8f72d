"""The one filter as keyword arguments, with times and lists as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypedDict

from crawler.clock import later, now, utc
from crawler.errors import UsageError
from crawler.types import ArticleFilter

When = str | date | datetime
_AGO = re.compile(r"(\d{1,9})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Conditions(TypedDict, total=False):
    """Conditions that an article passes all of: the options of the command line's filter.

    ArticleFilter says what each means. A time is a date, a datetime (without zone: UTC), or text:
    2022-01-05, 2022-01-05T12:00, or 7d for a week ago.
    """

    words: str | None
    since: When | None
    until: When | None
    outlet: str | Sequence[str]
    country: str | Sequence[str]
    language: str | Sequence[str]
    agency: bool | None
    story: int | None
    min_outlets: int
    topic: str | None


def filter_of(conditions: Conditions) -> ArticleFilter:
    """The filter that conditions make. Raises UsageError for a time that is unclear.

    Raises TypeError for a name that no condition has.
    """
    values: dict[str, object] = {**conditions}
    if (since := conditions.get("since")) is not None:
        values["since"] = asked_time(since)
    if (until := conditions.get("until")) is not None:
        values["until"] = asked_time(until, to_end=True)
    for name, value in conditions.items():
        if name in ("outlet", "country", "language"):
            assert isinstance(value, str | Sequence)
            values[name] = (value,) if isinstance(value, str) else tuple(value)
    return ArticleFilter(**values)  # type: ignore[arg-type] # one by one as Conditions has them


def asked_time(value: When, *, to_end: bool = False) -> str:
    """A time that is asked for, as the store writes it; a day is its beginning, or its end.

    Raises UsageError, which shows how to write a time.
    """
    from crawler.parsing.dates import requested_time

    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return utc(datetime.combine(value, time(23, 59, 59) if to_end else time()))
    if ago := _AGO.fullmatch(value):
        try:
            return later(now(), -timedelta(seconds=int(ago[1]) * _UNITS[ago[2]]))
        except OverflowError:
            raise UsageError(f"{value!r} is before the year 1; write a shorter time") from None
    found = requested_time(value, to_end=to_end)
    if found is None:
        raise UsageError(f"{value!r} is not a clear time; write 2022-01-05, or 7d for a week ago")
    return found
