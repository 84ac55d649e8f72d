"""A time as it is written, in any language, as far as it can be read by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from crawler.parsing.dates.calendars import ERAS, day_of, long_year, persian_month
from crawler.parsing.dates.clock_times import Clock, find_clock, leading_offset
from crawler.parsing.dates.fold import fold
from crawler.parsing.dates.names import Order, month_of

_COMPACT = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?(?=\D|$)")
_EPOCH = re.compile(r"(?:\d{9,10}(?:\.\d{1,6})?|\d{12,13}|\d{15,16})")
_ASP = re.compile(r"^\\?/Date\((\d{12,13})(?:[+-]\d{4})?\)\\?/$")
"""Milliseconds since 1970 in the JSON of ASP.NET; what stands behind them changes no instant."""
_LOST_PLUS = re.compile(
    r"(?<=\dT)(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?: |%2B)(?=\d\d:?\d\d$)", re.I
)
"""The clock before an offset whose plus sign went through a form, or is still escaped for one."""
# 24:00 is no clock time here, though Python 3.14 reads it as the next day's first.
_HOUR = r"(?:[01]\d|2[0-3])"
_ISO = re.compile(
    rf"\d{{4}}-\d\d-\d\d[T ]{_HOUR}:\d\d"
    r"(?P<second>:\d\d(?:[.,]\d{1,9})?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_RFC_822 = re.compile(
    rf"(?:[A-Z][a-z]{{2}}, )?(\d{{1,2}}) ([A-Z][a-z]{{2}}) (\d{{4}}) ({_HOUR}:\d\d)"
    r"(?P<second>:\d\d)? (?:(?P<zone>[+-]\d{4})|GMT|UTC|Z)"
)
_ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ERA = "|".join(sorted(map(re.escape, ERAS), key=len, reverse=True))
_YEAR_FIRST = re.compile(
    rf"(?<![\d.])(?:(?P<era>{_ERA}) ?)?"
    r"(?P<year>\d{3,4}|(?<=[和成國国] )\d{1,2}|(?<=[和成國国])\d{1,2})"
    r" ?(?P<mark>[-/.]|[年년]) ?(?P<month>\d{1,2}) ?(?:(?P=mark)|[月월]) ?(?P<day>\d{1,2})(?![\d:])"
)
_YEAR_LAST = re.compile(
    r"(?<![\d.:])(?P<one>\d{1,2})(?: ?(?P<mark>[-/.]) ?)(?P<two>\d{1,2}) ?(?P=mark) ?"
    rf"(?:(?P<era>{_ERA}) ?)?(?P<year>\d{{4}}|\d\d)(?![\d:])(?!\.\d)"
)
_MONTH_NUMBERED = re.compile(  # Vietnamese
    r"(?<!\d)(?P<day>\d{1,2}) ?(?:thang|thg|th) ?(?P<month>\d{1,2})"
    r"[ ,-]*(?:nam )?(?P<year>\d{4})(?!\d)"
)
_NUMBERED_MONTH_FIRST = re.compile(  # what WordPress makes of `F j, Y` in Vietnamese
    r"\bthang (?P<month>\d{1,2}) (?P<day>\d{1,2}), ?(?P<year>\d{4})(?!\d)"
)
_MONTH_BEFORE_YEAR = re.compile(  # RFC 822's order, in Chinese, Japanese, Korean
    r"(?<!\d)(?P<day>\d{1,2}) (?P<month>\d{1,2}) ?[\u6708\uc6d4][ ,]*(?P<year>\d{4})(?!\d)"
)
_MONGOLIAN = re.compile(
    r"(?<!\d)(?P<year>\d{4}) ?он\w* ?(?P<month>\d{1,2})[ -]?\w{0,6} сар\w* ?(?P<day>\d{1,2})(?!\d)"
)
_TOKEN = re.compile(r"\d+|[^\d\s.,;:|/()\[\]{}<>\"'_+*=?!&@#·•،؛।~-]+")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月日號号])")
_BEFORE_CLOCK = re.compile(r"(?<=/\d{4}):(?=\d\d:\d\d)")
"""Between day and clock in the logs of web servers."""
_SHORT_YEAR = re.compile(r"(?<=[\s,])'(\d\d)(?![\d'])")
"""January 5, '22"""
# Folded: `tháng Một`, `tháng Mười Hai`; the first and the last have another name each.
_VIETNAMESE = (
    ("mot", "gieng"), ("hai",), ("ba",), ("tu",), ("nam",), ("sau",), ("bay",), ("tam",), ("chin",),
    ("muoi",), ("muoi mot",), ("muoi hai", "chap"),
)  # fmt: skip
_VIETNAMESE_BY_NAME = {
    name: number for number, names in enumerate(_VIETNAMESE, 1) for name in names
}
_MONTH_IN_WORDS = re.compile(
    rf"\bthang ({'|'.join(sorted(_VIETNAMESE_BY_NAME, key=len, reverse=True))})(?![^\W\d_])"
)
_BETWEEN = 8
"""Letters between a day, its month and its year, spaces counted: `5th of January`."""
_SECOND_NAME = re.compile(r"/[^\d/|]{3,20}(?=\d{4})")
"""Arabic media give a month its two names: `5 يناير/كانون الثاني 2022`."""
_OTHER_CALENDARS = "2400"
_MAX_DATES = 8
_Shape = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A time as it is written."""

    day_first: date | None
    """the day, if the day of the month stands first where it is not clear; else `day_first`
    and `month_first` are one day"""
    month_first: date | None
    clock: Clock | None
    shape: Order | None = None
    """the order that it shows by itself: 13 or more stands in one of two places"""

    def days(self, order: Order | None) -> list[date]:
        """The days that it may be, given the order of its surroundings."""
        if order in ("dmy", "mdy") and self.day_first and self.month_first:
            return [self.day_first if order == "dmy" else self.month_first]
        return list(dict.fromkeys(day for day in (self.day_first, self.month_first) if day))


def read_written(raw: str, *, language: str | None = None) -> Written | None:
    """Read a time; None where there is none with a day. `language` is a code of two letters."""
    raw = _ASP.sub(r"\1", _LOST_PLUS.sub(r"\1+", raw))
    exact = _exact(raw)
    if exact is not None:
        return exact
    text = _BEFORE_CLOCK.sub(" ", fold(_CHINESE.sub(_figures, raw.replace("元年", "1年"))))
    text = _SHORT_YEAR.sub(lambda found: str(long_year(int(found[1]), language)), text)
    text = _MONTH_IN_WORDS.sub(lambda found: f"thang {_VIETNAMESE_BY_NAME[found[1]]}", text)
    clock = find_clock(text, raw=raw, language=language, strict=True)
    rest = _without(text, clock)
    found = _days(rest, language)
    if not found:
        return None
    if len({(one, two) for one, two, _ in found}) > 1:
        # Several days: a text is published before it is changed, and the clock may be the other's.
        first = min(found, key=lambda one: min(filter(None, one[:2])))
        return Written(day_first=first[0], month_first=first[1], clock=None)
    day_first, month_first, (start, end) = found[0]
    if clock is None:
        rest = rest[:start] + " | " + rest[end + leading_offset(rest[end:]) :]
        clock = find_clock(rest, raw=raw, language=language, strict=False)
    return Written(
        day_first=day_first, month_first=month_first, clock=clock, shape=order_shown(text)
    )


def order_shown(folded: str) -> Order | None:
    """The order that a date in figures shows by itself: 13/01/2022."""
    found = _YEAR_LAST.search(folded)
    if found is None:
        return None
    one, two = int(found["one"]), int(found["two"])
    if one > 12 >= two:
        return "dmy"
    return "mdy" if two > 12 >= one else None


def _exact(raw: str) -> Written | None:
    """What programs write: ISO 8601, RFC 822, seconds or milliseconds since 1970, figures alone."""
    iso = _ISO.fullmatch(raw)
    try:
        if iso and raw < _OTHER_CALENDARS:
            return _of_instant(datetime.fromisoformat(raw), bool(iso["second"]))
        mail = _RFC_822.fullmatch(raw)
        if mail and mail[2] in _ENGLISH:
            return _of_instant(_of_mail(mail), bool(mail["second"]))
        if _EPOCH.fullmatch(raw) and not _is_compact(raw):
            return _of_epoch(float(raw))
    except (ValueError, OverflowError, OSError):
        return None
    compact = _COMPACT.match(raw)
    if compact:
        year, month, day, hour, minute, second = compact.groups()
        clock = f" {hour}:{minute}" + (f":{second}" if second else "") if hour else ""
        return read_written(f"{year}-{month}-{day}{clock}{raw[compact.end() :]}")
    return None


def _of_mail(found: re.Match[str]) -> datetime:
    """RFC 822's form, which most feeds have, without a walk through its words."""
    day, month, year, clock = found.group(1, 2, 3, 4)
    number = _ENGLISH.index(month) + 1
    return datetime.fromisoformat(
        f"{year}-{number:02d}-{day:0>2}T{clock}{found['second'] or ''}{found['zone'] or 'Z'}"
    )


