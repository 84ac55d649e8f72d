"""`newsloom coverage`: which outlets reported the stories of a filter, and which left them out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import filter_options, with_words
from crawler.cli.tables import emit, grid, list_options
from crawler.output.visible import clock, counted, one_line
from crawler.store.queries.coverage import COLUMNS, Coverage, OutletCoverage, by_outlet
from crawler.types import ArticleFilter

STORIES = 12
"""Stories of the matrix: as many as a line of a terminal holds."""


@click.command()
@click.argument("argument", nargs=-1, metavar="[WORDS]...")
@filter_options()
@list_options(limit=1_000)
@click.pass_obj
def coverage(
    db: Path, argument: tuple[str, ...], wanted: ArticleFilter, limit: int, form: str | None
) -> None:
    """Show which outlets left out which of the largest stories.

    The stories are those of the articles that pass the filter, together with the stories of other
    languages that tell one event. We were blind where no source of an outlet answered while a story
    ran, and nothing that the outlet published then is known. `newsloom export coverage` has all
    stories. WORDS are a search, as with --words.
    """
    with reading(db) as store:
        wanted = store.queries.filters.checked(with_words(wanted, argument))
        rows = store.queries.coverage.matrix(wanted, stories=STORIES)
    if form is not None:
        emit(rows[:limit], COLUMNS.split(), form)
    elif not rows:
        click.echo("No stories match.")
    else:
        _draw(rows, by_outlet(rows)[:limit])


def _draw(rows: Sequence[Coverage], outlets: Sequence[OutletCoverage]) -> None:
    stories = {number: next(own) for number, own in groupby(rows, attrgetter("story"))}
    lines = [
        [row.outlet, *(_cell(cell) for cell in row.cells), f"{row.covered} of {row.seen}"]
        for row in outlets
    ]
    heads = ["outlet", *map(str, stories), "covered"]
    click.echo(grid(heads, lines, ["left", *["right"] * (len(stories) + 1)]))
    click.echo("\nArticles of an outlet in a story; - not covered; × we were blind.\n")
    for number, row in stories.items():
        own = [cell for cell in rows if cell.story == number]
        covered = [cell for cell in own if cell.state == "covered"]
        seen = sum(cell.state != "blind" for cell in own)
        first = min(covered, key=lambda cell: cell.first_at or "")
        click.echo(
            f"{number:>5}  {len(covered)} of {counted(seen, 'outlet')}, from "
            f"{clock(first.first_at)}: {one_line(row.title)}"
        )


def _cell(cell: Coverage) -> str:
    return {"covered": str(cell.articles), "not covered": "-", "blind": "×"}[cell.state]
