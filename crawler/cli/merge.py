"""`newsloom merge`."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.progress import stages
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import counted


@click.command()
@click.argument("files", metavar="FILE FILE...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="FILE", default=Path("all.db"), show_default=True,
              type=click.Path(path_type=Path, dir_okay=False), help="The new store.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Silent unless there is trouble.")
def merge(files: tuple[Path, ...], output: Path, quiet: bool) -> None:
    """Make one store of several, such as those of machines that share the outlets.

    Articles are known by their canonical address; the earliest sighting and every revision is
    kept. Stories keep the numbers they have in the first FILE and are grouped over all; overrides
    of the others are kept where they do not go against those of the first.
    """
    from crawler.clock import now
    from crawler.ingest.merge import merge as run_merge

    if len(files) < 2:
        raise UsageError("name two stores or more: newsloom merge ONE.db TWO.db -o ALL.db")
    if len({file.resolve() for file in files}) < len(files):
        raise UsageError("a store is named twice")
    for file in files:
        if not file.is_file():
            raise NoSuchDatabase(file)
    if output.exists():
        raise UsageError(f"{output} exists; name a new file")
    with stages(quiet=quiet) as progress:
        merged = run_merge(files, output, now=now(), progress=progress)
    if quiet:
        return
    for name, taken in merged.taken.items():
        click.echo(
            f"{name}: {counted(taken.new, 'new article')}, {taken.both} in both, "
            f"{taken.changed} of them with other texts"
        )
    if merged.contradicted:
        click.echo(
            f"{merged.contradicted} overrides go against others and were left out; "
            f"`newsloom --db {output} override list` shows those that hold"
        )
    if merged.embedding_model_lost:
        click.echo(
            f"embedding model {merged.embedding_model_lost} is not on this machine: stories are "
            f"linked without it; `newsloom --db {output} group --embedding-model "
            f"{merged.embedding_model_lost}` links them with it"
        )
    click.echo(f"{output}: {output.stat().st_size / 1e6:.1f} MB")
