"""`newsloom groupings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from crawler.cli.arguments import reading
from crawler.cli.options import object_option
from crawler.cli.parameters import Number
from crawler.cli.partition_scores import Agreement, Agreements, Headings, agreement, show
from crawler.cli.tables import as_json, readable, table
from crawler.errors import UsageError
from crawler.output.plain import INLINE
from crawler.output.visible import clock, one_line
from crawler.store.findings.manifest import KeptGrouping, KeptPlace
from crawler.store.queries.articles import PlacedArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonReport:
    """What `newsloom groupings NAME --json` prints."""

    kept: KeptGrouping = field(metadata=INLINE)
    articles: int
    """that are still in the store; it takes the place of the number that were kept"""
    figures: Agreements = field(metadata=INLINE)
    events: Agreement | None
    """stories of different languages as one; None: the grouping was kept before events were"""


_HEADINGS = Headings(
    mixed="kept {kind} that mix several of the store's own:",
    torn="the store's own {kind} that are split over several of the kept:",
)


@click.command()
@click.argument("name", required=False)
@click.option("--worst", type=Number(min=0), default=5, show_default=True,
              help="List at most this many differences of each kind.")  # fmt: skip
@object_option
@click.pass_obj
def groupings(db: Path, name: str | None, worst: int, as_object: bool) -> None:
    """List the kept groupings, or score one against the store's own.

    `newsloom group --rebuild --as NAME` keeps a grouping.
    Precision, recall and the adjusted Rand index take the store's own copies, stories and events as
    the truth, and leave out later articles.
    """
    with reading(db) as store:
        kept = store.groupings.partitions()
        if name is None:
            _list([*kept.values()], as_object=as_object)
            return
        if name not in kept:
            names = ", ".join(map(one_line, kept)) or "none"
            raise UsageError(
                f"no grouping is kept as {name}; there are: {names}. "
                f"`newsloom group --rebuild --as {name}` makes it"
            )
        rows = store.groupings.partition(name)
        placed = store.queries.articles.placed(rows)
        event_of = store.queries.events.of_stories()
    figures = Agreements.of(
        lambda part: agreement(
            {article: part(row) for article, row in rows.items()},
            {article: part(placed[article]) or f"none {article}" for article in rows},
            placed,
            worst,
        )
    )
    events = _score_events(rows, placed, event_of, worst)
    report = ComparisonReport(kept=kept[name], articles=len(rows), figures=figures, events=events)
    if as_object:
        click.echo(as_json(report, indent=2))
        return
    click.echo(f"{len(rows)} articles, kept as {one_line(name)} on {clock(kept[name].at)}\n")
    show(figures._asdict() | ({} if events is None else {"events": events}), _HEADINGS)


def _score_events(
    rows: Mapping[int, KeptPlace],
    placed: Mapping[int, PlacedArticle],
    event_of: Mapping[int, int],
    worst: int,
) -> Agreement | None:
    """How well the events agree; None for a grouping that was kept before events were."""
    if any(row.event is None for row in rows.values()):
        return None

    def present(article: int) -> str | int:
        story = placed[article].story
        return f"none {article}" if story is None else event_of.get(story, -story)

    return agreement(
        {article: row.event for article, row in rows.items()},
        {article: present(article) for article in rows},
        placed,
        worst,
    )


def _list(kept: list[KeptGrouping], *, as_object: bool) -> None:
    if as_object:
        click.echo(as_json(kept, indent=2))
    elif kept:
        columns = KeptGrouping._fields
        click.echo(table(kept, columns, headings=readable(columns)))
    else:
        click.echo("No grouping is kept; `newsloom group --rebuild --as NAME` keeps one.")
