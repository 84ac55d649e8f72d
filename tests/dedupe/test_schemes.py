from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from dedupe import (
    RENAMED,
    CopyScheme,
    EventScheme,
    InvalidScheme,
    StoryScheme,
    with_current_names,
)

ROOT = Path(__file__).parents[2]
SCHEMES = pytest.mark.parametrize("kind", [CopyScheme, StoryScheme])


@SCHEMES
def test_earlier_names_lead_to_numbers_of_today(kind: type[CopyScheme | StoryScheme]) -> None:
    today = {field.name for field in fields(kind)}
    earlier = RENAMED[kind]
    assert set(earlier.values()) <= today
    assert len(set(earlier.values())) == len(earlier)
    # Were a name taken again, what an older file says could not be told from what it says now.
    assert not earlier.keys() & today


def test_earlier_names_read_under_those_of_today() -> None:
    written: dict[str, int | float | str] = {"threshold": -0.02, "keys": 20, "voice": "mini"}
    assert with_current_names(StoryScheme, written) == {
        "threshold": -0.02,
        "top_terms": 20,
        "embedding_model": "mini",
    }


@pytest.mark.parametrize(
    ("scheme", "id_"),
    [
        (
            CopyScheme(),
            "w5c7-b2x4-a8x14-l32x3-m20-j0.3-c0.75-p0.1/15-v8x60/0.5/0.8-s0.5-r30/40/0.36-e0.2"
            "-t3/140/0.03-o3/0.02-f20/0.0005-n32/6",
        ),
        (CopyScheme(max_per_key=65), "-n32/6-x7d0da677aead"),
        (StoryScheme(), "-m1.6-c100x200-g3/0.05-xe50f85d45301"),
        (StoryScheme(max_df=0.31), "-g3/0.05-x839aecd39f9a"),
        (StoryScheme(embedding_model="mini"), "-v0.08x0.35:mini-xe50f85d45301"),
    ],
)
def test_scheme_id_that_stores_know(scheme: CopyScheme | StoryScheme, id_: str) -> None:
    assert scheme.id.endswith(id_)


def documented(section: str) -> dict[str, float]:
    """Parameters and defaults in the tables of a page of the documentation."""
    rows = re.findall(r"\| `(\w+)` \| (-?[\d.]+) \|$", section, re.MULTILINE)
    return {name: float(default) for name, default in rows}


def test_formulas_page_has_the_defaults() -> None:
    page = (ROOT / "docs" / "explanation" / "story-score.md").read_text(encoding="utf-8")
    stories, copies = page.split("## What copies are measured by")
    for kind, found in ((StoryScheme, documented(stories)), (CopyScheme, documented(copies))):
        assert found == {name: getattr(kind(), name) for name in found}
    # All numbers that the formulas of the score read are there.
    code = "".join(
        (ROOT / "dedupe" / "stories" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("background", "dendrogram", "score_to_explain", "score_to_link", "terms")
    )
    sizes = {"background_counters", "memory_texts", "min_score"}
    assert set(re.findall(r"scheme\.(\w+)", code)) - sizes <= documented(stories).keys()


def test_events_page_has_the_defaults() -> None:
    page = (ROOT / "docs" / "explanation" / "events.md").read_text(encoding="utf-8")
    numbers = {field.name: getattr(EventScheme(), field.name) for field in fields(EventScheme)}
    assert documented(page) == {
        name: number
        for name, number in numbers.items()
        if name not in ("embedding_model", "recipe")
    }


@pytest.mark.parametrize(
    ("kind", "wrong", "why"),
    [
        (CopyScheme, {"min_evidence": 0.9}, "joining thresholds"),
        (CopyScheme, {"sample_modulus": 3}, "powers of two"),
        (CopyScheme, {"bands": 0}, "bands: numbers start at 1"),
        (StoryScheme, {"max_days": -1.0}, "max_days: numbers start at 0"),
        (StoryScheme, {"zipf_shift": 0.0}, "zipf_shift, threshold_step are larger than 0"),
        (StoryScheme, {"threshold": float("inf")}, "threshold: a finite number"),
    ],
)
def test_scheme_that_contradicts_itself_refused(
    kind: type[CopyScheme | StoryScheme], wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidScheme, match=why):
        kind(**wrong)
