"""Runs: who wrote to the file, when, and how it ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from crawler.release import __version__


class OpenRun(NamedTuple):
    """A run that has not ended."""

    id: int
    pid: int
    command: str
    started_at: str


class Runs:
    """The `runs` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def open(self, command: str, *, now: str, pid: int) -> int:
        """Begin a run; its number."""
        cursor = self._connection.execute(
            "INSERT INTO runs (command, version, pid, started_at) VALUES (?, ?, ?, ?)",
            (command, __version__, pid, now),
        )
        return int(cursor.lastrowid or 0)

    def close(self, run: int, *, now: str, outcome: str, summary: Mapping[str, int]) -> None:
        """End a run: done, partial, failed or interrupted, with the figures it reports."""
        self._connection.execute(
            "UPDATE runs SET ended_at = ?, outcome = ?, summary = ? WHERE id = ?",
            (now, outcome, json.dumps(dict(summary)), run),
        )

    def is_open(self, run: int) -> bool:
        """Whether a run has not ended."""
        row = self._connection.execute("SELECT outcome FROM runs WHERE id = ?", (run,)).fetchone()
        return row["outcome"] is None

    def mark_crashed(self) -> int:
        """Mark runs that never ended; call it with the lock held, so none of them is alive."""
        return self._connection.execute(
            "UPDATE runs SET outcome = 'crashed' WHERE ended_at IS NULL AND outcome IS NULL"
        ).rowcount

    def unfinished(self) -> OpenRun | None:
        """The run that seems to be going on."""
        row = self._connection.execute(
            """
            SELECT id, pid, command, started_at FROM runs
            WHERE ended_at IS NULL AND outcome IS NULL ORDER BY id DESC LIMIT 1
            """
        ).fetchone()
        return OpenRun(*row) if row else None