def _is_compact(raw: str) -> bool:
    """Whether figures in a row are a day and a clock time."""
    return len(raw) in (12, 14) and raw[:2] in ("19", "20") and raw[4:6] <= "12"


def _of_epoch(number: float) -> Written:
    while number > 99_999_999_999:
        number /= 1_000
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(number))
    return _of_instant(when, True)


def _of_instant(when: datetime, to_seconds: bool) -> Written:
    at = time(when.hour, when.minute, when.second)
    clock = Clock(at=at, to_seconds=to_seconds, place=(0, 0), offset=when.utcoffset(), zone=None)
    return Written(day_first=when.date(), month_first=when.date(), clock=clock)


def _without(text: str, clock: Clock | None) -> str:
    """A text with its clock time and zone cut out; a mark stands in their place."""
    if clock is None:
        return text
    start, end = clock.place
    # ISO 8601's T between day and clock.
    before = text[:start].removesuffix("t") if re.search(r"\dt$", text[:start]) else text[:start]
    return f"{before} | {text[end:]}"


_Found = tuple[date | None, date | None, tuple[int, int]]


def _days(text: str, language: str | None) -> list[_Found]:
    """(day first, month first, place) of the full dates in a text, of its clearest kind."""
    for reader in (_numbered, _named, _year_last):
        found = list(reader(text, language))[:_MAX_DATES]
        if found:
            return found
    return []


