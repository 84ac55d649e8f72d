"""A few pages of one outlet, fetched into a store that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.errors import Offline
from crawler.interrupts import Interrupted
from crawler.outlets.selection import Selection

if TYPE_CHECKING:
    from crawler.cli.described import Described
    from crawler.store import Store
    from crawler.types import Fetched, Outlet


class Sample(NamedTuple):
    """What was fetched."""

    outlet: Outlet
    store: Store
    pages: list[Fetched]
    """those that the outlet answered"""
    exit_code: int


@contextmanager
def sample(
    slug: str, described: Described, *, pages: int, contact: str, allow_private: bool, command: str
) -> Iterator[Sample]:
    """Poll an outlet's sources and fetch a few pages. Raises OutletError for one not described."""
    from crawler.crawl import CrawlOptions, crawl
    from crawler.store import read_store
    from crawler.store.file.kept_pages import KeptPages

    outlet = described.select(Selection(names=(slug,)))[slug]
    with tempfile.TemporaryDirectory(prefix="newsloom-sample-") as place:
        db = Path(place) / "sample.db"
        summary = crawl(
            CrawlOptions(
                db=db,
                outlets={slug: outlet},
                limit=pages,
                workers=1,
                grouping=False,
                keep_pages=True,
                allow_private=allow_private,
                contact=contact,
                log_level="ERROR",
            ),
            command=command,
        )
        if summary.interrupted:
            raise Interrupted
        if summary.outage is not None:
            raise Offline(str(summary.outage))
        store, kept = read_store(db), KeptPages(db, make=True)
        try:
            known = ((one, store.pages.of(one.page)) for one in kept)
            fetched = [one.fetched(page) for one, page in known if page is not None]
            yield Sample(outlet, store, fetched, summary.exit_code)
        finally:
            kept.close()
            store.close()
