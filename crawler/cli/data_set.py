"""What `export --dataset` and `import --dataset` do and say."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from crawler.cli.arguments import reading
from crawler.cli.progress import stages
from crawler.cli.tables import as_json
from crawler.errors import UsageError
from crawler.output.visible import counted

if TYPE_CHECKING:
    from crawler.ingest.data_set import FromDataSet


def refuse_others(context: click.Context, option: str, allowed: Collection[str]) -> None:
    """Raise UsageError for what was given beside an option and is none of these parameters."""
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in allowed and context.params.get(name):
            is_option = parameter.opts[0].startswith("-")
            what = parameter.opts[0] if is_option else parameter.human_readable_name.strip("[.]")
            raise UsageError(f"{option} takes no {what}; leave it out")


def export_data_set(db: Path, folder: Path, *, with_seed: bool) -> None:
    """Write a data set, and say what it holds."""
    from crawler.clock import now
    from crawler.data_set.description import Manifest
    from crawler.data_set.write import write_data_set

    def to_json(manifest: Manifest) -> str:
        return as_json(manifest, indent=1) + "\n"

    with reading(db) as store, stages() as progress:
        made = write_data_set(
            store, folder, seed=with_seed, now=now(), to_json=to_json, progress=progress
        )
    seed = (
        "with the store's secret seed: do not publish it"
        if with_seed
        else "without the store's secret seed, signatures and keys"
    )
    click.echo(
        f"{folder}: {made.rows:,} rows of {len(made.tables)} tables, {made.bytes / 1e6:.1f} MB, "
        f"{seed}"
    )


def import_data_set(
    db: Path, folder: Path, *, findings: bool, seed_from: Path | None, quiet: bool
) -> None:
    """Take in a data set, and say what came of it."""
    from crawler.clock import now
    from crawler.ingest.data_set import import_data_set as run_import

    with stages(quiet=quiet) as progress:
        done = run_import(
            folder, db, findings=findings, seed_from=seed_from, now=now(), progress=progress
        )
    if not quiet:
        click.echo(f"{db}: {counted(done.articles, 'new article')}{_rest(done, findings)}")


def _rest(done: FromDataSet, findings: bool) -> str:
    """The rest of the sentence about what an import did."""
    if findings:
        return ", and all that was found of them"
    parts = [""]
    if done.known:
        parts.append(f"{done.known:,} known, {done.changed:,} of them changed")
    if done.decisions:
        left = f"; {done.contradicted} contradict others and were left out"
        parts.append(
            f"grouped, because of {counted(done.decisions, 'override')}"
            f"{left if done.contradicted else ''}"
        )
    else:
        parts.append("`newsloom group` finds copies and stories")
    if done.embedding_model_lost:
        parts.append(
            f"stories are linked without embedding model {done.embedding_model_lost}, which is not "
            "on this machine"
        )
    return "; ".join(parts)
