"""What sites said in their robots.txt."""

from __future__ import annotations

import sqlite3

from crawler.parsing.texts import storable
from crawler.types import RobotsFile


class Sites:
    """The `robots` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def save(self, robots: RobotsFile) -> None:
        """Write what a site answered, in place of its earlier answer."""
        self._connection.execute(
            """
            INSERT INTO robots (site, fetched_at, rules) VALUES (?, ?, ?)
            ON CONFLICT (site) DO UPDATE SET fetched_at = excluded.fetched_at,
              rules = excluded.rules
            """,
            (robots.site, robots.at, None if robots.rules is None else storable(robots.rules)),
        )

    def robots(self, site: str) -> RobotsFile | None:
        """What a site answered last; None when it was never asked."""
        row = self._connection.execute("SELECT * FROM robots WHERE site = ?", (site,)).fetchone()
        if row is None:
            return None
        return RobotsFile(site=row["site"], rules=row["rules"], at=row["fetched_at"])
