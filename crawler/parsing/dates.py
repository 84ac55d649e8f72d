"""Times as outlets write them, into UTC. What cannot be read is None, never a guess."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crawler.parsing.texts import storable
from crawler.types import Moment, Precision, limits

EARLIEST_YEAR = 1990
"""No news page is older; earlier years are broken clocks and empty database fields."""
_MARGIN = timedelta(days=2)
_HAS_TIME = re.compile(r"\d[T\s]+\d{1,2}:\d{2}|\d{1,2}:\d{2}")
_HAS_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}")
# Zone names that outlets write and the standard library does not know, in hours; email.utils
# knows the North American ones.
_ZONES = {
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "IST": 5.5, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10,
    "AEDT": 11, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7,
}  # fmt: skip
_DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SOME_DAY = re.compile(r"\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]")
# Who writes points between them writes the day first.
_DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s*\d{1,2}\.\s*\d{4}")


def moment(raw: str | None, *, source: str, now: str | None = None) -> Moment | None:
    """Read a time; None when it is not one, impossible, or later than `now` by over two days.

    Without a zone it is taken as UTC: wrong by hours at most, and the raw text is kept.
    """
    text = storable(raw or "").strip()[: limits.TIME]
    try:
        when = _read(text)
        if when is None or not _possible(when, now):
            return None
        at = utc(when)
    except (ValueError, OverflowError):
        return None  # a zone of a hundred hours
    return Moment(at=at, precision=_precision(text), source=source, raw=text)


def requested_time(raw: str, *, to_end: bool = False) -> str | None:
    """A time that a person asks for, as the store writes it; None when it is none, or unclear.

    A day stands for its beginning, or for its end. Days in digits begin with the year: 6.1.2022
    and 1/6/2022 are the sixth of January to some and another day to others.
    """
    if _SOME_DAY.match(raw.strip()):
        return None
    found = moment(raw, source="option")
    if found is None:
        return None
    whole = to_end and found.precision is Precision.DAY
    return found.at.replace("T00:00:00Z", "T23:59:59Z") if whole else found.at


def utc(when: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`; a time without zone counts as UTC."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(at: str, span: timedelta) -> str:
    """A time as the store writes it, so much later."""
    return utc(datetime.fromisoformat(at) + span)


def posix(at: str) -> float:
    """Seconds since 1970 of a time as the store writes it."""
    return datetime.fromisoformat(at).timestamp()


def _read(text: str) -> datetime | None:
    for reader in (_iso, _rfc822, _loose):
        try:
            return reader(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _rfc822(text: str) -> datetime:
    # Slow to import, and commands that only read have no use for it.
    from email.utils import parsedate_to_datetime

    found = parsedate_to_datetime(text)
    if found.tzinfo is None:
        raise ValueError(text)  # a zone that it does not know; we may
    return found


def _loose(text: str) -> datetime:
    # Here, because the store imports this file and reading commands answer at once.
    from dateutil import parser as dateutil_parser

    if not re.search(r"\d{4}", text):
        raise ValueError(text)  # dateutil would fill in today's year
    found: datetime = dateutil_parser.parse(
        text, default=datetime(1, 1, 1), tzinfos=_zone, dayfirst=bool(_DAY_FIRST.match(text))
    )
    if found.year == 1:
        raise ValueError(text)
    return found


def _zone(name: str, offset: int | None) -> int:
    # Seconds; an unknown name counts as UTC, like no name at all.
    return offset if offset is not None else int(_ZONES.get(name, 0) * 3600)


def _possible(when: datetime, now: str | None) -> bool:
    if when.year < EARLIEST_YEAR or when.year > 9_000:
        return False
    return now is None or posix(utc(when)) <= datetime.fromisoformat(now).timestamp() + (
        _MARGIN.total_seconds()
    )


def _precision(text: str) -> Precision:
    if _DAY_ONLY.fullmatch(text) or not _HAS_TIME.search(text):
        return Precision.DAY
    return Precision.SECOND if _HAS_SECONDS.search(text) else Precision.MINUTE
