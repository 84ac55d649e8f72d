"""`newsloom topic`: filters that have a name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import filter_options, options_of
from crawler.cli.options import object_option
from crawler.cli.parameters import TopicName
from crawler.cli.tables import as_json, emit, list_options, sparkline, up_to
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import clock, counted, one_line
from crawler.store import Store
from crawler.store.facts.topics import Topic
from crawler.store.queries.attention import Totals
from crawler.types import ArticleFilter

_NAME = click.argument("name", metavar="NAME", type=TopicName())


@click.group()
def topic() -> None:
    """Give a filter a name, for --topic NAME wherever a filter goes."""


@topic.command()
@click.argument("name", metavar="NAME")
@filter_options("story")
@click.option("--why", metavar="TEXT", help="What the topic is for; `topic list` shows it.")
@click.pass_obj
def add(db: Path, name: str, wanted: ArticleFilter, why: str | None) -> None:
    """Name the articles that pass a filter.

    NAME has letters, digits, - and _. The topic holds the filter, not the articles: later ones that
    pass belong to it. With --topic, it starts from the conditions of another one.
    """
    from crawler.clock import now
    from crawler.run_lock import recorded

    if not db.is_file():
        raise NoSuchDatabase(db)
    if not wanted.given:
        raise UsageError("a topic needs a condition; give --words or another option of the filter")
    with reading(db) as store:
        conditions = replace(store.queries.filters.checked(wanted), topic=None)
    with recorded(db, f"newsloom topic add {name}") as run, run.store.batch():
        run.store.topics.add(name, conditions, why=(why or "").strip() or None, now=now())
    with reading(db) as store:
        figures = _totals(store, name)
    click.echo(
        f"topic {name}: {counted(figures.articles, 'article')} of "
        f"{counted(figures.outlets, 'outlet')}; `newsloom attention --topic {name}` "
        "shows them by day"
    )


@topic.command()
@_NAME
@click.pass_obj
def remove(db: Path, name: str) -> None:
    """Remove a topic; its articles stay."""
    from crawler.run_lock import recorded

    if not db.is_file():
        raise NoSuchDatabase(db)
    with reading(db) as store:
        store.topics.get(name)
    with recorded(db, f"newsloom topic remove {name}") as run, run.store.batch():
        run.store.topics.remove(name)
    click.echo(f"topic {name} is removed; its articles stay")


class _Line(NamedTuple):
    """A topic in a list."""

    topic: str
    articles: int
    outlets: int
    first_day: str | None
    last_day: str | None
    conditions: str
    why: str | None


class _DrawnLine(NamedTuple):
    """A topic in a table."""

    topic: str
    articles: int
    outlets: int
    last_day: str | None
    by_day: str
    conditions: str
    why: str | None


@topic.command("list")
@list_options(limit=50)
@click.pass_obj
def list_(db: Path, limit: int, form: str | None) -> None:
    """List topics, with their articles."""
    lines, drawn = [], []
    with reading(db) as store:
        for row in up_to(limit, store.topics.all(), form):
            found = _totals(store, row.name)
            said = options_of(row.wanted)
            lines.append(_Line(row.name, found.articles, found.outlets, found.first_day,
                               found.last_day, said, row.why))  # fmt: skip
            drawn.append(_DrawnLine(row.name, found.articles, found.outlets, found.last_day,
                                    sparkline(found.by_day[-30:]), said, row.why))  # fmt: skip
    if form is not None:
        emit(lines, _Line._fields, form)
    elif drawn:
        emit(drawn, _DrawnLine._fields, None, headings={"last_day": "last day", "by_day": "by day"})
    else:
        click.echo("The store has no topics; `newsloom topic add NAME --words ...` makes one.")


@topic.command()
@_NAME
@object_option
@click.pass_obj
def show(db: Path, name: str, as_object: bool) -> None:
    """Show the conditions of a topic."""
    with reading(db) as store:
        found = store.topics.get(name)
        totals = _totals(store, name)
    if as_object:
        shown = {"topic": name, **found.wanted.given, "why": found.why, "at": found.at}
        click.echo(as_json(shown, indent=2))
        return
    _print(found)
    days = f", {totals.first_day} to {totals.last_day}" if totals.first_day else ""
    click.echo(
        f"{counted(totals.articles, 'article')} of {counted(totals.outlets, 'outlet')}{days}"
    )


def _totals(store: Store, name: str) -> Totals:
    wanted = store.queries.filters.checked(ArticleFilter(topic=name))
    return store.queries.attention.totals(wanted)


def _print(found: Topic) -> None:
    click.echo(f"{found.name}, added {clock(found.at)} UTC")
    if found.why:
        click.echo(one_line(found.why))
    click.echo(f"\n  {options_of(found.wanted)}\n")
