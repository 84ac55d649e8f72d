"""One machine that compares and links by counts that were learned elsewhere, and frozen."""

from __future__ import annotations

from crawler.grouping.boilerplate import FrozenCounts
from crawler.grouping.comparer import Comparer
from crawler.grouping.file_schemes import file_schemes
from crawler.grouping.linker import Linker
from crawler.spark.task_work import BY_NAME
from crawler.store import Store

AT = "2022-01-20T12:00:00Z"


def group_frozen(store: Store, counted: Store, *, seed: int) -> None:
    """Compare all articles of a store by the counts of another, and link all their groups."""
    schemes = file_schemes(store)
    common = counted.boilerplate.common()
    assert common is not None
    outlets = [row for _, rows in counted.whole_tables.rows(BY_NAME["outlets"], seed=False)
               for row in rows]  # fmt: skip
    known = {row[0]: counted.boilerplate.of_outlet(row[0]) for row in outlets}
    with store.batch():
        store.copies.queue_all()
        store.story_links.set_scheme(schemes.stories.id)
        entry = store.groupings.begin(
            run=1, now=AT, compare_all=True, relinked=False, settings={}, versions={}
        )
    counts = {number: count for number, count in known.items() if count is not None}
    learned = FrozenCounts(store, schemes.copies, common, counts)
    comparer = Comparer(
        store, schemes.copies, seed=seed, run=1, now=AT, entry=entry, learned=learned
    )
    last = 0
    while waiting := store.copies.waiting(schemes.copies.batch_size, after=last):
        with store.batch():
            comparer.compare(waiting)
        last = waiting[-1].article.id
    comparer.finish()
    linker = Linker(store, schemes.stories, run=1, now=AT)
    linker.link(lambda _done, _total: None, rebuild=linker.will_relink(last))
