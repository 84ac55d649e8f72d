"""How far archives were read, so that an import that was cut off goes on from there."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


class Archives:
    """The `archives` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def place(self, file: Path, size: int) -> int:
        """Bytes of a file that were read; 0 for a new one, or one that has another size now."""
        row = self._connection.execute(
            "SELECT read_to FROM archives WHERE file = ? AND bytes = ?", (_name(file), size)
        ).fetchone()
        return int(row["read_to"]) if row else 0

    def note(self, file: Path, size: int, read_to: int, *, at: str) -> None:
        """A file was read up to a place."""
        self._connection.execute(
            """
            INSERT INTO archives (file, bytes, read_to, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (file) DO UPDATE SET bytes = excluded.bytes, read_to = excluded.read_to,
              at = excluded.at
            """,
            (_name(file), size, read_to, at),
        )


def _name(file: Path) -> str:
    """A file's full name as text, which its bytes need not be."""
    return os.fsencode(file.resolve()).decode("utf-8", "backslashreplace")
