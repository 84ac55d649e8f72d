"""`newsloom outlets` and `newsloom health`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from crawler.cli.arguments import reading
from crawler.cli.command_groups import WholeLines
from crawler.cli.crawl_report import clock_line, waiting_line
from crawler.cli.described import Described
from crawler.cli.options import described_options, selection_options
from crawler.cli.outlets_check import check, record
from crawler.cli.outlets_describe import add, copy, export, import_, show
from crawler.cli.parameters import Span
from crawler.cli.tables import emit, list_options
from crawler.cli.watched_lines import show_unsent
from crawler.outlets.selection import Selection
from crawler.output.reasons import ACCESS, meaning
from crawler.output.visible import counted, length
from crawler.store.facts.usage import HeldPages
from crawler.store.queries.outlets import (
    ChangedSource,
    GapSum,
    OutletHealth,
    OutletRow,
    ReasonCount,
)
from crawler.types import Outlet

_COLUMNS = ("outlet", "name", "country", "language", "agency", "sources", "articles", "last_new_at")

_HEALTH = (
    "outlet", "sources", "failing", "polled_at", "last_new_at", "usual_hours", "articles",
    "pending", "rejected", "reason",
)  # fmt: skip
_MORE_HEALTH = ("retired", "due_at", "gaps", "silent", "quota", "doubted")

DOUBTED = 0.5
"""Share of an outlet's articles with a doubtful time above which `health` names the outlet."""


@click.group(cls=WholeLines, invoke_without_command=True)
@described_options
@selection_options
@list_options(limit=1_000)
@click.pass_context
def outlets(
    context: click.Context,
    /,
    folder: Path | None,
    only: bool,
    limit: int,
    form: str | None,
    **conditions: Any,
) -> None:
    """List the outlets, and how many articles the store has of each."""
    if context.invoked_subcommand is not None:
        return
    selection = Selection(**conditions)
    rows = _described_rows(Described(folder, only).load(quiet=form is not None))
    db: Path = context.obj
    if db.is_file():
        with reading(db) as store:
            for row in store.queries.outlets.all(limit=limit):
                # The description says what an outlet is, the store what it brought.
                rows[row.outlet] = rows.get(row.outlet, row)._replace(
                    articles=row.articles, last_new_at=row.last_new_at
                )
    shown = [row for _, row in sorted(rows.items()) if _is_meant(row, selection)][:limit]
    if not shown and rows and form is None:
        click.echo("No outlets match.")
        return
    emit(shown, _COLUMNS, form)


def _is_meant(row: OutletRow, selection: Selection) -> bool:
    return selection.match(country=row.country, language=row.language, agency=row.agency == 1)


def _described_rows(described: Mapping[str, Outlet]) -> dict[str, OutletRow]:
    """The outlets that have a description, by slug, without what a store knows of them."""
    return {
        slug: OutletRow(
            outlet=slug,
            name=outlet.name,
            country=outlet.country,
            language=outlet.language,
            agency=int(outlet.agency),
            sources=len(outlet.sources),
            articles=0,
            last_new_at=None,
        )
        for slug, outlet in described.items()
    }


for command in (show, copy, check, record, add, import_, export):
    outlets.add_command(command)


@click.command()
@click.option(
    "--max-age",
    type=Span(),
    help="Exit with 3 when an outlet gave no good answer within this time.",
)
@list_options(limit=1_000)
@click.pass_obj
def health(db: Path, max_age: timedelta | None, limit: int, form: str | None) -> int:
    """Show which outlets answer and bring news, and what was missed.

    Outlets in trouble come first. An outlet is silent when it brought nothing for three times
    its usual interval, and for twelve hours at least.
    """
    from crawler.clock import now

    with reading(db) as store:
        queries = store.queries.outlets
        rows = queries.health(now=now(), limit=limit)
        late = queries.late(now=now(), max_age=max_age) if max_age is not None else []
        ahead = store.clocks.ahead(now=now())
        if form is None:
            emit(rows, _HEALTH, None)
            _show_rejections(queries.rejections())
            _show_silent(rows)
            _show_gaps(queries.gaps())
            _show_changed(queries.changed_sources())
            _show_limits(rows, store.usage.held())
            show_unsent(store)
        else:
            emit(rows, (*_HEALTH, *_MORE_HEALTH), form)
    if ahead:
        click.echo(clock_line(ahead, "in the next crawl"), err=True)
    if max_age is None or not late:
        return 0
    within = length(max_age.total_seconds() / 3600)
    click.echo(f"no good answer within {within}: {', '.join(late)}", err=True)
    return 3


def _show_rejections(rejections: list[ReasonCount]) -> None:
    if rejections:
        reasons = ", ".join(f"{row.pages} {row.reason}" for row in rejections)
        click.echo(f"\nrejected pages: {reasons}")


def _show_silent(rows: list[OutletHealth]) -> None:
    silent = [row.outlet for row in rows if row.silent]
    if silent:
        click.echo(f"\nsilent for three times the usual interval: {', '.join(silent)}")


def _show_gaps(gaps: list[GapSum]) -> None:
    for gap in gaps:
        click.echo(
            f"\n{gap.outlet}: {counted(gap.gaps, 'poll')} found no known page; in the {gap.hours} "
            "hours before, pages may have come and gone unseen"
        )


def _show_changed(changed: list[ChangedSource]) -> None:
    for source in changed:
        what = _change(source)
        if what is not None:
            click.echo(f"\n{source.outlet}: {source.url} {what}")


def _change(source: ChangedSource) -> str | None:
    """What became of a source, and what to do; None where only its address looks different."""
    if source.retired_at is not None:
        return "is gone for good (410) and no longer asked; remove it from the description"
    if source.same_as is not None:
        return f"gives the same bytes as {source.same_as}, so only that one is asked"
    if source.moved_to is not None and _place(source.url) != _place(source.moved_to):
        return f"has moved to {source.moved_to}; update the description"
    return None


def _show_limits(rows: list[OutletHealth], held: list[HeldPages]) -> None:
    """Outlets that used up a quota, stalled the parsers, or give times that are in doubt."""
    for waiting in held:
        click.echo(f"\n{waiting_line(waiting)}")
    named = {waiting.outlet for waiting in held if waiting.reason == "quota"}
    told = {waiting.outlet for waiting in held if waiting.reason in ACCESS}
    for row in rows:
        if row.reason in ACCESS and row.outlet not in told:
            click.echo(f"\n{row.outlet}: {meaning(row.reason)}")
        if row.quota and row.outlet not in named:
            quota = row.quota.replace("_", " ")
            click.echo(
                f"\n{row.outlet}: its daily quota of {quota} is used up until tomorrow (UTC)"
            )
        if row.doubted > DOUBTED * row.articles:
            click.echo(
                f"\n{row.outlet}: {row.doubted} of {row.articles} articles have a "
                "doubtful time (published_doubt)"
            )


def _place(url: str) -> tuple[str, str]:
    """An address without its scheme, `www.` and a last slash, which servers change often."""
    from crawler.parsing.urls import host

    return host(url), urlsplit(url).path.rstrip("/")
