"""kill -9 at a random moment of each kind of work that writes; `bench/kill.py` does it at 200."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.corpora.kills import Whole
from bench.corpora.works import Works
from crawler.demo.town import Town

KILLS = 20
"""At least one for each kind of work; each costs seconds."""
OUTLETS = ("the-ledger",)


@pytest.mark.usefixtures("slow")
def test_killed_and_run_again_all_is_as_if_nothing_had_been(tmp_path: Path) -> None:
    draw = random.Random(24)
    wrong: dict[str, list[str]] = {}
    with Town(latency=False) as town:
        works = list(Works(town, tmp_path, OUTLETS, migrated=20).all())
        wholes: dict[str, Whole] = {}
        for number in range(KILLS):
            work = works[number % len(works)][1](draw)
            if work.name not in wholes:
                wholes[work.name] = Whole(work, tmp_path / "whole")
            whole = wholes[work.name]
            moment = draw.uniform(0, whole.seconds)
            _, found = whole.killed(tmp_path / "killed", moment)
            if found:
                wrong[f"{work.name} after {moment:.2f} s"] = found
    assert not wrong
