"""The schema of today, which is `schema.sql`, and the schema that a file has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from importlib import resources
from typing import NamedTuple

from crawler.store.file.connection import quoted
from crawler.store.file.table_definitions import TableDefinition, parse_table

INDEXES = ("articles_fts", "article_parts")
"""The full-text indexes; SQLite keeps tables of its own for each."""
_VIRTUAL = frozenset({*INDEXES, "part_terms"})


class Object(NamedTuple):
    """A row of `sqlite_schema`."""

    type: str
    table: str
    sql: str


def script() -> str:
    """The text of today's schema."""
    return resources.files("crawler.store.file").joinpath("schema.sql").read_text("utf-8")


def statements(text: str) -> list[str]:
    """Single statements of a script, comments inside them kept; `executescript` would commit."""
    found, current = [], ""
    for line in text.splitlines(keepends=True):
        if current or (line.strip() and not line.startswith("--")):
            current += line
        if current and sqlite3.complete_statement(current):
            found.append(current.strip().removesuffix(";"))
            current = ""
    return found


@cache
def wanted_objects() -> Mapping[str, Object]:
    """What `schema.sql` makes, by name, in its order."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        for statement in statements(script()):
            scratch.execute(statement)
        return present_objects(scratch)


@cache
def wanted_tables() -> Mapping[str, TableDefinition]:
    """The tables that `schema.sql` makes, by name, in its order, without the virtual ones."""
    return {
        name: parse_table(found.sql)
        for name, found in wanted_objects().items()
        if found.type == "table" and name not in _VIRTUAL
    }


def present_objects(connection: sqlite3.Connection) -> dict[str, Object]:
    """What a file has, by name, in the order in which it was made."""
    rows = connection.execute(
        """
        SELECT name, type, tbl_name, sql FROM sqlite_schema
        WHERE sql IS NOT NULL AND tbl_name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '_sqlite_*'
          AND name NOT GLOB ? AND name NOT GLOB ? ORDER BY rowid
        """,
        tuple(f"{index}_*" for index in INDEXES),
    )
    return {row[0]: Object(*row[1:]) for row in rows}


def departures(connection: sqlite3.Connection) -> list[str]:
    """Names of tables, views, indexes and triggers that are not as `schema.sql` has them."""
    present = present_objects(connection)
    return [
        name
        for name, wanted in wanted_objects().items()
        if name not in present or not _same(wanted, present[name])
    ]


def table_columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Columns of a table in the order in which rows store them; those that can be copied with the
    SQL that reads them, those that SQLite computes with none.
    """
    rows = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,))
    return {name: "" if hidden else quoted(name) for name, hidden in rows}


def table_layout(connection: sqlite3.Connection, table: str) -> object:
    """What decides how rows and indexes of a table are stored, and what its values may be."""

    def rows(question: str, name: str) -> Iterable[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(question, (name,))]

    indexes = rows("SELECT name FROM pragma_index_list(?) WHERE origin <> 'c' ORDER BY name", table)
    return (
        rows("SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?", table),
        rows(
            'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', table
        ),
        [
            rows('SELECT cid, name, "desc", coll, key FROM pragma_index_xinfo(?)', str(index))
            for (index,) in indexes
        ],
    )


def _same(wanted: Object, present: Object) -> bool:
    """Whether what is ours of an object is as it should be.

    A table may have more columns; to add one may part the comment of the last from its column.
    """
    if not wanted.sql.startswith("CREATE TABLE"):
        return wanted.sql == present.sql
    ours, theirs = (_sql_only(parse_table(found.sql)) for found in (wanted, present))
    return ours[0] == theirs[0] and ours[1] <= theirs[1]


def _sql_only(table: TableDefinition) -> tuple[tuple[str, str], set[str]]:
    entries = (*table.columns.values(), *table.constraints)
    return (table.head, table.tail), {entry.sql for entry in entries}
