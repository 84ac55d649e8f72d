"""The codebook: what each table, view and column holds, as the schema's own comments say."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from crawler.store.file.table_definitions import Entry, parse_table


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
            columns=tuple(self._table(name, sql) if kind == "table" else self._view(name, sql)),
        )

    def _table(self, name: str, sql: str) -> Iterator[Column]:
        known = parse_table(sql).columns
        for column, type_ in self._columns(name):
            entry = known.get(column, Entry(column, "", ""))  # a virtual table has no such list
            allowed = re.search(r"CHECK \(\w+ IN \('(.*?)'\)\)", entry.sql)
            one_of = "; one of " + allowed[1].replace("', '", ", ") if allowed else ""
            yield Column(column, type_, entry.comment + one_of)

    def _view(self, name: str, sql: str) -> Iterator[Column]:
        for column, type_ in self._columns(name):
            # `expression AS name, -- says`, or only `name, -- says`.
            line = re.search(
                rf"^(?:.*\bAS {re.escape(column)},?|  (?:\w\.)?{re.escape(column)},?) -- (.+)$",
                sql.partition("\n")[2],
                re.MULTILINE,
            )
            yield Column(column, type_, line[1] if line else "")

    def _columns(self, name: str) -> Iterator[tuple[str, str]]:
        yield from self._connection.execute("SELECT name, type FROM pragma_table_info(?)", (name,))
