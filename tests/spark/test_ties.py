"""Which articles go to one task."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crawler.spark.packing import packed, packed_domains
from crawler.spark.ties import Numbers, Packs, pack

TIES = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(2, 90)), max_size=60)


def tied(ties: list[tuple[int, int, int]], *, tasks: int = 4, most: int = 1_000) -> Packs:
    ones, others, holders = (np.array([t[n] for t in ties], np.int64) for n in range(3))
    return pack(ones, others, holders, tasks=tasks, most=most)


def articles(packs: Packs) -> Numbers:
    return np.arange(1, 70, dtype=np.int64)


@given(TIES)
def test_pack_puts_what_is_tied_together(ties: list[tuple[int, int, int]]) -> None:
    packs = tied(ties)
    ones, others = (np.array([t[n] for t in ties], np.int64) for n in (0, 1))
    assert (packs.of(ones) == packs.of(others)).all()
    every = packs.of(articles(packs))
    assert ((every >= 0) & (every < 4)).all()
    assert packs.split == 0


@given(TIES, st.integers(1, 9))
def test_pack_cuts_what_is_too_large(ties: list[tuple[int, int, int]], most: int) -> None:
    packs = tied(ties, tasks=1_000, most=most)
    # With more tasks than components each has one: none is larger than the limit.
    sizes = np.bincount(packs.tasks_of, minlength=1)
    assert sizes.max() <= most


def test_pack_leaves_common_keys_out_where_a_component_is_too_large() -> None:
    pairs = [(1, 2, 2), (3, 4, 2), (1, 3, 65)]
    together = tied(pairs, most=4)
    assert together.split == 0
    assert len(set(together.of(np.array([1, 2, 3, 4])).tolist())) == 1
    apart = tied(pairs, most=3)
    assert apart.split == 1
    one, same, other, as_well = apart.of(np.array([1, 2, 3, 4])).tolist()
    assert one == same != other == as_well


def test_pack_without_ties_deals_articles_out() -> None:
    packs = tied([])
    assert set(packs.of(articles(packs)).tolist()) == {0, 1, 2, 3}


def test_packed_gives_the_largest_first_to_whom_has_least() -> None:
    sizes = {"a": 9, "b": 5, "c": 4, "d": 4, "e": 1}
    assert packed(sizes, 3) == {"a": 0, "b": 1, "c": 2, "d": 2, "e": 1}
    assert set(packed(sizes, 1).values()) == {0}


def test_domains_that_claim_each_other_are_together() -> None:
    sizes = {"a.org": 5, "b.org": 4, "c.org": 9}
    tasks = packed_domains(sizes, [("a.org", "x.org"), ("b.org", "x.org")], 2)
    assert tasks["a.org"] == tasks["b.org"] != tasks["c.org"]
