"""`newsloom stories` and `newsloom story`."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import WordsCommand, filter_options, with_words
from crawler.cli.options import object_option
from crawler.cli.parameters import StoryNumber
from crawler.cli.tables import as_json, emit, list_options, paged, sparkline, up_to
from crawler.cli.time_lanes import split_copied, timeline
from crawler.library.reports import StoryReport, story_report
from crawler.output.visible import clock, counted, length, one_line
from crawler.store import Store
from crawler.store.queries.events import OtherLanguage
from crawler.store.queries.stories import StoryArticle, StoryLife, by_copy_group
from crawler.types import ArticleFilter

_COLUMNS = ("story", "outlets", "articles", "copy_groups", "first_at", "last_at", "title")
_EVENT_COLUMNS = (
    "story",
    "event",
    "stories",
    "languages",
    "outlets",
    "articles",
    "first_at",
    "title",
)


class _StoryWithSpread(NamedTuple):
    """A StoryRow as a terminal shows it."""

    story: int
    title: str
    outlets: int
    articles: int
    copy_groups: int
    languages: tuple[str, ...]
    first_at: str
    last_at: str
    spread: str


@click.command(cls=WordsCommand)
@click.argument("argument", nargs=-1, metavar="[WORDS]...")
@filter_options()
@click.option("--events", is_flag=True,
              help="Stories of different languages that tell one event as one.")  # fmt: skip
@list_options(limit=20)
@click.pass_obj
def stories(
    db: Path,
    argument: tuple[str, ...],
    wanted: ArticleFilter,
    limit: int,
    form: str | None,
    events: bool,
) -> None:
    """List stories: most outlets first, then latest.

    A story is listed when one of its articles passes the filter; its figures are those of all its
    articles. WORDS are a search, as with --words.
    """
    with reading(db) as store:
        wanted = store.queries.filters.checked(_narrowed(store, wanted, argument))
        if events:
            _list_events(store, wanted, limit, form)
            return
        rows = store.queries.stories.matching(wanted, limit=limit + 1)
        rows = up_to(limit, rows, form)
        if form is not None:
            emit(rows, _COLUMNS, form)
        elif not rows:
            click.echo(_no_stories(store))
        elif sys.stdout.isatty():
            times = store.queries.stories.times([row.story for row in rows])
            spread = [_StoryWithSpread(*row, _spread(times[row.story])) for row in rows]
            emit(spread, (*_COLUMNS[:-1], "spread", "title"), None)
        else:
            emit(rows, _COLUMNS, None)


def _narrowed(store: Store, wanted: ArticleFilter, argument: tuple[str, ...]) -> ArticleFilter:
    """The filter with what the argument says: a search, or the number of a story."""
    if len(argument) == 1 and re.fullmatch(r"[1-9]\d{0,14}", argument[0]):
        number = int(argument[0])
        if store.stories.resolve(number) is not None:
            click.echo(
                f"`newsloom story {number}` shows more of story {number}; "
                f"`stories --words {number}` looks for the word.",
                err=True,
            )
            return wanted.narrowed_by(ArticleFilter(story=number))
        click.echo(f"There is no story {number}; looking for the word {number} instead.", err=True)
    return with_words(wanted, argument)


def _list_events(store: Store, wanted: ArticleFilter, limit: int, form: str | None) -> None:
    rows = up_to(limit, store.queries.events.matching(wanted, limit=limit + 1), form)
    if rows or form is not None:
        emit(rows, _EVENT_COLUMNS, form)
    else:
        click.echo(_no_stories(store))


def _no_stories(store: Store) -> str:
    if store.queries.stories.counts().stories:
        return "No stories match."
    return "The store has no stories yet; `newsloom crawl` or `newsloom group` makes them."


def _spread(times: list[str], places: int = 12) -> str:
    """When the articles of a story appeared, from its first to its last."""
    moments = [datetime.fromisoformat(at).timestamp() for at in times]
    span = (moments[-1] - moments[0]) or 1
    found = Counter(min(places - 1, int(places * (at - moments[0]) / span)) for at in moments)
    return sparkline([found[place] for place in range(places)])


@click.command()
@click.argument("number", metavar="ID", type=StoryNumber())
@object_option
@click.pass_obj
def story(db: Path, number: int, as_object: bool) -> None:
    """Show one story: how it spread, its texts, and their outlets."""
    with reading(db) as store:
        report = story_report(store, number)
    found = report.story
    if as_object:
        click.echo(as_json(report, indent=2))
        return
    with paged():
        if found.story != number:
            click.echo(f"Story {number} was merged into story {found.story}.\n")
        texts = by_copy_group(report.articles)
        _show_summary(report)
        if found.articles > 1:
            click.echo()
            for line in timeline(texts, width=shutil.get_terminal_size((100, 24)).columns):
                click.echo(line)
        _show_texts(texts)
        _show_other_languages(report.other_languages)


def _show_summary(report: StoryReport) -> None:
    found = report.story
    click.echo(click.style(f"story {found.story}  {one_line(found.title)}", bold=True))
    languages = ", ".join(map(one_line, found.languages)) or "language unknown"
    groups, copies = found.copy_groups, found.articles - found.copy_groups
    made_of = f": {counted(groups, 'text')} and {counted(copies, 'copy')}" if copies else ""
    click.echo(
        f"{counted(found.articles, 'article')} of {counted(found.outlets, 'outlet')}, "
        f"{languages}{made_of}"
    )
    until = f" to {clock(found.last_at)}" if found.last_at != found.first_at else ""
    click.echo(f"{clock(found.first_at)}{until}{_life(report.life)}")
    click.echo(
        f"Accepts articles published up to {clock(found.closes_at)}; later ones start a new story."
    )


def _show_texts(texts: Sequence[Sequence[StoryArticle]]) -> None:
    """Copied texts, each with its copies; then the articles that have none."""
    width = max(len(article.outlet) for members in texts for article in members)
    copied, independent = split_copied(texts)
    for first, *copies in copied:
        click.echo()
        click.echo(_line(first, width, mark="●"))
        for copy in copies:
            click.echo(_line(copy, width, mark="└", headline_of=first.title))
    if independent:
        click.echo("\nReported independently:" if copied else "")
    for article in independent:
        click.echo(_line(article, width, mark="○"))


def _show_other_languages(others: Sequence[OtherLanguage]) -> None:
    """Stories that tell the same event in other languages."""
    if others:
        click.echo(f"\nIn other languages (event {others[0].event}):")
    for other in others:
        languages = ", ".join(map(one_line, other.languages))
        click.echo(
            f"◇ {clock(other.first_at)}  {languages:<5} {counted(other.articles, 'article')}  "
            f"{one_line(other.title)}  [story {other.story}]"
        )


def _life(life: StoryLife) -> str:
    """How it spread, as the rest of a line; empty for a story of one outlet."""
    if life.second_outlet is None:
        return ""
    fifth = f", fifth after {length(life.fifth_outlet)}" if life.fifth_outlet is not None else ""
    return (
        f"; second outlet after {length(life.second_outlet)}{fifth}"
        f"; most articles in the hour from {clock(life.peak_hour)}"
        f"; half of them published after {length(life.half_life)}"
    )


def _line(article: StoryArticle, width: int, *, mark: str, headline_of: str | None = None) -> str:
    title = "(same headline)" if article.title == headline_of else one_line(article.title)
    seen = "" if article.published_at else " (first seen)"
    return (
        f"{mark} {clock(article.at)}{seen}  {article.outlet:<{width}}  {title}  [{article.article}]"
    )
