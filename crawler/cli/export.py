"""`newsloom export`: rows for other programs, with what to cite them by."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import click

from crawler.cli.arguments import reading
from crawler.cli.data_set import export_data_set, refuse_others
from crawler.cli.filter_options import filter_options
from crawler.cli.progress import Line
from crawler.cli.tables import as_json, text_filter
from crawler.errors import UsageError
from crawler.output.files import Output, is_special, text_of, writing
from crawler.output.formats import FORMATS, write_csv, write_graphml, write_jsonl, write_parquet
from crawler.output.plain import INLINE
from crawler.release import __version__
from crawler.store import Store, is_database
from crawler.store.findings.manifest import GroupingEntry
from crawler.store.queries.exports import EXPORTS, NETWORKS, DescribedOutlet, Exported
from crawler.types import ArticleFilter


class _Only(NamedTuple):
    """The only exports that a format can hold."""

    exports: tuple[str, ...]
    holds: str


_ONLY = {"graphml": _Only(NETWORKS, "networks"), "opml": _Only(("outlets",), "feeds of outlets")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in FILE.manifest.json: how a file was made, to cite it by and make it again."""

    file: str = ""
    """name of the file, without its folder"""
    rows: int = 0
    export: str
    """what was exported: one of EXPORTS"""
    format: str = ""
    narrowed: Mapping[str, object] = field(metadata=INLINE)
    """the filter: those of its options that were given"""
    text: bool
    """whether the outlets' own texts are in it"""
    columns: Sequence[str]
    query: str
    """SQL that gives the rows"""
    values: Mapping[str, object]
    """what the query binds"""
    newsloom: str = __version__
    """version of this program"""
    schema: int
    """version of the store's schema"""
    grouping: GroupingEntry | None
    """settings and inputs of the copies and stories; None before the first grouping"""
    bytes: int = 0
    sha256: str = ""
    """of the file, in hex"""


@click.command()
@click.argument("what", type=click.Choice(EXPORTS), metavar="[WHAT]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Format of the rows; default: the ending of FILE, otherwise csv.",
)
@filter_options()
@click.option("--no-text", is_flag=True, help="Leave out texts that outlets wrote, for sharing.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; default: standard output. FILE.manifest.json says how to cite it.",
)
@click.option("--dataset", metavar="DIR", type=click.Path(path_type=Path),
              help="Write the whole store as Parquet files into a new folder.")  # fmt: skip
@click.option("--with-seed", is_flag=True,
              help="With --dataset: include the secret seed, signatures and keys.")  # fmt: skip
@click.pass_context
def export(
    context: click.Context,
    what: str | None,
    form: str | None,
    wanted: ArticleFilter,
    no_text: bool,
    output: Path | None,
    dataset: Path | None,
    with_seed: bool,
) -> None:
    """Write rows for other programs, or the whole store.

    WHAT is one of articles, stories, events, timeline, first, copies, pairs, stars, network,
    network-pairs, agencies, headlines, revisions, days, outlets. Rows are those of articles that
    pass the filter, and of stories with one; both articles of a copy pass, but with one --outlet
    the other article may be of any.

    --dataset DIR writes all facts and findings in the place of WHAT; `newsloom import --dataset
    DIR` makes a store of them.
    """
    db: Path = context.obj
    if dataset is not None:
        refuse_others(context, "--dataset", ("dataset", "with_seed"))
        export_data_set(db, dataset, with_seed=with_seed)
        return
    if with_seed:
        raise UsageError("--with-seed is about a data set; add --dataset DIR")
    if what is None:
        raise click.MissingParameter(ctx=context, param_hint="'WHAT'", param_type="argument")
    _export_rows(db, what, form, wanted, no_text, output)


def _export_rows(
    db: Path,
    what: str,
    form: str | None,
    wanted: ArticleFilter,
    no_text: bool,
    output: Path | None,
) -> None:
    if output == Path("-"):
        output = None
    has_manifest = output is not None and not is_special(output)
    if output is not None and is_database(output):
        raise UsageError(f"{output} is a database; name another file with -o FILE")
    form = form or _format_of(output)
    _check_format(form, what, output)
    with reading(db) as store:
        rows = store.queries.filters.checked(wanted)
        exported = _find_rows(store, what, rows, text=not no_text)
        if output is None:
            _write_text(sys.stdout, store, exported, form)
        elif has_manifest:
            manifest = _manifest(store, what, rows, exported, text=not no_text)
            _to_file(output, store, exported, replace(manifest, file=output.name, format=form))
        else:
            _to_stream(output, store, exported, form)


