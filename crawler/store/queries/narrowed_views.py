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


def stars_of(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """`star_pairs` as if there were only the articles that pass.

    Where the filter names one outlet only: its part of the stars of all outlets.
    """
    among = passing(connection, wanted)
    if among.all:
        return Narrowed("star_pairs", {})
    if len(wanted.outlet) != 1:
        held = f"SELECT * FROM memberships WHERE article IN ({among.numbers})"
        return Narrowed(view_over(connection, "star_pairs", "memberships", held), among.values)
    of_any = passing(connection, replace(wanted, outlet=()))
    texts = f"SELECT copy_group FROM memberships WHERE article IN ({among.numbers})"
    # The unary plus, as above: texts are looked up, and their few articles checked.
    other = "1" if of_any.all else f"+article IN ({of_any.numbers})"
    held = f"SELECT * FROM memberships WHERE copy_group IN ({texts}) AND {other}"
    stars = view_over(connection, "star_pairs", "memberships", held)
    one = "(SELECT value FROM json_each(:outlet))"
    return Narrowed(f"(SELECT * FROM {stars} WHERE {one} IN (earlier, later))", among.values)


def network_of(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """`star_network` of the stars that `stars_of` gives."""
    return _edges("star_network", "star_pairs", connection, stars_of(connection, wanted))


def pair_network_of(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """`copy_network` of the pairs that `pairs_of` gives."""
    return _edges("copy_network", "copy_pairs", connection, pairs_of(connection, wanted))


def _edges(view: str, counted: str, connection: sqlite3.Connection, rows: Narrowed) -> Narrowed:
    if not rows.values:
        return Narrowed(view, {})
    source = view_over(connection, view, counted, f"SELECT * FROM {rows.source}")
    return Narrowed(source, rows.values)
