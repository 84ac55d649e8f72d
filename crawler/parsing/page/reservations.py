"""What a page says to reserve its text from text and data mining.

The TDM Reservation Protocol (W3C community group, 2024) in a header or meta element, and the
robots directives `noai` and `noimageai`. What somebody does with such texts is theirs to decide;
Newsloom records what was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.parsing.page.statements import PageStatements

_NO_AI = re.compile(r"\b(noai|noimageai|notdm)\b", re.IGNORECASE)
MAX = 200
"""Characters that are kept."""


def read_reservation(statements: PageStatements, headers: Mapping[str, str]) -> str | None:
    """What was said, and where; None where nothing is reserved. Header names in small letters."""
    said = []
    policy = headers.get("tdm-policy") or statements.first("tdm-policy")
    if headers.get("tdm-reservation", "").strip() == "1":
        said.append("header tdm-reservation: 1")
    elif (statements.first("tdm-reservation") or "").strip() == "1":
        said.append("meta tdm-reservation: 1")
    if said and policy:
        said.append(f"policy {policy.strip()}")
    for place, text in (
        ("header x-robots-tag", headers.get("x-robots-tag", "")),
        ("meta robots", ", ".join(statements.all("robots"))),
    ):
        found = dict.fromkeys(match.lower() for match in _NO_AI.findall(text))
        if found:
            said.append(f"{place}: {', '.join(found)}")
    return "; ".join(said)[:MAX] or None