def _format_of(output: Path | None) -> str:
    """The format that a file's ending names, csv without one; UsageError for any other ending."""
    suffix = output.suffix.lstrip(".") if output else ""
    if suffix and suffix not in FORMATS:
        raise UsageError(
            f"{output}: the ending .{suffix} names no format; choose one of {', '.join(FORMATS)} "
            "with --format"
        )
    return suffix or "csv"


def _check_format(form: str, what: str, output: Path | None) -> None:
    """Raise UsageError for a format that cannot hold these rows, or not there."""
    if form in _ONLY and what not in _ONLY[form].exports:
        only = _ONLY[form]
        instead = " or ".join(f"`newsloom export {export}`" for export in only.exports)
        raise UsageError(f"{form} holds {only.holds} only; write {instead}")
    if form == "parquet" and output is None:
        raise UsageError("parquet cannot go to a terminal or a pipe; name a file with -o FILE")


def _find_rows(store: Store, what: str, rows: ArticleFilter, *, text: bool) -> Exported:
    """The rows of an export; UsageError for an option that does not apply to them."""
    try:
        return store.queries.exports.export(what, rows, text=text)
    except ValueError as error:
        raise UsageError(f"{error}; leave that option out") from error


def _manifest(
    store: Store, what: str, rows: ArticleFilter, exported: Exported, *, text: bool
) -> Manifest:
    """What a manifest says before there is a file."""
    return Manifest(
        export=what,
        narrowed=rows.given,
        text=text,
        columns=exported.columns,
        query=exported.query,
        values=exported.values,
        schema=store.queries.codebook.version(),
        grouping=store.groupings.last(),
    )


def _to_file(output: Path, store: Store, exported: Exported, manifest: Manifest) -> None:
    """Write a file and its manifest, both whole or neither; the manifest gets size and digest."""
    beside = output.with_name(output.name + ".manifest.json")
    # Both are written before the first of them is replaced.
    with (
        _row_counter(exported) as rows,
        writing(beside) as said,
        writing(output) as stream,
    ):
        _write(stream, store, exported._replace(rows=rows), manifest.format)
        stream.flush()
        manifest = replace(manifest, rows=rows.count, bytes=stream.size, sha256=stream.sha256)
        said.write((as_json(manifest, indent=2) + "\n").encode())
        said.flush()
    click.echo(f"{output}: {rows.count:,} rows as {manifest.format}; to cite it, see {beside}")


def _to_stream(output: Path, store: Store, exported: Exported, form: str) -> None:
    """Write through a device or a pipe, which has no place for a manifest."""
    with _row_counter(exported) as rows, writing(output) as stream:
        _write(stream, store, exported._replace(rows=rows), form)
    # Standard error: standard output may be what was written to.
    click.echo(
        f"{output}: {rows.count:,} rows as {form}; no manifest, because it is not a regular file",
        err=True,
    )


@contextmanager
def _row_counter(exported: Exported) -> Iterator[_Counted]:
    rows = _Counted(exported.rows)
    try:
        yield rows
    finally:
        rows.line.clear()


def _write(stream: Output, store: Store, exported: Exported, form: str) -> None:
    if form == "parquet":
        write_parquet(stream, exported.columns, exported.rows)
    else:
        with text_of(stream) as text:
            _write_text(text, store, exported, form)


class _Counted:
    """Rows, counted as they go by; a line on the terminal shows how many."""

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
    show = text_filter(stream)
    columns, rows = exported.columns, exported.rows
    if form == "jsonl":
        write_jsonl(stream, columns, rows, show=show)
    elif form == "graphml":
        write_graphml(stream, columns, rows, store.queries.exports.outlets())
    elif form == "opml":
        stream.write(_opml_text(map(DescribedOutlet._make, rows)) + os.linesep)
    else:
        write_csv(stream, columns, rows, tabs=form == "tsv", show=show)


def _opml_text(rows: Iterable[DescribedOutlet]) -> str:
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
