"""Times as the store writes them, `YYYY-MM-DDTHH:MM:SSZ`, and the present one.

Nothing else reads the clock: most of the program is handed the time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """The present time as the store writes it."""
    return utc(datetime.now(UTC))


def utc(when: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`; a time without zone counts as UTC."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(at: str, span: timedelta) -> str:
    """A time as the store writes it, so much later."""
    return utc(datetime.fromisoformat(at) + span)


def posix(at: str) -> float:
    """Seconds since 1970 of a time as the store writes it."""
    return datetime.fromisoformat(at).timestamp()
