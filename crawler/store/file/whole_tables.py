"""Whole tables for a data set: what is in it, rows out in one state of the file, rows in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NamedTuple

from crawler.store.file.connection import quoted
from crawler.store.file.schema import wanted_tables

Row = tuple[Any, ...]

FETCHED = 500
"""Rows that are read at a time."""


class Kind(StrEnum):
    """What a table is, and with that who takes it in."""

    FACTS = "facts"
    """every import takes them in"""
    FINDINGS = "findings"
    """only a new store takes them in, when asked to; `newsloom group` makes them again"""
    SEEDED = "seeded findings"
    """like findings; the secret seed of the store could be computed from them"""


class Table(NamedTuple):
    """A table that a data set holds."""

    name: str
    kind: Kind
    day: str = ""
    """SQL of the time whose day the rows are partitioned by; empty: they are not"""
    filled: tuple[str, ...] = ()
    """columns that triggers fill"""


TABLES = (
    Table("outlets", Kind.FACTS, filled=("articles",)),
    Table("sources", Kind.FACTS),
    Table("runs", Kind.FACTS),
    Table("fetches", Kind.FACTS, day="at"),
    Table("robots", Kind.FACTS),
    Table("archives", Kind.FACTS),
    Table("pages", Kind.FACTS),
    Table("sightings", Kind.FACTS, day="seen_at"),
    Table("articles", Kind.FACTS, day="coalesce(published_at, first_seen_at)"),
    Table("revisions", Kind.FACTS, day="replaced_at"),
    Table("credits", Kind.FACTS),
    Table("outlet_usage", Kind.FACTS),
    Table("topics", Kind.FACTS),
    Table("overrides", Kind.FACTS),
    Table("override_articles", Kind.FACTS),
    Table("settings", Kind.FACTS),
    Table("schemes", Kind.FINDINGS),
    Table("to_group", Kind.FINDINGS),
    Table("signatures", Kind.SEEDED),
    Table("keys", Kind.SEEDED),
    Table("recent_keys", Kind.SEEDED),
    Table("common_shingles", Kind.FINDINGS),
    Table("outlet_boilerplate", Kind.FINDINGS),
    Table("outlet_lines", Kind.FINDINGS),
    Table("copies", Kind.FINDINGS),
    Table("events", Kind.FINDINGS),
    Table("stories", Kind.FINDINGS),
    Table("copy_groups", Kind.FINDINGS),
    Table("memberships", Kind.FINDINGS),  # after copy_groups, of which a trigger reads the story
    Table("story_log", Kind.FINDINGS),
    Table("event_log", Kind.FINDINGS),
    Table("story_terms", Kind.FINDINGS),
    Table("backgrounds", Kind.FINDINGS),
    Table("learned_groups", Kind.FINDINGS),
    Table("embeddings", Kind.FINDINGS),
    Table("embedding_centres", Kind.FINDINGS),
    Table("event_marks", Kind.FINDINGS),
    Table("event_vectors", Kind.FINDINGS),
    Table("event_buckets", Kind.FINDINGS),
    Table("groupings", Kind.FINDINGS),
    Table("partitions", Kind.FINDINGS),
)
"""What a data set holds, in the order in which it is taken in."""
LEFT_OUT: Mapping[str, str] = {
    "watches": "it names the addresses that the owner of the store has messages sent to",
    "watch_events": "a second store would send its messages a second time",
    "outlet_days": "triggers count it again",
    "agency_copy": "it is counted again from what says so",
    "agency_recount": "triggers note it again",
}
"""Tables of the schema that no data set holds, and why."""


class StoredColumn(NamedTuple):
    """A column of a table, as `schema.sql` has it."""

    name: str
    type: str
    """TEXT, INTEGER, REAL or BLOB"""
    has_default: bool
    """whether a row can do without it: it may be NULL, or has a default"""


def stored_columns(table: Table) -> list[StoredColumn]:
    """The columns of a table, in the order of `schema.sql`."""
    entries = wanted_tables()[table.name].columns.items()
    return [
        StoredColumn(name, entry.sql.split()[1], _has_default(entry.sql)) for name, entry in entries
    ]


def _has_default(sql: str) -> bool:
    return "DEFAULT" in sql or not ("NOT NULL" in sql or "PRIMARY KEY" in sql)


class WholeTables:
    """Reads and fills the tables of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """All that is read meanwhile is of one moment, also while a crawl writes."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def count(self, table: Table) -> int:
        """Rows of a table."""
        (count,) = self._connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()
        return int(count)

    def rows(self, table: Table, *, seed: bool) -> Iterator[tuple[str, list[Row]]]:
        """The rows of a table, some at a time, with the day they are of, the days in order.

        The day is empty where the table has none. Columns are those of `schema.sql`, in its order.
        Without the seed, `schemes` is without the row that has it.
        """
        columns = ", ".join(column.name for column in stored_columns(table))
        if not table.day:
            without = "WHERE seed IS NULL" if table.name == "schemes" and not seed else ""
            rows = self._connection.execute(f"SELECT {columns} FROM {table.name} {without}")
            while some := rows.fetchmany(FETCHED):
                yield "", [tuple(row) for row in some]
        elif "WITHOUT ROWID" in wanted_tables()[table.name].tail:
            yield from self._sorted(table, columns)
        else:
            yield from self._by_number(table, columns)

    def numbers_given(self) -> dict[str, int]:
        """The last number that tables gave which never give one twice."""
        return dict(self._connection.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name"))

    # Filling a new file

    @contextmanager
    def filling(self) -> Iterator[None]:
        """For a new file that nobody reads yet: rows may refer to rows that are still to come.

        Not safe against a power cut: whoever fills it brings the whole file to the disk at the end.
        """
        self._connection.execute("PRAGMA foreign_keys = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")

    def leave_out_search(self) -> None:
        """For a file that nobody will search: its articles are not indexed, which takes longest."""
        triggers = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            " AND (sql LIKE '%articles_fts%' OR sql LIKE '%article_parts%')"
        ).fetchall()
        for (name,) in triggers:
            self._connection.execute(f"DROP TRIGGER {quoted(name)}")

    def insert(self, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows, given with the values of these columns."""
        self._connection.executemany(
            f"INSERT INTO {table.name} ({', '.join(columns)})"
            f" VALUES ({', '.join('?' * len(columns))})",
            rows,
        )

    def go_on_numbering(self, given: Mapping[str, int]) -> None:
        """Give no number that was given before, not even one of a row that is gone."""
        for name, last in given.items():
            self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self._connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last))

    def dangling(self, tables: Iterable[Table]) -> str | None:
        """The first of these tables with a row that refers to none, as a sentence; None: none."""
        for table in tables:
            row = self._connection.execute(
                f"SELECT parent FROM pragma_foreign_key_check({quoted(table.name)}) LIMIT 1"
            ).fetchone()
            if row is not None:
                return f"a row of {table.name} refers to a row of {row[0]} that is not there"
        return None

    def _sorted(self, table: Table, columns: str) -> Iterator[tuple[str, list[Row]]]:
        """Rows by day; SQLite sorts them in files of its own."""
        rows = self._connection.execute(
            f"SELECT substr({table.day}, 1, 10) AS of_day, {columns} FROM {table.name}"
            " ORDER BY of_day"
        )
        day, some = "", list[Row]()
        for found, *values in rows:
            if some and (found != day or len(some) >= FETCHED):
                yield day, some
                some = []
            day = found
            some.append(tuple(values))
        if some:
            yield day, some

    def _by_number(self, table: Table, columns: str) -> Iterator[tuple[str, list[Row]]]:
        """Rows by day: only their numbers are sorted, which for texts takes a hundredth."""
        numbers = self._connection.execute(
            f"SELECT substr({table.day}, 1, 10) AS of_day, rowid FROM {table.name}"
            " ORDER BY of_day, rowid"
        )
        day, some = "", list[int]()
        for found, number in numbers:
            if some and (found != day or len(some) >= FETCHED):
                yield day, self._numbered(table, columns, some)
                some = []
            day = found
            some.append(number)
        if some:
            yield day, self._numbered(table, columns, some)

    def _numbered(self, table: Table, columns: str, numbers: list[int]) -> list[Row]:
        rows = self._connection.execute(
            f"SELECT {columns} FROM {table.name}"
            " WHERE rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            (json.dumps(numbers),),
        )
        return [tuple(row) for row in rows]
