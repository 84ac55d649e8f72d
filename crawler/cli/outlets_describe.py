"""`newsloom outlets add`, `copy`, `import` and so on: descriptions, made, changed and shared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crawler.cli.described import Described
from crawler.cli.options import (
    contact_option,
    described_options,
    private_option,
    selection_options,
)
from crawler.cli.outlets_add import Added, add_outlets, known_outlets, read_addresses
from crawler.cli.parameters import OutletName
from crawler.cli.tables import table
from crawler.errors import UsageError
from crawler.outlets.selection import Selection
from crawler.output.files import folder_for_writing, writing
from crawler.output.visible import clock, counted, one_line, visible

if TYPE_CHECKING:
    from crawler.outlets.discovery import Discovered

SHOWN_BAD = 20
"""Entries left out of an OPML file that are named; of the others only the number."""
_TO = click.option(
    "--to", "target", type=click.Path(path_type=Path, file_okay=False), default=Path("outlets"),
    show_default=True, help="Folder for the description.",
)  # fmt: skip


class _Found(NamedTuple):
    """A source that was found, as a table shows it."""

    source: str
    kind: str
    pages: int | None
    newest: str
    taken: str


@click.command()
@click.argument("urls", metavar="[URL]...", nargs=-1)
@click.option(
    "--from", "file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="File with further addresses, one on each line; - is standard input.",
)  # fmt: skip
@_TO
@click.option("--replace", is_flag=True, help="Overwrite the description if it exists already.")
@contact_option
@private_option
def add(
    urls: tuple[str, ...],
    file: Path | None,
    target: Path,
    replace: bool,
    contact: str,
    allow_private: bool,
) -> int:
    """Write descriptions of the outlets with the front pages or feeds URL.

    Of a front page, Newsloom finds the feeds and sitemaps: it asks the page, robots.txt and the
    usual addresses. Of a feed, it takes the feed. An address that leads to no source stops no
    other: the exit code is then 3, or 4 when all of several failed.
    """
    given = list(dict.fromkeys((*urls, *(read_addresses(file) if file else ()))))
    if not given:
        raise UsageError("no address is given; name the front page of an outlet, or a feed")
    added = add_outlets(
        given, target, replace=replace, contact=contact, allow_private=allow_private
    )
    if len(given) == 1 and added.failed:
        raise added.failed[given[0]]
    for url, error in added.failed.items():
        said = str(error)
        subject = "" if url in said else f"{one_line(url)}: "
        click.echo(f"left out: {subject}{one_line(said)}", err=True)
    if len(given) == 1:
        _show_one(added.found[0], target)
    else:
        _show_many(added, target)
    return (3 if added.files else 4) if added.failed else 0


def _show_one(found: Discovered, target: Path) -> None:
    """All that was found of an outlet, and its description."""
    file = target / f"{found.outlet.slug}.toml"
    _show_sources(found)
    click.echo(f"\n{file}:\n\n{file.read_text('utf-8')}")
    click.echo(
        f"newsloom outlets check {found.outlet.slug} --outlets {target}   shows what it gives"
    )


def _show_many(added: Added, target: Path) -> None:
    """A line for each description, and how many there are."""
    for file, outlet in added.files.items():
        count = counted(len(outlet.sources), "source")
        click.echo(f"{file}: {one_line(outlet.name)}, {count}")
    click.echo(
        f"{target}: {counted(len(added.files), 'outlet')} described, "
        f"{counted(len(added.failed), 'address')} left out"
    )


def _show_sources(found: Discovered) -> None:
    taken = {source.url for source in found.outlet.sources}
    rows = [
        _Found(
            one.url,
            str(one.kind),
            one.listed or None,
            clock(one.newest),
            "yes" if one.url in taken else "no",
        )
        for one in sorted(found.found, key=lambda one: one.url not in taken)
    ]
    click.echo(table(rows, _Found._fields))
    for one in found.missed:
        click.echo(f"not read: {one_line(one.url)} ({one_line(one.reason)})", err=True)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_TO
@click.option("--dry-run", is_flag=True, help="Only report what would be written.")
def import_(file: Path, target: Path, dry_run: bool) -> int:
    """Write descriptions of the feeds in an OPML FILE.

    Other readers export OPML. Feeds of one registered domain become one outlet. Nothing is fetched;
    `newsloom health` shows dead feeds after the first crawl.
    """
    from crawler.outlets.opml import from_opml
    from crawler.outlets.toml import write_outlet

    try:
        text = file.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    done = from_opml(text, known_outlets(target))
    for outlet in done.outlets.values():
        if not dry_run:
            write_outlet(outlet, target)
    feeds = sum(len(outlet.sources) for outlet in done.outlets.values())
    for reason in done.bad[:SHOWN_BAD]:
        click.echo(f"left out: {one_line(reason)}", err=True)
    if len(done.bad) > SHOWN_BAD:
        click.echo(f"left out: {len(done.bad) - SHOWN_BAD} more", err=True)
    click.echo(
        f"{target}: {feeds} feeds of {len(done.outlets)} outlets "
        f"{'would be' if dry_run else 'are'} described; {done.known} known already, "
        f"{len(done.bad)} left out"
    )
    return 3 if done.bad else 0


@click.command()
@click.argument("names", metavar="[OUTLET|@LIST]...", nargs=-1, type=OutletName())
@described_options
@selection_options
@click.option("--opml", is_flag=True, required=True, help="Print OPML, which other readers import.")
def export(
    names: tuple[str, ...],
    folder: Path | None,
    only: bool,
    opml: bool,  # noqa: ARG001
    **conditions: Any,
) -> None:
    """Print the feeds of OUTLETs (default: all) for other readers."""
    from crawler.outlets.opml import to_opml

    selection = Selection(names=names, **conditions)
    click.echo(to_opml(Described(folder, only).select(selection)))


@click.command()
@click.argument("slug", metavar="OUTLET", type=OutletName())
@described_options
def show(slug: str, folder: Path | None, only: bool) -> None:
    """Print the description of OUTLET, and which file it is from."""
    described = Described(folder, only)
    described.select(Selection(names=(slug,)))
    file = described.file(slug)
    click.echo(f"# {file}\n{visible(file.read_text('utf-8')).rstrip()}")


@click.command()
@click.argument("names", metavar="OUTLET|@LIST...", nargs=-1, required=True, type=OutletName())
@_TO
@click.option("--replace", is_flag=True, help="Overwrite a description that exists already.")
@described_options
def copy(
    names: tuple[str, ...],
    target: Path,
    replace: bool,
    folder: Path | None,
    only: bool,
) -> None:
    """Copy the descriptions of OUTLETs into a folder, to change them there.

    `--outlets` then names that folder: of equal outlets, yours takes the place of the one that
    comes with Newsloom.
    """
    described = Described(folder, only)
    chosen = described.select(Selection(names=names), quiet=True)
    for slug in chosen:
        file = target / f"{slug}.toml"
        if file.exists() and not replace:
            raise UsageError(f"{file}: exists already; --replace overwrites it")
    folder_for_writing(target)
    for slug in chosen:
        with writing(target / f"{slug}.toml") as output:
            output.write(described.file(slug).read_bytes())
    click.echo(
        f"{target}: {counted(len(chosen), 'description')} copied; "
        f"`--outlets {target}` makes Newsloom use them"
    )
