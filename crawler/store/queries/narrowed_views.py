"""A view over a part of what it reads: its own words, with one table in them narrowed down.

SQLite computes a view such as `copy_network` from all rows before it looks at a condition on the
outcome; the condition has to stand further in.
"""

from __future__ import annotations

import sqlite3


def view_over(connection: sqlite3.Connection, view: str, table: str, rows: str) -> str:
    """The view as a subquery in which `rows`, a query, stands in the place of `table`."""
    (sql,) = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", (view,)
    ).fetchone()
    head, found, rest = sql.partition(f"FROM {table}")
    assert found, f"{view} does not read {table}"
    return f"({head[head.index('SELECT') :]}FROM ({rows}){rest})"


def pairs_among(connection: sqlite3.Connection, articles: str, *, both: bool) -> str:
    """`copy_pairs` of the articles that a query gives: both articles of a pair, or either."""
    of_a, of_b = (f"SELECT * FROM copies WHERE {side} IN ({articles})" for side in "ab")
    rows = f"{of_a} AND b IN ({articles})" if both else f"{of_a} UNION {of_b}"
    return view_over(connection, "copy_pairs", "copies", rows)


def network_over(connection: sqlite3.Connection, pairs: str) -> str:
    """`copy_network` of the pairs that a subquery gives."""
    return view_over(connection, "copy_network", "copy_pairs", f"SELECT * FROM {pairs}")
