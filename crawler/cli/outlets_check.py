"""`newsloom outlets check` and `record`: a few pages of an outlet, and their articles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.described import Described
from crawler.cli.options import contact_option, described_options, private_option
from crawler.cli.outlets_sample import sample
from crawler.cli.parameters import Number, OutletName
from crawler.cli.tables import table
from crawler.errors import ExtractError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.store import Store
    from crawler.types import Fetched, Outlet


def _sample_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        private_option,
        contact_option,
        click.option("--pages", type=Number(1, 20), default=3, show_default=True,
                     help="Number of pages to fetch."),
        described_options,
        click.argument("slug", metavar="OUTLET", type=OutletName()),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@_sample_options
def check(
    slug: str,
    folder: Path | None,
    only: bool,
    pages: int,
    contact: str,
    allow_private: bool,
) -> int:
    """Show the sources of OUTLET and a few of its articles.

    Each field of an article is shown with its origin. Nothing is saved. Use it to write a
    description, or to find out where a text comes from.
    """
    with sample(
        slug, Described(folder, only), pages=pages, contact=contact,
        allow_private=allow_private, command=f"newsloom outlets check {slug}",
    ) as found:  # fmt: skip
        click.echo(f"{found.outlet.name} ({found.outlet.slug})")
        rows = found.store.queries.outlets.exchanges()
        click.echo(table(rows, ("url", "status", "outcome", "listed", "reason", "detail")))
        for page in found.pages:
            _show_page(page, found.outlet)
        _show_refused(found.store)
        return found.exit_code


@click.command()
@_sample_options
@click.option("--to", "place", type=click.Path(path_type=Path, file_okay=False),
              default=Path("recorded"), show_default=True,
              help="Folder for the folder OUTLET.")  # fmt: skip
def record(
    slug: str,
    folder: Path | None,
    only: bool,
    pages: int,
    contact: str,
    allow_private: bool,
    place: Path,
) -> None:
    """Record a few pages of OUTLET, with every word replaced.

    The articles read from them are recorded too. The folder can be shared and tested: it shows how
    the outlet builds its pages and contains none of its texts.
    """
    from crawler.outlets.recorded_pages import EXPECTED, record_pages

    with sample(
        slug, Described(folder, only), pages=pages, contact=contact,
        allow_private=allow_private, command=f"newsloom outlets record {slug}",
    ) as found:  # fmt: skip
        if not found.pages:
            _show_refused(found.store)
            raise UsageError(f"{slug}: no page could be fetched; `newsloom outlets check` says why")
        written = record_pages(found.pages, found.outlet, place / slug)
    click.echo(
        f"{place / slug}: {len(written)} pages recorded; {EXPECTED} has the articles read from them"
    )


def _show_page(fetched: Fetched, outlet: Outlet) -> None:
    from crawler.fetching.renderer import WORTHWHILE
    from crawler.parsing.page.extract import examine
    from crawler.parsing.workers.pool import Workers

    click.echo(f"\n{fetched.url}")
    pool = Workers(1)
    try:
        found = pool.submit(examine, fetched, outlet).result()
    except ExtractError as error:
        click.echo(f"rejected: {error.reason} ({error.detail})")
        if error.reason in WORTHWHILE and not outlet.render and b"<script" in fetched.body.lower():
            click.echo(
                "Its scripts may bring the text: write `render = true` into the description, and "
                "Chromium shows such pages (extra `browser`)."
            )
        return
    finally:
        pool.close()
    click.echo(table(found, ("field", "value", "source"), headings={"source": "found in"}))


def _show_refused(store: Store) -> None:
    """Pages that could not be fetched, and why."""
    for row in store.queries.outlets.unread_pages():
        click.echo(f"\n{row.url}\nnot read: {row.reason} ({row.detail})")
