"""Rows of files for an import: JSON lines, and CSV with a header."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import os
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from crawler.errors import UsageError
from crawler.types import limits

DELIMITERS = ",;\t"
ALIASES = {
    "url": ("link", "address", "articleurl", "weburl"),
    "title": ("headline",),
    "text": ("body", "content", "fulltext", "articletext"),
    "outlet": ("source", "publication", "publisher", "newspaper", "medianame"),
    "authors": ("author", "byline"),
    "language": ("lang",),
    "published_at": ("published", "date", "publishdate", "publisheddate", "publicationdate",
                     "pubdate"),
    "fetched_at": ("fetched", "collectedat", "crawledat", "retrievedat"),
    "kind": (),
}  # fmt: skip
"""What an import reads of a row, and what other programs call it in the header of a CSV file."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_FAULTS = {
    "unexpected end of data": "a quotation mark is not closed, so the rest of the file is left out",
    "field larger than field limit": "a cell is too long; is a quotation mark not closed?",
    "expected after": "text follows a closing quotation mark; inside of a cell, write two of them",
}
"""What the csv module says, and what that means."""


class Row(NamedTuple):
    """A row of a file, or why it cannot be read."""

    line: int
    """where it begins"""
    values: dict[str, Any]
    wrong: str | None = None
    columns: Mapping[str, str] = {}
    """names that the header of a CSV file has for the values"""


class Damaged(Exception):
    """A file cannot be read to its end."""


def read_rows(file: Path) -> Iterator[Row]:
    """The rows of a file; `-` reads standard input, and gzip is unpacked.

    Raises UsageError for a file that cannot be opened or begins as neither form, before its first
    row; Damaged where a file breaks off.
    """
    lines = _lines(file)
    first = next(lines, None)
    if first is None:
        return
    beginning = first[1].lstrip("\ufeff \t")
    if beginning.startswith("{"):
        for number, line in itertools.chain([first], lines):
            if line.strip():
                yield _from_json(number, line)
    else:
        yield from _from_csv(lines, _read_header(file, beginning, line=first[0]))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line; of a line that is too long the beginning.

    Blank lines before the first other one are left out.
    """
    number, begun = 0, False
    try:
        with _open_text(file) as stream:
            while line := stream.readline(limits.JSON_LINE + 1):
                number += 1
                rest = line
                while len(rest) > limits.JSON_LINE and not rest.endswith(("\n", "\r")):
                    rest = stream.readline(limits.JSON_LINE + 1)
                begun = begun or bool(line.strip())
                if begun:
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        why = "it is cut off" if isinstance(error, EOFError) else error
        raise Damaged(f"from line {number + 1} on: {why}") from error


@contextmanager
def _open_text(file: Path) -> Iterator[io.TextIOBase]:
    try:
        raw = _standard_input() if str(file) == "-" else file.open("rb")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    with raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        encoding = "utf-16" if stream.peek(2)[:2] in _UTF_16 else "utf-8"
        # `replace`: one bad byte must not cost the file. No newline is translated: cells have some.
        with io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="") as text:
            yield text


def _standard_input() -> io.BufferedReader:
    """Standard input as bytes, whatever the encoding of the locale."""
    if sys.stdin is None:
        raise UsageError("-: standard input is closed; name a file, or pipe one into it")
    # A second descriptor, because the reader closes it.
    return os.fdopen(os.dup(sys.stdin.fileno()), "rb")


def _from_json(number: int, line: str) -> Row:
    if len(line) > limits.JSON_LINE:
        return Row(number, {}, f"the line has more than {limits.JSON_LINE:,} characters")
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(number, {}, f"not JSON: {error}")
    return Row(number, values) if isinstance(values, dict) else Row(number, {}, "not a JSON object")


class _Header(NamedTuple):
    """The first line of a CSV file."""

    line: int
    columns: list[str]
    keys: dict[int, str]
    """what columns hold, by their places; of those that an import reads"""
    delimiter: str


def _read_header(file: Path, text: str, *, line: int) -> _Header:
    """The header, read with the delimiter by which most columns are known.

    Raises UsageError when none of them is an address, or two may hold one value.
    """
    readings = [
        _Header(line, columns, _keys(f"{file}, line {line}", columns), delimiter)
        for delimiter in DELIMITERS
        if (columns := _split(text, delimiter))
    ]
    header = max(readings, key=lambda reading: len(reading.keys), default=None)
    if header is None or "url" not in header.keys.values():
        raise UsageError(
            f"{file}: not JSON lines, one object per line, and not CSV with a header, because no "
            f"column is called url; it begins with {text[:20]!r}"
        )
    return header


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _keys(where: str, columns: Sequence[str]) -> dict[int, str]:
    """What the columns hold, by their places; those that an import does not read are left out.

    Raises UsageError where two columns may hold one value.
    """
    plain = [re.sub(r"[\W_]", "", column).lower() for column in columns]
    found: dict[int, str] = {}
    for key, aliases in ALIASES.items():
        # The name itself, or else one of its aliases.
        places = [i for i, name in enumerate(plain) if name == key.replace("_", "")] or [
            i for i, name in enumerate(plain) if name in aliases
        ]
        if len(places) > 1:
            names = " and ".join(f"'{columns[place]}'" for place in places)
            raise UsageError(
                f"{where}: each of the columns {names} may be {key}; call the right one {key}"
            )
        found |= dict.fromkeys(places, key)
    return found


def _from_csv(lines: Iterator[tuple[int, str]], header: _Header) -> Iterator[Row]:
    """The rows below a header."""
    named = {key: header.columns[place] for place, key in header.keys.items()}
    csv.field_size_limit(limits.JSON_LINE)
    reader = csv.reader((line for _, line in lines), delimiter=header.delimiter, strict=True)
    while True:
        line = header.line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            meant = (says for part, says in _FAULTS.items() if part in str(error))
            yield Row(line, {}, next(meant, str(error)))
            continue
        if len(cells) == len(header.columns):
            yield Row(line, _values(cells, header), None, named)
        elif cells:
            yield Row(line, {}, _uneven(cells, header.columns))


def _uneven(cells: Sequence[str], columns: Sequence[str]) -> str:
    """What is wrong with a row that has other than one cell for each column."""
    counts = f"the row has {len(cells)} cells and the header {len(columns)} columns"
    if len(cells) < len(columns):
        return f"column '{columns[len(cells)]}': no cell; {counts}"
    return (
        f"column '{columns[-1]}': cells follow it; {counts}. A cell with a delimiter in it needs "
        "quotation marks"
    )


def _values(cells: Sequence[str], header: _Header) -> dict[str, Any]:
    """What stands in the cells of a row that are not empty, by key; other columns by their name."""
    values: dict[str, Any] = {}
    for place, (name, cell) in enumerate(zip(header.columns, cells, strict=True)):
        key = header.keys.get(place)
        if cell and (key or name not in ALIASES):
            values[key or name] = _names(cell) if key == "authors" else cell
    return values


def _names(cell: str) -> list[Any]:
    """Authors of a cell: a JSON array, as an export has it, or names with a semicolon between."""
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            return found
    return cell.split(";")
