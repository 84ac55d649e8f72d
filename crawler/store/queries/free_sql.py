"""SQL that somebody else wrote: one SELECT, which can read this file and do nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from crawler.errors import UsageError
from crawler.output.visible import one_line
from crawler.store.file.connection import quoted

LONGEST = 20_000_000
"""Bytes of a value: more than any text of the store takes; a query cannot make gigabytes of one."""
LONGEST_QUERY = 20_000
"""Bytes of a query."""
_READS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION}
)
_TELLS = frozenset({"table_info", "table_xinfo", "data_version"})
"""Pragmas that change nothing; full-text search asks for the last."""
_SECRET = ("schemes", "seed")
"""Column that a query finds empty: the owner of the file alone may know it."""
_LOADS = frozenset({"load_extension", "fts3_tokenizer"})
_FUNCTIONS_WITH_ROWS = ("json_each", "json_tree", "pragma_table_info", "pragma_table_xinfo")
_REFUSED = {
    sqlite3.SQLITE_ATTACH: "it attaches another file",
    sqlite3.SQLITE_DETACH: "it detaches a file",
    sqlite3.SQLITE_PRAGMA: "it uses a PRAGMA",
    sqlite3.SQLITE_TRANSACTION: "it begins or ends a transaction",
    sqlite3.SQLITE_FUNCTION: "it uses a function that loads code",
}
_NOT_UNDERSTOOD = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE})

Value = str | int | float | None


class Selected(NamedTuple):
    """What a query gives."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    """a BLOB as `<5 bytes>`"""
    more: bool
    """whether there are further rows"""


class FreeSql:
    """Runs queries of others; `Store.within` bounds their time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def select(self, query: str, *, limit: int) -> Selected:
        """The first rows of a query.

        Raises UsageError for what does anything but read, or cannot be understood.
        """
        refused: list[str] = []
        with self._reading_only(refused), _explained(refused):
            cursor = self._connection.execute(query)
            if cursor.description is None:
                raise UsageError("there is no query; write one SELECT")
            columns = tuple(column for column, *_ in cursor.description)
            rows = [tuple(map(_value, row)) for row in cursor.fetchmany(limit + 1)]
        return Selected(columns, rows[:limit], more=len(rows) > limit)

    @contextmanager
    def _reading_only(self, refused: list[str]) -> Iterator[None]:
        """Let nothing but reading be prepared; `refused` gets what was asked for beyond that."""

        def may(action: int, one: str | None, two: str | None, *_: str | None) -> int:
            if action == sqlite3.SQLITE_READ and (one, two) == _SECRET:
                return sqlite3.SQLITE_IGNORE
            pragma = action == sqlite3.SQLITE_PRAGMA and one in _TELLS
            loads = action == sqlite3.SQLITE_FUNCTION and two in _LOADS
            if pragma or (action in _READS and not loads):
                return sqlite3.SQLITE_OK
            refused.append(_REFUSED.get(action, "it writes"))
            return sqlite3.SQLITE_DENY

        self._open_virtual_tables()
        limits = {
            sqlite3.SQLITE_LIMIT_LENGTH: LONGEST,
            sqlite3.SQLITE_LIMIT_SQL_LENGTH: LONGEST_QUERY,
        }
        before = {kind: self._connection.setlimit(kind, most) for kind, most in limits.items()}
        self._connection.set_authorizer(may)
        try:
            yield
        finally:
            self._connection.set_authorizer(None)
            for kind, most in before.items():
                self._connection.setlimit(kind, most)

    def _open_virtual_tables(self) -> None:
        """Have SQLite declare them now: for that it creates a table, which is refused later."""
        rows = self._connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'"
        )
        for name in (*(row[0] for row in rows.fetchall()), *_FUNCTIONS_WITH_ROWS):
            self._connection.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 0")


@contextmanager
def _explained(refused: list[str]) -> Iterator[None]:
    """What SQLite says of a query, as a sentence for whoever wrote it."""
    try:
        yield
    except sqlite3.Error as error:
        if refused:
            raise UsageError(
                f"this query is refused, because {refused[0]}; write one SELECT that reads the "
                "store's own tables and views"
            ) from error
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_TOOBIG:
            raise UsageError(
                f"this query makes a value of over {LONGEST:,} bytes; ask for less"
            ) from error
        if code in _NOT_UNDERSTOOD:
            raise UsageError(
                f"SQLite cannot run this query ({one_line(str(error)).rstrip('.')}); the codebook "
                "lists tables, views and their columns"
            ) from error
        raise


def _value(value: str | float | bytes | None) -> Value:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else value
