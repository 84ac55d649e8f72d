"""The differences of two texts, word by word."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.output.diff import LONGEST, cut_short, differences

TEXTS = st.lists(st.sampled_from(["the", "old", "bridge", "of", "Kazan", "橋", "\n", "7"])).map(
    " ".join
)


@given(TEXTS, TEXTS)
def test_pieces_add_up_to_both_texts_and_alternate(a: str, b: str) -> None:
    pieces = list(differences(a, b))
    assert "".join(piece.a for piece in pieces) == a.rstrip()
    assert "".join(piece.b for piece in pieces) == b.rstrip()
    assert all(one.same != other.same for one, other in pairwise(pieces))
    for piece in pieces:
        assert not piece.same or piece.a.split() == piece.b.split()
        assert piece.same or piece.a.split() != piece.b.split()


def test_word_in_common_between_two_rewritten_halves_is_a_part_of_the_change() -> None:
    a = "Police shut two roads and the bridge on Monday"
    b = "Drivers lost all patience and left their cars on Monday"
    assert [(piece.same, piece.words) for piece in differences(a, b)] == [(False, 8), (True, 2)]


def test_longer_run_in_common_stays() -> None:
    a = "In the north three small towns lost their power"
    b = "Later that night three small towns went dark again"
    assert [piece.same for piece in differences(a, b)] == [False, True, False]


def test_long_texts_are_compared_to_the_end_and_longer_ones_say_so() -> None:
    words = [f"word{n}" for n in range(LONGEST)]
    changed = [*words[:-2], "another", words[-1]]
    pieces = list(differences(" ".join(words), " ".join(changed)))
    assert [piece.words for piece in pieces] == [LONGEST - 2, 1, 1]
    assert not cut_short(" ".join(words), " ".join(changed))
    assert cut_short(" ".join([*words, "more"]), "")
