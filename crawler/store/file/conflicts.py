"""What of a user's own stands in the way of a new schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

from crawler.errors import SchemaRefused
from crawler.store.file.migration_steps import Step
from crawler.store.file.schema import Object, present_objects, table_columns, wanted_tables
from crawler.store.file.table_definitions import TableDefinition


def refuse_conflicts(
    connection: sqlite3.Connection, path: Path | str, taken: Sequence[Step]
) -> None:
    """Raise SchemaRefused where the file has what is new to it, or lacks what is not."""
    new = {name for step in taken for name in (*step.objects, *step.columns)}
    before = present_objects(connection)
    for name in sorted(before):
        if name.lower() in new:  # SQLite makes no difference of case
            raise SchemaRefused(path, _name_taken(name, before[name]))
    for table, wanted in wanted_tables().items():
        if table in new:
            continue
        if table not in before:
            raise SchemaRefused(path, f"its table {table} is missing; restore it from a backup")
        present = [column.lower() for column in table_columns(connection, table)]
        _refuse_columns(path, table, wanted, present, new)


def _name_taken(name: str, found: Object) -> str:
    mend = (
        f"`ALTER TABLE {name} RENAME TO my_{name}`"
        if found.type == "table"
        else f"drop it and make it again as my_{name}"
    )
    return (
        f"it has its own {found.type} named {name}, a name that this version needs; "
        f"rename yours ({mend})"
    )


def _refuse_columns(
    path: Path | str,
    table: str,
    wanted: TableDefinition,
    present: Collection[str],
    new: Collection[str],
) -> None:
    for column in wanted.columns:
        is_new = f"{table}.{column}" in new
        if is_new and column in present:
            raise SchemaRefused(
                path,
                f"its table {table} has its own column named {column}, a name that this "
                f"version needs; rename yours (`ALTER TABLE {table} RENAME COLUMN {column} TO "
                f"my_{column}`)",
            )
        if not is_new and column not in present:
            raise SchemaRefused(
                path,
                f"its table {table} has no column {column}; rename it back, or restore the "
                "table from a backup",
            )
