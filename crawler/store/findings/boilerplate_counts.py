"""Counts of what repeats: shingles common among all texts, shingles and lines of an outlet."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import NamedTuple


class Count(NamedTuple):
    """How many texts were counted, and their packed form."""

    texts: int
    packed: bytes


MAX_LINES = 2_000
"""Lines of an outlet beyond which those that were met once are forgotten (Manku and Motwani's
lossy counting): boilerplate comes again."""


class BoilerplateCounts:
    """The `common_shingles`, `outlet_boilerplate` and `outlet_lines` of the file."""

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

    def of_outlet(self, outlet: int) -> Count | None:
        """Count of what an outlet repeats; None before its first article."""
        row = self._connection.execute(
            "SELECT texts, counts FROM outlet_boilerplate WHERE outlet = ?", (outlet,)
        ).fetchone()
        return Count(*row) if row else None

    def save_of_outlet(self, outlet: int, counts: Count) -> None:
        """Keep the counts of what an outlet repeats."""
        self._connection.execute(
            """
            INSERT INTO outlet_boilerplate (outlet, texts, counts) VALUES (?, ?, ?)
            ON CONFLICT (outlet) DO UPDATE SET texts = excluded.texts, counts = excluded.counts
            """,
            (outlet, *counts),
        )

    def count_lines(self, outlet: int, lines: Collection[str]) -> None:
        """Count these lines of one text, each once."""
        self._connection.executemany(
            """
            INSERT INTO outlet_lines (outlet, line, texts) VALUES (?, ?, 1)
            ON CONFLICT (outlet, line) DO UPDATE SET texts = texts + 1
            """,
            [(outlet, line) for line in lines],
        )

    def forget_rare_lines(self, outlet: int) -> None:
        """Drop the lines that an outlet was met with once, when it has too many."""
        self._connection.execute(
            """
            DELETE FROM outlet_lines WHERE outlet = :outlet AND texts = 1
              AND (SELECT count(*) FROM outlet_lines WHERE outlet = :outlet) > :most
            """,
            {"outlet": outlet, "most": MAX_LINES},
        )

    def forget(self) -> None:
        """Drop all counts, so that they are learned again."""
        self._connection.execute("DELETE FROM outlet_lines")
        self._connection.execute("DELETE FROM common_shingles")
        self._connection.execute("DELETE FROM outlet_boilerplate")