def _numbered(text: str, language: str | None) -> Iterator[_Found]:
    for pattern in (
        _YEAR_FIRST, _MONTH_NUMBERED, _NUMBERED_MONTH_FIRST, _MONTH_BEFORE_YEAR, _MONGOLIAN,
    ):  # fmt: skip
        for found in pattern.finditer(text):
            parts = found.groupdict()
            year, month, day = (int(parts[name]) for name in ("year", "month", "day"))
            that = day_of(year, month, day, language=language, era=parts.get("era"))
            if that is not None:
                yield that, that, found.span()


def _year_last(text: str, language: str | None) -> Iterator[_Found]:
    for found in _YEAR_LAST.finditer(text):
        one, two, year = int(found["one"]), int(found["two"]), int(found["year"])
        if len(found["year"]) == 2:
            year = long_year(year, language)
        day_first = day_of(year, two, one, language=language, era=found["era"])
        month_first = day_of(year, one, two, language=language, era=found["era"])
        # Who writes points between them writes the day first.
        if found["mark"] == "." and day_first is not None:
            month_first = day_first
        if day_first or month_first:
            yield day_first or None, month_first or None, found.span()


@dataclass(frozen=True, slots=True)
class _Near:
    """A figure beside a month's name."""

    value: int
    figures: int
    place: int
    """of its token"""
    apart: int
    """letters between it and the name, or the figure before it"""

    def is_day(self) -> bool:
        return self.figures <= 2 and 1 <= self.value <= 31

    def is_year(self) -> bool:
        return self.figures == 4


