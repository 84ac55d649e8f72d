"""The clock time in a folded text, and the zone behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from crawler.parsing.dates.names import half_of
from crawler.parsing.dates.zones import HIGHEST, offset_of

_WITH_COLON = re.compile(
    r"(?<![\d:+-])(?P<hour>\d{1,2}) ?: ?(?P<minute>\d\d)"
    r"(?: ?: ?(?P<second>\d\d)(?:[.,]\d+)?)?(?![\d:])"
)
_OTHERWISE = re.compile(
    r"(?<![\d:.,+-])(?P<hour>\d{1,2})"
    r"(?: ?(?:[hu]|[時时시点點] ?) ?(?P<minute>\d\d)(?!\d)"
    r"(?: ?[分분] ?(?P<second>\d\d) ?[秒초])?[분分]?"
    r"|\.(?P<dotted>\d\d)(?![\d.])"
    r"| ?(?P<alone>uhr|uur|[時时시点點]|[hu]|am|pm)(?![^\W\d_]))"
)
_OFFSET = re.compile(
    r"[ ,|]*[(\[]? ?(?:(?:gmt|utc|ut|z)? ?(?P<sign>[+-])|(?:gmt|utc) ?(?P<apart>[+-]) )"
    r"(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?(?![\d./])"
)
# A name, perhaps behind one word (`Uhr`, `hrs`), or a place of the IANA database.
_NAME = re.compile(
    r"[ ,|]*(?:(?!(?:gmt|utc)\b)[^\W\d_]{1,5}[ ,|]+)?[(\[]?(?P<name>[^\W\d_]{2,5}|z)(?![\w/])[)\]]?"
)
_PLACE = re.compile(r"[ ,|]*[(\[]?(?P<name>[a-z]+/[a-z_/-]+)")
# A vowel sign of an Indic script is no letter.
_HALF_NAME = r"[^\W\d_][^\s\d.,:;|/()\[\]_-]*"
_HALF = re.compile(rf"[ ,]*({_HALF_NAME}(?: {_HALF_NAME})?)")
# Behind the day without a space in Chinese, Japanese and Korean: `5日下午3:30`.
_HALF_BEFORE = re.compile(rf"(?:(?<=[\W\d])|^)[日號号일]?({_HALF_NAME}) ?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day as it is written."""

    at: time
    """without zone"""
    to_seconds: bool
    place: tuple[int, int]
    """where it stands in the text, with its zone"""
    offset: timedelta | None
    """stated ahead of UTC; None where no zone is stated"""
    zone: str | None
    """a stated name, for the zones that only a day decides, or that are not known"""

    def zone_on(self, when: datetime) -> timedelta | None:
        """How far its zone is from UTC; None where none is stated, or none that is known."""
        if self.offset is not None or self.zone is None:
            return self.offset
        return offset_of(self.zone, when)


def find_clock(text: str, *, raw: str, language: str | None, strict: bool) -> Clock | None:
    """The first clock time in a folded text; with `strict` only one with a colon.

    `raw` is the text before it was folded: only a name in capitals is a zone.
    """
    for found in (_WITH_COLON if strict else _OTHERWISE).finditer(text):
        clock = _clock(found, text, raw, language)
        if clock is not None:
            return clock
    return None


def leading_offset(text: str) -> int:
    """The length of an offset at the beginning: XML Schema's days may have one."""
    found = _OFFSET.match(text)
    return found.end() if found else 0


def _clock(found: re.Match[str], text: str, raw: str, language: str | None) -> Clock | None:
    parts = found.groupdict()
    hour = int(parts["hour"])
    minute = int(parts["minute"] or parts.get("dotted") or 0)
    second = parts["second"]
    start, end = found.span()
    half, start, end = _half(text, start, end, language, parts.get("alone"))
    if half is not None and hour <= 12:
        hour = hour % 12 + half
    try:
        at = time(hour, minute, min(int(second or 0), 59))
    except ValueError:
        return None  # also for 24:00, which some mean as the day's beginning, some as its end
    offset, zone, end = _zone(text, end, raw)
    return Clock(at=at, to_seconds=second is not None, place=(start, end), offset=offset, zone=zone)


def _half(
    text: str, start: int, end: int, language: str | None, alone: str | None
) -> tuple[int | None, int, int]:
    """(hours to add, start, end) with the name of a half of the day around a clock time."""
    if alone in ("am", "pm"):
        return half_of(alone, None), start, end
    behind = _HALF.match(text, end)
    if behind:
        both = behind[1]
        for words in (both, both.partition(" ")[0]):
            half = half_of(words, language)
            if half is not None:
                return half, start, behind.start(1) + len(words)
    before = _HALF_BEFORE.search(text[:start])
    half = half_of(before[1], language) if before else None
    return half, before.start(1) if before and half is not None else start, end


def _zone(text: str, end: int, raw: str) -> tuple[timedelta | None, str | None, int]:
    """(offset, name, end) of the zone behind a clock time."""
    found = _OFFSET.match(text, end)
    if found:
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        span = timedelta(hours=hours, minutes=minutes)
        if span > HIGHEST:
            return None, found[0].strip(), found.end()
        # GMT+8 is ahead of Greenwich, whatever POSIX has it mean.
        return -span if "-" in (found["sign"], found["apart"]) else span, None, found.end()
    place = _PLACE.match(text, end)
    if place:
        written = re.search(re.escape(place["name"]), raw, re.IGNORECASE)
        return None, written[0] if written else place["name"], place.end()
    named = _NAME.match(text, end)
    if named and (name := named["name"].upper()) and (name == "Z" or name in raw):
        known = offset_of(name, datetime(2000, 1, 1)) is not None
        if known or _may_be_zone(name):
            return None, name, named.end()
    return None, None, end


def _may_be_zone(name: str) -> bool:
    return name.isascii() and 3 <= len(name) <= 5 and name not in ("UHR", "HRS", "HOURS", "HORAS")
