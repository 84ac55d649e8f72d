"""Rows in the formats of other programs: CSV, TSV, JSON lines, Parquet, GraphML."""

from __future__ import annotations

import csv
import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from io import IOBase
from typing import Any, Protocol, TextIO

from crawler.errors import UsageError
from crawler.output.visible import visible_in_pages

FORMATS = ("csv", "tsv", "jsonl", "parquet", "graphml", "opml")

# What a spreadsheet computes (OWASP, "CSV Injection"): a sign in any of its widths, also behind
# what it trims or does not show; a cell that begins with a break or a tab ends the one before it.
_FORMULA = re.compile(
    "[\t\r\n]"
    "|[\\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
    "[-=+@\uff0d\uff1d\uff0b\uff20\ufe63\ufe66\ufe62\ufe6b]"
)
_BATCH = 5_000
"""Rows of a Parquet row group, which bounds the memory."""
_LISTS = frozenset({"authors", "agencies", "tags", "languages", "feeds"})
_DAYS = frozenset({"day", "week"})
_TIMES = frozenset({"at", "not_before", "not_after"})
_REALS = frozenset(
    {"jaccard", "containment", "containment_a", "containment_b", "lag_hours", "share"}
)
_INTEGERS = frozenset({
    "article", "a", "b", "story", "copy_group", "position", "at_is_published", "words",
    "agency", "revisions", "paywalled", "outlets", "articles", "copy_groups", "copies", "tied",
    "may_be_first", "shared", "revision", "revision_a", "revision_b", "joined", "ours",
    "earlier_article", "later_article", "attributed", "contained", "twin", "agency_copy", "polls",
    "read", "unchanged", "denied", "failed", "listed", "offered", "gaps", "gap_seconds",
    "published", "event", "stories",
})  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_csv(
    stream: TextIO,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    tabs: bool = False,
    show: Callable[[str], str] = str,
) -> None:
    """RFC 4180, UTF-8; text that a spreadsheet would compute gets an apostrophe in front."""
    writer = csv.writer(stream, dialect="excel-tab" if tabs else "excel")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([show(_defused(cell)) if isinstance(cell, str) else cell for cell in row])


def write_jsonl(
    stream: TextIO,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    show: Callable[[str], str] = str,
) -> None:
    """One JSON object a line, UTF-8; lists are lists. What acts on a terminal is escaped."""
    for row in rows:
        line = {
            column: json.loads(cell) if column in _LISTS and cell else cell
            for column, cell in zip(columns, row, strict=True)
        }
        stream.write(show(visible_in_pages(json.dumps(line, ensure_ascii=False))) + "\n")


def write_parquet(stream: IOBase, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Parquet: times with their zone, days, lists and numbers as what they are.

    Raises UsageError when pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(
            "parquet needs pyarrow (extra `parquet`); run `pipx inject newsloom pyarrow`, or `pip "
            "install pyarrow` where Newsloom is installed"
        ) from error
    schema = pa.schema([(column, _arrow_type(pa, column)) for column in columns])
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            cells = zip(*batch, strict=True)
            arrays = [
                pa.array([_value(column, cell) for cell in cell_of], schema.field(column).type)
                for column, cell_of in zip(columns, cells, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema))


class Node(Protocol):
    """What a graph says of an outlet."""

    @property
    def outlet(self) -> str:
        """Its slug, by which edges name it."""

    @property
    def name(self) -> str:
        """As people write it."""

    @property
    def country(self) -> str | None:
        """ISO 3166 code."""

    @property
    def language(self) -> str | None:
        """BCP 47 tag."""

    @property
    def agency(self) -> int:
        """1 for a news agency, else 0."""


def write_graphml(
    stream: TextIO,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    nodes: Iterable[Node],
) -> None:
    """GraphML 1.0 of an edge list: the first two columns are the ends, the rest attributes.

    Nodes are outlets, with their name, country, language and whether they are agencies.
    """
    write = stream.write
    write('<?xml version="1.0" encoding="UTF-8"?>\n')
    write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
    about = ("name", "country", "language", "agency")
    for key in about:
        write(f'<key id="{key}" for="node" attr.name="{key}" attr.type="{_graph_type(key)}"/>\n')
    for key in columns[2:]:
        write(f'<key id="{key}" for="edge" attr.name="{key}" attr.type="{_graph_type(key)}"/>\n')
    write('<graph edgedefault="directed">\n')
    for node in nodes:
        values = (node.name, node.country, node.language, node.agency)
        write(f"<node id={_attribute(node.outlet)}>{_data(about, values)}")
        write("</node>\n")
    for row in rows:
        write(f"<edge source={_attribute(row[0])} target={_attribute(row[1])}>")
        write(f"{_data(columns[2:], row[2:])}</edge>\n")
    write("</graph>\n</graphml>\n")


def for_xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold, even escaped."""
    return _NOT_XML.sub("", text)


def _defused(cell: str) -> str:
    return "'" + cell if _FORMULA.match(cell) else cell


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, _BATCH)):
        yield batch


def _arrow_type(pa: Any, column: str) -> Any:
    if column in _LISTS:
        return pa.list_(pa.string())
    if column in _DAYS:
        return pa.date32()
    if _is_time(column):
        return pa.timestamp("s", tz="UTC")
    if column in _REALS:
        return pa.float64()
    return pa.int64() if column in _INTEGERS else pa.string()


def _is_time(column: str) -> bool:
    return column.endswith("_at") or column in _TIMES


def _value(column: str, cell: Any) -> Any:
    if cell is None:
        return None
    if column in _LISTS:
        return json.loads(cell)
    if column in _DAYS:
        return date.fromisoformat(cell)
    if _is_time(column):
        return datetime.fromisoformat(cell).astimezone(UTC)
    return cell


def _graph_type(column: str) -> str:
    if column in _REALS:
        return "double"
    return "int" if column in _INTEGERS else "string"


def _attribute(text: Any) -> str:
    return f'"{_escaped(text)}"'


def _data(keys: Iterable[str], values: Iterable[Any]) -> str:
    return "".join(
        f'<data key="{key}">{_escaped(value)}</data>'
        for key, value in zip(keys, values, strict=True)
        if value is not None
    )


def _escaped(value: Any) -> str:
    return html.escape(for_xml(str(value)))
