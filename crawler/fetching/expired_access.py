"""Whether a failure is that of a reader's own access, which has expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from crawler.clock import later
from crawler.parsing.urls import wall_at
from crawler.types import Outlet, PollFailed, Rejected

RENEWAL = timedelta(days=1)
"""Between two tries at a page: in the three that it has, somebody can renew the access."""
_LOCKED = frozenset({"http-401", "http-402", "http-403", "login-wall"})
"""Reasons that whoever has access does not meet."""

Value = TypeVar("Value")


def is_login(outlet: Outlet, asked: str, url: str) -> bool:
    """Whether redirects led from what was asked for to a login, though access was sent."""
    return bool(outlet.access_from) and url != asked and wall_at(url) == "login-wall"


def of_access(value: Value, outlet: Outlet, url: str) -> Value:
    """What came of a page or source, with this reason where it is that; `url`: what answered."""
    if not isinstance(value, Rejected | PollFailed) or not outlet.access_from:
        return value
    asked = value.page.url if isinstance(value, Rejected) else value.source.url
    to_login = is_login(outlet, asked, url)
    if not to_login and value.reason not in _LOCKED:
        return value
    what = "leads to a login" if to_login else f"answers {value.reason}"
    names = " and ".join(outlet.access_from)
    return replace(
        value,
        reason="access-expired",
        detail=f"{what}, though your access was sent; it may have expired: renew {names}, then run "
        "`newsloom crawl --now`",
        temporary=True,
        until=later(value.at, RENEWAL) if isinstance(value, Rejected) else value.until,
    )
