"""Filling a new store from a data set, each file checked before its rows are taken."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import Any

from crawler.data_set.columns import arrow_schema, require_pyarrow, to_rows
from crawler.data_set.description import FileEntry, Manifest, TableEntry
from crawler.errors import NewsloomError, UsageError, ValueRefused
from crawler.store import Store
from crawler.store.file.migration_steps import VERSION as SCHEMA
from crawler.store.file.whole_tables import TABLES, Kind, Table, stored_columns

BATCH = 2_000
"""Rows that are taken in at a time."""
Progress = Callable[[str, int, int], None]


def fill(
    store: Store, folder: Path, manifest: Manifest, *, findings: bool, progress: Progress
) -> None:
    """Take the rows of a data set into a new file: its facts, and its findings when asked.

    Without findings all articles wait to be compared. Raises UsageError for a file that is missing,
    damaged or without a column, and NewsloomError for rows that contradict the schema; the new file
    is then of no use.
    """
    pa = require_pyarrow()
    tables = [table for table in TABLES if findings or table.kind is Kind.FACTS]
    with store.whole_tables.filling():
        for table in tables:
            entry = _entry(folder, manifest, table)
            fill_table(pa, store, folder, table, entry, manifest.schema, progress)
        with store.batch():
            if findings:
                store.whole_tables.go_on_numbering(manifest.numbers_given)
            else:
                store.copy_credits.forget()
                store.copies.queue_all()
            store.agency_evidence.recount()
        # What is decided on stories refers to stories, which are findings.
        checked = [table for table in tables if findings or "override" not in table.name]
        if (wrong := store.whole_tables.dangling(checked)) is not None:
            raise NewsloomError(f"{folder}: {wrong}; whoever made the data set left it out")


def _entry(folder: Path, manifest: Manifest, table: Table) -> TableEntry:
    """What a manifest says of a table; nothing where the table came later, or has the seed."""
    entry = manifest.tables.get(table.name)
    if entry is not None:
        return entry
    if manifest.schema < SCHEMA or (table.kind is Kind.SEEDED and not manifest.with_seed):
        return TableEntry(0, {}, [])
    raise UsageError(f"{folder} is damaged: its manifest has no table {table.name}")


def fill_table(
    pa: Any,
    store: Store,
    folder: Path,
    table: Table,
    entry: TableEntry,
    schema: int,
    progress: Progress,
) -> None:
    """Take the rows of a table into a store; raises as `fill` does."""
    done = 0
    for file in entry.files:
        for batch in _batches(pa, folder, table, file, schema):
            progress(table.name, done, entry.rows)
            rows = to_rows(pa, batch)
            try:
                with store.batch():
                    store.whole_tables.insert(table, batch.schema.names, rows)
            except ValueRefused as error:
                raise NewsloomError(
                    f"{folder / file.path}: the store cannot hold a row of it ({error.__cause__})"
                ) from error
            done += len(rows)
    if done != entry.rows:
        raise UsageError(
            f"{folder} is damaged: {table.name} has {done:,} rows, its manifest says "
            f"{entry.rows:,}; take another copy of the data set"
        )


def _batches(pa: Any, folder: Path, table: Table, file: FileEntry, schema: int) -> Any:
    """The rows of a file, some at a time, in the columns of the store."""
    path = folder / file.path
    _check(path, file)
    try:
        with pa.parquet.ParquetFile(path) as parquet:
            if parquet.metadata.num_rows != file.rows:
                raise UsageError(
                    f"{path} has {parquet.metadata.num_rows:,} rows, and {file.rows:,} by its "
                    "manifest; take another copy of the data set"
                )
            wanted = _wanted(pa, path, table, parquet.schema_arrow.names, schema)
            for group in range(parquet.num_row_groups):
                rows = parquet.read_row_group(group, columns=wanted.names, use_threads=False)
                yield from rows.select(wanted.names).cast(wanted).to_batches(BATCH)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{path}: cannot be read as {table.name} ({error})") from error


def _check(path: Path, file: FileEntry) -> None:
    """Raise UsageError for a file that is not the one of the manifest."""
    try:
        with path.open("rb") as stream:
            same = path.stat().st_size == file.bytes
            same = same and file_digest(stream, "sha256").hexdigest() == file.sha256
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}); take another copy of the data set"
        ) from error
    if not same:
        raise UsageError(
            f"{path} is damaged: it is not the file of the manifest; take another copy of the data "
            "set"
        )


def _wanted(pa: Any, path: Path, table: Table, names: list[str], schema: int) -> Any:
    """The columns of a file that go into the store; UsageError where one is missing.

    A column that a later version of the schema brought gets its default.
    """
    columns = [column for column in stored_columns(table) if column.name not in table.filled]
    for column in columns:
        if column.name not in names and not (schema < SCHEMA and column.has_default):
            raise UsageError(f"{path} has no column {column.name}; a data set needs it")
    every = arrow_schema(pa, table)
    return pa.schema([every.field(column.name) for column in columns if column.name in names])
