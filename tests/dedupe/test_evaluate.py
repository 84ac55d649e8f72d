from __future__ import annotations

import pytest

from dedupe import adjusted_rand, b_cubed, pairwise

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
