"""`newsloom outlets add`, `import`, `export`: descriptions of outlets, made and shared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from crawler.cli.options import contact_option, outlets_option, private_option
from crawler.cli.tables import table
from crawler.errors import UsageError
from crawler.outlets.descriptions import bundled_outlets, load_outlets, select_outlets
from crawler.output.visible import clock, one_line
from crawler.types import Outlet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.outlets.discovery import Discovered

SHOWN_BAD = 20
"""Entries left out of an OPML file that are named; of the others only the number."""
_TO = click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("outlets"),
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
@click.argument("url")
@_TO
@click.option("--replace", is_flag=True, help="Overwrite the description if it exists already.")
@contact_option
@private_option
def add(url: str, folder: Path, replace: bool, contact: str, allow_private: bool) -> None:
    """Write a description of the outlet with the front page URL.

    Newsloom finds its feeds and sitemaps: it asks the front page, robots.txt and the usual
    addresses.
    """
    from crawler.outlets.discovery import discover
    from crawler.outlets.toml import write_outlet

    known = _known_outlets(folder)
    same_domain = _outlets_of_domain(url, known)
    if same_domain and not replace:
        slug = same_domain[0]
        raise UsageError(
            f"{slug} ({known[slug].name}) is an outlet of this domain already; --replace "
            "overwrites its description"
        )
    found = discover(
        url, contact=contact, allow_private=allow_private,
        taken=[slug for slug in known if slug not in same_domain],
    )  # fmt: skip
    file = write_outlet(found.outlet, folder, replace=replace)
    _show_sources(found)
    click.echo(f"\n{file}:\n\n{file.read_text('utf-8')}")
    click.echo(
        f"newsloom outlets check {found.outlet.slug} --outlets {folder}   shows what it gives"
    )


def _outlets_of_domain(url: str, known: Mapping[str, Outlet]) -> list[str]:
    """Slugs of the outlets whose front page is in the registered domain of an address."""
    from crawler.parsing.urls import registered_domain

    domain = registered_domain(url if "://" in url else f"https://{url}")
    return [
        slug
        for slug, outlet in known.items()
        if outlet.home and registered_domain(outlet.home) == domain
    ]


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
def import_(file: Path, folder: Path, dry_run: bool) -> int:
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
    done = from_opml(text, _known_outlets(folder))
    for outlet in done.outlets.values():
        if not dry_run:
            write_outlet(outlet, folder)
    feeds = sum(len(outlet.sources) for outlet in done.outlets.values())
    for reason in done.bad[:SHOWN_BAD]:
        click.echo(f"left out: {one_line(reason)}", err=True)
    if len(done.bad) > SHOWN_BAD:
        click.echo(f"left out: {len(done.bad) - SHOWN_BAD} more", err=True)
    click.echo(
        f"{folder}: {feeds} feeds of {len(done.outlets)} outlets "
        f"{'would be' if dry_run else 'are'} described; {done.known} known already, "
        f"{len(done.bad)} left out"
    )
    return 3 if done.bad else 0


@click.command()
@click.argument("chosen", metavar="[OUTLET]...", nargs=-1)
@outlets_option
@click.option("--opml", is_flag=True, required=True, help="Print OPML, which other readers import.")
def export(chosen: tuple[str, ...], folder: Path | None, opml: bool) -> None:  # noqa: ARG001
    """Print the feeds of OUTLETs (default: all) for other readers."""
    from crawler.outlets.opml import to_opml

    click.echo(to_opml(select_outlets(load_outlets(folder or bundled_outlets()), chosen)))


def _known_outlets(folder: Path) -> dict[str, Outlet]:
    """Outlets with a description: those that come with Newsloom, and those of the folder."""
    own = load_outlets(folder) if folder.is_dir() and any(folder.glob("*.toml")) else {}
    return load_outlets(bundled_outlets()) | own
