"""`newsloom stories` and `newsloom story`."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from crawler.cli.arguments import check_outlet, living_story, reading
from crawler.cli.parameters import Since, StoryNumber, Until, check_period
from crawler.cli.tables import as_json, emit, list_options, paged, sparkline, up_to
from crawler.cli.timeline import timeline
from crawler.output.visible import clock, counted, length, one_line
from crawler.store.queries.stories import (
    StoryArticle,
    StoryDetail,
    StoryFilter,
    StoryLife,
    by_copy_group,
)

_COLUMNS = ("story", "outlets", "articles", "copy_groups", "first_at", "last_at", "title")


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


@click.command()
@click.option("--min-outlets", type=click.IntRange(min=1), default=1, show_default=True,
              help="Only stories that so many outlets carry.")  # fmt: skip
@click.option("--since", type=Since(), help="Only stories with articles since then.")
@click.option("--until", type=Until(), help="Only stories with articles of then or before.")
@click.option("--outlet", metavar="NAME", help="Only stories that this outlet told.")
@click.option("--language", metavar="TAG", help="Only stories told in this language: en, pt-BR.")
@click.option("--agency", is_flag=True, help="Only stories that a news agency told.")
@click.option("--words", help="Only stories with an article that holds all these words.")
@list_options(limit=20)
@click.pass_obj
def stories(db: Path, /, limit: int, form: str | None, **asked: Any) -> None:
    """List stories: most outlets first, then latest."""
    wanted = StoryFilter(**asked)
    check_period(wanted.since, wanted.until)
    with reading(db) as store:
        if wanted.outlet is not None:
            check_outlet(store, wanted.outlet)
        rows = store.queries.stories.matching(wanted, limit=limit + 1)
        rows = up_to(limit, rows, form)
        if not rows and form is None:
            if store.queries.stories.counts().stories:
                click.echo("no story is like that")
            else:
                click.echo("no stories yet; `newsloom crawl` or `newsloom group` makes them")
            return
        if form is None and sys.stdout.isatty():
            times = store.queries.stories.times([row.story for row in rows])
            spread = [_StoryWithSpread(*row, _spread(times[row.story])) for row in rows]
            emit(spread, (*_COLUMNS[:-1], "spread", "title"), None)
            return
        emit(rows, _COLUMNS, form)


def _spread(times: list[str], places: int = 12) -> str:
    """When the articles of a story appeared, from its first to its last."""
    moments = [datetime.fromisoformat(at).timestamp() for at in times]
    span = (moments[-1] - moments[0]) or 1
    found = Counter(min(places - 1, int(places * (at - moments[0]) / span)) for at in moments)
    return sparkline([found[place] for place in range(places)])


@click.command()
@click.argument("number", metavar="ID", type=StoryNumber())
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def story(db: Path, number: int, as_object: bool) -> None:
    """Show one story: how it spread, its texts, and who carried each, in time order."""
    with reading(db) as store:
        living = living_story(store, number)
        found = store.queries.stories.get(living)
        life = store.queries.stories.life(living)
        articles = store.queries.stories.articles(living)
        log = store.queries.stories.log(living)
    assert found is not None  # resolve() gave its number
    if as_object:
        whole = found._asdict() | life._asdict()
        whole |= {"asked_for": number, "articles": articles, "log": log}
        click.echo(as_json(whole, indent=2))
        return
    with paged():
        if living != number:
            click.echo(f"story {number} was merged into {living}\n")
        _show(found, life, articles)


def _show(found: StoryDetail, life: StoryLife, articles: list[StoryArticle]) -> None:
    click.echo(click.style(f"story {found.story}  {one_line(found.title)}", bold=True))
    languages = ", ".join(map(one_line, found.languages)) or "language unknown"
    groups, copies = found.copy_groups, found.articles - found.copy_groups
    made_of = f": {counted(groups, 'text')} and {counted(copies, 'copy')}" if copies else ""
    click.echo(
        f"{counted(found.articles, 'article')} of {counted(found.outlets, 'outlet')}, "
        f"{languages}{made_of}"
    )
    until = f" to {clock(found.last_at)}" if found.last_at != found.first_at else ""
    click.echo(f"{clock(found.first_at)}{until}{_life(life)}")
    click.echo(
        f"open to what appears until {clock(found.closes_at)}; later articles are another story"
    )
    texts = by_copy_group(articles)
    if found.articles > 1:
        click.echo()
        for line in timeline(texts, width=shutil.get_terminal_size((100, 24)).columns):
            click.echo(line)
    width = max(len(a.outlet) for a in articles)
    copied = [members for members in texts if len(members) > 1]
    alone = [members[0] for members in texts if len(members) == 1]
    for members in copied:
        click.echo()
        click.echo(_line(members[0], width, mark="●"))
        for copy in members[1:]:
            click.echo(_line(copy, width, mark="└", headline_of=members[0].title))
    if alone and copied:
        click.echo("\nin words of their own:")
    elif alone:
        click.echo()
    for article in alone:
        click.echo(_line(article, width, mark="○"))


def _life(life: StoryLife) -> str:
    parts = []
    if life.second_outlet is not None:
        spread = f"second outlet after {length(life.second_outlet)}"
        if life.fifth_outlet is not None:
            spread += f", fifth after {length(life.fifth_outlet)}"
        parts += [
            spread,
            f"most in the hour from {clock(life.peak_hour)}",
            f"half of it out after {length(life.half_life)}",
        ]
    return "".join(f"; {part}" for part in parts)


def _line(article: StoryArticle, width: int, *, mark: str, headline_of: str | None = None) -> str:
    title = "(same headline)" if article.title == headline_of else one_line(article.title)
    seen = "" if article.published_at else " (first seen)"
    return (
        f"{mark} {clock(article.at)}{seen}  {article.outlet:<{width}}  {title}  [{article.article}]"
    )
