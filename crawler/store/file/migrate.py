"""Bringing a file to today's schema, which is `schema.sql`.

A new file is made from that text; an older one is made to conform to it. Either is one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.store.file.conform_schema import conform, make_missing
from crawler.store.file.connection import APPLICATION_ID, transaction
from crawler.store.file.migration_steps import STEPS, VERSION
from crawler.store.file.schema import departures, present_objects


def migrate(connection: sqlite3.Connection, path: Path | str, *, repair: bool = False) -> list[str]:
    """Bring a file up to date; names of the steps taken, in order.

    With `repair` also a file of today's version, where somebody rewrote a table or dropped a view;
    names of what was put right.
    Raises SchemaRefused before anything is changed where the user's own tables stand in the way.
    """
    current = connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
    wrong = departures(connection) if current and repair else []
    if current and not wrong:
        return []
    with _tables_can_be_remade(connection), transaction(connection):
        taken = _take_steps(connection, path)
    return taken or wrong


@contextmanager
def _tables_can_be_remade(connection: sqlite3.Connection) -> Iterator[None]:
    """Lets a table be renamed and made again under its old name, which references go on naming.

    Neither pragma can be changed inside a transaction.
    """
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA legacy_alter_table = ON")
    try:
        yield
    finally:
        connection.execute("PRAGMA legacy_alter_table = OFF")
        connection.execute("PRAGMA foreign_keys = ON")


def _take_steps(connection: sqlite3.Connection, path: Path | str) -> list[str]:
    from sqlite_utils import Database, Migrations

    steps = Migrations("newsloom")
    for step in STEPS:
        steps(name=step.name)(lambda database, step=step: step.then and step.then(database.conn))
    database = Database(connection)
    taken = [step.name for step in steps.pending(database)]
    if present_objects(connection):
        conform(connection, path, [step for step in STEPS if step.name in taken])
    else:
        make_missing(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    steps.apply(database)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    return taken
