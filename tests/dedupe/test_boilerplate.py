from __future__ import annotations

import random

import numpy as np

from dedupe import CommonShingles, CopyScheme, OutletBoilerplate, boilerplate_test, shingled_text

SCHEME = CopyScheme()
SIGN_OFF = " ".join(f"follow{n} us" for n in range(30))


def news(seed: int, words: int = 150) -> str:
    draw = random.Random(seed)
    return " ".join(f"word{draw.randrange(10**6)}" for _ in range(words))


def learned(
    texts: list[tuple[str, str]], copies: bool = False
) -> tuple[CommonShingles, OutletBoilerplate]:
    """Counts after these (outlet, text), and the boilerplate of outlet `a`."""
    common, boilerplate = (
        CommonShingles(SCHEME),
        {"a": OutletBoilerplate(SCHEME), "b": OutletBoilerplate(SCHEME)},
    )
    for outlet, text in texts:
        every = shingled_text(text, SCHEME).every
        common.count(every, copy=copies)
        boilerplate[outlet].count(every, copy=copies)
    return common, boilerplate["a"]


def left(text: str, common: CommonShingles, boilerplate: OutletBoilerplate) -> float:
    """Share of the shingles that still tell something."""
    made = shingled_text(text, SCHEME, boilerplate_test(SCHEME, common, boilerplate))
    return len(made.shingles) / len(made.every)


def test_boilerplate_left_out_and_news_kept() -> None:
    common, boilerplate = learned([("a", f"{news(n)} {SIGN_OFF}") for n in range(5)])
    assert left(SIGN_OFF, common, boilerplate) == 0
    assert left(news(99), common, boilerplate) == 1
    body = len(shingled_text(news(99), SCHEME).every)
    made = shingled_text(
        f"{news(99)} {SIGN_OFF}", SCHEME, boilerplate_test(SCHEME, common, boilerplate)
    )
    assert body - 12 <= len(made.shingles) <= body


def test_boilerplate_of_one_outlet_not_of_another() -> None:
    common, _ = learned([("b", f"{news(n)} {SIGN_OFF}") for n in range(5)])
    assert left(SIGN_OFF, common, OutletBoilerplate(SCHEME)) == 1


def test_boilerplate_not_news_that_others_print_too() -> None:
    story = news(1)
    common, boilerplate = learned([("a", story)] * 3 + [("b", story)] * 12)
    assert left(story, common, boilerplate) == 1


def test_counts_of_copies_are_not_texts() -> None:
    common, boilerplate = learned([("a", news(1))] * 10, copies=True)
    assert common.documents == boilerplate.texts == 0
    assert left(news(1), common, boilerplate) == 1


def test_common_shingles_of_a_template_left_out() -> None:
    common, _ = learned([("b", f"{news(n)} {SIGN_OFF}") for n in range(30)])
    assert left(SIGN_OFF, common, OutletBoilerplate(SCHEME)) == 0


def test_boilerplate_outlasts_what_is_printed_once() -> None:
    common, boilerplate = learned([("a", f"{news(n)} {SIGN_OFF}") for n in range(300)])
    assert len(boilerplate.pack()) <= 10 * 1_024
    assert left(SIGN_OFF, common, boilerplate) == 0


def test_counts_stored_and_read() -> None:
    common, boilerplate = learned([("a", f"{news(n)} {SIGN_OFF}") for n in range(5)])
    again = (
        CommonShingles(SCHEME, common.documents, common.pack()),
        OutletBoilerplate(SCHEME, boilerplate.texts, boilerplate.pack()),
    )
    for text in (SIGN_OFF, news(2), f"{news(3)} {SIGN_OFF}"):
        one, two = (
            shingled_text(text, SCHEME, boilerplate_test(SCHEME, c, f)).shingles
            for c, f in ((common, boilerplate), again)
        )
        assert np.array_equal(one, two)


def test_common_shingles_halved_after_twice_their_memory() -> None:
    scheme = CopyScheme(memory_texts=5)
    common = CommonShingles(scheme)
    shingles = shingled_text(SIGN_OFF, scheme).every
    sampled = shingles[shingles % scheme.sample_modulus == 0]
    for _ in range(9):
        common.count(shingles, copy=False)
    assert (common.documents, set(common.texts(sampled).tolist())) == (9, {9})
    common.count(shingles, copy=False)
    assert (common.documents, set(common.texts(sampled).tolist())) == (5, {5})


def test_boilerplate_of_a_text_without_words() -> None:
    common, boilerplate = learned([("a", SIGN_OFF)])
    made = shingled_text("... !", SCHEME, boilerplate_test(SCHEME, common, boilerplate))
    assert len(made.every) == len(made.shingles) == 0
