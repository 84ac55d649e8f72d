from __future__ import annotations

from math import log2

import pytest

from dedupe import StoryScheme
from dedupe.stories import terms
from dedupe.stories.terms import common_word_rates, spelled_terms, term_number, term_weights

SCHEME = StoryScheme(title_weight=3, decay_words=10)


def test_term_weights_by_place() -> None:
    found = term_weights("Quake", "one two quake", SCHEME)
    assert found[term_number("quake")] == pytest.approx(log2(1 + 3 + 10 / 12))
    assert found[term_number("one")] == pytest.approx(1.0)


def test_term_weights_of_single_letters_and_digits() -> None:
    found = term_weights("a house 7", "", SCHEME)
    assert found.keys() == {term_number("house"), term_number("7")}


def test_term_weights_of_scripts_without_spaces() -> None:
    assert set(spelled_terms("地震市", "", SCHEME).values()) >= {"地震", "震市"}
    assert term_weights("地震市", "", SCHEME).keys() == {term_number("地震"), term_number("震市")}


def test_common_word_rates_by_rank() -> None:
    rates = common_word_rates(("the", "of", "THE"), SCHEME)
    assert rates == {term_number("the"): 0.1 / 2.7, term_number("of"): 0.1 / 3.7}


def test_term_numbers_after_they_were_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = term_weights("Quake shakes Tangerang harbour", "", SCHEME)
    monkeypatch.setattr(terms, "_KEPT", 2)
    terms._NUMBERS.clear()
    assert term_weights("Quake shakes Tangerang harbour", "", SCHEME) == before
    assert len(terms._NUMBERS) <= 2
