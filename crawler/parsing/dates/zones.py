"""Names of time zones in news, and how far each is from UTC.

Names that one zone has: from the IANA time zone database, and from its releases up to 2016, which
had abbreviations for every zone. RFC 822 and 2822 give those of the United States their meaning
(CST is not China's). IST, GST and BST are what outlets mean by them: India's, the Gulf's and
British summer time. Names that outlets of two zones use (AMT, ECT) are not here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

HIGHEST = timedelta(hours=14)
"""Kiribati; no zone is further from UTC."""
_HOURS = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "ZULU": 0, "WET": 0, "WEST": 1, "BST": 1,
    "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "OEZ": 2, "OESZ": 3,
    "MSK": 3, "MSD": 4, "МСК": 3, "SAMT": 4, "YEKT": 5, "OMST": 6, "NOVT": 7, "KRAT": 7, "IRKT": 8,
    "YAKT": 9, "VLAT": 10, "MAGT": 11, "PETT": 12, "TRT": 3, "IDT": 3, "IRST": 3.5, "IRDT": 4.5,
    "GST": 4, "AZT": 4, "GET": 4, "AFT": 4.5, "PKT": 5, "PKST": 6, "UZT": 5, "TJT": 5, "TMT": 5,
    "ALMT": 6, "KGT": 6, "IST": 5.5, "SLST": 5.5, "NPT": 5.75, "BTT": 6, "BDT": 6, "MMT": 6.5,
    "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "PHST": 8,
    "AWST": 8, "ULAT": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11,
    "CHST": 10, "PGT": 10, "FJT": 12, "NZST": 12, "NZDT": 13, "TOT": 13,
    "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "CVT": -1, "MUT": 4,
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "BRT": -3, "BRST": -2, "ART": -3, "UYT": -3, "PYT": -4, "CLT": -4, "CLST": -3, "BOT": -4,
    "VET": -4, "COT": -5, "PET": -5,
}  # fmt: skip
# Names that mean winter or summer time, whichever it is.
_PLACES = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver",
    "PT": "America/Los_Angeles", "AKT": "America/Anchorage", "AET": "Australia/Sydney",
}  # fmt: skip


def offset_of(name: str, when: datetime) -> timedelta | None:
    """The distance from UTC of a zone, by its name in capitals or as `Europe/Berlin`.

    None when it is not known.
    """
    hours = _HOURS.get(name.upper())
    if hours is not None:
        return timedelta(hours=hours)
    place = _PLACES.get(name.upper()) or (name if "/" in name else None)
    if place is None:
        return None
    # Here, because reading commands import this room. It brings the rules where a system has none.
    from dateutil.tz import gettz

    zone = gettz(place)
    return zone.utcoffset(when) if zone is not None else None
