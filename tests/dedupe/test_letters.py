from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.copies.letters import fold, folded_letters


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مدير الميناء وكان", "مدیر المیناء وکان"),
        ("الأربعاء إلى آخر مسؤول", "الاربعاء الى اخر مسوول"),
        ("مُدِيرُ الـمـيـنـاءِ", "مدير الميناء"),
        ("می\u200cشود", "میشود"),
        ("١٢٣ ۴۵۶ १२", "123 456 12"),
        ("ﻻﺋﺤﺔ", "لائحة"),
        ("經過三週的維修，碼頭裡", "经过三周的维修，码头里"),
        ("着 臺灣", "著 台湾"),
        ("İSTANBUL IŞIK", "istanbul ışık"),
        ("ΑΘΗΝΑ ΟΔΟΣ", "Αθήνα οδός"),
        ("ＡＢＣ１２３ ｶﾀｶﾅ", "abc123 カタカナ"),
        ("ÉLYSÉE Ёлка", "Elysee елка"),
        ("co\u00adoperation", "cooperation"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_fold_letters_that_readers_take_for_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("คำ", "คา"), ("कि", "की"), ("が", "か"), ("ب", "ت"), ("o", "ö̲x")]
)
def test_fold_keeps_letters_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_fold_of_folded(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


def test_folded_letters_are_ends() -> None:
    letters = folded_letters()
    assert not [to for to in letters.values() if to in letters]
