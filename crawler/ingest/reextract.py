"""Kept pages read again: what a newer extraction makes of bytes that were fetched before."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future

from crawler.errors import ExtractError
from crawler.parsing.page.version import EXTRACTION
from crawler.parsing.workers.pool import Workers
from crawler.parsing.workers.tasks import read_page, rejection_of
from crawler.store import Saved, Store
from crawler.store.file.kept_pages import Kept, KeptPages
from crawler.types import Article, Fetched, Outlet, Page, Rejected

BATCH = 32
"""Pages in one transaction, and read ahead."""
Outcome = tuple[Fetched, Article | Rejected]


def reextract(
    store: Store,
    kept: KeptPages,
    outlets: Mapping[str, Outlet],
    *,
    run: int,
    now: str,
    workers: Workers,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Counter[str]:
    """Read every kept page that an older extraction read; counts of pages by outcome.

    A page with an article keeps it, and the old text becomes a revision of ours; a rejected page
    may give an article now. `outlets` are descriptions by slug; an outlet without one is known by
    its slug alone.
    """
    counts: Counter[str] = Counter()
    total = len(kept)
    batch: list[Outcome] = []
    for number, read in enumerate(_outcomes(store, kept, outlets, workers), start=1):
        progress(number, total)
        if read is None:
            counts["up to date"] += 1
            continue
        batch.append(read)
        if len(batch) >= BATCH:
            _save(store, kept, batch, counts, run=run, now=now)
            batch = []
    _save(store, kept, batch, counts, run=run, now=now)
    return counts


def _outcomes(
    store: Store, kept: KeptPages, outlets: Mapping[str, Outlet], workers: Workers
) -> Iterator[Outcome | None]:
    """The outcome of each page in order; None for a page that is up to date."""
    waiting: deque[tuple[Fetched, Future[Article | Rejected]] | None] = deque()
    for one in kept:
        waiting.append(_submit(store, one, outlets, workers))
        if len(waiting) > BATCH:
            yield _outcome(waiting.popleft())
    while waiting:
        yield _outcome(waiting.popleft())


def _submit(
    store: Store, kept: Kept, outlets: Mapping[str, Outlet], workers: Workers
) -> tuple[Fetched, Future[Article | Rejected]] | None:
    page = store.pages.of(kept.page)
    if page is None or kept.extraction == EXTRACTION:
        return None
    # A later crawl without --keep-pages may have brought a newer text than these bytes hold.
    if store.articles.is_newer(kept.page, than=kept.at):
        return None
    fetched = kept.fetched(page)
    outlet = outlets.get(page.outlet) or Outlet(slug=page.outlet, name=page.outlet)
    return fetched, workers.submit(read_page, fetched, outlet)


def _outcome(
    started: tuple[Fetched, Future[Article | Rejected]] | None,
) -> Outcome | None:
    if started is None:
        return None
    fetched, future = started
    try:
        return fetched, future.result()
    except ExtractError as error:
        return fetched, rejection_of(fetched, error)


def _save(
    store: Store,
    kept: KeptPages,
    batch: list[Outcome],
    counts: Counter[str],
    *,
    run: int,
    now: str,
) -> None:
    with store.batch():
        for fetched, found in batch:
            counts[_save_one(store, fetched.page, found, run=run, now=now)] += 1
    kept.mark_read([fetched.page.id for fetched, _ in batch], extraction=EXTRACTION)


def _save_one(store: Store, page: Page, found: Article | Rejected, *, run: int, now: str) -> str:
    if isinstance(found, Rejected):
        # An article stays what it was; a page that was rejected may have a better reason now.
        if found.instead is None:
            store.pages.reject_as(page.id, found.reason, found.detail, at=found.at)
        return "rejected"
    saved = store.articles.save(
        found, outlet=store.outlets.number(page.outlet), run=run, now=now, ours=True
    )
    if saved is not Saved.TWIN and store.pages.is_rejected(page.id):
        store.pages.settle(page.id, at=found.fetched_at or now)
    return str(saved)
