"""`newsloom outlets` and `newsloom health`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from crawler.cli.arguments import outlets_option, reading
from crawler.cli.crawl_report import clock_line, waiting_line
from crawler.cli.outlets_check import check, record
from crawler.cli.outlets_describe import add, export, import_
from crawler.cli.parameters import Span
from crawler.cli.tables import emit, list_options
from crawler.outlets.descriptions import bundled_outlets, load_outlets
from crawler.output.visible import length
from crawler.polling import SHORTEST
from crawler.store.facts.usage import HeldPages
from crawler.store.queries.outlets import (
    ChangedSource,
    GapSum,
    OutletHealth,
    OutletRow,
    ReasonCount,
)

_COLUMNS = ("outlet", "name", "country", "language", "agency", "sources", "articles", "last_new_at")

_HEALTH = (
    "outlet", "sources", "failing", "polled_at", "last_new_at", "usual_hours", "articles",
    "pending", "rejected", "reason",
)  # fmt: skip
_MORE_HEALTH = ("retired", "due_at", "gaps", "silent", "quota", "doubted")

DOUBTED = 0.5
"""Share of an outlet's articles with a doubtful time, beyond which `health` says so."""


@click.group(invoke_without_command=True)
@outlets_option
@click.option("--agency", is_flag=True, help="Only news agencies.")
@click.option("--country", metavar="CODE", help="Only those of a country: KZ.")
@click.option("--language", metavar="TAG", help="Only those in a language: ru.")
@list_options(limit=1_000)
@click.pass_context
def outlets(
    context: click.Context, /, folder: Path | None, limit: int, form: str | None, **asked: Any
) -> None:
    """List the outlets that can be crawled, and what the store has of each."""
    if context.invoked_subcommand is not None:
        return
    db: Path = context.obj
    rows: dict[str, OutletRow] = {}
    for slug, outlet in load_outlets(folder or bundled_outlets()).items():
        rows[slug] = OutletRow(
            outlet=slug,
            name=outlet.name,
            country=outlet.country,
            language=outlet.language,
            agency=int(outlet.agency),
            sources=len(outlet.sources),
            articles=0,
            last_new_at=None,
        )
    if db.is_file():
        with reading(db) as store:
            for row in store.queries.outlets.all(limit=limit):
                # The description says what an outlet is, the file what it brought.
                rows[row.outlet] = rows.get(row.outlet, row)._replace(
                    articles=row.articles, last_new_at=row.last_new_at
                )
    wanted = {key: value for key, value in asked.items() if value}
    shown = [
        row
        for _, row in sorted(rows.items())
        if all(_is(getattr(row, key), value) for key, value in wanted.items())
    ][:limit]
    if wanted and not shown and form is None:
        click.echo("no outlet is like that")
        return
    emit(shown, _COLUMNS, form)


def _is(said: str | int | None, wanted: str | bool) -> bool:
    """Whether a description says what is wanted: pt is said by pt-BR."""
    if isinstance(wanted, bool):
        return said == wanted
    told, tag = str(said or "").lower(), wanted.lower()
    return told == tag or told.startswith(f"{tag}-")


for command in (check, record, add, import_, export):
    outlets.add_command(command)


@click.command()
@click.option("--max-age", type=Span(), help="Exit 3 when an outlet gave no answer for so long.")
@list_options(limit=1_000)
@click.pass_obj
def health(db: Path, max_age: timedelta | None, limit: int, form: str | None) -> int:
    """Show which outlets answer and bring news, those in trouble first, and what was not seen.

    An outlet is silent when it brought nothing for three times as long as is usual for it,
    and for twelve hours.
    """
    from crawler.clock import now

    with reading(db) as store:
        rows = store.queries.outlets.health(now=now(), limit=limit)
        rejections, changed = (
            store.queries.outlets.rejections(),
            store.queries.outlets.changed_sources(),
        )
        gaps, held = store.queries.outlets.gaps(), store.usage.held()
        ahead = store.clocks.ahead(now=now())
    emit(rows, _HEALTH if form is None else (*_HEALTH, *_MORE_HEALTH), form)
    if form is None:
        _tell(rows, rejections, changed, gaps)
        _tell_limits(rows, held)
    if ahead:
        click.echo(clock_line(ahead, "in the next crawl"), err=True)
    if max_age is None:
        return 0
    limit_at = datetime.now(UTC) - max_age
    # A good answer of the future was given under a wrong clock, nobody knows when.
    soon = datetime.now(UTC) + SHORTEST
    old = [
        row.outlet
        for row in rows
        if row.polled_at is None or not limit_at <= datetime.fromisoformat(row.polled_at) <= soon
    ]
    if old:
        click.echo(
            f"no good answer within {length(max_age.total_seconds() / 3600)}: {', '.join(old)}",
            err=True,
        )
    return 3 if old else 0


def _tell(
    rows: list[OutletHealth],
    rejections: list[ReasonCount],
    changed: list[ChangedSource],
    gaps: list[GapSum],
) -> None:
    """What the table has no room for."""
    if rejections:
        reasons = ", ".join(f"{row.pages} {row.reason}" for row in rejections)
        click.echo(f"\nrejected pages: {reasons}")
    silent = [row.outlet for row in rows if row.silent]
    if silent:
        click.echo(f"\nsilent for three times the usual: {', '.join(silent)}")
    for gap in gaps:
        click.echo(
            f"\n{gap.outlet}: {gap.gaps} polls found not one page that was known; in "
            f"{gap.hours} hours before them others may have come and gone"
        )
    for source in changed:
        if source.retired_at is not None:
            click.echo(
                f"\n{source.outlet}: {source.url} is gone for good (410) and asked no more; "
                "take it out of the description"
            )
        elif source.same_as is not None:
            click.echo(f"\n{source.outlet}: {source.url} gives the same as {source.same_as}")
        elif source.moved_to is not None and _place(source.url) != _place(source.moved_to):
            click.echo(
                f"\n{source.outlet}: {source.url} has moved to {source.moved_to}; "
                "bring the description up to date"
            )


def _tell_limits(rows: list[OutletHealth], held: list[HeldPages]) -> None:
    """Outlets that met a quota, stalled the parsers, or give times that cannot be relied on."""
    for waiting in held:
        click.echo(f"\n{waiting_line(waiting)}")
    named = {waiting.outlet for waiting in held if waiting.reason == "quota"}
    for row in rows:
        if row.quota and row.outlet not in named:
            what = row.quota.replace("_", " ")
            click.echo(f"\n{row.outlet}: it has had its {what} of the day (UTC)")
        if row.doubted > DOUBTED * row.articles:
            click.echo(
                f"\n{row.outlet}: {row.doubted} of {row.articles} articles have a "
                "doubtful time (published_doubt)"
            )


def _place(url: str) -> tuple[str, str]:
    """An address without what servers like to change: its scheme, `www.`, a last slash."""
    from crawler.parsing.urls import host

    return host(url), urlsplit(url).path.rstrip("/")
