"""Putting right whatever in a file differs from `schema.sql`.

New tables are made, new columns are added at the end, views, indexes and triggers are made again.
Columns, indexes, views, triggers and tables of the user's own stay.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from crawler.errors import SchemaRefused
from crawler.store.file.conflicts import refuse_conflicts
from crawler.store.file.connection import quoted
from crawler.store.file.migration_steps import Step
from crawler.store.file.schema import (
    INDEXES,
    Object,
    present_objects,
    table_columns,
    table_layout,
    wanted_objects,
    wanted_tables,
)
from crawler.store.file.table_definitions import TableDefinition, parse_table

_REMADE = frozenset({"copies"})
"""Findings whose rows are dropped where a new column has no value for them: the next
`group --rebuild` makes them again."""


def conform(connection: sqlite3.Connection, path: Path | str, taken: Sequence[Step]) -> None:
    """Give a file of an earlier version, or one that somebody rewrote, the schema of today.

    Raises SchemaRefused before anything is changed where the user's own tables stand in the way.
    """
    refuse_conflicts(connection, path, taken)
    for step in taken:
        _rename(connection, path, step)
    for name in (name for step in taken for name in step.dropped):
        connection.execute(f"DROP INDEX IF EXISTS {name}")
    before = present_objects(connection)
    _drop_outdated(connection, before)
    values = {name: value for step in taken for name, value in step.columns.items()}
    for name, wanted in wanted_tables().items():
        if name in before:
            try:
                _conform_table(connection, name, wanted, values)
            except sqlite3.IntegrityError as error:
                raise SchemaRefused(
                    path, f"its table {name} holds rows that this version cannot: {error}"
                ) from error
    make_missing(connection)
    _fill_search(connection, before)


def make_missing(connection: sqlite3.Connection) -> None:
    """Make what `schema.sql` has and the file has not: all of it in a new file."""
    present = present_objects(connection)
    for name, wanted in wanted_objects().items():
        if name not in present:
            connection.execute(wanted.sql)


def _rename(connection: sqlite3.Connection, path: Path | str, step: Step) -> None:
    """Give tables, columns and words of an older file their names of today.

    SQLite rewrites views and triggers that read them, the user's own included, and refuses when one
    of these does not work.
    """
    connection.execute("PRAGMA legacy_alter_table = OFF")
    try:
        for old, new in step.renamed.items():
            table, _, column = old.partition(".")
            if table not in present_objects(connection):
                continue  # a step before this one would have made it
            if not column:
                connection.execute(f"ALTER TABLE {table} RENAME TO {new}")
            elif column in table_columns(connection, table):
                to = new.partition(".")[2]
                connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO {to}")
    except sqlite3.OperationalError as error:
        raise SchemaRefused(
            path, f"{old} cannot be renamed to {new} ({error}); mend or drop what stands in the way"
        ) from error
    finally:
        connection.execute("PRAGMA legacy_alter_table = ON")
    # The table still has the check of its older definition.
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for name, words in step.values.items():
        table, _, column = name.partition(".")
        for old, new in words.items():
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
    connection.execute("PRAGMA ignore_check_constraints = OFF")


def _drop_outdated(connection: sqlite3.Connection, before: Mapping[str, Object]) -> None:
    """Drop views, indexes and triggers that are not as `schema.sql` has them."""
    wanted = wanted_objects()
    for name, found in before.items():
        if found.type != "table" and name in wanted and found.sql != wanted[name].sql:
            connection.execute(f"DROP {found.type} {name}")


def _fill_search(connection: sqlite3.Connection, before: Mapping[str, Object]) -> None:
    """Index all articles again, where a trigger that keeps an index in step was missing.

    Whoever rewrites a table drops its triggers.
    """
    for index in INDEXES:
        triggers = [
            name
            for name, found in wanted_objects().items()
            if found.type == "trigger" and found.table == "articles" and index in found.sql
        ]
        if any(name not in before for name in triggers):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")


def _conform_table(
    connection: sqlite3.Connection,
    name: str,
    wanted: TableDefinition,
    values: Mapping[str, str],
) -> None:
    """Give a table the wanted definition, with the columns that the user added to it."""
    _add_columns(connection, name, wanted, values)
    sql = present_objects(connection)[name].sql
    present, columns = parse_table(sql), list(table_columns(connection, name))
    if wanted.columns.keys() <= set(columns):
        becomes = wanted.holding(present, columns)
        if becomes.sql() == sql:
            return
        if _is_stored_alike(connection, name, becomes):
            _reword(connection, name, becomes.sql())
            return
    own = [column for column in columns if column not in wanted.columns]
    _rebuild(connection, name, wanted.holding(present, [*wanted.columns, *own]), values)


def _add_columns(
    connection: sqlite3.Connection, name: str, wanted: TableDefinition, values: Mapping[str, str]
) -> None:
    """Add the columns that a table lacks; none where one of them takes a rebuild."""
    present = table_columns(connection, name)
    missing = [column for column in wanted.columns if column not in present]
    if not all(_can_be_added(wanted, column) for column in missing):
        return
    for column in missing:
        connection.execute(f"ALTER TABLE {name} ADD COLUMN {wanted.columns[column].sql}")
        if value := values.get(f"{name}.{column}"):
            connection.execute(f"UPDATE {name} SET {column} = {value}")


def _can_be_added(wanted: TableDefinition, column: str) -> bool:
    """Whether ALTER TABLE can add it: a column that may be NULL, or has a default."""
    sql = wanted.columns[column].sql
    return "NOT NULL" not in sql or "DEFAULT" in sql


def _is_stored_alike(connection: sqlite3.Connection, name: str, becomes: TableDefinition) -> bool:
    """Whether a definition leaves the rows of a table as they are stored."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(becomes.sql())
        return table_layout(scratch, name) == table_layout(connection, name)


