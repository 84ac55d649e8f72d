from __future__ import annotations

import pytest

from dedupe import adjusted_rand, b_cubed, pairwise, pairwise_across

TRUTH = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b"}


def test_scores_of_a_perfect_grouping() -> None:
    assert pairwise(TRUTH, TRUTH) == (1, 1, 1)
    assert b_cubed(TRUTH, TRUTH) == (1, 1, 1)
    assert adjusted_rand(TRUTH, TRUTH) == 1


def test_scores_of_all_single() -> None:
    single = {n: n for n in TRUTH}
    assert pairwise(single, TRUTH)[:2] == (1, 0)
    assert b_cubed(single, TRUTH).recall == pytest.approx(2 / 5)


def test_scores_of_all_together() -> None:
    together = dict.fromkeys(TRUTH, 0)
    assert pairwise(together, TRUTH).precision == pytest.approx(4 / 10)
    assert pairwise(together, TRUTH).recall == 1
    # Bagga and Baldwin: (3 * 3/5 + 2 * 2/5) / 5
    assert b_cubed(together, TRUTH).precision == pytest.approx(13 / 25)
    assert adjusted_rand(together, TRUTH) == pytest.approx(0)


@pytest.mark.parametrize("truth", [{}, {1: "a"}], ids=["none", "one"])
def test_scores_without_pairs(truth: dict[int, str]) -> None:
    assert adjusted_rand(truth, truth) == 1
    assert pairwise(truth, truth) == (1, 1, 1)


def test_scores_across_kinds_leave_out_pairs_of_one_kind() -> None:
    kind = {1: "en", 2: "en", 3: "de", 4: "de", 5: "en"}
    assert pairwise_across(TRUTH, TRUTH, kind) == (1, 1, 1)
    # 1 and 2 are parted, which is no matter; 3 is with one of them, and with 5 by mistake.
    found = {1: "x", 2: "y", 3: "x", 4: "z", 5: "x"}
    precision, recall, _ = pairwise_across(found, TRUTH, kind)
    assert (precision, recall) == (1 / 2, 1 / 3)
    single = {n: n for n in TRUTH}
    assert pairwise_across(single, TRUTH, kind)[:2] == (1, 0)
