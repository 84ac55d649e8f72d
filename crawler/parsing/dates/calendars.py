"""Years and days of other calendars, where it is certain that they are meant."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Calendar = Literal["gregorian", "persian"]

BUDDHIST = 543
"""Years that the Buddhist era is ahead."""
_BUDDHIST_YEARS = range(2500, 2700)
_BUDDHIST_LANGUAGES = frozenset(("th", "lo", "km", "my"))
_MINGUO = 1911
_PERSIAN_YEARS = range(1350, 1450)
_LEAP_YEARS = (1, 5, 9, 13, 17, 22, 26, 30)
"""Of each 33 Persian years."""
_PERSIAN_LANGUAGES = frozenset(("fa", "prs", "ps"))
# Era names and the year before their first.
ERAS = {
    "令和": 2018, "平成": 1988, "昭和": 1925, "民國": _MINGUO, "民国": _MINGUO, "พศ": -BUDDHIST,
    "be": -BUDDHIST, "ພສ": -BUDDHIST, "ពស": -BUDDHIST,
}  # fmt: skip
# Persian and Afghan, folded.
_PERSIAN_MONTHS = (
    ("فروردين", "حمل"), ("ارديبهشت", "ثور"), ("خرداد", "جوزا"), ("تير", "سرطان"),
    ("مرداد", "اسد"), ("شهريور", "سنبله"), ("مهر", "ميزان"), ("ابان", "عقرب"), ("اذر", "قوس"),
    ("دي", "جدي"), ("بهمن", "دلو"), ("اسفند", "حوت"),
)  # fmt: skip
_PERSIAN_BY_NAME = {
    name: number for number, names in enumerate(_PERSIAN_MONTHS, 1) for name in names
}


def persian_month(word: str) -> int | None:
    """The month of the Persian calendar that a folded word names."""
    return _PERSIAN_BY_NAME.get(word)


def day_of(
    year: int, month: int, day: int, *, language: str | None, era: str | None = None,
    persian: bool = False,
) -> date | None:  # fmt: skip
    """The day, in the calendar that is stated, or certain from the year and the language.

    None when there is none, also for years of calendars whose days cannot be told exactly: an
    Islamic month begins when its moon is seen.
    """
    if persian or (year in _PERSIAN_YEARS and language in _PERSIAN_LANGUAGES):
        return _from_persian(year, month, day) if year in _PERSIAN_YEARS else None
    if era is not None and (ERAS[era] > 0 or year in _BUDDHIST_YEARS):
        year += ERAS[era]
    elif language in _BUDDHIST_LANGUAGES and year in _BUDDHIST_YEARS:
        year -= BUDDHIST
    elif language == "zh" and 80 <= year < 200:
        year += _MINGUO
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def long_year(short: int, language: str | None) -> int:
    """The year of two figures, in the Buddhist era where its language has that; as RFC 2822."""
    if language in _BUDDHIST_LANGUAGES and short > 40:
        return 2_500 + short
    return short + (2_000 if short < 50 else 1_900)


def _from_persian(year: int, month: int, day: int) -> date | None:
    """The day in our calendar; by the cycle of 33 years, which holds from 1925 to 2087."""
    last = 31 if month <= 6 else 29 if month == 12 and year % 33 not in _LEAP_YEARS else 30
    if not (1 <= month <= 12 and 1 <= day <= last):
        return None
    before = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    days = _days_before(year) - _days_before(1400) + before + day - 1
    return date(2021, 3, 21) + timedelta(days=days)


def _days_before(year: int) -> int:
    """Days from the beginning of the calendar's years to that of this one."""
    cycles, place = divmod(year, 33)
    return 365 * year + 8 * cycles + sum(leap < place for leap in _LEAP_YEARS)
