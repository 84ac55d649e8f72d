"""What a page says to reserve its text from text and data mining.

The TDM Reservation Protocol (W3C community group, 2024) in a header or meta element, and the
robots directives `noai` and `noimageai`. What somebody does with such texts is theirs to decide;
Newsloom records what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crawler.parsing.page.statements import PageStatements

_NO_AI = re.compile(r"\b(noai|noimageai|notdm)\b", re.IGNORECASE)
MAX = 200
"""Characters that are kept."""


def read_reservation(statements: PageStatements, headers: Mapping[str, str]) -> str | None:
    """What is reserved, and where; None where nothing is. Header names in small letters."""
    found = (
        *_tdm_reservation(statements, headers),
        *_directives("header x-robots-tag", headers.get("x-robots-tag", "")),
        *_directives("meta robots", ", ".join(statements.all("robots"))),
    )
    return "; ".join(found)[:MAX] or None


def _tdm_reservation(statements: PageStatements, headers: Mapping[str, str]) -> Iterator[str]:
    """The TDM Reservation Protocol's flag, and its policy, which says nothing without the flag."""
    if headers.get("tdm-reservation", "").strip() == "1":
        yield "header tdm-reservation: 1"
    elif (statements.first("tdm-reservation") or "").strip() == "1":
        yield "meta tdm-reservation: 1"
    else:
        return
    policy = headers.get("tdm-policy") or statements.first("tdm-policy")
    if policy:
        yield f"policy {policy.strip()}"


def _directives(place: str, text: str) -> Iterator[str]:
    """The robots directives of a place that reserve it, in one entry."""
    found = dict.fromkeys(match.lower() for match in _NO_AI.findall(text))
    if found:
        yield f"{place}: {', '.join(found)}"
