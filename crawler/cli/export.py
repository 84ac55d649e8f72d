"""`newsloom export`: rows for other programs, with what to cite them by."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from crawler import __version__
from crawler.cli.arguments import check_outlet, living_story, reading
from crawler.cli.parameters import Since, StoryNumber, Until, check_period
from crawler.cli.progress import Line
from crawler.cli.tables import as_json, shown
from crawler.errors import UsageError
from crawler.output.files import Output, is_special, text_of, writing
from crawler.output.formats import FORMATS, write_csv, write_graphml, write_jsonl, write_parquet
from crawler.store import Store, is_database
from crawler.store.queries.exports import EXPORTS, DescribedOutlet, Exported, RowFilter

_ONLY = {"graphml": ("network", "networks"), "opml": ("outlets", "feeds of outlets")}
"""Formats that hold one thing, and what that is."""


@click.command()
@click.argument("what", type=click.Choice(EXPORTS), metavar="WHAT")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: what FILE is called; csv."
)
@click.option("--since", type=Since(), help="Only what is of then or later.")
@click.option("--until", type=Until(), help="Only what is of then or before.")
@click.option("--story", type=StoryNumber(), metavar="ID", help="Only this story.")
@click.option("--outlet", metavar="NAME", help="Only this outlet.")
@click.option("--no-text", is_flag=True, help="Without the outlets' own texts, to be shared.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Default: standard output. A FILE.manifest.json beside it says what to cite.",
)
@click.pass_obj
def export(
    db: Path,
    /,
    what: str,
    form: str | None,
    no_text: bool,
    output: Path | None,
    **asked: Any,
) -> None:
    """Write rows for other programs.

    WHAT is one of articles, stories, timeline, first, copies, pairs, network, agencies,
    headlines, revisions, days, outlets.
    """
    if output == Path("-"):
        output = None
    special = output is not None and is_special(output)
    if output is not None and is_database(output):
        raise UsageError(f"{output} is a database; name another file with -o FILE")
    suffix = output.suffix.lstrip(".") if output else ""
    if form is None and suffix and suffix not in FORMATS:
        raise UsageError(f"{output}: .{suffix} is none of {', '.join(FORMATS)}; or say --format")
    form = form or suffix or "csv"
    if form in _ONLY and what != _ONLY[form][0]:
        raise UsageError(f"{form} holds {_ONLY[form][1]}: `newsloom export {_ONLY[form][0]}`")
    if form == "parquet" and output is None:
        raise UsageError("Parquet is not for a terminal or a pipe; name a file with -o FILE")
    wanted = RowFilter(**asked)
    check_period(wanted.since, wanted.until)
    with reading(db) as store:
        wanted = _known(store, wanted)
        try:
            exported = store.queries.exports.export(what, wanted, text=not no_text)
        except ValueError as error:
            raise UsageError(f"{error}; leave that option out") from error
        if output is None:
            _write_text(sys.stdout, store, exported, form)
            return
        beside = None if special else output.with_name(output.name + ".manifest.json")
        about = {
            "export": what,
            "format": form,
            **{key: value for key, value in wanted._asdict().items() if value is not None},
            "text": not no_text,
            "columns": exported.columns,
            "query": exported.query,
            "newsloom": __version__,
            "schema": store.queries.codebook.version(),
            "grouping": store.groupings.last(),
        }
        rows = _to_file(output, beside, store, exported, form, about)
    if beside is None:
        # Standard error: standard output may be what was written to.
        click.echo(f"{output}: {rows:,} rows as {form}; no manifest: no regular file", err=True)
    else:
        click.echo(f"{output}: {rows:,} rows as {form}; to cite it: {beside}")


def _known(store: Store, wanted: RowFilter) -> RowFilter:
    """The filter, with the living story; raises UsageError for what is not in the file."""
    if wanted.outlet is not None:
        check_outlet(store, wanted.outlet)
    if wanted.story is not None:
        return wanted._replace(story=living_story(store, wanted.story))
    return wanted


def _to_file(
    output: Path,
    beside: Path | None,
    store: Store,
    exported: Exported,
    form: str,
    about: dict[str, Any],
) -> int:
    """Write a file and its manifest, whole or not at all; number of its rows."""
    counted = _Counted(exported.rows)
    exported = exported._replace(rows=counted)
    try:
        if beside is None:
            with writing(output) as stream:
                _write(stream, store, exported, form)
            return counted.count
        # Both are written before the first of them is replaced.
        with writing(beside) as said, writing(output) as stream:
            _write(stream, store, exported, form)
            stream.flush()
            manifest = {
                "file": output.name, "rows": counted.count, **about,
                "bytes": stream.size, "sha256": stream.sha256,
            }  # fmt: skip
            said.write((as_json(manifest, indent=2) + "\n").encode())
            said.flush()
    finally:
        counted.line.clear()
    return counted.count


def _write(stream: Output, store: Store, exported: Exported, form: str) -> None:
    if form == "parquet":
        write_parquet(stream, exported.columns, exported.rows)
    else:
        with text_of(stream) as text:
            _write_text(text, store, exported, form)


class _Counted:
    """Rows, counted as they go by; shows how far it is."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self.count = 0
        self.line = Line(quiet=False)
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self

    def __next__(self) -> tuple[Any, ...]:
        row = next(self._rows)
        self.count += 1
        self.line.draw(f"exporting: {self.count} rows")
        return row


def _write_text(stream: Any, store: Store, exported: Exported, form: str) -> None:
    show = shown(stream)
    columns, rows = exported.columns, exported.rows
    if form == "jsonl":
        write_jsonl(stream, columns, rows, show=show)
    elif form == "graphml":
        write_graphml(stream, columns, rows, store.queries.exports.nodes())
    elif form == "opml":
        stream.write(_opml(map(DescribedOutlet._make, rows)) + os.linesep)
    else:
        write_csv(stream, columns, rows, tabs=form == "tsv", show=show)


def _opml(rows: Iterable[DescribedOutlet]) -> str:
    from crawler.outlets.opml import to_opml
    from crawler.types import Outlet, Source, SourceKind

    outlets = {}
    for row in rows:
        feeds = tuple(
            Source(outlet=row.outlet, url=url, kind=SourceKind.FEED)
            for url in json.loads(row.feeds)
        )
        outlets[row.outlet] = Outlet(
            slug=row.outlet, name=row.name, home=row.home, language=row.language, sources=feeds
        )
    return to_opml(outlets)
