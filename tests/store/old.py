"""Files as earlier versions left them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

SCHEMAS = Path(__file__).parents[1] / "golden" / "schemas"


def old_store(file: Path, version: int, statements: Iterable[str] = ()) -> None:
    """Make a file of an earlier schema, and run statements on it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript((SCHEMAS / f"{version:02d}.sql").read_text(encoding="utf-8"))
        for statement in statements:
            connection.execute(statement)
