"""Rows of files for an import: JSON lines, JSON arrays, and CSV with a header."""

from __future__ import annotations

import codecs
import csv
import functools
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

DELIMITERS = ",;\t|"
ALIASES = {
    "url": ("link", "address", "articleurl", "weburl"),
    "title": ("headline",),
    "text": ("body", "content", "fulltext", "articletext", "articlebody", "maintext"),
    "outlet": ("source", "publication", "publisher", "newspaper", "medianame", "sourcedomain"),
    "authors": ("author", "byline"),
    "language": ("lang",),
    "published_at": ("published", "date", "publishdate", "publisheddate", "publicationdate",
                     "pubdate", "datepublish", "datepublished"),
    "fetched_at": ("fetched", "collectedat", "crawledat", "retrievedat", "datedownload"),
    "kind": (),
}  # fmt: skip
"""What an import reads of a row, and what other programs call it."""
_DELIMITER_LINE = re.compile(r"sep=(.)\s*")
"""The first line of a CSV file for Excel."""
_ON_BAD_BYTES = "newsloom.windows-1252"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_FAULTS = {
    "unexpected end of data": "a quotation mark is not closed, so the rest of the file is left out",
    "field larger than field limit": "a cell is too long; is a quotation mark not closed?",
    "expected after": "text follows a closing quotation mark; inside of a cell, write two of them",
}
"""What the csv module says, and what that means."""


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """What a byte that is not UTF-8 is in the encoding that other files have most."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("windows-1252", "replace"), error.end


codecs.register_error(_ON_BAD_BYTES, _as_windows_1252)


_BETWEEN_VALUES = re.compile(r"[\s,\[\]]*")
_DECODER = json.JSONDecoder(strict=False)


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
    if beginning.startswith("[") or beginning.strip() == "{":
        whole = "".join(itertools.chain([beginning], (line for _, line in lines)))
        yield from _from_document(whole, first[0])
    elif beginning.startswith("{"):
        for number, line in itertools.chain([(first[0], beginning)], lines):
            if line.strip():
                yield from _from_json(number, line)
    else:
        number, stated = first[0], _DELIMITER_LINE.fullmatch(beginning)
        if stated:
            number, beginning = next(lines, first)
        delimiters = stated[1] if stated else DELIMITERS
        yield from _from_csv(lines, _read_header(file, beginning, delimiters, line=number))


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
        # One bad byte must not cost the file. No newline is translated: cells have some.
        errors = _ON_BAD_BYTES if encoding == "utf-8" else "replace"
        with io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="") as text:
            yield text


def _standard_input() -> io.BufferedReader:
    """Standard input as bytes, whatever the encoding of the locale."""
    if sys.stdin is None:
        raise UsageError("-: standard input is closed; name a file, or pipe one into it")
    # A second descriptor, because the reader closes it.
    return os.fdopen(os.dup(sys.stdin.fileno()), "rb")


def _from_json(number: int, line: str) -> Iterator[Row]:
    if len(line) > limits.JSON_LINE:
        yield Row(number, {}, f"the line has more than {limits.JSON_LINE:,} characters")
        return
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        yield from _from_document(line.rstrip(), number)  # several objects, or none
        return
    yield from (_from_value(number, one) for one in _listed(value))


def _from_document(text: str, number: int) -> Iterator[Row]:
    """The rows of a JSON document that goes over lines: of an array, or objects in a row.

    Of one that is cut off, those before the cut.
    """
    end = 0
    while (start := _BETWEEN_VALUES.match(text, end).end()) < len(text):  # type: ignore[union-attr]
        number += text.count("\n", end, start)
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            yield Row(number, {}, f"not JSON: {error}")
            return
        yield from (_from_value(number, one) for one in _listed(value))
        number += text.count("\n", start, end)


def _listed(value: Any) -> list[Any]:
    """The objects of an answer that lists articles, as `{"status": "ok", "articles": [...]}`."""
    if not isinstance(value, dict) or "url" in value or "url" in dict(_other_names(tuple(value))):
        return [value]
    lists = [part for part in value.values() if isinstance(part, list)]
    return lists[0] if len(lists) == 1 else [value]


def _from_value(number: int, values: Any) -> Row:
    """The row of a JSON object."""
    if not isinstance(values, dict):
        return Row(number, {}, "not a JSON object")
    for key, name in _other_names(tuple(values)):
        value = values[name]
        # What other programs call so may be another thing: `source` is an object to some.
        if isinstance(value, str | int | float) or (key == "authors" and isinstance(value, list)):
            values[key] = values.pop(name)
    return Row(number, values)


@functools.lru_cache(maxsize=100)
def _other_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(key, name) of the keys that an object has by another name, the first of its aliases."""
    plain = {_plain(name): name for name in reversed(names)}
    found = []
    for key, aliases in ALIASES.items():
        name = next((plain[a] for a in (key.replace("_", ""), *aliases) if a in plain), None)
        if name is not None and key not in names:
            found.append((key, name))
    return tuple(found)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


class _Header(NamedTuple):
    """The first line of a CSV file."""

    line: int
    columns: list[str]
    keys: dict[int, str]
    """what columns hold, by their places; of those that an import reads"""
    delimiter: str

    @property
    def is_spaced(self) -> bool:
        """Whether a space stands behind each delimiter."""
        rest = self.columns[1:]
        return bool(rest) and all(column.startswith(" ") for column in rest)


def _read_header(file: Path, text: str, delimiters: str, *, line: int) -> _Header:
    """The header, read with that one of the delimiters by which most columns are known.

    Raises UsageError when none of them is an address, or two may hold one value.
    """
    readings = [
        _Header(line, columns, _keys(f"{file}, line {line}", columns), delimiter)
        for delimiter in delimiters
        if (columns := _split(text, delimiter))
    ]
    header = max(readings, key=lambda reading: len(reading.keys), default=None)
    if header is None or "url" not in header.keys.values():
        raise UsageError(
            f"{file}: not JSON, and not CSV with a header, because no "
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
    plain = list(map(_plain, columns))
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
    reader = csv.reader(
        (line for _, line in lines), delimiter=header.delimiter, strict=True,
        skipinitialspace=header.is_spaced,
    )  # fmt: skip
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


def _names(cell: str) -> list[Any] | str:
    """Authors of a cell: a JSON array, as an export has it, or names with a semicolon between.

    Where there is none the cell as it stands.
    """
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            return found
    return cell.split(";") if ";" in cell else cell
