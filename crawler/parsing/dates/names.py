"""What languages call the months and the halves of a day, and which part of a date comes first.

The table is CLDR's; `bench/date_names.py` writes it. It is read when the first name is asked for:
most times need none.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

Order = Literal["dmy", "mdy", "ymd"]

_FILE = Path(__file__).with_name("cldr.json")
_STEM = 4
"""Letters at least that a name and its inflected forms begin with."""
# Country domains that anybody may have, so that they say nothing of a country (Google's "generic
# country-code top-level domains", of territories where CLDR has English).
_ANYBODYS = frozenset(
    ("ac", "ag", "ai", "as", "bz", "cc", "cx", "fm", "gg", "im", "io", "je", "la", "ms", "mu", "nf",
     "nu", "pn", "sc", "sh", "tk", "to", "tv", "vc", "ws")
)  # fmt: skip


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def _stems() -> dict[str, int]:
    """Month by the beginning of a name, without its last letter; None of two months' names."""
    found: dict[str, set[int]] = {}
    for name, month in _table()["months"].items():
        if isinstance(month, int) and len(name) > _STEM:
            for stem in (name, name[:-1]):
                found.setdefault(stem, set()).add(month)
    return {stem: min(months) for stem, months in found.items() if len(months) == 1}


def month_of(word: str, language: str | None) -> int | None:
    """The month that a folded word names, in any case that its language has."""
    months = _table()["months"]
    # Hebrew writes its preposition in one word with the name.
    for form in (word, word.removeprefix("ב")):
        found = months.get(form)
        if isinstance(found, dict):
            return found.get(language, found.get(""))
        if found is not None:
            return int(found)
    if len(word) <= _STEM:
        return None
    shorter = (word[: len(word) - cut] for cut in range(4))
    return next((_stems()[form] for form in shorter if form in _stems()), None)


def half_of(word: str, language: str | None) -> int | None:
    """Hours to add for a folded name of a half of the day: 0 or 12."""
    halves = _table()["halves"]
    for code in (language or "", "", "es"):
        if word in halves.get(code, ()):
            return int(halves[code][word])
    return None


def order_of(language: str | None, url: str = "") -> Order | None:
    """The order in which a language, in its country, writes dates in figures.

    The country is the tag's (`en-GB`), or else that of the address. None when it is not certain:
    English without a country.
    """
    parts = (language or "").lower().replace("_", "-").split("-")
    country = next((part for part in parts[1:] if len(part) == 2), None) or _country(url)
    orders = _table()["orders"]
    found: Order | None = orders.get(f"{parts[0]}-{country}", orders.get(parts[0]))
    return found


def _country(url: str) -> str | None:
    try:
        domain = (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:  # a document may write anything where its addresses stand
        return None
    if len(domain) != 2 or domain in _ANYBODYS:
        return None
    return "gb" if domain == "uk" else domain
