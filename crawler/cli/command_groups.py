"""Groups of commands whose `--help` shows each command on whole lines, under what it is for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import click

Sections = Mapping[str, Mapping[str, str]]
"""Headings, and below each the commands: `module:function` by name."""


class WholeLines(click.Group):
    """A group that cuts no line of its list of commands."""

    def sections(self, ctx: click.Context) -> Mapping[str, list[str]]:
        """Names of the commands by heading."""
        return {"Commands": self.list_commands(ctx)}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the lists; all of them have their descriptions in one column."""
        width = max(map(len, self.list_commands(ctx)), default=0)
        for heading, names in self.sections(ctx).items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [
                (name.ljust(width), command.get_short_help_str(limit=10_000))
                for name, command in found
                if command is not None and not command.hidden
            ]
            with formatter.section(heading):
                formatter.write_dl(rows)


class OldName(NamedTuple):
    """A name that a command had before."""

    now: str
    removed: str = "the next release"

    def notice(self, old: str) -> str:
        """What a person who types it reads."""
        return (
            f"`newsloom {old}` is called `newsloom {self.now}` now; {self.removed} will not know "
            "the old name"
        )


class LazyCommands(WholeLines):
    """Commands that are imported when they run, in sections."""

    by_section: ClassVar[Sections] = {}
    old_names: ClassVar[Mapping[str, OldName]] = {}

    def sections(self, ctx: click.Context) -> Mapping[str, list[str]]:  # noqa: ARG002 - see above
        """Names of the commands by heading."""
        return {heading: list(commands) for heading, commands in self.by_section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the sections."""
        return [name for commands in self.by_section.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        for commands in self.by_section.values():
            if cmd_name in commands:
                module, name = commands[cmd_name].split(":")
                command: click.Command = getattr(importlib.import_module(module), name)
                return command
        return None

    def renamed(self, ctx: click.Context, args: list[str]) -> OldName | None:  # noqa: ARG002
        """The command that an old name means; None for a name of today."""
        return self.old_names.get(args[0])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; an error suggests similar names for an unknown one."""
        if args and (old := self.renamed(ctx, args)) is not None:
            click.echo(old.notice(args[0]), err=True)
            args = [old.now, *args[1:]]
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], known, n=3, cutoff=0.6)
            hint = f"did you mean {', '.join(near)}?" if near else "`newsloom --help` lists them"
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)
