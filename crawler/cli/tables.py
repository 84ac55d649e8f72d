"""Rows as tables, CSV and JSON; text from the web made safe for a terminal."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from math import ceil
from typing import Any, NamedTuple, TextIO, TypeVar

import click

from crawler.cli.parameters import Number
from crawler.output.formats import write_csv
from crawler.output.plain import plain
from crawler.output.visible import clock, one_line, visible
from crawler.types import limits

_BLOCKS = " ▁▂▃▄▅▆▇█"
F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound=NamedTuple)


def as_json(value: object, *, indent: int | None = None) -> str:
    """JSON that is also safe to show; named tuples and dataclasses become objects.

    Their fields are the keys. Raises TypeError for what JSON does not have; no repr is ever
    printed.
    """
    return visible(json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False))


def text_filter(stream: TextIO) -> Callable[[str], str]:
    """What to do with text for a stream: visible() for a terminal, nothing otherwise.

    Stricter than the stream itself (crawler.cli.streams), which lets colours of ours pass.
    """
    return visible if stream.isatty() else str


def sparkline(counts: Sequence[float]) -> str:
    """Counts as a row of blocks: the largest is a full block, 0 is a blank."""
    top = max(counts, default=0) or 1
    return "".join(_BLOCKS[ceil(8 * count / top)] for count in counts)


@contextmanager
def paged() -> Iterator[None]:
    """Send the output of a block through a pager when it is longer than the terminal."""
    if not sys.stdout.isatty():
        yield
        return
    held = _Held()
    with redirect_stdout(held):
        yield
    text = held.getvalue()
    if text.count("\n") < shutil.get_terminal_size().lines:
        click.echo(text, nl=False)
    else:
        os.environ.setdefault("LESS", "-R")  # colours, not their codes
        click.echo_via_pager(text, color=True)


class _Held(io.StringIO):
    """Output that is held back for a terminal."""

    def isatty(self) -> bool:
        return True


def list_options(limit: int) -> Callable[[F], F]:
    """--json --nl --csv --tsv --limit, in the manner of sqlite-utils."""

    def decorate(command: F) -> F:
        for option in (
            click.option("--limit", type=Number(min=1), default=limit, show_default=True,
                         help="Print at most this many rows."),
            click.option("--tsv", "form", flag_value="tsv", help="Print tab-separated values."),
            click.option("--csv", "form", flag_value="csv",
                         help="Print CSV, with an apostrophe before formulas."),
            click.option("--nl", "form", flag_value="nl", help="Print JSON, one object per line."),
            click.option("--json", "form", flag_value="json", help="Print one JSON array."),
        ):  # fmt: skip
            command = option(command)
        return command

    return decorate


def up_to(limit: int, rows: list[R], form: str | None) -> list[R]:
    """The first `limit` rows; below a table, a note says that there are more."""
    if form is None and len(rows) > limit:
        click.echo(f"These are the first {limit}; --limit {5 * limit} shows more.", err=True)
    return rows[:limit]


def readable(columns: Sequence[str]) -> dict[str, str]:
    """Headings for people: words apart, and of times that they are UTC."""
    return {
        column: f"{column.removesuffix('_at')} (UTC)".replace("_", " ")
        if column == "at" or column.endswith("_at")
        else column.replace("_", " ")
        for column in columns
    }


def emit(
    rows: Sequence[NamedTuple],
    columns: Sequence[str],
    form: str | None,
    *,
    headings: Mapping[str, str] | None = None,
) -> None:
    """Print fields of rows: a table for people, or csv, tsv, json, nl (JSON lines).

    The table has readable headings; `headings` names those of columns that are called otherwise.
    """
    if form in ("csv", "tsv"):
        write_csv(
            sys.stdout,
            columns,
            ([_flat(getattr(row, c)) for c in columns] for row in rows),
            tabs=form == "tsv",
            show=text_filter(sys.stdout),
        )
    elif form == "nl":
        for row in rows:
            click.echo(as_json({c: getattr(row, c) for c in columns}))
    elif form == "json":
        click.echo(as_json([{c: getattr(row, c) for c in columns} for row in rows], indent=2))
    else:
        click.echo(table(rows, columns, headings=readable(columns) | dict(headings or {})))


def _flat(value: Any) -> Any:
    """A list as JSON, as the views have it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value


def table(
    rows: Sequence[NamedTuple], columns: Sequence[str], *, headings: Mapping[str, str] | None = None
) -> str:
    """A plain table that fits the terminal; its widest columns are cut."""
    heads = [(headings or {}).get(column, column) for column in columns]
    cells = [[_cell(column, getattr(row, column)) for column in columns] for row in rows]
    return grid(
        heads,
        _cut_to_terminal(heads, cells),
        [_alignment(getattr(rows[0], column)) for column in columns] if rows else None,
    )


def grid(heads: Sequence[str], cells: Sequence[Sequence[str]], align: Sequence[str] | None) -> str:
    """Cells below their heads, each column aligned `left` or `right`."""
    import tabulate

    tabulate.MIN_PADDING = 0  # it would widen each head by two, which headlines can use better
    return tabulate.tabulate(
        cells, headers=heads, tablefmt="simple", disable_numparse=True, colalign=align
    )


def _cut_to_terminal(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells, the long ones cut until a line fits the terminal."""
    room = shutil.get_terminal_size((120, 24)).columns - 2 * (len(heads) - 1)
    widths = [
        max([_width(head), *(_width(line[i]) for line in cells)]) for i, head in enumerate(heads)
    ]
    most = _widest_that_fits(widths, room)
    return [[_cut(cell, most) for cell in line] for line in cells]


def _alignment(value: object) -> str:
    return "right" if isinstance(value, int | float) else "left"


def _widest_that_fits(widths: Sequence[int], room: int) -> int:
    """Width that the widest columns are cut to so that all fit, at least 20."""
    left, fit = room, max(room, 20)
    for number, width in enumerate(sorted(widths)):
        fit = left // (len(widths) - number)
        if width > fit:
            return max(20, fit)
        left -= width
    return max(fit, *widths, 20)


def _cell(column: str, value: Any) -> str:
    """A value on one line, a long one cut; TypeError for a type that tables do not show."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(_cell(column, part) for part in value)
    if not isinstance(value, str):
        raise TypeError(f"{column} is a {type(value).__name__}")
    if column.endswith("_at") or column == "at":
        value = clock(value)
    return one_line(value if len(value) <= limits.LINE else value[: limits.LINE] + "…")


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while text and _width(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"
