"""`newsloom merge`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.options import quiet_option
from crawler.cli.progress import stages
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import counted

if TYPE_CHECKING:
    from crawler.ingest.merge import Merged


@click.command()
@click.argument("files", metavar="FILE FILE...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="FILE", default=Path("all.db"), show_default=True,
              type=click.Path(path_type=Path, dir_okay=False), help="New store.")  # fmt: skip
@quiet_option
def merge(files: tuple[Path, ...], output: Path, quiet: bool) -> None:
    """Merge several stores into one.

    Use it for machines that share the outlets. An article is identified by its canonical address;
    its earliest sighting and all its revisions are kept. Stories are grouped over all articles and
    keep their numbers in the first FILE; an override of another FILE is kept unless it contradicts
    one of the first.
    """
    from crawler.clock import now
    from crawler.ingest.merge import merge as run_merge

    _check(files)
    with stages(quiet=quiet) as progress:
        merged = run_merge(files, output, now=now(), progress=progress)
    if not quiet:
        _show(merged, output)


def _check(files: tuple[Path, ...]) -> None:
    """Raise UsageError for files that cannot be merged."""
    if len(files) < 2:
        raise UsageError("name two stores or more: newsloom merge ONE.db TWO.db -o ALL.db")
    if len({file.resolve() for file in files}) < len(files):
        raise UsageError("a store is named twice; name each once")
    for file in files:
        if not file.is_file():
            raise NoSuchDatabase(file)


def _show(merged: Merged, output: Path) -> None:
    for name, taken in merged.taken.items():
        click.echo(
            f"{name}: {counted(taken.new, 'new article')}, {taken.both} known already, "
            f"{taken.changed} of these with other texts"
        )
    if merged.contradicted:
        were = "was" if merged.contradicted == 1 else "were"
        click.echo(
            f"{output}: {counted(merged.contradicted, 'override')} {were} left out because of a "
            f"contradiction; `newsloom --db {output} override list` shows those that hold"
        )
    if merged.embedding_model_lost:
        click.echo(
            f"embedding model {merged.embedding_model_lost} is not on this machine: stories are "
            f"linked without it; `newsloom --db {output} group --embedding-model "
            f"{merged.embedding_model_lost}` links them with it"
        )
    click.echo(f"{output}: {output.stat().st_size / 1e6:.1f} MB")
