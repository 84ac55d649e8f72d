"""`newsloom db`: the upkeep of the file."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.arguments import reading
from crawler.cli.command_groups import WholeLines
from crawler.cli.tables import as_json, emit
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.files import replacing
from crawler.output.suggestions import suggestion
from crawler.store.queries.codebook import Codebook, Described


@click.group(cls=WholeLines)
def db() -> None:
    """Check, migrate, describe and back up the store."""


@db.command()
@click.pass_obj
def check(path: Path) -> int:
    """Check for damage, dangling references and invalid states."""
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
    """Bring a store of an older Newsloom up to date."""
    from crawler.run_lock import lock
    from crawler.store import migrate_store

    if not path.is_file():
        raise NoSuchDatabase(path)
    with lock(path):
        taken = migrate_store(path)
    click.echo(f"{path}: {'migrated: ' + ', '.join(taken) if taken else 'is up to date'}")


@db.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(path: Path, target: Path) -> None:
    """Write a compact copy to TARGET; a crawl may run meanwhile."""
    with reading(path) as store, replacing(target, new=True) as part, store.explained(target):
        store.upkeep.backup(part)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


@db.command()
@click.argument("name", metavar="[TABLE]", required=False)
@click.option("--json", "as_object", is_flag=True, help="Print JSON.")
@click.pass_obj
def describe(path: Path, name: str | None, as_object: bool) -> None:
    """Describe the tables and views, or each column of TABLE."""
    with reading(path) as store:
        found = _find_described(store.queries.codebook, name)
    if as_object:
        click.echo(as_json(found[0] if name else found, indent=2))
    elif name:
        click.echo(f"{found[0].name}, a {found[0].kind}: {found[0].comment}\n")
        emit(found[0].columns, ("name", "type", "comment"), None)
    else:
        emit(found, ("name", "kind", "comment"), None)


def _find_described(codebook: Codebook, name: str | None) -> list[Described]:
    """One table or view, or all of them; UsageError for a name that is not there."""
    names = codebook.names()
    chosen = (codebook.describe(one) for one in ([name] if name else names))
    found = [one for one in chosen if one is not None]
    if name and not found:
        hint = suggestion(name, names, command="newsloom db describe")
        raise UsageError(f"there is no table or view {name}; {hint}")
    return found
