"""What researchers ask most: `newsloom timeline`, `first`, `network`, `agencies`, `changes`."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import filter_options, show_start, with_default_period
from crawler.cli.parameters import Number, StoryNumber
from crawler.cli.tables import as_json, emit, list_options, paged, up_to
from crawler.library.reports import article_number
from crawler.output.visible import clock, one_line
from crawler.store import Store
from crawler.store.queries.copy_network import WEEK
from crawler.store.queries.stories import FirstPublisher
from crawler.types import ArticleFilter

if TYPE_CHECKING:
    from crawler.output.diff import Piece

_STORY = click.argument("number", metavar="STORY", type=StoryNumber())
MONTH = 28
"""Days before the newest article that `agencies` covers by default."""


@click.command()
@_STORY
@filter_options("story")
@list_options(limit=1_000)
@click.pass_obj
def timeline(db: Path, number: int, wanted: ArticleFilter, limit: int, form: str | None) -> None:
    """Show when each outlet published a story, in order of time."""
    with reading(db) as store:
        wanted = store.queries.filters.checked(replace(wanted, story=number))
        assert wanted.story is not None  # that of its living story
        rows = up_to(limit, store.queries.stories.articles(wanted.story, wanted), form)
    if rows or form is not None:
        emit(rows, ("at", "outlet", "article", "copy_group", "title"), form)
    else:
        click.echo(_NO_ARTICLE)


_NO_ARTICLE = "No article of this story matches."


@click.command()
@_STORY
@filter_options("story")
@list_options(limit=1_000)
@click.pass_obj
def first(db: Path, number: int, wanted: ArticleFilter, limit: int, form: str | None) -> None:
    """Show which outlet may have published a story first.

    Each outlet published between two polls: the last one that did not list its article yet, and
    the first one that did. With a filter, as if there were only the articles that pass it.
    """
    with reading(db) as store:
        wanted = store.queries.filters.checked(replace(wanted, story=number))
        assert wanted.story is not None  # that of its living story
        rows = store.queries.stories.first_publishers(wanted.story, wanted)
    columns = ("outlet", "not_before", "not_after", "stated_at", "article", "may_be_first", "tied")
    if form is not None:
        emit(rows[:limit], columns, form)
        return
    if not rows:
        click.echo(_NO_ARTICLE)
        return
    shown = [
        _Interval(
            row.outlet, clock(row.not_before), clock(row.not_after), clock(row.stated_at),
            row.article, _first(row),
        )
        for row in rows[:limit]
    ]  # fmt: skip
    emit(shown, _Interval._fields, None, headings=_INTERVAL_HEADINGS)
    may = [row.outlet for row in rows if row.may_be_first]
    if len(may) > 1:
        click.echo(
            f"\n{len(may)} outlets tie: their intervals overlap, so nobody can say which was first."
        )
    elif len(rows) > 1:
        click.echo(
            f"\n{may[0]} was first: it listed the story before any other outlet published it."
        )


class _Interval(NamedTuple):
    """A FirstPublisher as a table shows it."""

    outlet: str
    polled_before: str
    listed: str
    says_itself: str
    article: int
    first: str


_INTERVAL_HEADINGS = {
    "polled_before": "polled before (UTC)", "listed": "listed (UTC)", "says_itself": "states (UTC)",
    "first": "first?",
}  # fmt: skip


def _first(row: FirstPublisher) -> str:
    if not row.may_be_first:
        return "no"
    return "may be" if row.tied else "yes"


@click.command()
@filter_options()
@click.option(
    "--all-pairs",
    is_flag=True,
    help="Count every two articles that carry one text, not only the star of each text.",
)
@click.option(
    "--min-copies",
    type=Number(min=1),
    default=1,
    show_default=True,
    help="Only edges of at least this many copies.",
)
@list_options(limit=30)
@click.pass_obj
def network(
    db: Path,
    wanted: ArticleFilter,
    all_pairs: bool,
    min_copies: int,
    limit: int,
    form: str | None,
) -> None:
    """Show which outlets ran texts of which others.

    Each text is a star: its edges lead from the agency whose own text it is, otherwise from the
    outlet that had it first, to every other outlet. If several outlets may have been first, each of
    them has edges, and `tied` counts them. --all-pairs counts pairs of articles instead.

    Pairs of outlets with most copies come first. Both articles of a copy pass the filter; with one
    --outlet, the other article may be of any. Without a period, a search or a story, only the week
    before the newest article counts. First does not mean author: both outlets may have run a text
    of a third one. `newsloom export network` (or `network-pairs`) writes all edges to a file.
    """
    with reading(db) as store:
        wanted = with_default_period(store, store.queries.filters.checked(wanted), WEEK)
        rows = store.queries.network.heaviest(wanted, all_pairs=all_pairs, min_copies=min_copies)
    show_start(wanted, form)
    if form is None and not rows:
        enough = f" {min_copies} times" if min_copies > 1 else ""
        click.echo(f"No outlet ran a text of another{enough} among these articles.")
        return
    if len(rows) > limit:
        click.echo(
            f"These are {limit} of {len(rows)} edges; --limit {len(rows)} shows all.", err=True
        )
    emit(rows[:limit], ("earlier", "later", "copies", "tied", "lag_hours", "containment"), form)


@click.command()
@filter_options()
@list_options(limit=1_000)
@click.pass_obj
def agencies(db: Path, wanted: ArticleFilter, limit: int, form: str | None) -> None:
    """Show what share of each outlet's articles is agency copy.

    Attributed: the page names an agency. Contained: an agency's text stands in the article.
    Twin: it names none, and is a copy of an article that does. Agency copy: any of the three.

    The articles that pass the filter count. Without a period, a search or a story, only the four
    weeks before the newest article count. `newsloom export agencies` has the shares by week.
    """
    with reading(db) as store:
        wanted = with_default_period(store, store.queries.filters.checked(wanted), MONTH)
        rows = store.queries.agency_copy.shares(wanted, limit=limit)
    columns = ("outlet", "articles", "attributed", "contained", "twin", "agency_copy", "share")
    show_start(wanted, form)
    if form is not None:
        emit(rows, columns, form)
        return
    drawn = [
        _DrawnShare(*row[:-1], f"{row.share:4.0%} {'█' * round(10 * row.share)}") for row in rows
    ]
    emit(drawn, _DrawnShare._fields, None, headings={"of_all": "of all"})


class _DrawnShare(NamedTuple):
    """An AgencyShare with its share as a bar."""

    outlet: str
    articles: int
    attributed: int
    contained: int
    twin: int
    agency_copy: int
    of_all: str


class Change(NamedTuple):
    """What `newsloom changes --json` prints of two texts."""

    before: str
    """number, outlet and time of the first text"""
    after: str
    title: list[Piece]
    text: list[Piece]


@click.command()
@click.argument("one", metavar="ARTICLE")
@click.argument("two", metavar="[OTHER]", required=False)
@click.option("--json", "as_object", is_flag=True, help="Print JSON, piece by piece.")
@click.pass_obj
def diff(db: Path, one: str, two: str | None, as_object: bool) -> None:
    """Show what changed in ARTICLE, or how it differs from OTHER."""
    from crawler.output.diff import differences

    with reading(db) as store:
        versions = _versions(store, one, two)
    changes = list(pairwise(versions))
    if as_object:
        click.echo(
            as_json(
                [
                    Change(
                        before=old.label,
                        after=new.label,
                        title=[*differences(old.title, new.title)],
                        text=[*differences(old.text, new.text)],
                    )
                    for old, new in changes
                ],
                indent=2,
            )
        )
        return
    if not changes:
        click.echo(f"{versions[0].label} has not changed since Newsloom first read it.")
        return
    with paged():
        for old, new in changes:
            _show(old, new)


class _Labelled(NamedTuple):
    """A text of an article."""

    label: str
    """number of the article, its outlet, and until when this was its text"""
    title: str
    text: str


def _show(old: _Labelled, new: _Labelled) -> None:
    from crawler.cli.side_by_side import side_by_side

    click.echo(click.style(f"{old.label}  |  {new.label}", bold=True))
    for before, after in ((old.title, new.title), (old.text, new.text)):
        for line in side_by_side(before, after):
            click.echo(line)
        click.echo()


def _versions(store: Store, one: str, two: str | None) -> list[_Labelled]:
    """The versions of one article, or the present texts of two."""
    found: list[_Labelled] = []
    for name in (one, two) if two is not None else (one,):
        number = article_number(store, name)
        article = store.queries.articles.get(number)
        assert article is not None  # article_number() gave it
        label = f"[{number}] {one_line(article.outlet)}"
        versions = store.queries.articles.versions(number)
        for version in versions if two is None else versions[-1:]:
            until = clock(version.replaced_at)
            when = f" until {until}" if until else " now" if found and two is None else ""
            found.append(_Labelled(label + when, version.title, version.text))
    return found
