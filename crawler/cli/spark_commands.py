"""`newsloom spark`: archives of any size, on Apache Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.arguments import command_line
from crawler.cli.described import Described
from crawler.cli.options import described_options, quiet_option
from crawler.cli.progress import stages
from crawler.output.visible import counted, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.data_set.description import Manifest

_SHOWN = 20
"""Damaged archives that are named."""


class _Configuration(click.ParamType[tuple[str, str]]):
    """KEY=VALUE."""

    name = "configuration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        key, sign, said = str(value).partition("=")
        if not sign or not key.strip():
            self.fail(f"{value} is no configuration; write KEY=VALUE", param, ctx)
        return key.strip(), said.strip()


def _session_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--master and --conf, as spark-submit has them."""
    command = click.option(
        "--conf", "settings", metavar="KEY=VALUE", multiple=True, type=_Configuration(),
        help="Set a configuration of Spark, such as spark.executor.memory=4g. May be repeated.",
    )(command)  # fmt: skip
    return click.option(
        "--master", metavar="URL",
        help="Where Spark runs: spark://HOST:7077, yarn, k8s://...; default: local[*], all cores "
        "of this machine, or what spark-submit says.",
    )(command)  # fmt: skip


@click.group()
def spark() -> None:
    """Extract and group archives of any size on Apache Spark.

    A data set comes of it, which `newsloom import --dataset` makes a store of. It needs the extra
    `spark` and Java 17. On one machine, `import` and `group` do the same with less.
    """


@spark.command("extract")
@click.argument("archives", metavar="ARCHIVE...", nargs=-1, required=True)
@click.option("--out", "folder_", metavar="DIR", required=True, type=click.Path(path_type=Path),
              help="Folder of the new data set, which all machines can write to.")  # fmt: skip
@described_options
@_session_options
@quiet_option
def extract_(
    archives: tuple[str, ...],
    folder_: Path,
    folder: Path | None,
    only: bool,
    master: str | None,
    settings: tuple[tuple[str, str], ...],
    quiet: bool,
) -> int:
    """Make a data set of the articles in WARC files.

    An ARCHIVE is a path or an address (https, s3), a pattern of these in quotes, or a text file
    with one of them a line. Each archive is one task. A run that was broken off resumes with the
    archives that it had not read. Captures without an article are listed in DIR/rejected.
    """
    from crawler.clock import now
    from crawler.spark.archive_names import archive_names
    from crawler.spark.from_archives import extract
    from crawler.spark.session import spark_session

    names = archive_names(archives)
    outlets = Described(folder, only).load(quiet=quiet)
    with spark_session(master, dict(settings)) as session, stages(quiet=quiet) as progress:
        done = extract(
            session, names, folder_, outlets, command=command_line(), now=now(), progress=progress
        )
    for name, why in list(done.damaged.items())[:_SHOWN]:
        click.echo(
            f"{visible(name)}: cannot be read to its end ({visible(why)}); everything before that "
            "is in the data set",
            err=True,
        )
    if len(done.damaged) > _SHOWN:
        click.echo(f"... and {len(done.damaged) - _SHOWN} more damaged archives", err=True)
    if not quiet:
        counts = done.counts
        known = counts.get("same", 0) + counts.get("twin", 0)
        none = sum(
            n for what, n in counts.items() if what not in ("new", "revised", "same", "twin")
        )
        click.echo(
            f"{folder_}: {counted(counts.get('new', 0), 'article')} of "
            f"{counted(len(names), 'archive')}, {counts.get('revised', 0)} revised, {known} known; "
            f"{counted(none, 'capture')} without an article; {_size(done.manifest)}"
        )
    return 3 if done.damaged else 0


@spark.command("group")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--with-seed", is_flag=True,
              help="Include the secret seed, signatures and keys: a store made of it goes on from "
              "there.")  # fmt: skip
@click.option("--seed-from", metavar="STORE", type=click.Path(path_type=Path, dir_okay=False),
              help="Use the secret seed of a store.")  # fmt: skip
@_session_options
@quiet_option
def group_(
    folder: Path,
    with_seed: bool,
    seed_from: Path | None,
    master: str | None,
    settings: tuple[tuple[str, str], ...],
    quiet: bool,
) -> None:
    """Find copies and stories in a data set, and write them into it.

    DIR is a folder that `spark extract` or `export --dataset` made, and that all machines can
    write to. What was found in it before is replaced when all is done.
    """
    from crawler.cli.group import repeated_line
    from crawler.clock import now
    from crawler.ingest.data_set import seed_of
    from crawler.spark.group_data_set import group_data_set
    from crawler.spark.session import spark_session

    seed = None if seed_from is None else seed_of(seed_from)
    with spark_session(master, dict(settings)) as session, stages(quiet=quiet) as progress:
        done = group_data_set(
            session, folder, seed=seed, with_seed=with_seed, command=command_line(), now=now(),
            progress=progress,
        )  # fmt: skip
    if done.split:
        click.echo(
            f"{folder}: keys connect more articles than one task can compare, in "
            f"{counted(done.split, 'place')}; copies across the parts of these were not looked "
            "for. Data sets of shorter periods have fewer such places",
            err=True,
        )
    if done.repeated and not quiet:
        click.echo(repeated_line(done.repeated), err=True)
    if not quiet:
        rows = {name: table.rows for name, table in done.manifest.tables.items()}
        click.echo(
            f"{folder}: {counted(rows['articles'], 'article')} compared, "
            f"{counted(rows['copies'], 'pair')} kept, "
            f"{counted(rows['copy_groups'], 'copy group')}, "
            f"{counted(rows['stories'], 'story')}; {_size(done.manifest)}"
        )


def _size(manifest: Manifest) -> str:
    return f"{manifest.bytes / 1e6:.1f} MB"
