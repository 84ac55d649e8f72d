"""`newsloom attention`: how much outlets published on what a filter lets pass, by day."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import groupby
from math import ceil
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import filter_options, with_words
from crawler.cli.tables import emit, list_options, sparkline
from crawler.output.visible import counted
from crawler.store.queries.attention import AttentionDay, Totals
from crawler.types import ArticleFilter

T = TypeVar("T")
_SILENT, _BLIND = "·", "×"
_LEAST = 20
"""Characters of a sparkline on the narrowest terminal."""
_BESIDE = 60
"""Characters that the other columns take."""
_HEADINGS = {"by_day": "by day", "days_blind": "days blind"}


class _OutletLine(NamedTuple):
    """The days of an outlet, in one line of a table."""

    outlet: str
    articles: int
    published: int
    share: str
    days_blind: int
    by_day: str


@click.command()
@click.argument("argument", nargs=-1, metavar="[WORDS]...")
@filter_options()
@list_options(limit=100_000)
@click.pass_obj
def attention(
    db: Path, argument: tuple[str, ...], wanted: ArticleFilter, limit: int, form: str | None
) -> None:
    """Show how much each outlet published on a subject, by day.

    The articles that pass the filter count, beside all that the outlet published on these days.
    Every day has a place, also one without an article: on it the outlet was silent if a source of
    it answered; otherwise, if nothing of that day is known, we were blind. WORDS are a search, as
    with --words. With --json or --csv, each outlet and day is a row.
    """
    with reading(db) as store:
        wanted = store.queries.filters.checked(with_words(wanted, argument))
        rows = store.queries.attention.by_day(wanted)
        totals = store.queries.attention.totals(wanted)
    if totals.far:
        click.echo(
            f"{counted(totals.far, 'article')} far from the others in time "
            f"{'is' if totals.far == 1 else 'are'} not on these days; --since and --until name "
            "others.",
            err=True,
        )
    if form is not None:
        _say_if_more(len(rows), "rows", limit)
        emit(rows[:limit], AttentionDay._fields, form)
    elif not totals.articles:
        click.echo("No article passes.")
    else:
        _draw(rows, totals, limit)


def _draw(rows: Sequence[AttentionDay], totals: Totals, limit: int) -> None:
    room = max(shutil.get_terminal_size((120, 24)).columns - _BESIDE, _LEAST)
    step = ceil(len(totals.by_day) / room)
    by_outlet = {slug: list(days) for slug, days in groupby(rows, attrgetter("outlet"))}
    lines = [_line(outlet, days, step) for outlet, days in by_outlet.items()]
    # An outlet of which nothing at all is known has no line; `coverage` counts it.
    shown = sorted(
        (line for line in lines if line.published),
        key=lambda line: (-line.articles, -line.published, line.outlet),
    )
    _say_if_more(len(shown), "outlets", limit)
    click.echo(f"{totals.first_day} to {totals.last_day}, UTC:\n")
    emit([_all(rows, totals, step), *shown[:limit]], _OutletLine._fields, None, headings=_HEADINGS)
    a_place = "a day" if step == 1 else f"{step} days"
    click.echo(
        f"\nA place is {a_place}. Blank: it published, but nothing on this; {_SILENT} silent; "
        f"{_BLIND} we were blind."
    )


def _say_if_more(count: int, what: str, limit: int) -> None:
    if count > limit:
        click.echo(f"These are {limit} of {count} {what}; --limit {count} shows all.", err=True)


def _line(outlet: str, days: Sequence[AttentionDay], step: int) -> _OutletLine:
    articles, published = (
        sum(getattr(day, of) for day in days) for of in ("articles", "published")
    )
    places = _places(days, step)
    blocks = sparkline([sum(day.articles for day in place) for place in places])
    drawn = "".join(_mark(place, block) for place, block in zip(places, blocks, strict=True))
    blind = sum(day.state == "blind" for day in days)
    return _OutletLine(outlet, articles, published, _share(articles, published), blind, drawn)


def _places(days: Sequence[T], step: int) -> list[Sequence[T]]:
    """The days that share a place of a sparkline."""
    return [days[n : n + step] for n in range(0, len(days), step)]


def _mark(place: Sequence[AttentionDay], block: str) -> str:
    """The block of some days, or why there is none."""
    states = {day.state for day in place}
    if states & {"covered", "not covered"}:
        return block
    return _SILENT if "silent" in states else _BLIND


def _all(rows: Sequence[AttentionDay], totals: Totals, step: int) -> _OutletLine:
    published = sum(row.published for row in rows)
    blocks = sparkline([sum(place) for place in _places(totals.by_day, step)])
    within = sum(totals.by_day)
    seen = {row.day for row in rows if row.state != "blind"}
    blind = len(totals.by_day) - len(seen)
    return _OutletLine("(all)", within, published, _share(within, published), blind, blocks)


def _share(articles: int, published: int) -> str:
    return f"{articles / published:.0%}" if published else ""
