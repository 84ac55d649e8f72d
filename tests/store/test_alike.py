"""Nearly equal texts in any number: twice as many are twice the work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

import crawler.grouping.linker
import dedupe.copies.evidence
import dedupe.stories.term_matrix
from bench.alike import fill
from bench.corpora.alike import alike
from crawler.grouping.run import group
from crawler.store import open_store
from dedupe import CopyScheme, StoryScheme, seed_id
from tests.conftest import NOW

# The same in small: at these sizes a store is past all of its bounds.
COPIES = CopyScheme(batch_size=10, large_component=20, max_candidates=6, max_per_key=12)
STORIES = StoryScheme(
    step_size=10,
    relink_groups=20,
    story_sample_max=8,
    story_sample_min=2,
    story_sample_total=40,
    story_sample_pool=20,
    max_candidates=4,
    max_postings=9,
)


def counted(function: Callable[..., Any], work: Counter[str], name: str) -> Callable[..., Any]:
    def counting(*arguments: Any, **named: Any) -> Any:
        work[name] += 1
        return function(*arguments, **named)

    return counting


def work_of(kind: str, count: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Pairs verified, texts weighed, and what SQLite did: thousands of its instructions."""
    work = Counter[str]()
    store = open_store(":memory:")
    with store.batch():
        store.copies.set_scheme(COPIES.id, seed=7, seed_id=seed_id(7))
        store.story_links.set_scheme(STORIES.id)
    fill(store, alike(kind, count))
    with monkeypatch.context() as patched:
        patched.setattr(crawler.grouping.linker, "TRANSACTION", 10)
        patched.setattr(crawler.grouping.linker, "SHARE", 2)
        for module, name in (
            (dedupe.copies.evidence, "copy_edge"),
            (dedupe.stories.term_matrix, "_row"),
        ):
            patched.setattr(module, name, counted(getattr(module, name), work, name))
        store._connection.set_progress_handler(
            lambda: work.update(["thousand steps of SQLite"]), 1_000
        )
        group(store, run=1, now=NOW, scheme=COPIES, story_scheme=STORIES)
    store.close()
    return work


@pytest.mark.parametrize(
    "kind",
    [
        "reports of one template",
        "short, a word changed, each in another outlet",
        "short and equal, one outlet",
        "headlines only",
    ],
)
def test_twice_as_many_are_twice_the_work(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    once, twice = (work_of(kind, count, monkeypatch) for count in (200, 400))
    for name in twice:
        assert twice[name] < 2.7 * once[name] + 20, name


def kept(scheme: CopyScheme, *, killed: bool = False) -> list[tuple[int, int]]:
    """Which group each of sixty prints of one text is in, as (article, group)."""

    def kill(what: str, done: int, total: int) -> None:
        if killed and what == "comparing" and done == total:
            raise KeyboardInterrupt

    store = open_store(":memory:")
    with store.batch():
        store.copies.set_scheme(scheme.id, seed=7, seed_id=seed_id(7))
    fill(store, alike("short, a word changed, each in another outlet", 60))
    if killed:
        with pytest.raises(KeyboardInterrupt):
            group(store, run=1, now=NOW, scheme=scheme, stories=False, progress=kill)
        assert 0 < store.copies.count_waiting() < 60
    group(store, run=1, now=NOW, scheme=scheme, stories=False)
    assert store.copies.count_waiting() == 0
    found = [(row.article, row.copy_group or 0) for row in store.queries.articles.all_placed()]
    entry = store.groupings.last()
    assert entry is not None
    assert entry.articles == 60
    assert store.upkeep.problems() == []
    store.close()
    return found


def test_what_is_grouped_at_the_end_of_a_run_is_grouped_as_ever() -> None:
    at_once = kept(CopyScheme(batch_size=10))
    assert len({group for _, group in at_once}) == 1
    assert kept(CopyScheme(batch_size=10, large_component=20)) == at_once
    assert kept(CopyScheme(batch_size=10, large_component=20), killed=True) == at_once
