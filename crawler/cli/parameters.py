"""Types of arguments: lengths of time, moments, story numbers, parts of a list."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from crawler.errors import UsageError

T = TypeVar("T")


class Number(click.IntRange):
    """A whole number within bounds."""

    name = "number"


class Span(click.ParamType[timedelta]):
    """A length of time: 90, 90s, 15m, 2h, 7d."""

    name = "time"
    _UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}  # noqa: RUF012 - never changed

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it; a usage error shows how to write it."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"(\d{1,9})([smhd]?)", str(value))
        if match is None:
            self.fail(f"{value!r} is not a length of time; write 90s, 15m, 2h or 7d", param, ctx)
        return timedelta(seconds=int(match[1]) * self._UNITS[match[2]])


class Since(click.ParamType[str]):
    """A moment: 2022-01-05, 2022-01-05T12:00, or how long ago: 2h, 7d."""

    name = "when"
    to_end = False

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it; a usage error shows how to write it."""
        from crawler.library.conditions import asked_time

        try:
            return asked_time(str(value), to_end=self.to_end)
        except UsageError as error:
            self.fail(str(error), param, ctx)


class Until(Since):
    """A moment; a day without a time means its end."""

    to_end = True


class _Completed(click.ParamType[T]):
    """What a shell completes with names of the store or of the descriptions."""

    def complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names that begin like that."""
        raise NotImplementedError

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Called by click."""
        return self.complete(ctx, incomplete)


class OutletName(_Completed[str]):
    """The slug of an outlet, or a list of slugs; a shell completes it."""

    name = "outlet"

    def complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The outlets that are described, and the lists, that begin like that."""
        from crawler.cli.completion import outlet_names

        return outlet_names(ctx, incomplete)


class StoredOutlet(_Completed[str]):
    """The slug of an outlet of the store, or a list of slugs; a shell completes it."""

    name = "outlet"

    def complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The outlets of the store, and the lists, that begin like that."""
        from crawler.cli.completion import stored_outlets

        return stored_outlets(ctx, incomplete)


class StoryNumber(_Completed[int]):
    """The number of a story; a shell completes it."""

    name = "story"

    def complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The largest stories of the store whose numbers begin like that."""
        from crawler.cli.completion import story_numbers

        return story_numbers(ctx, incomplete)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it; a usage error says where to find numbers."""
        if not re.fullmatch(r"[1-9]\d{0,14}", str(value)):
            self.fail(
                f"{value!r} is not the number of a story; `newsloom stories WORDS` finds it",
                param,
                ctx,
            )
        return int(value)


class TopicName(_Completed[str]):
    """The name of a topic; a shell completes it."""

    name = "topic"

    def complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The topics of the store that begin like that."""
        from crawler.cli.completion import topic_names

        return topic_names(ctx, incomplete)


class WatchName(_Completed[str]):
    """The name of a watch; a shell completes it."""

    name = "watch"

    def complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The watches of the store that begin like that."""
        from crawler.cli.completion import watch_names

        return watch_names(ctx, incomplete)


class Shard(click.ParamType[tuple[int, int]]):
    """A part of several: 2/8."""

    name = "part/parts"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read it; a usage error shows how to write it."""
        match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", str(value))
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            self.fail(f"{value!r} is not a part; write 2/8 for the second of eight", param, ctx)
        return int(match[1]), int(match[2])
