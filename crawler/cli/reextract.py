"""`newsloom reextract`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from crawler.cli.arguments import outlets_option
from crawler.cli.progress import stages
from crawler.errors import NoSuchDatabase, UsageError
from crawler.outlets.descriptions import bundled_outlets, load_outlets


@click.command()
@outlets_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Parser processes; default: one a core.",
)
@click.option("-q", "--quiet", is_flag=True, help="Silent unless there is trouble.")
@click.pass_obj
def reextract(db: Path, folder: Path | None, workers: int | None, quiet: bool) -> None:
    """Read kept pages anew, with what Newsloom has learned of pages since; nothing is fetched.

    For stores crawled with `--keep-pages`. The old text of an article stays as a revision that is
    marked as ours. `newsloom group` then compares what has changed.
    """
    from crawler.clock import now
    from crawler.ingest.reextract import reextract as read_anew
    from crawler.parsing.workers.pool import Workers
    from crawler.run_lock import recorded
    from crawler.store.file.kept_pages import KeptPages, pages_path

    if not db.is_file():
        raise NoSuchDatabase(db)
    if not pages_path(db).is_file():
        raise UsageError(
            f"{pages_path(db)}: no pages were kept for this store; `newsloom crawl --keep-pages` "
            "keeps those that it fetches"
        )
    outlets = load_outlets(folder or bundled_outlets())
    with recorded(db, "newsloom reextract") as run, stages(quiet=quiet) as progress:
        kept = KeptPages(db, make=False)
        pool = Workers(workers or os.cpu_count() or 1)
        try:
            counts = read_anew(
                run.store, kept, outlets, run=run.number, now=now(), workers=pool,
                progress=lambda done, total: progress("reading", done, total),
            )  # fmt: skip
        finally:
            pool.close()
            kept.close()
        run.summary = dict(counts)
    if not quiet:
        click.echo(
            f"run {run.number}: {sum(counts.values())} pages kept; "
            f"{counts['revised']} articles with another text, {counts['new']} new, "
            f"{counts['same']} with the same text, {counts['up to date']} up to date, "
            f"{counts['rejected']} rejected"
        )
