"""`newsloom stories` and `newsloom story`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import click

from crawler.cli.output import Row, Since, as_json, clock, emit, list_options, one_line
from crawler.cli.reading import reading
from crawler.errors import UsageError

_COLUMNS = ("story", "outlets", "articles", "copy_groups", "first_at", "last_at", "title")


@click.command()
@click.option("--min-outlets", type=click.IntRange(min=1), default=1, show_default=True,
              help="Only stories that so many outlets carry.")  # fmt: skip
@click.option("--since", type=Since(), help="Only stories with articles since then.")
@list_options(limit=20)
@click.pass_obj
def stories(db: Path, min_outlets: int, since: str | None, limit: int, form: str | None) -> None:
    """List stories: most outlets first, then latest."""
    with reading(db) as store:
        rows = store.reading.stories(limit=limit, min_outlets=min_outlets, since=since)
        if not rows and form is None:
            click.echo("no stories yet; `newsloom crawl` or `newsloom group` makes them")
            return
        emit(rows, _COLUMNS, form)


@click.command()
@click.argument("number", metavar="ID", type=click.IntRange(min=1))
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def story(db: Path, number: int, as_object: bool) -> None:
    """Show one story: its texts, who carried each, in time order."""
    with reading(db) as store:
        living = store.stories.resolve(number)
        if living is None:
            raise UsageError(f"there is no story {number}; `newsloom stories` lists them")
        found = store.reading.story(living)
        articles = store.reading.story_articles(living)
        log = store.reading.story_log(living)
    assert found is not None  # resolve() gave its number
    if as_object:
        click.echo(
            as_json({**found, "asked_for": number, "articles": articles, "log": log}, indent=2)
        )
        return
    if living != number:
        click.echo(f"story {number} was merged into {living}\n")
    _show(found, articles)


def _show(found: Row, articles: list[Row]) -> None:
    click.echo(click.style(f"story {found['story']}  {one_line(found['title'])}", bold=True))
    click.echo(
        f"{found['articles']} articles of {found['outlets']} outlets "
        f"in {found['copy_groups']} texts, {clock(found['first_at'])} to {clock(found['last_at'])}"
    )
    width = max(len(a["outlet"]) for a in articles)
    for members in _branches(articles):
        first, rest = members[0], members[1:]
        click.echo()
        click.echo(_line(first, width, mark="●"))
        for copy in rest:
            click.echo(_line(copy, width, mark="└", headline_of=first["title"]))


def _branches(articles: list[Row]) -> list[list[Row]]:
    """Articles by copy group; groups and members in time order."""
    key = {a["copy_group"]: n for n, a in reversed(list(enumerate(articles)))}
    ordered = sorted(articles, key=lambda a: key[a["copy_group"]])
    return [list(members) for _, members in groupby(ordered, key=lambda a: a["copy_group"])]


def _line(article: Row, width: int, *, mark: str, headline_of: Any = None) -> str:
    title = "(same headline)" if article["title"] == headline_of else one_line(article["title"])
    seen = "" if article["published_at"] else " (first seen)"
    return (
        f"{mark} {clock(article['at'])}{seen}  {article['outlet']:<{width}}  "
        f"{title}  [{article['article']}]"
    )
