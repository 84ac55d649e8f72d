"""When a source is asked again: the numbers themselves."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from crawler import polling

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("rate", "listed", "wait"),
    [
        (None, 30, 15 * MINUTE), (0, 30, 12 * HOUR), (-1, 30, 12 * HOUR),
        (1, 30, HOUR), (1, 4, HOUR), (2, 4, 30 * MINUTE), (0.5, 5, 2 * HOUR),
        # A feed of one entry loses news when it waits for the next.
        (1, 3, 45 * MINUTE), (1, 1, 15 * MINUTE), (1, 0, 15 * MINUTE),
        (100, 30, 5 * MINUTE), (12, 30, 5 * MINUTE), (0.01, 30, 12 * HOUR), (1e-9, 30, 12 * HOUR),
    ],
)  # fmt: skip
def test_a_wait_is_until_one_new_page(rate: float | None, listed: int, wait: timedelta) -> None:
    assert polling.until_news(rate, listed=listed) == wait


@pytest.mark.parametrize(
    ("passing", "waits", "longest"),
    [
        (True, [15 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR], DAY),
        (False, [HOUR, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR], 7 * DAY),
    ],
)  # fmt: skip
def test_a_failure_doubles_the_wait(
    passing: bool, waits: list[timedelta], longest: timedelta
) -> None:
    assert [polling.after_failure(n, passing=passing) for n in range(5)] == waits
    assert polling.after_failure(8, passing=passing) == min(2**7 * waits[1], longest)
    assert polling.after_failure(10_000, passing=passing) == longest


def test_an_observation_loses_two_thirds_of_its_weight_in_a_day() -> None:
    assert polling.rate_after(None, new=0, hours=24) == pytest.approx(math.exp(-1))
    assert polling.rate_after(2.0, new=24, hours=24) == pytest.approx(1 + math.exp(-1))
    assert polling.rate_after(0.0, new=10, hours=5) == pytest.approx(2 - 2 * math.exp(-5 / 24))
    for hours in (0, -1):
        assert polling.rate_after(0.7, new=5, hours=hours) == 0.7
        assert polling.rate_after(None, new=5, hours=hours) is None


def test_no_source_is_left_for_longer_than_a_week() -> None:
    assert polling.LONGEST_WAIT == polling.DOUBLE == 7 * DAY
    assert polling.LONGEST_WISH == DAY
    assert polling.REVISITS == (HOUR, 6 * HOUR, DAY, 3 * DAY)
