"""`newsloom db`: looking after the file."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.reading import reading
from crawler.errors import NoSuchDatabase, UsageError


@click.group()
def db() -> None:
    """Check, migrate and back up the store."""


@db.command()
@click.pass_obj
def check(path: Path) -> int:
    """Look for damage, dangling references and pages in no lawful state."""
    with reading(path) as store:
        problems = store.upkeep.problems()
    for problem in problems:
        click.echo(problem)
    if not problems:
        click.echo(f"{path}: no problem found")
    return 1 if problems else 0


@db.command()
@click.pass_obj
def migrate(path: Path) -> None:
    """Bring a store made by an older Newsloom up to date."""
    from crawler.runs import lock
    from crawler.store import migrate_store

    if not path.is_file():
        raise NoSuchDatabase(path)
    with lock(path):
        taken = migrate_store(path)
    click.echo(f"{path}: {', '.join(taken) if taken else 'is up to date'}")


@db.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(path: Path, target: Path) -> None:
    """Write a compact copy to TARGET; a running crawl may go on meanwhile."""
    if target.exists():
        raise UsageError(f"{target} exists; name a new file")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target}: there is no folder {target.absolute().parent}")
    with reading(path) as store:
        store.upkeep.backup(target)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
