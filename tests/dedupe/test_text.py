from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import CopyScheme, compare_numbers, shingled_text
from dedupe.copies.word_shingles import (
    folded_words,
    shingle_size,
    word_shingles,
    word_windows,
)
from dedupe.copies.words import hash_words, shown_words
from dedupe.text import normalise, tokens

SCHEME = CopyScheme()
# Every text that has a shingle is cut into its shingles.
SHORT = CopyScheme(min_shingles=1)


def test_tokens_folded_without_punctuation() -> None:
    assert tokens("The ﬁrst “Word” — ＡＢＣ, naïve co\u00adoperation") == [
        "the", "first", "word", "abc", "naïve", "cooperation",
    ]  # fmt: skip


def test_tokens_of_scripts_without_spaces() -> None:
    assert tokens("托卡耶夫 2022 年") == ["托", "卡", "耶", "夫", "2022", "年"]
    assert shingle_size(tokens("托卡耶夫下令开火"), SCHEME) == SCHEME.shingle_chars
    assert shingle_size(tokens("Tokayev ordered fire"), SCHEME) == SCHEME.shingle_words


def test_tokens_of_hindi() -> None:
    assert tokens("कज़ाख़स्तान में") == [normalise("कज़ाख़स्तान"), "में"]


def test_word_shingles_of_a_short_text() -> None:
    assert word_shingles("four words are few", SCHEME) == frozenset()


@given(st.text())
def test_tokens_of_tokens(text: str) -> None:
    once = " ".join(tokens(text))
    assert " ".join(tokens(once)) == once


@settings(deadline=None)  # the first text makes the table of letters
@given(st.text())
def test_hash_words_equal_tokens(text: str) -> None:
    plain = folded_words(text)
    hashed, digits, unspaced = hash_words(text)
    assert len(hashed) == len(plain)
    assert len(set(hashed.tolist())) == len(set(plain))
    assert digits.tolist() == [word[0].isdecimal() for word in plain]
    size = SCHEME.shingle_chars if unspaced else SCHEME.shingle_words
    assert size == shingle_size(plain, SCHEME)
    shingles = len(set(word_windows(plain, size)))
    assert len(shingled_text(text, SHORT).every) == (shingles or bool(plain))


@settings(deadline=None)
@given(st.text(), st.integers(0, 9), st.integers(0, 9))
def test_shown_words_are_those_of_the_text(text: str, first: int, count: int) -> None:
    shown = shown_words(text, first, count)
    assert folded_words(shown) == folded_words(text)[first : first + count]
    assert all(part in normalise(text) for part in shown.split(" "))


WORDS = ("a", "few", "of", "4", "17", "4", "2022", "seats", "托", "卡", "3rd")
PROSE = st.lists(st.sampled_from(WORDS), min_size=7, max_size=30)


@settings(deadline=None)
@given(PROSE.map(" ".join), PROSE.map(" ".join))
def test_numbers_in_context_equal_the_hashed(a: str, b: str) -> None:
    one, two = shingled_text(a, SHORT), shingled_text(b, SHORT)
    _, ours, theirs = np.intersect1d(one.number_contexts, two.number_contexts, return_indices=True)
    same = int((one.numbers[ours] == two.numbers[theirs]).sum())
    assert compare_numbers(a, b, CopyScheme()) == (same, len(ours) - same)


def test_hash_words_in_any_text() -> None:
    assert hash_words("Almaty 2022")[0].tolist() == hash_words("ALMATY  2022!")[0].tolist()
    assert hash_words("Almaty")[0][0] == hash_words("in Almaty")[0][1]
