"""The options of the one filter, and the default period of commands that count."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from crawler.cli.parameters import Number, Since, StoredOutlet, StoryNumber, TopicName, Until
from crawler.output.visible import clock, counted, one_line
from crawler.store import Store
from crawler.store.queries.search_words import parse_words
from crawler.types import ArticleFilter

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = {
    "words": click.option(
        "--words", metavar="QUERY",
        help='Only articles that a search finds: words, "a phrase", OR, NOT, ( ), kazakh*, '
        "NEAR(a b, 5), title:, outlet:.",
    ),
    "since": click.option("--since", type=Since(), help="Only articles published since then."),
    "until": click.option("--until", type=Until(), help="Only articles published by this time."),
    "outlet": click.option(
        "--outlet", type=StoredOutlet(), metavar="NAME", multiple=True,
        help="Only articles of this outlet, or of those listed in @FILE; may be repeated.",
    ),
    "country": click.option(
        "--country", metavar="CODE", multiple=True,
        help="Only articles of outlets of this country: KZ; may be repeated.",
    ),
    "language": click.option(
        "--language", metavar="TAG", multiple=True,
        help="Only articles in this language: en, pt-BR; may be repeated.",
    ),
    "agency": click.option(
        "--agency/--no-agency", default=None,
        help="Only articles that a news agency wrote, or only the others.",
    ),
    "story": click.option(
        "--story", type=StoryNumber(), metavar="ID", help="Only articles of this story."
    ),
    "min_outlets": click.option(
        "--min-outlets", type=Number(min=1), default=1, show_default=True,
        help="Only articles of stories that at least this many outlets reported.",
    ),
    "topic": click.option(
        "--topic", type=TopicName(), metavar="NAME",
        help="Only articles of this topic; `newsloom topic list` shows them.",
    ),
}  # fmt: skip


class WordsCommand(click.Command):
    """A command with the words of a search."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say of a `-word` how it is left out of a search."""
        typed = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            option = error.option_name
            word = next((one for one in typed if one.startswith(option)), option)
            if option.startswith("--") or len(word) <= len(option):
                raise
            raise click.UsageError(
                f"'{word}' would be an option; to leave the word out, write NOT {word[1:]}", ctx
            ) from None


def filter_options(*but: str) -> Callable[[F], Callable[..., Any]]:
    """The options of an ArticleFilter, without those named; the command gets it as `wanted`."""
    names = [field.name for field in fields(ArticleFilter) if field.name not in but]

    def decorate(command: F) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_filter(*arguments: Any, **values: Any) -> Any:
            given = {name: values.pop(name) for name in names}
            if given.get("outlet"):
                given["outlet"] = _without_lists(given["outlet"])
            wanted = ArticleFilter(**given)
            return command(*arguments, wanted=wanted, **values)

        for name in reversed(names):
            with_filter = _OPTIONS[name](with_filter)
        return with_filter

    return decorate


def options_of(wanted: ArticleFilter) -> str:
    """A filter as options of the command line."""
    import shlex

    words = []
    for name, value in wanted.given.items():
        option = f"--{name.replace('_', '-')}"
        if name == "agency":
            words.append("--agency" if value else "--no-agency")
        else:
            values = value if isinstance(value, list) else [value]
            words += [f"{option} {shlex.quote(one_line(str(one)))}" for one in values]
    return " ".join(words)


def _without_lists(outlets: tuple[str, ...]) -> tuple[str, ...]:
    from crawler.cli.described import Described
    from crawler.outlets.selection import without_lists

    return tuple(without_lists(outlets, Described.by_environment().list_folders()))


def with_words(wanted: ArticleFilter, words: tuple[str, ...]) -> ArticleFilter:
    """The filter, narrowed by the words of an argument. Raises WordsError."""
    argument = " ".join(words)
    for part in (wanted.words, argument):  # apart, so that a mistake is shown as it was written
        (part or "").encode()  # bytes that are no text: what starts the command line explains it
        parse_words(part or "")
    return wanted.narrowed_by(ArticleFilter(words=argument or None))


def with_default_period(store: Store, wanted: ArticleFilter, days: int) -> ArticleFilter:
    """The filter, of the last days of what it leaves where it names no time, subject or topic.

    A note on standard error says what that leaves out.
    """
    from crawler.clock import now

    wanted, found = store.queries.front.window(now(), wanted, days=days)
    if found is not None and found.older:
        are = "is" if found.older == 1 else "are"
        how_many = (
            f"More than {found.older:,} articles"
            if found.articles is None
            else f"{found.older} of {counted(found.articles, 'article')}"
        )
        click.echo(f"{how_many} {are} older; --since {found.oldest} has them.", err=True)
    return wanted


def show_start(wanted: ArticleFilter, form: str | None) -> None:
    """The beginning of the period, above a table."""
    if form is None and wanted.since is not None:
        click.echo(f"Since {clock(wanted.since)} UTC:\n")
