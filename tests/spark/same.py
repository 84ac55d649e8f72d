"""Whether two stores hold the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any


def table(db: Path, name: str, without: Collection[str] = ()) -> list[tuple[Any, ...]]:
    """The rows of a table, in an order of their own."""
    with closing(sqlite3.connect(db)) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
        kept = ", ".join(column for column in columns if column not in without)
        return sorted(connection.execute(f"SELECT {kept} FROM {name}"), key=repr)
