"""What each outlet took of this machine, by day, and which quota it met."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Spent(NamedTuple):
    """What an outlet took in one day."""

    articles: int = 0
    bytes: int = 0
    parser_seconds: float = 0.0


class HeldPages(NamedTuple):
    """Pages of an outlet that wait, and why."""

    outlet: str
    reason: str
    detail: str
    """the quota that was met; of a reader's own access, what is wrong with it"""
    pages: int


class Usage:
    """The `outlet_usage` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, outlet: int, day: str) -> Spent:
        """What an outlet took on a day (`2022-01-05`)."""
        row = self._connection.execute(
            "SELECT articles, bytes, parser_seconds FROM outlet_usage WHERE outlet = ? AND day = ?",
            (outlet, day),
        ).fetchone()
        return Spent(*row) if row else Spent()

    def save(self, outlet: int, day: str, spent: Spent, *, met: str | None) -> None:
        """Write what an outlet took on a day, all in all."""
        self._connection.execute(
            """
            INSERT OR REPLACE INTO outlet_usage
              (outlet, day, articles, bytes, parser_seconds, met) VALUES (?, ?, ?, ?, ?, ?)
            """,
            (outlet, day, *spent, met),
        )

    def held(self) -> list[HeldPages]:
        """Outlets with pages that wait for a new day (quota) or run (stalled), or for access."""
        rows = self._connection.execute(
            """
            SELECT o.slug AS outlet, p.reason, p.detail, count(*) AS pages
            FROM pages p JOIN outlets o ON o.id = p.outlet
            WHERE p.reason IN ('quota', 'stalled', 'access-expired', 'no-access')
              AND p.state = 'pending'
            GROUP BY o.id, p.reason, p.detail ORDER BY pages DESC, o.slug
            """
        )
        return [HeldPages(*row) for row in rows]
