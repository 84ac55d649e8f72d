"""Counts of shingles: what is common among all texts, and the furniture of each outlet."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Count(NamedTuple):
    """How many texts were counted, and their packed form."""

    texts: int
    packed: bytes


class Counts:
    """The `common_shingles` and `furniture` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def common(self) -> Count | None:
        """Count of shingles over all outlets; None before the first."""
        row = self._connection.execute("SELECT texts, counts FROM common_shingles").fetchone()
        return Count(*row) if row else None

    def save_common(self, counts: Count) -> None:
        """Keep the counts of shingles over all outlets."""
        self._connection.execute(
            """
            INSERT INTO common_shingles (id, texts, counts) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET texts = excluded.texts, counts = excluded.counts
            """,
            counts,
        )

    def furniture(self, outlet: int) -> Count | None:
        """Count of what an outlet repeats; None before its first article."""
        row = self._connection.execute(
            "SELECT texts, counts FROM furniture WHERE outlet = ?", (outlet,)
        ).fetchone()
        return Count(*row) if row else None

    def save_furniture(self, outlet: int, counts: Count) -> None:
        """Keep the counts of what an outlet repeats."""
        self._connection.execute(
            """
            INSERT INTO furniture (outlet, texts, counts) VALUES (?, ?, ?)
            ON CONFLICT (outlet) DO UPDATE SET texts = excluded.texts, counts = excluded.counts
            """,
            (outlet, *counts),
        )

    def forget(self) -> None:
        """Drop all counts, to learn them anew."""
        self._connection.execute("DELETE FROM common_shingles")
        self._connection.execute("DELETE FROM furniture")
