"""Writing a data set: a folder that is there when all of it is written, and not before."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from crawler.data_set.columns import arrow_schema, arrow_type, require_pyarrow, to_arrow
from crawler.data_set.description import NAME, FileEntry, Manifest, TableEntry
from crawler.errors import NewsloomError
from crawler.output.files import new_file, new_folder
from crawler.release import __version__
from crawler.store import Store
from crawler.store.file.whole_tables import TABLES, Kind, Row, Table, stored_columns

GROUP_BYTES = 4 * 1024**2
"""Bytes of a row group before it is packed, which bounds the memory of whoever writes or reads."""
Progress = Callable[[str, int, int], None]


def write_data_set(
    store: Store,
    folder: Path,
    *,
    seed: bool,
    now: str,
    to_json: Callable[[Manifest], str],
    progress: Progress,
) -> Manifest:
    """Write all of a store, as it is at one moment, into a new folder; its manifest.

    Without `seed` the secret seed of the store is left out, and all that it could be computed from;
    with it the folder is for its owner alone.
    Raises UsageError for a folder that holds something, NewsloomError for a full disk, which
    leaves the folder as it was.
    """
    pa = require_pyarrow()
    tables = [table for table in TABLES if seed or table.kind is not Kind.SEEDED]
    with new_folder(folder, private=seed) as part, store.whole_tables.unchanging():
        written = {
            table.name: write_table(pa, store, part, table, seed=seed, progress=progress)
            for table in tables
        }
        manifest = Manifest(
            newsloom=__version__,
            schema=store.queries.codebook.version(),
            made_at=now,
            with_seed=seed,
            numbers_given=store.whole_tables.numbers_given(),
            grouping=store.groupings.last(),
            tables=written,
        )
        with new_file(part / NAME) as stream:
            stream.write(to_json(manifest).encode())
    return manifest


def write_table(
    pa: Any, store: Store, folder: Path, table: Table, *, seed: bool, progress: Progress
) -> TableEntry:
    """Write the files of a table of a store; what a manifest says of it."""
    schema = arrow_schema(pa, table)
    total = store.whole_tables.count(table)
    found = _shown(store.whole_tables.rows(table, seed=seed), table.name, total, progress)
    # A table without days has a file also when it has no rows, to be read like any other.
    by_day = itertools.groupby(found, key=itemgetter(0)) if table.day else [("", found)]
    files = []
    for day, parts in by_day:
        path = f"{table.name}/day={_checked(table, day)}" if table.day else table.name
        (folder / path).mkdir(parents=True)
        batches = (to_arrow(pa, table, schema, rows) for _, rows in parts)
        files.append(write_parquet(pa, folder, f"{path}/part-0.parquet", schema, batches))
    columns = {column.name: arrow_type(table, column) for column in stored_columns(table)}
    return TableEntry(sum(file.rows for file in files), columns, files)


def _shown(
    found: Iterable[tuple[str, list[Row]]], what: str, total: int, progress: Progress
) -> Iterator[tuple[str, list[Row]]]:
    """What was found, with the progress shown."""
    done = 0
    for day, rows in found:
        progress(what, done, total)
        yield day, rows
        done += len(rows)


def write_parquet(
    pa: Any, folder: Path, path: str, schema: Any, batches: Iterable[Any]
) -> FileEntry:
    """Write a Parquet file, a row group at a time."""
    count, waiting = 0, list[Any]()
    with new_file(folder / path) as stream:
        with pa.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
            for batch in batches:
                count += batch.num_rows
                waiting.append(batch)
                if sum(some.nbytes for some in waiting) >= GROUP_BYTES:
                    writer.write_table(pa.Table.from_batches(waiting))
                    waiting.clear()
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting))
        stream.flush()
        return FileEntry(path, count, stream.size, stream.sha256)


def _checked(table: Table, day: str) -> str:
    """A day, as the name of a folder; NewsloomError for a text that is none."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return day
    raise NewsloomError(
        f"{table.name}: {day!r} is not a day written YYYY-MM-DD; correct it in the store and run "
        "again"
    )
