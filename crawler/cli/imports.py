"""`newsloom import`: articles from JSONL and CSV files, pages from WARC files."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from crawler.cli.arguments import require_files
from crawler.cli.data_set import import_data_set, refuse_others
from crawler.cli.described import Described
from crawler.cli.options import described_options, quiet_option
from crawler.cli.parameters import Number
from crawler.cli.progress import stages
from crawler.errors import UsageError
from crawler.output.visible import counted, one_line, visible

if TYPE_CHECKING:
    from crawler.ingest.jsonl import BadLine, Imported, Unused
    from crawler.run_lock import Run

SHOWN_BAD_LINES = 20
"""Bad lines that are reported one by one; of the others only the number."""
SHOWN_KEYS = 10
"""Unknown keys that are named."""
_SAVED = ("new", "revised", "same", "twin")
"""What may come of an article; other counters are reasons of rejected pages."""


@click.command("import")
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path(path_type=Path))
@described_options
@click.option("--workers", type=Number(min=1), default=None,
              help="Number of parser processes for WARC files; default: one per core.")  # fmt: skip
@click.option("--dataset", metavar="DIR", type=click.Path(path_type=Path),
              help="Take in a data set in the place of FILEs.")  # fmt: skip
@click.option("--with-findings", is_flag=True,
              help="With --dataset: also copies and stories, into a new store.")  # fmt: skip
@click.option("--seed-from", metavar="STORE", type=click.Path(path_type=Path, dir_okay=False),
              help="With --dataset: give a new store the secret seed of another one.")  # fmt: skip
@quiet_option
@click.pass_context
def import_(
    context: click.Context,
    files: tuple[Path, ...],
    folder: Path | None,
    only: bool,
    workers: int | None,
    dataset: Path | None,
    with_findings: bool,
    seed_from: Path | None,
    quiet: bool,
) -> int:
    """Add articles from files, or take in a whole data set.

    Articles are read from JSONL and CSV FILEs, pages from WARC FILEs.

    A FILE may be packed with gzip; - is standard input. A line of JSONL, or a row of CSV with a
    header, needs `url` and one of `title`, `text`; `outlet`, `authors`, `language`, `published_at`,
    `fetched_at` and `kind` are optional. Columns may have other usual names (link, headline, date),
    a comma, a semicolon or a tab between them.

    Pages of WARC files (CC-NEWS, or those of `crawl --keep-warc`) are read like fetched ones; an
    interrupted import of a WARC file resumes where it stopped. `newsloom group` then finds copies
    and stories.

    A data set is what `newsloom export --dataset DIR` writes. It makes a new store; into one that
    has articles its facts are merged.
    """
    db: Path = context.obj
    if dataset is not None:
        refuse_others(context, "--dataset", ("dataset", "with_findings", "seed_from", "quiet"))
        import_data_set(db, dataset, findings=with_findings, seed_from=seed_from, quiet=quiet)
        return 0
    if with_findings or seed_from is not None:
        option = "--with-findings" if with_findings else "--seed-from"
        raise UsageError(f"{option} is about a data set; add --dataset DIR")
    if not files:
        raise click.MissingParameter(ctx=context, param_hint="'FILE...'", param_type="argument")
    return _import_files(db, files, folder, only, workers, quiet)


def _import_files(
    db: Path,
    files: tuple[Path, ...],
    folder: Path | None,
    only: bool,
    workers: int | None,
    quiet: bool,
) -> int:
    from crawler.clock import now
    from crawler.ingest.jsonl import import_articles
    from crawler.run_lock import recorded

    require_files(files)
    archives = _archives_among(files)
    described = Described(folder, only)
    with recorded(db, f"newsloom import {' '.join(map(str, files))}") as run:
        lines = [file for file in files if file not in archives]
        done = import_articles(run.store, lines, run=run.number, now=now())
        pages = _import_archives(run, archives, described, workers, quiet) if archives else _NOTHING
        counts = Counter(done.counts) + pages.counts
        broken = done.broken | pages.broken
        incomplete = bool(done.bad or broken)
        run.summary = dict(counts)
        run.outcome = "partial" if incomplete else "done"
    _show_left_out(done.bad, broken)
    if not quiet:
        others = _no_article_note(pages.counts) if archives else ""
        click.echo(f"{_summary(run.number, counts, done)}{others}")
    return 3 if incomplete else 0


class _Archives(NamedTuple):
    """What the import of WARC files did."""

    counts: Counter[str]
    """articles by what came of them; rejected pages by their reason"""
    broken: dict[Path, str]
    """files that could not be read to their end, and why"""


_NOTHING = _Archives(Counter(), {})


def _archives_among(files: tuple[Path, ...]) -> list[Path]:
    """Those that are named as WARC files; UsageError for one that does not begin like one."""
    from crawler.ingest.warc import is_warc, require_archive

    archives = [file for file in files if is_warc(file)]
    for file in archives:
        require_archive(file)
    return archives


def _import_archives(
    run: Run, files: list[Path], described: Described, workers: int | None, quiet: bool
) -> _Archives:
    from crawler.clock import now
    from crawler.ingest.warc import import_warc
    from crawler.parsing.workers.pool import Workers

    outlets = described.load(quiet=quiet)
    done = _Archives(Counter(), {})
    pool = Workers(workers or os.cpu_count() or 1)
    try:
        with stages(quiet=quiet) as progress:
            for file in files:
                found = import_warc(
                    run.store, file, outlets, run=run.number, now=now(), workers=pool,
                    progress=partial(progress, file.name),
                )  # fmt: skip
                done.counts.update(found.counts)
                if found.broken is not None:
                    done.broken[file] = found.broken
    finally:
        pool.close()
    return done


def _show_left_out(bad: list[BadLine], broken: dict[Path, str]) -> None:
    for line in bad[:SHOWN_BAD_LINES]:
        click.echo(f"{visible(line.file)}:{line.line}: {visible(line.reason)}", err=True)
    if len(bad) > SHOWN_BAD_LINES:
        click.echo(f"... and {len(bad) - SHOWN_BAD_LINES} more bad lines", err=True)
    for file, why in broken.items():
        click.echo(
            f"{visible(str(file))}: cannot be read to its end ({visible(why)}); everything before "
            "that is saved",
            err=True,
        )


def _summary(run: int, counts: Counter[str], done: Imported) -> str:
    return (
        f"run {run}: {counted(counts['new'], 'new article')}, {counts['revised']} revised, "
        f"{counts['same'] + counts['twin']} known, {len(done.bad)} bad lines left out"
        f"{_unused_note(done.unused)}"
    )


def _no_article_note(counts: Counter[str]) -> str:
    """Pages of archives that gave no article, as the rest of a sentence."""
    others = sorted(
        ((n, reason) for reason, n in counts.items() if reason not in _SAVED), reverse=True
    )
    reasons = ", ".join(f"{n} {reason}" for n, reason in others) or "0"
    return f"; pages without an article: {reasons}"


def _unused_note(unused: Unused) -> str:
    """Values and keys that were not taken as they stand, as the rest of a sentence."""
    parts = [
        f"{counted(n, f'{key} value')} {what}"
        for what, times in (
            ("could not be read (NULL)", unused.unread),
            ("in the future (NULL)", unused.future),
        )
        for key, n in times.items()
    ]
    if unused.keys:
        keys = [one_line(key[:40]) for key in sorted(unused.keys)]
        more = ["..."] if len(keys) > SHOWN_KEYS else []
        parts.append(f"unknown keys left out: {', '.join(keys[:SHOWN_KEYS] + more)}")
    return "".join(f"; {part}" for part in parts)
