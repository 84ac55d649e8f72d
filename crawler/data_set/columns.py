"""The columns of a data set: a store's values as Arrow arrays, and back, without any loss.

Times become timestamps; everything else is as the store has it, lists as JSON text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.errors import NewsloomError, UsageError
from crawler.store.file.whole_tables import Row, StoredColumn, Table, stored_columns

TYPES = {"TEXT": "string", "INTEGER": "int64", "REAL": "double", "BLOB": "binary"}
TIME = "timestamp[ms, tz=UTC]"
_NOT_ALL_TIMES = frozenset({"sightings.modified_at"})
"""Columns that hold something else as well: an empty text."""
_WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


def require_pyarrow() -> Any:
    """pyarrow; raises UsageError where it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            "a data set needs pyarrow (extra `parquet`); run `pipx inject newsloom pyarrow`, or "
            "`pip install pyarrow` where Newsloom is installed"
        ) from error
    return pa


def arrow_type(table: Table, column: StoredColumn) -> str:
    """The type of a column in a data set, as Arrow writes it."""
    is_time = column.name == "at" or column.name.endswith("_at")
    if is_time and column.type == "TEXT" and f"{table.name}.{column.name}" not in _NOT_ALL_TIMES:
        return TIME
    return TYPES[column.type]


def arrow_schema(pa: Any, table: Table) -> Any:
    """The columns of a table in a data set."""
    types = {
        "string": pa.string(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "binary": pa.binary(),
        TIME: pa.timestamp("ms", tz="UTC"),
    }
    return pa.schema(
        [(column.name, types[arrow_type(table, column)]) for column in stored_columns(table)]
    )


def to_arrow(pa: Any, table: Table, schema: Any, rows: Sequence[Row]) -> Any:
    """Rows of the store as a record batch; NewsloomError names a time that is none."""
    return pa.record_batch(
        [
            _times(pa, f"{table.name}.{field.name}", pa.array(cells, pa.string()), field.type)
            if pa.types.is_timestamp(field.type)
            else pa.array(cells, field.type)
            for field, cells in zip(schema, zip(*rows, strict=True), strict=True)
        ],
        schema=schema,
    )


def to_rows(pa: Any, batch: Any) -> list[Row]:
    """Rows for the store of a record batch that has the types of `arrow_schema`."""
    cells = [
        (_texts(pa, column) if pa.types.is_timestamp(column.type) else column).to_pylist()
        for column in batch.columns
    ]
    return list(zip(*cells, strict=True))


def _times(pa: Any, name: str, texts: Any, type_: Any) -> Any:
    times = pa.compute.strptime(texts, format=_WRITTEN, unit="s", error_is_null=True)
    times = times.cast(type_)
    # It takes what it would not write, such as 2022-02-31.
    if not _texts(pa, times).equals(texts):
        wrong = next(
            text
            for text, again in zip(texts.to_pylist(), _texts(pa, times).to_pylist(), strict=True)
            if text != again
        )
        raise NewsloomError(
            f"{name}: {wrong[:60]!r} is not a time written YYYY-MM-DDTHH:MM:SSZ; correct it in the "
            "store and run again"
        )
    return times


def _texts(pa: Any, times: Any) -> Any:
    # Not strftime: it needs a database of time zones, also for UTC.
    written = times.cast(pa.timestamp("s")).cast(pa.string())
    written = pa.compute.replace_substring(written, " ", "T")
    return pa.compute.binary_join_element_wise(written, "Z", "")