def _reword(connection: sqlite3.Connection, name: str, sql: str) -> None:
    """Change comments and checks, by the procedure that SQLite documents for what leaves rows alone
    (https://www.sqlite.org/lang_altertable.html, section 8).
    """
    version = connection.execute("PRAGMA schema_version").fetchone()[0]
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql, name)
    )
    connection.execute(f"PRAGMA schema_version = {version + 1}")
    connection.execute("PRAGMA writable_schema = RESET")


def _rebuild(
    connection: sqlite3.Connection,
    name: str,
    becomes: TableDefinition,
    values: Mapping[str, str],
) -> None:
    """Copy a table whose rows must be stored otherwise, with what the user hung on it."""
    hung = [
        found.sql
        for other, found in present_objects(connection).items()
        if found.table == name and other != name
    ]
    sequence = connection.execute(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)
    ).fetchone()
    old = f"newsloom_old_{name}"
    connection.execute(f"ALTER TABLE {name} RENAME TO {old}")
    connection.execute(becomes.sql())
    _copy_rows(connection, old, name, becomes, values)
    connection.execute(f"DROP TABLE {old}")
    if sequence is not None:
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, sequence[0]))
    for sql in hung:
        connection.execute(sql)


def _copy_rows(
    connection: sqlite3.Connection,
    old: str,
    name: str,
    becomes: TableDefinition,
    values: Mapping[str, str],
) -> None:
    """Copy the rows of `old`; none where a column has no value for them and findings are remade."""
    present = table_columns(connection, old)
    taken = {
        column: present.get(column, values.get(f"{name}.{column}", ""))
        for column in table_columns(connection, name)
    }
    unknown = [column for column, value in taken.items() if not value]
    if name in _REMADE and not all(_can_be_added(becomes, column) for column in unknown):
        return
    into = [column for column, value in taken.items() if value]
    connection.execute(
        f"INSERT INTO {name} ({', '.join(map(quoted, into))}) "
        f"SELECT {', '.join(taken[column] for column in into)} FROM {old} AS {name}"
    )
