"""What people type, as values: lengths of time, moments, story numbers, parts of a list."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import click

from crawler.errors import UsageError


class Span(click.ParamType[timedelta]):
    """A length of time: 90, 90s, 15m, 2h, 7d."""

    name = "time"
    _UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}  # noqa: RUF012 - never changed

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it, or say how it is written."""
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
        """Read it, or say how it is written."""
        from datetime import UTC, datetime

        from crawler.parsing.dates import requested_time, utc

        if re.fullmatch(r"\d{1,9}[smhd]", str(value)):
            try:
                return utc(datetime.now(UTC) - Span().convert(value, param, ctx))
            except OverflowError:
                self.fail(f"{value!r} is before there was time", param, ctx)
        found = requested_time(str(value), to_end=self.to_end)
        if found is None:
            self.fail(
                f"{value!r} is no clear time; write 2022-01-05, or 7d for a week ago", param, ctx
            )
        return found


class Until(Since):
    """The same; a day counts to its end."""

    to_end = True


def check_period(since: str | None, until: str | None) -> None:
    """Raises UsageError when nothing lies between."""
    if since is not None and until is not None and since > until:
        raise UsageError("--since is later than --until: nothing lies between")


class StoryNumber(click.ParamType[int]):
    """The number of a story."""

    name = "story"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it, or say where numbers are found."""
        if not re.fullmatch(r"[1-9]\d{0,14}", str(value)):
            self.fail(
                f"{value!r} is not the number of a story; `newsloom stories` lists them",
                param,
                ctx,
            )
        return int(value)


class Shard(click.ParamType[tuple[int, int]]):
    """A part of several: 2/8."""

    name = "part/parts"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read it, or say how it is written."""
        match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", str(value))
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            self.fail(f"{value!r} is not a part of several; write 1/8 to 8/8", param, ctx)
        return int(match[1]), int(match[2])
