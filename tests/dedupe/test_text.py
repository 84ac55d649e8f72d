from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dedupe import Scheme
from dedupe.text import normalise, shingle_size, shingles, tokens

SCHEME = Scheme()


def test_words_are_folded_and_punctuation_is_not_a_word() -> None:
    assert tokens("The ﬁrst “Word” — ＡＢＣ, naïve co\u00adoperation") == [
        "the", "first", "word", "abc", "naïve", "cooperation",
    ]  # fmt: skip


def test_scripts_without_spaces_come_as_characters() -> None:
    assert tokens("托卡耶夫 2022 年") == ["托", "卡", "耶", "夫", "2022", "年"]
    assert shingle_size("托卡耶夫下令开火", SCHEME) == SCHEME.shingle_chars
    assert shingle_size("Tokayev ordered fire", SCHEME) == SCHEME.shingle


def test_hindi_words_stay_whole_at_their_vowel_signs() -> None:
    assert tokens("कज़ाख़स्तान में") == [normalise("कज़ाख़स्तान"), "में"]


def test_a_text_shorter_than_a_shingle_has_none() -> None:
    assert shingles("four words are few", SCHEME) == frozenset()


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = " ".join(tokens(text))
    assert " ".join(tokens(once)) == once