def _named(text: str, language: str | None) -> Iterator[_Found]:
    """Dates with a month by its name: 5 January 2022, January 5 2022, 2022 January 5."""
    text = _SECOND_NAME.sub(lambda found: " " * len(found[0]), text[:400])
    spans = [match.span() for match in _TOKEN.finditer(text)]
    tokens = [text[start:end] for start, end in spans]
    months = list(_months(tokens, language))
    for shape in ("dmy", "mdy", "ymd", "ydm", "dm2"):
        read: dict[tuple[int, int], tuple[int, date]] = {}
        for first, last, month, persian in months:
            picked = _pick(shape, tokens, first, last, language)
            if picked is None:
                continue
            year, day, figures, apart = picked
            era = next((t for t in tokens[figures[0] : figures[1] + 2] if t in ERAS), None)
            that = day_of(year, month, day, language=language, era=era, persian=persian)
            # Of two names for one day and year the nearer: `April Glaser, Dec 15, 2016`.
            if that is not None and (figures not in read or apart < read[figures][0]):
                read[figures] = apart, that
        yield from (
            (that, that, (spans[one][0], spans[two][1])) for (one, two), (_, that) in read.items()
        )
        if read:
            return


def _months(tokens: list[str], language: str | None) -> Iterator[tuple[int, int, int, bool]]:
    """(first token, token behind, month, whether Persian) of each name of a month."""
    for number, token in enumerate(tokens):
        if token.isdigit():
            continue
        if number + 1 < len(tokens) and not tokens[number + 1].isdigit():
            month = month_of(f"{token} {tokens[number + 1]}", language)
            if month is not None:
                yield number, number + 2, month, False
                continue
        month = persian_month(token)
        if month is not None:
            yield number, number + 1, month, True
        month = month_of(token, language)
        if month is not None:
            yield number, number + 1, month, False


def _pick(
    shape: str, tokens: list[str], first: int, last: int, language: str | None
) -> tuple[int, int, tuple[int, int], int] | None:
    """(year, day, their tokens, letters on the way) around a month's name, in this shape only."""
    before = _near(tokens, range(first - 1, -1, -1))
    behind = _near(tokens, range(last, len(tokens)))
    sides = {
        "dmy": (behind[:1], before[:1]), "mdy": (behind[1:2], behind[:1]),
        "ymd": (before[:1], behind[:1]), "ydm": (before[1:2], before[:1]),
        "dm2": (behind[:1], before[:1]),
    }  # fmt: skip
    years, days = sides[shape]
    if not years or not days or not days[0].is_day():
        return None
    year, day = years[0], days[0]
    value = year.value
    if shape == "dm2":
        if year.figures != 2:
            return None
        value = long_year(value, language)
    elif not year.is_year():
        return None
    figures = min(year.place, day.place), max(year.place, day.place)
    return value, day.value, figures, year.apart + day.apart


def _near(tokens: list[str], way: range) -> list[_Near]:
    """The first two figures on a way, with a few short words before each."""
    found: list[_Near] = []
    letters = 0
    for place in way:
        token = tokens[place]
        if token.isdigit():
            found.append(_Near(int(token) if len(token) < 5 else -1, len(token), place, letters))
            letters = 0
            if len(found) == 2:
                break
        else:
            letters += len(token) + 1
            if letters > _BETWEEN:
                break
    return found


def _figures(found: re.Match[str]) -> str:
    """A Chinese number of a year, a month or a day in figures: 二〇二二, 十二, 二十五."""
    digits = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
    text = found[0].replace("零", "〇")
    tens, ten, ones = text.partition("十")
    if not ten:
        return "".join(digits[character] for character in text)
    return (digits.get(tens, "1") if len(tens) < 2 else "") + (digits.get(ones, "0"))
