"""`newsloom group`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.options import quiet_option
from crawler.cli.progress import stages
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import clock, counted

if TYPE_CHECKING:
    from crawler.grouping.run import Progress
    from crawler.run_lock import Run

_NO_VOICE = "none"
_NAME = re.compile(r"\w[\w.-]{0,99}")


class _Setting(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "setting"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, sign, number = str(value).partition("=")
        if not sign:
            self.fail(f"{value} is not a setting; write SETTING=VALUE", param, ctx)
        return name.strip(), number.strip()


@click.command()
@click.option(
    "--rebuild",
    is_flag=True,
    help="Compare and link all articles again; stories keep their numbers.",
)
@click.option(
    "--as", "name", metavar="NAME",
    help="With --rebuild: keep the outcome under NAME, for `newsloom compare`; the store's own "
    "copies and stories do not change.",
)  # fmt: skip
@click.option(
    "--set", "settings", metavar="SETTING=VALUE", multiple=True, type=_Setting(),
    help="With --as: change a setting, such as stories.threshold=0. May be repeated.",
)  # fmt: skip
@click.option(
    "--voice", metavar="MODEL",
    help="From now on (with --as: only there) an embedding model speaks too: one of "
    "sentence-transformers that is on this machine, by name or folder. `none` ends it.",
)  # fmt: skip
@quiet_option
@click.pass_obj
def group(
    db: Path,
    rebuild: bool,
    name: str | None,
    settings: tuple[tuple[str, str], ...],
    voice: str | None,
    quiet: bool,
) -> None:
    """Find copies and stories among new articles.

    With --rebuild, find them among all articles.
    """
    from crawler.run_lock import recorded

    _check(name, rebuild=rebuild, settings=settings)
    if not db.is_file():
        raise NoSuchDatabase(db)
    voice = None if voice is None else _voice(voice)
    command = "newsloom group" + " --rebuild" * rebuild + (f" --as {name}" if name else "")
    with recorded(db, command) as run, stages(quiet=quiet) as progress:
        if name is None:
            line = _group(run, rebuild=rebuild, voice=voice, progress=progress)
        else:
            line = _keep(run, name, dict(settings), voice=voice, progress=progress)
    if not quiet:
        click.echo(line)


def _check(name: str | None, *, rebuild: bool, settings: tuple[tuple[str, str], ...]) -> None:
    """Raise UsageError for options that need another one, or a name that is none."""
    if name is not None and not rebuild:
        raise UsageError("--as keeps the outcome of a rebuild; add --rebuild")
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(f"--as {name!r}: a name is made of letters and digits, with . _ - between")
    if settings and name is None:
        raise UsageError("--set needs a name to keep the outcome under; add --rebuild --as NAME")


def _group(run: Run, *, rebuild: bool, voice: str | None, progress: Progress) -> str:
    """Group the articles of a store; a line on what was found."""
    from crawler.clock import now
    from crawler.grouping.run import group as run_group

    done = run_group(
        run.store, run=run.number, now=now(), rebuild=rebuild, voice=voice, progress=progress
    )
    run.summary = done._asdict()
    totals = run.store.queries.stories.counts()
    return (
        f"run {run.number}: {counted(done.compared, 'article')} compared, "
        f"{counted(done.edges, 'pair')} kept; "
        f"{counted(totals.copy_groups, 'text')} with copies, "
        f"{counted(totals.stories, 'story')}, {totals.shared_stories} of several outlets"
    )


def _keep(
    run: Run, name: str, settings: dict[str, str], *, voice: str | None, progress: Progress
) -> str:
    """Keep a rebuild with other settings under a name; a line on what was kept."""
    from crawler.clock import now
    from crawler.grouping.variants import keep_beside

    before = run.store.groupings.partitions().get(name)
    done = keep_beside(
        run.store, name, settings, run=run.number, now=now(), voice=voice, progress=progress
    )
    run.summary = done._asdict()
    replaced = f" in place of those of {clock(before.at)}" if before is not None else ""
    return (
        f"run {run.number}: {counted(done.compared, 'article')} grouped, kept as {name}{replaced}; "
        f"`newsloom compare {name}` scores it against the store's own grouping"
    )


def _voice(asked: str) -> str:
    """The name of a model that can be loaded, or empty for none. Raises VoiceMissing."""
    from crawler.grouping.embedding_models import open_voice

    if asked == _NO_VOICE:
        return ""
    if not asked:
        raise UsageError("--voice needs the name or the folder of a model; `none` ends a voice")
    # A folder in full: cron runs elsewhere.
    voice = str(Path(asked).resolve()) if Path(asked).is_dir() else asked
    open_voice(voice)
    return voice
