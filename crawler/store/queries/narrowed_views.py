"""A view over a part of what it reads: its own words, with one table in them narrowed down.

SQLite computes a view such as `copy_network` from all rows before it looks at a condition on the
outcome; the condition has to stand further in.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from typing import NamedTuple

from crawler.store.queries.passing import Passing, passing
from crawler.types import ArticleFilter


class Narrowed(NamedTuple):
    """What a question reads from, and the values that are bound in it."""

    source: str
    values: dict[str, object]


def view_over(connection: sqlite3.Connection, view: str, table: str, rows: str) -> str:
    """The view as a subquery in which `rows`, a query, stands in the place of `table`."""
    (sql,) = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", (view,)
    ).fetchone()
    query = sql[sql.index("SELECT") :]
    within, found = re.subn(
        rf"\b(FROM|JOIN) {table}\b( \w+)?(?: INDEXED BY \w+)?",  # a subquery has no index
        lambda match: f"{match[1]} ({rows}){match[2] or ''}",
        query,
        count=1,
    )
    assert found, f"{view} does not read {table}"
    return f"({within})"


def pairs_of(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """`copy_pairs` of the articles that pass: both of a pair.

    Where the filter names one outlet only, the other article may be of any: all it shares.
    """
    among = passing(connection, wanted)
    if among.all:
        return Narrowed("copy_pairs", {})
    rows = copies_among(connection, among)
    return Narrowed(view_over(connection, "copy_pairs", "copies", rows), among.values)


def copies_among(connection: sqlite3.Connection, among: Passing) -> str:
    """Rows of `copies` whose articles pass, as `pairs_of` says.

    The unary plus keeps SQLite from looking up every pair that two lists can make.
    """
    # Looked for once, used twice.
    passes = f"WITH passes (article) AS MATERIALIZED ({among.numbers})"
    one = "SELECT article FROM passes"
    if len(among.wanted.outlet) != 1:
        return f"{passes} SELECT * FROM copies WHERE a IN ({one}) AND +b IN ({one})"
    of_any = passing(connection, replace(among.wanted, outlet=()))
    other = "1" if of_any.all else f"+{{}} IN ({of_any.numbers})"
    return (
        f"{passes} SELECT * FROM copies WHERE a IN ({one}) AND {other.format('b')} "
        f"UNION SELECT * FROM copies WHERE b IN ({one}) AND {other.format('a')}"
    )


def network_of(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """`copy_network` of the pairs that `pairs_of` gives."""
    pairs = pairs_of(connection, wanted)
    if not pairs.values:
        return Narrowed("copy_network", {})
    rows = f"SELECT * FROM {pairs.source}"
    return Narrowed(view_over(connection, "copy_network", "copy_pairs", rows), pairs.values)
