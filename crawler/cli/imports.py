"""`newsloom import`: articles from JSONL files, pages from WARC files."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.arguments import outlets_option, require_files
from crawler.cli.progress import stages
from crawler.outlets.descriptions import bundled_outlets, load_outlets
from crawler.output.visible import counted, one_line, visible

if TYPE_CHECKING:
    from crawler.ingest.jsonl import BadLine, Imported, Unused
    from crawler.run_lock import Run

SHOWN_BAD_LINES = 20
"""Reports of bad lines before only their number is given."""
SHOWN_KEYS = 10
"""Unknown keys before only the first of them are given."""
_SAVED = ("new", "revised", "same", "twin")


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@outlets_option
@click.option("--workers", type=click.IntRange(min=1), default=None,
              help="Parser processes for WARC files; default: one a core.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Silent unless there is trouble.")
@click.pass_obj
def import_(
    db: Path, files: tuple[Path, ...], folder: Path | None, workers: int | None, quiet: bool
) -> int:
    """Add articles from JSONL FILEs (gz too; - for standard input), or pages from WARC FILEs.

    A line of JSONL needs `url` and one of `title`, `text`; `outlet`, `authors`, `language`,
    `published_at` and `fetched_at` may be given. Pages of WARC files (CC-NEWS, or those of `crawl
    --keep-warc`) are read like fetched ones; an import that was cut off goes on where it was.
    `newsloom group` then finds copies and stories.
    """
    from crawler.clock import now
    from crawler.ingest.jsonl import import_articles
    from crawler.ingest.warc import is_warc, require_archive
    from crawler.run_lock import recorded

    require_files(files)
    archives = [file for file in files if is_warc(file)]
    lines = [file for file in files if not is_warc(file)]
    for file in archives:
        require_archive(file)
    with recorded(db, f"newsloom import {' '.join(map(str, files))}") as run:
        done = import_articles(run.store, lines, run=run.number, now=now())
        counts, broken = Counter(done.counts), done.broken
        if archives:
            found, broken_archives = _archives(run, archives, folder, workers, quiet)
            counts += found
            broken = broken | broken_archives
        run.summary = dict(counts)
        run.outcome = "partial" if done.bad or broken else "done"
    _report(done, broken)
    if not quiet:
        click.echo(_summary(run.number, counts, done, pages=bool(archives)))
    return 3 if done.bad or broken else 0


def _archives(
    run: Run, files: list[Path], folder: Path | None, workers: int | None, quiet: bool
) -> tuple[Counter[str], dict[Path, str]]:
    from crawler.clock import now
    from crawler.ingest.warc import import_warc
    from crawler.parsing.workers.pool import Workers

    outlets = load_outlets(folder or bundled_outlets())
    counts: Counter[str] = Counter()
    broken: dict[Path, str] = {}
    pool = Workers(workers or os.cpu_count() or 1)
    try:
        with stages(quiet=quiet) as progress:
            for file in files:
                found = import_warc(
                    run.store, file, outlets, run=run.number, now=now(), workers=pool,
                    progress=partial(progress, file.name),
                )  # fmt: skip
                counts.update(found.counts)
                if found.broken is not None:
                    broken[file] = found.broken
    finally:
        pool.close()
    return counts, broken


def _report(done: Imported, broken: dict[Path, str]) -> None:
    bad: list[BadLine] = done.bad
    for line in bad[:SHOWN_BAD_LINES]:
        click.echo(f"{visible(line.file)}:{line.line}: {visible(line.reason)}", err=True)
    if len(bad) > SHOWN_BAD_LINES:
        click.echo(f"... and {len(bad) - SHOWN_BAD_LINES} more bad lines", err=True)
    for file, why in broken.items():
        click.echo(
            f"{visible(str(file))}: cannot be read to its end ({visible(why)}); what comes before "
            "is saved",
            err=True,
        )


def _summary(run: int, counts: Counter[str], done: Imported, *, pages: bool) -> str:
    line = (
        f"run {run}: {counted(counts['new'], 'new article')}, {counts['revised']} revised, "
        f"{counts['same'] + counts['twin']} known, {len(done.bad)} bad lines left out"
        f"{_unused(done.unused)}"
    )
    if not pages:
        return line
    others = sorted(
        ((n, reason) for reason, n in counts.items() if reason not in _SAVED), reverse=True
    )
    return f"{line}; pages that are none: " + (
        ", ".join(f"{n} {reason}" for n, reason in others) or "0"
    )


def _unused(unused: Unused) -> str:
    """What was not taken as it stands, as the rest of a sentence."""
    parts = [
        f"{counted(n, f'{key} value')} {what}"
        for what, times in (
            ("could not be read (NULL)", unused.unread),
            ("in the future (kept)", unused.future),
        )
        for key, n in times.items()
    ]
    if unused.keys:
        keys = [one_line(key[:40]) for key in sorted(unused.keys)]
        more = ["..."] if len(keys) > SHOWN_KEYS else []
        parts.append(f"unknown keys left out: {', '.join(keys[:SHOWN_KEYS] + more)}")
    return "".join(f"; {part}" for part in parts)
