"""`newsloom outlets` and `newsloom health`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from crawler.cli.check import check
from crawler.cli.describe import add, export, import_
from crawler.cli.output import Row, Span, emit, list_options
from crawler.cli.reading import outlets_option, reading
from crawler.outlets import bundled_outlets, load_outlets

_COLUMNS = ("outlet", "name", "country", "language", "sources", "articles", "last_new_at")


@click.group(invoke_without_command=True)
@outlets_option
@list_options(limit=1_000)
@click.pass_context
def outlets(context: click.Context, folder: Path | None, limit: int, form: str | None) -> None:
    """List the outlets that can be crawled, and what the store has of each."""
    if context.invoked_subcommand is not None:
        return
    db: Path = context.obj
    rows: dict[str, Row] = {}
    for slug, outlet in load_outlets(folder or bundled_outlets()).items():
        rows[slug] = {
            "outlet": slug,
            "name": outlet.name,
            "country": outlet.country,
            "language": outlet.language,
            "sources": len(outlet.sources),
            "articles": 0,
            "last_new_at": None,
        }
    if db.is_file():
        with reading(db) as store:
            for row in store.reading.outlets(limit=limit):
                rows[row["outlet"]] = rows.get(row["outlet"], dict(row)) | {
                    key: row[key] for key in ("articles", "last_new_at")
                }
    shown = [
        {column: row.get(column) for column in _COLUMNS} for _, row in sorted(rows.items())[:limit]
    ]
    emit(shown, _COLUMNS, form)


for command in (check, add, import_, export):
    outlets.add_command(command)


@click.command()
@click.option("--max-age", type=Span(), help="Exit 3 when an outlet gave no answer for so long.")
@list_options(limit=1_000)
@click.pass_obj
def health(db: Path, max_age: timedelta | None, limit: int, form: str | None) -> int:
    """Show which outlets answer and which do not, those in trouble first."""
    with reading(db) as store:
        rows = store.reading.health(limit=limit)
        rejections = store.reading.rejections()
    columns = (
        "outlet", "sources", "failing", "polled_at", "last_new_at", "articles", "pending",
        "rejected", "reason",
    )  # fmt: skip
    emit(rows, columns, form)
    if form is None and rejections:
        reasons = ", ".join(f"{row['pages']} {row['reason']}" for row in rejections)
        click.echo(f"\nrejected pages: {reasons}")
    if max_age is None:
        return 0
    limit_at = datetime.now(UTC) - max_age
    silent = [
        row["outlet"]
        for row in rows
        if row["polled_at"] is None or datetime.fromisoformat(row["polled_at"]) < limit_at
    ]
    if silent:
        click.echo(f"no answer within {max_age}: {', '.join(silent)}", err=True)
    return 3 if silent else 0
