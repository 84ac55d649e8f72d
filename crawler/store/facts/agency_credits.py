"""Which agencies articles carry, as their pages say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crawler.types import Credit


class Credits:
    """The `credits` of the file that pages state; `CopyCredits` has those found by comparing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def save(self, article: int, credits_: Iterable[Credit]) -> None:
        """Write what an article's page says, in place of what it said before."""
        self._connection.execute(
            "DELETE FROM credits WHERE article = ? AND via <> 'copy'", (article,)
        )
        self._connection.executemany(
            """
            INSERT OR IGNORE INTO credits (article, agency, via, evidence, confidence)
            VALUES (?, ?, ?, ?, ?)
            """,
            [(article, c.agency, c.via, c.evidence, c.confidence) for c in credits_],
        )
