"""SQL for rows of another file, attached as `other`, in the numbers that this file has for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crawler.store.file.connection import quoted

OUTLET = "(SELECT m.id FROM outlets m JOIN other.outlets x ON x.slug = m.slug WHERE x.id = {})"
SOURCE = "(SELECT m.id FROM sources m JOIN other.sources x ON x.url = m.url WHERE x.id = {})"
RUN = "(SELECT ours FROM run_of WHERE theirs = {})"
PAGE = "(SELECT m.id FROM pages m JOIN other.pages x ON x.url = m.url WHERE x.id = {})"


def common_columns(
    connection: sqlite3.Connection, table: str, *, without: tuple[str, ...] = ()
) -> list[str]:
    """Names, quoted, of the columns that both files have: users add some of their own."""
    rows = connection.execute(
        "SELECT name FROM pragma_table_info(:table, 'main') WHERE name IN "
        "(SELECT name FROM pragma_table_info(:table, 'other'))",
        {"table": table},
    )
    return [quoted(row[0]) for row in rows if row[0] not in ("id", *without)]


def of(table: str, columns: Iterable[str]) -> str:
    """Columns of a table, for a SELECT."""
    return ", ".join(f"{table}.{column}" for column in columns)
