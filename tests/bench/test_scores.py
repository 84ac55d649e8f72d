"""The figures that the bench of extraction prints of its pages."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from bench.corpora.pages import Labelled, page_scores, segments_f1
from bench.extraction import behind, best_of, bodies, day, difference
from bench.peers.systems import Found, local
from crawler.parsing.dates import moment


def pages(*truths: dict[str, Any]) -> list[Labelled]:
    return [
        Labelled(name="some", number=number, file=Path(), url=None, truth=truth)
        for number, truth in enumerate(truths)
    ]


def test_page_scores_of_texts_are_those_of_each() -> None:
    some = pages({"text": "one two three four"}, {"text": "five six seven eight"})
    assert page_scores(some, ["one two three four", "nothing of it here"]) == [1, 0]


def test_page_scores_of_segments_have_the_f1_of_all_as_their_mean() -> None:
    some = pages(
        {"must_have": ["a", "b", "c"], "must_not_have": ["x"]},
        {"must_have": ["d"], "must_not_have": ["y", "z"]},
        {"must_have": None, "must_not_have": ["x"]},
    )
    texts = ["a b x", "d y", ""]
    whole = segments_f1(zip(texts, (page.truth for page in some), strict=True))
    assert whole == pytest.approx(2 * 3 / (2 * 3 + 1 + 2))
    assert fmean(page_scores(some, texts)) == pytest.approx(whole)


def test_difference_is_paired() -> None:
    same = difference([0.1, 0.9, 0.5], [0.0, 0.8, 0.4])
    assert same.mean == pytest.approx(0.1)
    assert same.error == pytest.approx(0)
    apart = difference([1.0, 0.0], [0.0, 1.0])
    assert apart.mean == 0
    assert apart.error == pytest.approx(1)


def test_bodies_come_best_first_and_count_failures() -> None:
    some = pages({"text": "one two three four"}, {"text": "five six seven eight"})
    good = [Found(text="one two three four"), Found(text="five six seven eight")]
    rows = bodies(some, {"ours": good, "worst": [Found(failed="x")] * 2, "middle": [good[0]] * 2})
    assert [(row.system, row.score, row.failed) for row in rows] == [
        ("ours", 1, 0),
        ("middle", 0.5, 0),
        ("worst", 0, 2),
    ]
    assert best_of(rows).system == "middle"
    assert best_of(rows).ours_less.mean == 0.5


def test_behind_names_languages_beyond_the_tolerance() -> None:
    words = " ".join(map(str, range(1_000)))
    some = pages({"text": words, "lang": "de"}, {"text": words, "lang": "fr"})
    whole, nearly, half = (Found(text=words[:n]) for n in (None, -4, 1_000))
    assert behind(some, {"ours": [nearly, half], "trafilatura": [whole, whole]}) == "fr of 2"


def test_day_is_the_one_on_the_page_where_the_truth_is_a_day() -> None:
    late = Found(published="2024-05-03T23:30:00-05:00")
    assert day([(late, {"published": "2024-05-03"})]) == 1
    assert day([(late, {"published": "2024-05-04"}), (late, {"published": "2024-05"})]) == 0
    assert day([(late, {"published": "2024-05-04 04:30:00+00:00"})]) == 1


def test_local_time_keeps_the_stated_offset() -> None:
    stated = moment("2024-05-03T23:30:00-05:00", source="bench")
    assert stated is not None
    assert stated.at.startswith("2024-05-04")
    assert local(stated) == "2024-05-03T23:30:00-05:00"
