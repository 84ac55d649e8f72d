"""Times as outlets write them, into UTC. What cannot be read is None, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from crawler.clock import posix, utc
from crawler.parsing.dates.fold import fold
from crawler.parsing.dates.names import Order, order_of
from crawler.parsing.dates.written import Written, order_shown, read_written
from crawler.parsing.texts import storable
from crawler.types import Moment, Precision, limits

EARLIEST_YEAR = 1990
"""No news page is older; earlier years are broken clocks and empty database fields."""
_MARGIN = timedelta(days=2)
_SOME_DAY = re.compile(r"\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateStyle:
    """How a page or a feed writes its dates."""

    language: str | None = None
    """code of two or three letters"""
    order: Order | None = None
    """of days in figures; None when it is not certain"""

    @classmethod
    def of(
        cls, *, language: str | None, url: str = "", samples: Iterable[str | None] = ()
    ) -> DateStyle:
        """The style that a document's other dates show, or else its language and country.

        `language` is as it is stated (BCP 47), and `samples` are times of the document: a 13 in
        one of them shows which part is the month. Where they contradict each other it is unknown.
        """
        primary = (language or "").lower().replace("_", "-").partition("-")[0] or None
        shown = {order_shown(fold(raw[: limits.TIME])) for raw in samples if raw} - {None}
        if not shown:
            return cls(language=primary, order=order_of(language, url))
        return cls(language=primary, order=shown.pop() if len(shown) == 1 else None)


ANY_STYLE = DateStyle()
"""Nothing is known of who wrote a time."""


def moment(
    raw: str | None, *, source: str, now: str | None = None, style: DateStyle = ANY_STYLE
) -> Moment | None:
    """Read a time; None when it is not one, impossible, or later than `now` by over two days.

    None also for 10/01/2022 where the style does not say which part is the month. Without a zone
    it is taken as UTC: wrong by hours at most, and the raw text is kept. In a zone whose name is
    not known it is too, and then it is precise to the day only.
    """
    text = _as_kept(raw)
    found = read_written(text, language=style.language)
    if found is None:
        return None
    instants = [_instant(found, day, now) for day in found.days(style.order)]
    possible = [instant for instant in instants if instant is not None]
    if len(possible) != 1:
        return None
    when, offset = possible[0]
    return Moment(
        at=utc(when),
        precision=_precision(found, offset),
        source=source,
        raw=text,
        offset=None if offset is None else round(offset.total_seconds() / 60),
    )


def possible_days(
    raw: str | None, *, now: str | None = None, style: DateStyle = ANY_STYLE
) -> list[date]:
    """The days that a time may be: none, one, or two where it is not certain which is the month."""
    text = _as_kept(raw)
    found = read_written(text, language=style.language)
    if found is None:
        return []
    return [day for day in found.days(style.order) if _instant(found, day, now) is not None]


def _as_kept(raw: str | None) -> str:
    """A time as it is read and kept; one that was kept is read as it was."""
    return storable(raw or "").strip()[: limits.TIME].rstrip()


def not_after(found: Moment | None, now: str) -> Moment | None:
    """A time, unless it is later than `now` by over two days."""
    return found if found is not None and _is_past(found.at, now) else None


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


def _instant(
    found: Written, day: date, now: str | None
) -> tuple[datetime, timedelta | None] | None:
    """(instant, offset that is stated and known) on one of its days; None where it cannot be."""
    if not EARLIEST_YEAR <= day.year <= 9_000:
        return None
    when = datetime.combine(day, found.clock.at if found.clock else time())
    offset = found.clock.zone_on(when) if found.clock else None
    when = (when - (offset or timedelta())).replace(tzinfo=UTC)
    if now is not None and not _is_past(utc(when), now):
        return None
    return when, offset


def _is_past(at: str, now: str) -> bool:
    return posix(at) <= posix(now) + _MARGIN.total_seconds()


def _precision(found: Written, offset: timedelta | None) -> Precision:
    clock = found.clock
    if clock is None or (offset is None and clock.zone is not None):
        return Precision.DAY
    return Precision.SECOND if clock.to_seconds else Precision.MINUTE
