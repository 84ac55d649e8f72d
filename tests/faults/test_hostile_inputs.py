"""1,000 hostile inputs of all kinds, read in this process; bench/hostile.py has nine times more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.corpora.fuzz_targets import TARGETS, tidy
from bench.corpora.hostile import KINDS, inputs

# warcio leaves what it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
EACH = 1_000 // len(KINDS)


@pytest.fixture(scope="module", autouse=True)
def tidied() -> Iterator[None]:
    yield
    tidy()


@pytest.mark.parametrize("name", KINDS)
def test_broken_inputs_are_read_or_named(name: str) -> None:
    read = list(inputs(name, EACH, seed=4, made=False))
    assert len(read) == EACH
    for data in read:
        TARGETS[KINDS[name].target].run(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["robots.txt", "OPML", "WARC"])
def test_what_is_made_to_hurt_does_not_where_no_process_stands_between(name: str) -> None:
    for data in KINDS[name].made():
        TARGETS[KINDS[name].target].run(data)
