"""Calendars and zones, beside what others say of them: tzdata, and the leap years of Iran."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.tz import gettz

from crawler.parsing.dates.calendars import day_of, long_year
from crawler.parsing.dates.zones import _HOURS, offset_of

LEAP_YEARS = {1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416}
"""Of Iran, as its Institute of Geophysics gives them."""
JANUARY = {
    "WET": "Europe/Lisbon", "CET": "Europe/Berlin", "MEZ": "Europe/Vienna", "EET": "Europe/Kyiv",
    "OEZ": "Europe/Athens", "MSK": "Europe/Moscow", "МСК": "Europe/Moscow", "SAMT": "Europe/Samara",
    "YEKT": "Asia/Yekaterinburg", "OMST": "Asia/Omsk", "NOVT": "Asia/Novosibirsk",
    "KRAT": "Asia/Krasnoyarsk", "IRKT": "Asia/Irkutsk", "YAKT": "Asia/Yakutsk",
    "VLAT": "Asia/Vladivostok", "MAGT": "Asia/Magadan", "PETT": "Asia/Kamchatka",
    "TRT": "Europe/Istanbul", "IRST": "Asia/Tehran", "GST": "Asia/Dubai", "AZT": "Asia/Baku",
    "GET": "Asia/Tbilisi", "AFT": "Asia/Kabul", "PKT": "Asia/Karachi", "UZT": "Asia/Tashkent",
    "TJT": "Asia/Dushanbe", "TMT": "Asia/Ashgabat", "ALMT": "Asia/Almaty", "KGT": "Asia/Bishkek",
    "IST": "Asia/Kolkata", "SLST": "Asia/Colombo", "NPT": "Asia/Kathmandu", "BTT": "Asia/Thimphu",
    "BDT": "Asia/Dhaka", "MMT": "Asia/Yangon", "ICT": "Asia/Bangkok", "WIB": "Asia/Jakarta",
    "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura", "HKT": "Asia/Hong_Kong",
    "SGT": "Asia/Singapore", "MYT": "Asia/Kuala_Lumpur", "PHT": "Asia/Manila",
    "PHST": "Asia/Manila", "AWST": "Australia/Perth", "ULAT": "Asia/Ulaanbaatar",
    "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "ACST": "Australia/Darwin",
    "ACDT": "Australia/Adelaide", "AEST": "Australia/Brisbane", "AEDT": "Australia/Sydney",
    "CHST": "Pacific/Guam", "PGT": "Pacific/Port_Moresby", "NZDT": "Pacific/Auckland",
    "TOT": "Pacific/Tongatapu", "WAT": "Africa/Lagos", "CAT": "Africa/Maputo",
    "SAST": "Africa/Johannesburg", "EAT": "Africa/Nairobi", "CVT": "Atlantic/Cape_Verde",
    "MUT": "Indian/Mauritius", "NST": "America/St_Johns", "AST": "America/Halifax",
    "EST": "America/New_York", "CST": "America/Chicago", "MST": "America/Denver",
    "PST": "America/Los_Angeles", "AKST": "America/Anchorage", "HST": "Pacific/Honolulu",
    "BRT": "America/Sao_Paulo", "ART": "America/Argentina/Buenos_Aires",
    "UYT": "America/Montevideo", "CLST": "America/Santiago", "BOT": "America/La_Paz",
    "VET": "America/Caracas", "COT": "America/Bogota", "PET": "America/Lima",
}  # fmt: skip
JULY = {
    "WEST": "Europe/Lisbon", "BST": "Europe/London", "CEST": "Europe/Berlin",
    "MESZ": "Europe/Vienna", "EEST": "Europe/Kyiv", "OESZ": "Europe/Athens",
    "IDT": "Asia/Jerusalem", "IRDT": "Asia/Tehran", "FJT": "Pacific/Fiji",
    "NZST": "Pacific/Auckland", "NDT": "America/St_Johns", "ADT": "America/Halifax",
    "EDT": "America/New_York", "CDT": "America/Chicago", "MDT": "America/Denver",
    "PDT": "America/Los_Angeles", "AKDT": "America/Anchorage", "PYT": "America/Asuncion",
    "CLT": "America/Santiago",
}  # fmt: skip
NO_LONGER = {"MSD": "MSK", "PKST": "PKT", "BRST": "BRT"}
"""Summer times that were given up, and the time that they were ahead of."""
NOWHERE = {"Z", "UT", "UTC", "GMT", "ZULU"}


@pytest.mark.parametrize(("names", "month"), [(JANUARY, 1), (JULY, 7)])
def test_zones_are_where_tzdata_has_them(names: dict[str, str], month: int) -> None:
    when = datetime(2020, month, 15)
    for name, place in names.items():
        zone = gettz(place)
        assert zone is not None, place
        assert offset_of(name, when) == zone.utcoffset(when), name
    assert set(JANUARY) | set(JULY) | set(NO_LONGER) | NOWHERE == set(_HOURS)


def test_summer_times_that_were_given_up_were_an_hour_ahead() -> None:
    when = datetime(2008, 7, 15)
    for name, other in NO_LONGER.items():
        standard = offset_of(other, when)
        assert standard is not None
        assert offset_of(name, when) == standard + timedelta(hours=1)
    assert {offset_of(name, when) for name in NOWHERE} == {timedelta(0)}


def test_years_of_iran_follow_each_other() -> None:
    last = None
    for year in range(1370, 1420):
        first = day_of(year, 1, 1, language="fa")
        assert first is not None
        if last is not None:
            assert first == last + timedelta(days=1)
        leap = day_of(year, 12, 30, language="fa")
        assert (leap is not None) == (year in LEAP_YEARS), year
        last = leap or day_of(year, 12, 29, language="fa")
        lengths = [day_of(year, month, 31, language="fa") is not None for month in range(1, 13)]
        assert lengths == [True] * 6 + [False] * 6
        assert day_of(year, 11, 30, language="fa") is not None
    assert day_of(1370, 1, 1, language="fa") == date(1991, 3, 21)
    assert day_of(1400, 7, 1, language="fa") == date(2021, 9, 23)
    assert day_of(1403, 1, 1, language="fa") == date(2024, 3, 20)
    for month, day in ((0, 1), (13, 1), (1, 0), (1, 32)):
        assert day_of(1400, month, day, language="fa") is None


@pytest.mark.parametrize(
    ("short", "language", "year"),
    [(0, "en", 2000), (49, "en", 2049), (50, "en", 1950), (99, "en", 1999), (65, "th", 2565),
     (41, "th", 2541), (40, "th", 2040)],
)  # fmt: skip
def test_a_year_of_two_figures(short: int, language: str, year: int) -> None:
    assert long_year(short, language) == year
