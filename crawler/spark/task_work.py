"""What tasks share: a store to work in, Parquet files that are whole, and answers for the driver.

A task that is run again, because its executor died or was slow, writes equal files of equal names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

from crawler.data_set.columns import arrow_schema, arrow_type, require_pyarrow, to_arrow, to_rows
from crawler.data_set.description import FileEntry, TableEntry
from crawler.data_set.write import write_parquet
from crawler.store import Store, open_store
from crawler.store.file.whole_tables import TABLES, Row, Table, stored_columns

ANSWERS = "what string, said string"
"""Columns of what tasks answer: a subject, and JSON."""
BY_NAME = {table.name: table for table in TABLES}
"""The tables of a data set."""
Renumber = Callable[[int], int]


class Answer(NamedTuple):
    """Something that a task has to say to the driver."""

    what: str
    """name of a table, of which it wrote a file; or another subject"""
    said: Any


@contextmanager
def scratch_store() -> Iterator[Store]:
    """An empty store on the disk of the machine, gone after the block; it checks no reference."""
    with TemporaryDirectory(prefix="newsloom-", dir=_scratch_place()) as folder:
        store = open_store(Path(folder) / "scratch.db")
        try:
            store.whole_tables.leave_out_search()
            with store.whole_tables.filling():
                yield store
        finally:
            store.close()


def _scratch_place() -> str | None:
    """A folder that Spark removes, also when the executor is killed; None on the driver."""
    place = os.environ.get("SPARK_LOCAL_DIRS", "").partition(",")[0]
    return place if place and Path(place).is_dir() else None


def insert(store: Store, table: Table, batch: Any) -> None:
    """Add rows of Arrow, in whatever types Spark gives them, to a table of a store."""
    pa = require_pyarrow()
    columns = [c.name for c in stored_columns(table) if c.name not in table.filled]
    every = arrow_schema(pa, table)
    wanted = pa.schema([every.field(name) for name in columns])
    rows = to_rows(pa, batch.select(columns).cast(wanted))
    with store.batch():
        store.whole_tables.insert(table, columns, rows)


def insert_rows(store: Store, table: Table, rows: Iterable[Row]) -> None:
    """Add whole rows of a store to a table of another; within a transaction."""
    columns = [column.name for column in stored_columns(table)]
    store.whole_tables.insert(table, columns, rows)


def write_part(folder: Path, path: str, schema: Any, batches: Iterable[Any]) -> FileEntry:
    """Write a Parquet file that is whole or not there; it replaces one of an earlier try."""
    part = f"{path}.{uuid4().hex}"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        entry = write_parquet(require_pyarrow(), folder, part, schema, batches)
        (folder / part).replace(folder / path)
    finally:
        (folder / part).unlink(missing_ok=True)
    return entry._replace(path=path)


def write_rows(
    store: Store,
    table: Table,
    folder: Path,
    path: str,
    renumbered: Mapping[str, Renumber] | None = None,
) -> FileEntry:
    """Write the rows of a table of a store to one file, with some numbers changed."""
    pa = require_pyarrow()
    schema = arrow_schema(pa, table)
    changes = [
        (place, renumbered[column.name])
        for place, column in enumerate(stored_columns(table))
        if renumbered and column.name in renumbered
    ]
    batches = (
        to_arrow(pa, table, schema, _changed(rows, changes))
        for _, rows in store.whole_tables.rows(table, seed=True)
    )
    return write_part(folder, path, schema, batches)


def filled(batches: Iterable[Any]) -> tuple[Any, Iterator[Any]]:
    """The first batch that has rows, None where there is none, and all that have some."""
    some = (batch for batch in batches if batch.num_rows)
    first = next(some, None)
    return first, chain((first,), some)


def answers(found: Iterable[Answer]) -> Iterator[Any]:
    """What a task has to say, as Arrow."""
    pa = require_pyarrow()
    said = [(one.what, json.dumps(one.said)) for one in found]
    yield pa.RecordBatch.from_pydict(
        {"what": [what for what, _ in said], "said": [text for _, text in said]},
        schema=pa.schema([("what", pa.string()), ("said", pa.string())]),
    )


def collect(frame: Any) -> list[Answer]:
    """What all tasks of a frame of answers say, in the order of their subjects and texts."""
    rows = frame.toArrow().sort_by([("what", "ascending"), ("said", "ascending")]).to_pylist()
    return [Answer(row["what"], json.loads(row["said"])) for row in rows]


def table_entry(table: Table, files: Iterable[Sequence[Any]]) -> TableEntry:
    """What a manifest says of a table in these files."""
    entries = sorted(FileEntry(*file) for file in files)
    columns = {column.name: arrow_type(table, column) for column in stored_columns(table)}
    return TableEntry(sum(entry.rows for entry in entries), columns, entries)


def _changed(rows: list[Row], changes: Sequence[tuple[int, Renumber]]) -> list[Row]:
    if not changes:
        return rows
    found = []
    for row in rows:
        cells = list(row)
        for place, renumber in changes:
            if cells[place] is not None:
                cells[place] = renumber(cells[place])
        found.append(tuple(cells))
    return found
