"""`newsloom override`: what people decide on stories and events, and every grouping keeps."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crawler.cli.arguments import article_number, reading
from crawler.cli.command_groups import WholeLines
from crawler.cli.tables import emit, list_options
from crawler.errors import NoSuchDatabase
from crawler.output.visible import clock, counted

if TYPE_CHECKING:
    from crawler.grouping.overrides import Decision
    from crawler.store import Store


class _Reason(click.ParamType[str]):
    """A reason, which cannot be empty."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not str(value).strip():
            self.fail("it is empty; say why, for those who read the list later", param, ctx)
        return str(value).strip()


F = TypeVar("F", bound=Callable[..., Any])
_STORY = click.IntRange(min=1)
_COLUMNS = ("id", "at", "kind", "story", "other", "who", "why", "undone_at")


@click.group(cls=WholeLines)
def override() -> None:
    """Correct stories by hand: merge, split, pin, link, unlink.

    Stories of two languages are linked when they tell one event. Every later grouping keeps the
    result, a rebuild too.
    """


def _author_options(command: F) -> F:
    command = click.option(
        "--who", default=_user, show_default="the user of this machine", help="Who decided."
    )(command)
    return click.option(
        "--why", required=True, type=_Reason(), help="Why; the list of overrides shows it."
    )(command)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@override.command()
@click.argument("one", metavar="A", type=_STORY)
@click.argument("two", metavar="B", type=_STORY)
@_author_options
@click.pass_obj
def merge(db: Path, one: int, two: int, who: str, why: str) -> None:
    """Merge stories A and B under the lower number."""
    from crawler.grouping import overrides

    with _open_decision(db, f"newsloom override merge {one} {two}", who, why) as (
        store,
        decision,
    ):
        number = overrides.merge(store, one, two, decision)
        found = store.overrides.get(number)
    assert found is not None  # just made
    click.echo(f"override {number}: story {found.other} is part of story {found.story} now")


@override.command()
@click.argument("number", metavar="STORY", type=_STORY)
@click.argument("articles", metavar="ARTICLE...", nargs=-1, required=True)
@_author_options
@click.pass_obj
def split(db: Path, number: int, articles: tuple[str, ...], who: str, why: str) -> None:
    """Move ARTICLEs and their copies from STORY into a new one.

    An ARTICLE is a number or an address.
    """
    from crawler.grouping import overrides

    with _open_decision(db, f"newsloom override split {number}", who, why) as (store, decision):
        chosen = [article_number(store, name) for name in articles]
        made, new = overrides.split(store, number, chosen, decision)
        moved = len(store.queries.stories.articles(new))
    click.echo(
        f"override {made}: {counted(moved, 'article')} of story {number} "
        f"{'are' if moved != 1 else 'is'} story {new} now"
    )


@override.command()
@click.argument("number", metavar="STORY", type=_STORY)
@_author_options
@click.pass_obj
def pin(db: Path, number: int, who: str, why: str) -> None:
    """Keep the present articles of STORY together; others may still join."""
    from crawler.grouping import overrides

    with _open_decision(db, f"newsloom override pin {number}", who, why) as (store, decision):
        made = overrides.pin(store, number, decision)
    click.echo(f"override {made}: the articles of story {number} stay together")


@override.command()
@click.argument("one", metavar="A", type=_STORY)
@click.argument("two", metavar="B", type=_STORY)
@_author_options
@click.pass_obj
def link(db: Path, one: int, two: int, who: str, why: str) -> None:
    """Have stories A and B, of different languages, tell one event."""
    from crawler.grouping import overrides

    with _open_decision(db, f"newsloom override link {one} {two}", who, why) as (store, decision):
        number = overrides.link(store, one, two, decision)
    click.echo(f"override {number}: stories {one} and {two} tell one event now")


@override.command()
@click.argument("one", metavar="A", type=_STORY)
@click.argument("two", metavar="B", type=_STORY)
@_author_options
@click.pass_obj
def unlink(db: Path, one: int, two: int, who: str, why: str) -> None:
    """Have stories A and B tell different events."""
    from crawler.grouping import overrides

    with _open_decision(db, f"newsloom override unlink {one} {two}", who, why) as (
        store,
        decision,
    ):
        number = overrides.unlink(store, one, two, decision)
    click.echo(f"override {number}: stories {one} and {two} tell different events now")


@override.command()
@click.argument("number", metavar="OVERRIDE", type=_STORY)
@click.option("--who", default=_user, show_default="the user of this machine", help="Who decided.")
@click.pass_obj
def undo(db: Path, number: int, who: str) -> None:
    """Undo an override and link its stories without it."""
    from crawler.grouping import overrides

    with _open_decision(db, f"newsloom override undo {number}", who, "") as (store, decision):
        overrides.undo(store, number, decision)
    click.echo(f"override {number} is undone; `newsloom override list` still shows it")


@override.command("list")
@list_options(limit=20)
@click.pass_obj
def list_(db: Path, limit: int, form: str | None) -> None:
    """List overrides, newest first."""
    with reading(db) as store:
        rows = store.overrides.all()[:limit]
    if not rows and form is None:
        click.echo(
            "The store has no overrides; `newsloom override merge A B --why TEXT` makes one."
        )
        return
    if form is None:
        rows = [row._replace(at=clock(row.at), undone_at=clock(row.undone_at)) for row in rows]
    emit(rows, _COLUMNS, form)


@contextmanager
def _open_decision(db: Path, command: str, who: str, why: str) -> Iterator[tuple[Store, Decision]]:
    """Lock and open the store for a decision, which gets its author, reason, time and run."""
    from crawler.clock import now
    from crawler.grouping.overrides import Decision
    from crawler.run_lock import recorded

    if not db.is_file():
        raise NoSuchDatabase(db)
    with recorded(db, command) as run:
        yield run.store, Decision(who=who, why=why, now=now(), run=run.number)
