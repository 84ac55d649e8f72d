"""The one place below the roof that reads the clock; everything else is handed the time."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.parsing.dates import utc


def now() -> str:
    """The present time as the store writes it."""
    return utc(datetime.now(UTC))
