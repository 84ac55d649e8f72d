"""What researchers ask most: `timeline`, `first`, `network`, `agencies`, `diff`."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click

from crawler.cli.arguments import article_number, check_outlet, living_story, reading
from crawler.cli.parameters import Since, StoryNumber, Until, check_period
from crawler.cli.tables import as_json, emit, list_options, paged
from crawler.output.visible import clock, counted, one_line
from crawler.store import Store
from crawler.store.queries.exports import RowFilter
from crawler.store.queries.stories import FirstPublisher

_STORY = click.argument("number", metavar="STORY", type=StoryNumber())
WEEK = 7
"""Days that `network` looks back by itself: all of a large store takes seconds."""
MONTH = 28
"""Days that `agencies` looks back by itself."""


@click.command()
@_STORY
@list_options(limit=1_000)
@click.pass_obj
def timeline(db: Path, number: int, limit: int, form: str | None) -> None:
    """Show who told a story when, in the order of time."""
    with reading(db) as store:
        rows = store.queries.stories.articles(living_story(store, number))[:limit]
    emit(rows, ("at", "outlet", "article", "copy_group", "title"), form)


@click.command()
@_STORY
@list_options(limit=1_000)
@click.pass_obj
def first(db: Path, number: int, limit: int, form: str | None) -> None:
    """Show who may have had a story first: between which two polls each outlet published it."""
    with reading(db) as store:
        rows = store.queries.stories.first_publishers(living_story(store, number))
    columns = ("outlet", "not_before", "not_after", "stated_at", "article", "may_be_first", "tied")
    if form is not None:
        emit(rows[:limit], columns, form)
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
        click.echo(f"\na tie of {len(may)}: their spans overlap, nobody can say who was first")
    elif len(rows) > 1:
        click.echo(f"\n{may[0]} had it first: no other span begins before it was listed there")


class _Interval(NamedTuple):
    """A FirstPublisher as a table shows it."""

    outlet: str
    polled_before: str
    listed: str
    says_itself: str
    article: int
    first: str


_INTERVAL_HEADINGS = {
    "polled_before": "polled before", "says_itself": "says itself", "first": "first?",
}  # fmt: skip


def _first(row: FirstPublisher) -> str:
    if not row.may_be_first:
        return "no"
    return "may be" if row.tied else "yes"


@click.command()
@click.option(
    "--since",
    type=Since(),
    help="Only texts of then or later; default: the week before the newest article.",
)
@click.option("--until", type=Until(), help="Only texts of then or before.")
@click.option("--story", type=StoryNumber(), metavar="ID", help="Only this story, whole.")
@click.option("--outlet", metavar="NAME", help="Only what this outlet takes and gives.")
@list_options(limit=30)
@click.pass_obj
def network(
    db: Path,
    since: str | None,
    until: str | None,
    story: int | None,
    outlet: str | None,
    limit: int,
    form: str | None,
) -> None:
    """Show which outlets carry whose texts, most copies first; `export network` writes all.

    Earlier does not mean author: both may print a third one's text.
    """
    with reading(db) as store:
        if outlet is not None:
            check_outlet(store, outlet)
        if story is not None:
            story = living_story(store, story)
        elif since is None and until is None:
            since = _back(store, WEEK)
            _say_what_is_left_out(store, since)
        check_period(since, until)
        wanted = RowFilter(since=since, until=until, story=story, outlet=outlet)
        rows = sorted(store.queries.exports.network(wanted), key=lambda row: -row.copies)
    _headed(since, form)
    if form is None and not rows:
        click.echo("no outlet carries a text of another in that time")
        return
    if len(rows) > limit:
        click.echo(f"{limit} of {len(rows)} edges; --limit {len(rows)} shows all", err=True)
    emit(rows[:limit], ("earlier", "later", "copies", "tied", "lag_hours", "containment"), form)


@click.command()
@click.option(
    "--since",
    type=Since(),
    help="Only what is of then or later; default: four weeks before the newest article.",
)
@list_options(limit=1_000)
@click.pass_obj
def agencies(db: Path, since: str | None, limit: int, form: str | None) -> None:
    """Show how much of what each outlet prints is agency copy; `export agencies` has it by week."""
    with reading(db) as store:
        if since is None:
            since = _back(store, MONTH)
            _say_what_is_left_out(store, since)
        rows = store.queries.agency_copy.shares(since=since, limit=limit)
    columns = ("outlet", "articles", "attributed", "contained", "agency_copy", "share")
    _headed(since, form)
    if form is not None:
        emit(rows, columns, form)
        return
    drawn = [
        _DrawnShare(*row[:-1], f"{row.share:4.0%} {'█' * round(20 * row.share)}") for row in rows
    ]
    emit(drawn, _DrawnShare._fields, None, headings={"of_all": "of all"})


class _DrawnShare(NamedTuple):
    """An AgencyShare with its share as a bar."""

    outlet: str
    articles: int
    attributed: int
    contained: int
    agency_copy: int
    of_all: str


@click.command()
@click.argument("one", metavar="ARTICLE")
@click.argument("two", metavar="[OTHER]", required=False)
@click.option("--json", "as_object", is_flag=True, help="As JSON, piece by piece.")
@click.pass_obj
def diff(db: Path, one: str, two: str | None, as_object: bool) -> None:
    """Show what an outlet changed in an ARTICLE, or what differs from an OTHER, in colour."""
    from crawler.output.diff import differences

    with reading(db) as store:
        versions = _versions(store, one, two)
    changes = list(pairwise(versions))
    if as_object:
        click.echo(
            as_json(
                [
                    {
                        "before": old.label,
                        "after": new.label,
                        "title": [*differences(old.title, new.title)],
                        "text": [*differences(old.text, new.text)],
                    }
                    for old, new in changes
                ],
                indent=2,
            )
        )
        return
    if not changes:
        click.echo(f"{versions[0].label} has not been changed since it was first read")
        return
    with paged():
        for old, new in changes:
            _show(old, new)


class _Labelled(NamedTuple):
    """A text of an article, and how it is called."""

    label: str
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
    """Texts to be held against each other, in order."""
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


def _back(store: Store, days: int) -> str | None:
    """So many days before the newest article; None: there is none, and nothing is left out."""
    from crawler.clock import now
    from crawler.parsing.dates import utc

    newest = store.queries.front.newest(now())
    return utc(datetime.fromisoformat(newest) - timedelta(days=days)) if newest else None


def _say_what_is_left_out(store: Store, since: str | None) -> None:
    """Articles that a default window leaves out, and how to have them."""
    if since is None:
        return
    found = store.queries.front.left_out(since)
    if found.older:
        click.echo(
            f"{found.older} of {counted(found.articles, 'article')} are older; "
            f"--since {found.oldest} has them",
            err=True,
        )


def _headed(since: str | None, form: str | None) -> None:
    if form is None and since is not None:
        click.echo(f"since {clock(since)} UTC\n")
