"""`newsloom outlets check`: a feed and a few pages of an outlet, and what is understood of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.output import table
from crawler.cli.reading import outlets_option
from crawler.outlets import bundled_outlets, choose, load_outlets

if TYPE_CHECKING:
    from crawler.store import Store
    from crawler.store.kept import Kept
    from crawler.types import Outlet


@click.command()
@click.argument("slug", metavar="OUTLET")
@outlets_option
@click.option("--pages", type=click.IntRange(1, 20), default=3, show_default=True,
              help="Pages to fetch.")  # fmt: skip
@click.option("--contact", envvar="NEWSLOOM_CONTACT", default="",
              help="Your address or page, sent with every request.")  # fmt: skip
@click.option("--allow-private", is_flag=True,
              help="Allow addresses of this machine and private networks.")  # fmt: skip
def check(slug: str, folder: Path | None, pages: int, contact: str, allow_private: bool) -> int:
    """Fetch what OUTLET lists and a few of its pages; show what is understood, field by field.

    Nothing is saved. For somebody who writes a description, or wonders about a text.
    """
    from crawler.crawl import CrawlOptions, crawl
    from crawler.store import read_store
    from crawler.store.kept import KeptPages

    path = folder or bundled_outlets()
    outlet = choose(load_outlets(path), [slug])[slug]
    with tempfile.TemporaryDirectory(prefix="newsloom-check-") as place:
        db = Path(place) / "check.db"
        summary = crawl(
            CrawlOptions(
                db=db,
                outlets=path,
                chosen=[slug],
                limit=pages,
                workers=1,
                grouping=False,
                keep_pages=True,
                allow_private=allow_private,
                contact=contact,
                log_level="ERROR",
            ),
            command=f"newsloom outlets check {slug}",
        )
        store, kept = read_store(db), KeptPages(db, make=True)
        try:
            _show_sources(store, outlet)
            for page in kept:
                _show_page(store, page, outlet)
            _show_refused(store)
        finally:
            kept.close()
            store.close()
    return summary.exit_code


def _show_sources(store: Store, outlet: Outlet) -> None:
    click.echo(f"{outlet.name} ({outlet.slug})")
    rows = store.reading.exchanges()
    click.echo(table(rows, ("url", "status", "outcome", "listed", "reason", "detail")))


def _show_page(store: Store, kept: Kept, outlet: Outlet) -> None:
    from crawler.errors import ExtractError
    from crawler.parsing.extract import examine
    from crawler.types import Fetched
    from crawler.workers import Workers

    page = store.pages.of(kept.page)
    if page is None:
        return
    fetched = Fetched(
        page=page, url=kept.url, status=200, content_type=kept.content_type, body=kept.body,
        at=kept.at, headers=kept.headers,
    )  # fmt: skip
    click.echo(f"\n{kept.url}")
    pool = Workers(1)
    try:
        found = pool.submit(examine, fetched, outlet).result()
    except ExtractError as error:
        click.echo(f"no article: {error.reason} ({error.detail})")
        return
    finally:
        pool.close()
    rows = [{"field": f.field, "value": f.value, "found in": f.source} for f in found]
    click.echo(table(rows, ("field", "value", "found in")))


def _show_refused(store: Store) -> None:
    """Pages that gave nothing to read."""
    for row in store.reading.unread():
        click.echo(f"\n{row['url']}\nnot read: {row['reason']} ({row['detail']})")
