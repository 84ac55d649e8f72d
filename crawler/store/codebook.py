"""The codebook: what each table, view and column holds, as the schema's own comments say."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table or view."""

    name: str
    type: str
    """TEXT, INTEGER, REAL or BLOB; empty for what a view computes"""
    comment: str


class Described(NamedTuple):
    """A table or a view."""

    name: str
    kind: str
    """table or view"""
    comment: str
    columns: tuple[Column, ...]


class Codebook:
    """Reads the comments that SQLite keeps with the schema."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def version(self) -> int:
        """Version of the schema."""
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def names(self) -> list[str]:
        """Views, which are made for people, then tables; each in the order of the alphabet."""
        rows = self._connection.execute(
            """
            SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND sql LIKE '% -- %'
            ORDER BY type = 'table', name
            """
        )
        return [row[0] for row in rows]

    def describe(self, name: str) -> Described | None:
        """One table or view, or None when there is none of that name."""
        row = self._connection.execute(
            "SELECT type, sql FROM sqlite_schema WHERE name = ? AND type IN ('table', 'view')",
            (name,),
        ).fetchone()
        if row is None or " -- " not in row[1]:
            return None
        kind, sql = row
        return Described(
            name=name,
            kind=kind,
            comment=sql.partition(" -- ")[2].partition("\n")[0],
            columns=tuple(self._columns(name, sql)),
        )

    def _columns(self, name: str, sql: str) -> Iterator[Column]:
        for row in self._connection.execute("SELECT name, type FROM pragma_table_info(?)", (name,)):
            column, type_ = row
            # `name TYPE, -- says` in a table; `expression AS name, -- says` in a view.
            line = re.search(
                rf"^(?:  {column} [A-Z].*|.*\bAS {column},?|  (?:\w\.)?{column},?) -- (.+)$",
                sql.partition("\n")[2],
                re.MULTILINE,
            )
            said = line[1] if line else ""
            allowed = re.search(
                rf"^  {column} .*CHECK \({column} IN \('(.*?)'\)\)", sql, re.MULTILINE
            )
            if allowed:
                said += "; one of " + allowed[1].replace("', '", ", ")
            yield Column(column, type_, said)
