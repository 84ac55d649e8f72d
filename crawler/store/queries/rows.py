"""Rows as values: a question is asked together with the type that its answer has."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, TypeVar

Values = Sequence[object] | Mapping[str, object]
"""What is bound to the places of a question."""


R = TypeVar("R", bound=NamedTuple)
"""A type of row; its fields are the columns of its question, in their order."""


def all_rows(
    connection: sqlite3.Connection,
    kind: type[R],
    question: str,
    values: Values = (),
    *,
    lists: Collection[str] = (),
) -> list[R]:
    """The answer to a question; the columns in `lists` hold JSON arrays, which become tuples.

    Raises TypeError when the columns are not the fields of `kind`.
    """
    cursor = connection.execute(question, values)
    columns = tuple(column for column, *_ in cursor.description)
    if columns != kind._fields:
        raise TypeError(f"{kind.__name__} has the fields {kind._fields}, the question {columns}")
    rows = [kind._make(row) for row in cursor]
    return [with_lists(row, lists) for row in rows] if lists else rows


def one_row(
    connection: sqlite3.Connection,
    kind: type[R],
    question: str,
    values: Values = (),
    *,
    lists: Collection[str] = (),
) -> R | None:
    """The first row of an answer, or None."""
    found = all_rows(connection, kind, question, values, lists=lists)
    return found[0] if found else None


def with_lists(row: R, lists: Collection[str]) -> R:
    """The row with tuples in the place of the JSON arrays in some of its columns."""
    return row._replace(**{column: tuple(json.loads(getattr(row, column))) for column in lists})
