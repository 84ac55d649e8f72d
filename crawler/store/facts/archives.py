"""How far archives were read, so that what was cut off goes on from there."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple


class Reached(NamedTuple):
    """How far the answer of an index of captures was read."""

    place: str | None
    """the part of it that is read next; empty: the first; None: it was read to its end"""
    read: int
    """captures of that part that were read"""
    of: int
    """captures that the part had"""


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
        self._write(_name(file), size, read_to, at)

    def reached(self, query: str) -> Reached:
        """How far the answer to a query was read; the address of a query holds no space."""
        row = self._connection.execute(
            "SELECT file, bytes, read_to FROM archives WHERE substr(file, 1, ?) = ?",
            (len(query) + 1, f"{query} "),
        ).fetchone()
        if row is None:
            return Reached("", 0, 0)
        place = row["file"][len(query) + 1 :]
        return Reached(None if place == _END else place, row["read_to"], row["bytes"])

    def reach(self, query: str, place: str | None, *, read: int, of: int, at: str) -> None:
        """A part of the answer to a query was read so far; of a place None, all of it."""
        name = f"{query} {_END if place is None else place}"
        # One row a query. Its place stands in its name, and captures are counted for bytes.
        self._connection.execute(
            "DELETE FROM archives WHERE substr(file, 1, ?) = ? AND file <> ?",
            (len(query) + 1, f"{query} ", name),
        )
        self._write(name, of, read, at)

    def _write(self, name: str, size: int, read_to: int, at: str) -> None:
        self._connection.execute(
            """
            INSERT INTO archives (file, bytes, read_to, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (file) DO UPDATE SET bytes = excluded.bytes, read_to = excluded.read_to,
              at = excluded.at
            """,
            (name, size, read_to, at),
        )


_END = "(end)"
"""No index names a part so."""


def _name(file: Path) -> str:
    """A file's full name as text, which its bytes need not be."""
    return os.fsencode(file.resolve()).decode("utf-8", "backslashreplace")
