"""`newsloom group`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from crawler.cli.progress import stages
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import clock, counted

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
            self.fail(f"{value} is not of the form SETTING=VALUE", param, ctx)
        return name.strip(), number.strip()


@click.command()
@click.option(
    "--rebuild", is_flag=True, help="Compare and link everything anew; stories keep their numbers."
)
@click.option(
    "--as", "name", metavar="NAME",
    help="With --rebuild: keep the outcome under NAME, for `newsloom compare`, and nothing else.",
)  # fmt: skip
@click.option(
    "--set", "settings", metavar="SETTING=VALUE", multiple=True, type=_Setting(),
    help="With --as: another number that decides, such as stories.threshold=0. May be repeated.",
)  # fmt: skip
@click.option(
    "--embedding-model", metavar="MODEL",
    help="From now on (with --as: only there) use an embedding model to link stories, too: one of "
    "sentence-transformers on this machine, by name or folder. `none` ends it.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Silent unless there is trouble.")
@click.pass_obj
def group(
    db: Path,
    rebuild: bool,
    name: str | None,
    settings: tuple[tuple[str, str], ...],
    embedding_model: str | None,
    quiet: bool,
) -> None:
    """Recognise copies and stories among the articles; only what is new, unless --rebuild."""
    from crawler.clock import now
    from crawler.grouping.run import group as run_group
    from crawler.grouping.variants import keep_beside
    from crawler.run_lock import recorded

    if name is not None and not rebuild:
        raise UsageError("--as keeps a rebuild: add --rebuild")
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(f"--as {name!r}: a name is made of letters, digits, and . _ - between")
    if settings and name is None:
        raise UsageError("--set changes what is kept beside: add --rebuild --as NAME")
    if not db.is_file():
        raise NoSuchDatabase(db)
    model = None if embedding_model is None else _model(embedding_model)
    command = "newsloom group" + " --rebuild" * rebuild + (f" --as {name}" if name else "")
    with recorded(db, command) as run, stages(quiet=quiet) as progress:
        store, known = run.store, run.store.groupings.partitions()
        if name is None:
            done = run_group(
                store,
                run=run.number,
                now=now(),
                rebuild=rebuild,
                embedding_model=model,
                progress=progress,
            )
        else:
            done = keep_beside(
                store, name, dict(settings),
                run=run.number, now=now(), embedding_model=model, progress=progress,
            )  # fmt: skip
        run.summary = done._asdict()
        totals = store.queries.stories.counts()
    if quiet:
        return
    if name is not None:
        instead = f" in place of those of {clock(known[name].at)}" if name in known else ""
        click.echo(
            f"run {run.number}: {counted(done.compared, 'article')} grouped, kept as {name}"
            f"{instead}; `newsloom compare {name}` sets it against the present ones"
        )
        return
    click.echo(
        f"run {run.number}: {counted(done.compared, 'article')} compared, "
        f"{counted(done.edges, 'pair')} kept; "
        f"{counted(totals.copy_groups, 'text')} with copies, "
        f"{counted(totals.stories, 'story')}, {totals.shared_stories} of several outlets"
    )
    if done.repeated:
        click.echo(repeated_line(done.repeated), err=True)


def repeated_line(texts: int) -> str:
    """That so many texts were hardly compared, and why."""
    return (
        f"{counted(texts, 'text')} had less than a fifth left to compare: the rest stands in many "
        "texts, or on many pages of the outlet; `newsloom explain A B` shows it for two of them"
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
