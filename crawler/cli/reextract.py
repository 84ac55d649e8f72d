"""`newsloom reextract`."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import click

from crawler.cli.described import Described
from crawler.cli.options import described_options, quiet_option, workers_option
from crawler.cli.progress import stages
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import counted


@click.command()
@described_options
@workers_option
@quiet_option
@click.pass_obj
def reextract(db: Path, folder: Path | None, only: bool, workers: int | None, quiet: bool) -> None:
    """Read kept pages again with the present extraction.

    For stores that `newsloom crawl --keep-pages` made; nothing is fetched. The old text of an
    article becomes a revision that is marked as Newsloom's own. `newsloom group` then compares the
    changed texts.
    """
    from crawler.clock import now
    from crawler.ingest.reextract import reextract as read_again
    from crawler.parsing.workers.pool import Workers
    from crawler.run_lock import recorded
    from crawler.store.file.kept_pages import KeptPages, pages_path

    if not db.is_file():
        raise NoSuchDatabase(db)
    if not pages_path(db).is_file():
        raise UsageError(
            f"{pages_path(db)}: this store has no kept pages; `newsloom crawl --keep-pages` keeps "
            "the pages that it fetches"
        )
    outlets = Described(folder, only).load(quiet=quiet)
    with (
        recorded(db, "newsloom reextract") as run,
        stages(quiet=quiet) as progress,
        closing(KeptPages(db, make=False)) as kept,
        closing(Workers(workers or os.cpu_count() or 1)) as pool,
    ):
        counts = read_again(
            run.store, kept, outlets, run=run.number, now=now(), workers=pool,
            progress=lambda done, total: progress("reading", done, total),
        )  # fmt: skip
        run.summary = dict(counts)
    if not quiet:
        click.echo(
            f"run {run.number}: {sum(counts.values())} pages kept; "
            f"{counted(counts['revised'], 'article')} revised, {counts['new']} new, "
            f"{counts['same']} unchanged, {counts['up to date']} up to date, "
            f"{counts['rejected']} rejected"
        )
