"""`newsloom override`: what people decide on stories and events, and every grouping keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from crawler.cli.arguments import reading, this_user
from crawler.cli.command_groups import WholeLines
from crawler.cli.parameters import Number
from crawler.cli.tables import emit, list_options
from crawler.library.reports import article_number
from crawler.output.visible import clock


class _Reason(click.ParamType[str]):
    """A reason, which cannot be empty."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not str(value).strip():
            from crawler.grouping.overrides import NO_REASON

            self.fail(f"it is {NO_REASON}", param, ctx)
        return str(value).strip()


F = TypeVar("F", bound=Callable[..., Any])
_STORY = Number(min=1)
_COLUMNS = ("id", "at", "kind", "story", "other", "who", "why", "undone_at")


@click.group(cls=WholeLines)
def override() -> None:
    """Correct stories by hand: merge, split, pin, link, unlink.

    Stories of two languages are linked when they tell one event. Every later grouping keeps the
    result, a rebuild too.
    """


def _author_options(command: F) -> F:
    command = click.option(
        "--who", default=this_user, show_default="the user of this machine", help="Who decided."
    )(command)
    return click.option(
        "--why", required=True, type=_Reason(), help="Why; the list of overrides shows it."
    )(command)


def _of_two_stories(kind: str, explained: str) -> click.Command:
    """The command for an override of a kind that is about two stories."""

    @click.argument("one", metavar="A", type=_STORY)
    @click.argument("two", metavar="B", type=_STORY)
    @_author_options
    @click.pass_obj
    def command(db: Path, one: int, two: int, who: str, why: str) -> None:
        _decide(db, kind, one, who=who, why=why, other=two)

    return click.command(kind, help=explained)(command)


override.add_command(_of_two_stories("merge", "Merge stories A and B under the lower number."))
override.add_command(
    _of_two_stories("link", "Have stories A and B, of different languages, tell one event.")
)
override.add_command(_of_two_stories("unlink", "Have stories A and B tell different events."))


@override.command()
@click.argument("number", metavar="STORY", type=_STORY)
@click.argument("articles", metavar="ARTICLE...", nargs=-1, required=True)
@_author_options
@click.pass_obj
def split(db: Path, number: int, articles: tuple[str, ...], who: str, why: str) -> None:
    """Move ARTICLEs and their copies from STORY into a new one.

    An ARTICLE is a number or an address.
    """
    _decide(db, "split", number, who=who, why=why, articles=articles)


@override.command()
@click.argument("number", metavar="STORY", type=_STORY)
@_author_options
@click.pass_obj
def pin(db: Path, number: int, who: str, why: str) -> None:
    """Keep the present articles of STORY together; others may still join."""
    _decide(db, "pin", number, who=who, why=why)


def _decide(
    db: Path,
    kind: str,
    story: int,
    *,
    who: str,
    why: str,
    other: int | None = None,
    articles: tuple[str, ...] = (),
) -> None:
    """Make an override, and say what is so now."""
    from crawler.clock import now
    from crawler.grouping import overrides

    command = " ".join(["newsloom override", kind, *(str(n) for n in (story, other) if n)])
    with overrides.open_decision(db, command, who=who, why=why, now=now()) as (store, decision):
        chosen = [article_number(store, name) for name in articles]
        made = overrides.decide(store, kind, story, decision, other=other, articles=chosen)
        said = overrides.outcome(store, made)
    click.echo(f"override {made.id}: {said}")


@override.command()
@click.argument("number", metavar="OVERRIDE", type=_STORY)
@click.option(
    "--who", default=this_user, show_default="the user of this machine", help="Who decided."
)
@click.pass_obj
def undo(db: Path, number: int, who: str) -> None:
    """Undo an override and link its stories without it."""
    from crawler.clock import now
    from crawler.grouping import overrides

    command = f"newsloom override undo {number}"
    with overrides.open_decision(db, command, who=who, why="", now=now()) as (store, decision):
        overrides.undo(store, number, decision)
    click.echo(f"override {number} is undone; `newsloom override list` still shows it")


@override.command("list")
@list_options(limit=20)
@click.pass_obj
def list_(db: Path, limit: int, form: str | None) -> None:
    """List overrides, newest first."""
    with reading(db) as store:
        rows = store.overrides.newest(limit)
    if not rows and form is None:
        click.echo(
            "The store has no overrides; `newsloom override merge A B --why TEXT` makes one."
        )
        return
    if form is None:
        rows = [row._replace(at=clock(row.at), undone_at=clock(row.undone_at)) for row in rows]
    emit(rows, _COLUMNS, form)
