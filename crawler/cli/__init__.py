"""The command line. Each command's heavy libraries are imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from crawler import interrupts
from crawler.cli.command_groups import LazyCommands, OldName
from crawler.cli.streams import abandon, open_streams
from crawler.errors import NewsloomError, UsageError
from crawler.release import __version__

_SECTIONS = {
    "Start": {
        "demo": "crawler.cli.demo:demo",
        "crawl": "crawler.cli.crawl:crawl",
        "group": "crawler.cli.group:group",
        "serve": "crawler.cli.serve:serve",
        "mcp": "crawler.cli.mcp:mcp",
    },
    "Look": {
        "stories": "crawler.cli.stories:stories",
        "story": "crawler.cli.stories:story",
        "timeline": "crawler.cli.analysis:timeline",
        "first": "crawler.cli.analysis:first",
        "network": "crawler.cli.analysis:network",
        "agencies": "crawler.cli.analysis:agencies",
        "attention": "crawler.cli.attention_table:attention",
        "coverage": "crawler.cli.coverage_matrix:coverage",
        "topic": "crawler.cli.topic:topic",
        "search": "crawler.cli.articles:search",
        "article": "crawler.cli.articles:article",
        "changes": "crawler.cli.analysis:diff",
        "compare": "crawler.cli.compare_articles:compare",
    },
    "Correct": {
        "override": "crawler.cli.override:override",
        "groupings": "crawler.cli.groupings:groupings",
        "evaluate": "crawler.cli.evaluate:evaluate",
    },
    "Bring in": {
        "outlets": "crawler.cli.outlets:outlets",
        "import": "crawler.cli.imports:import_",
        "backfill": "crawler.cli.backfill:backfill",
        "merge": "crawler.cli.merge:merge",
        "reextract": "crawler.cli.reextract:reextract",
        "spark": "crawler.cli.spark_commands:spark",
    },
    "Take out": {
        "export": "crawler.cli.export:export",
        "extract": "crawler.cli.extract:extract",
        "feed": "crawler.cli.extract:feed",
    },
    "Keep going": {
        "watch": "crawler.cli.watch_commands:watch",
        "health": "crawler.cli.outlets:health",
        "cron": "crawler.cli.cron:cron",
        "systemd": "crawler.cli.cron:systemd",
        "db": "crawler.cli.db:db",
    },
}
_OLD_NAMES = {"explain": OldName("compare"), "diff": OldName("changes")}
_COMPARED_GROUPINGS = OldName("groupings")
"""What `compare` was before it compared articles."""


_OWN_FILES = {"demo", "merge", "extract", "feed", "spark"}
"""Commands that use only the files that their own arguments name."""


class _Commands(LazyCommands):
    """All commands; whatever ends one early ends it in the manner of a command line."""

    by_section = _SECTIONS
    old_names = _OLD_NAMES

    def renamed(self, ctx: click.Context, args: list[str]) -> OldName | None:
        """The command that an old name means; `compare` once took a grouping, not two articles."""
        if args[0] == "compare" and self._compares_groupings(ctx, args[1:]):
            return _COMPARED_GROUPINGS
        return super().renamed(ctx, args)

    def _compares_groupings(self, ctx: click.Context, args: list[str]) -> bool:
        groupings = self.get_command(ctx, "groupings")
        assert groupings is not None
        try:
            own = click.Context(groupings, parent=ctx)
            given, left, _ = groupings.make_parser(own).parse_args(list(args))
        except click.UsageError:
            return False
        name = str(given.get("name") or "")
        if name.isdigit() or "://" in name:
            return False  # one article, and the other is missing
        return not left and set(ctx.help_option_names).isdisjoint(args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that closes the pipe early (head, less) is no failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Here: beyond it click would end with 1, as if something had failed.
            abandon()
            return 0
        except (KeyboardInterrupt, Exception) as error:
            # Whatever a library raises after a signal: the command was interrupted.
            if isinstance(error, KeyboardInterrupt) or interrupts.came():
                interrupts.say()
                return interrupts.EXIT_CODE
            if isinstance(error, EOFError):
                # click takes it for Ctrl-D at a question; we ask none: something ended too early.
                raise RuntimeError(f"unexpected end of data: {error}") from error  # noqa: TRY004
            raise
        else:
            return result


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="NEWSLOOM_DB",
    default=Path("newsloom.db"),
    show_default=True,
    help="The store; also set by NEWSLOOM_DB.",
)
@click.version_option(__version__, prog_name="newsloom")
@click.pass_context
def newsloom(context: click.Context, db: Path) -> None:
    """Crawl news outlets, find copies and stories, keep everything in one SQLite file.

    Start with `newsloom demo`: it crawls a town of outlets on this machine, without the internet.

    Exit codes: 0 done or nothing new, 1 a bug or a disk error, 2 a usage error, 3 some sources or
    lines failed, 4 every source failed, 75 another run holds the store, 130 interrupted.
    """
    given = context.get_parameter_source("db") is ParameterSource.COMMANDLINE
    if given and context.invoked_subcommand in _OWN_FILES:
        raise UsageError(
            f"`newsloom {context.invoked_subcommand}` does not use {db}, only the files that its "
            "own arguments name; leave --db out"
        )
    context.obj = db


def run() -> int:
    """Run the command line; every error ends as a sentence. Its exit code."""
    open_streams()
    try:
        result = newsloom.main(prog_name="newsloom", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001 - the last door: nobody should see a bare stack
        return _ended_by(error)
    return result if isinstance(result, int) else 0


def _ended_by(error: Exception) -> int:
    """Say what ended a command; its exit code."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            error.show()
            return 2
        case click.Abort():
            interrupts.say()
            return interrupts.EXIT_CODE
        case BrokenPipeError():  # the last of the output
            abandon()
            return 0
        case OSError():
            abandon()
            subject = f"{error.filename}: " if error.filename else ""
            return _failed(f"{subject}{error.strerror or error}; what was saved stays saved", 1)
        case NewsloomError(__cause__=UnicodeEncodeError() as refused):
            # Only arguments hold bytes that are no text.
            return _failed(_not_encodable(refused), 2)
        case NewsloomError():
            return _failed(str(error), error.exit_code)
    import traceback

    traceback.print_exc()
    return _failed("this is a bug in Newsloom; please report it with the lines above", 1)


def _failed(message: str, exit_code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    return exit_code


def _not_encodable(refused: UnicodeEncodeError) -> str:
    encoding = sys.getfilesystemencoding()
    return (
        f"{str(refused.object)[:200]!r} is not text in {encoding}, the encoding of this locale; "
        f"write it in {encoding}, or set LC_ALL to a locale with its encoding (C.UTF-8)"
    )
