from __future__ import annotations

from collections import defaultdict

import pytest
from dedupe.stories.names import name_terms

from dedupe import (
    Background,
    StoryNode,
    StoryScheme,
    learn_backgrounds,
    scored_texts,
    story_evidence,
)
from dedupe.stories.terms import term_number

SCHEME = StoryScheme()


def node(text: str, n: int) -> StoryNode:
    return StoryNode(id=n, title="", text=text, language="en")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        # The first word of a sentence shows nothing, nor does what is written small elsewhere.
        ("Crowds marched in Almaty on Wednesday. Police fired.", {"almaty", "wednesday"}),
        ("Then the March protests began: they march in Almaty", {"almaty"}),
        ("it was said by Jean-Luc O'Brien of the Élysée", {"jean", "luc", "o", "brien", "élysée"}),
        ("во вторник в Алма-Ате прошёл митинг", {"алма", "ате"}),
        ("le président a parlé à la ville d\u2019Almaty et de l'Élysée", {"almaty", "élysée"}),
        ("CROWDS MARCH IN ALMATY AND POLICE fired", set()),
        ("Crowds March In Almaty And Police Fire", set()),
        ("蘋果公司 Apple 與 Google 在 California 公布", set()),
        ("they said that nothing was known", set()),
        ("", set()),
    ],
)
def test_name_terms_of_a_text(text: str, named: set[str]) -> None:
    assert name_terms(text, "en") == {term_number(name) for name in named}


def test_name_terms_none_in_german() -> None:
    assert not name_terms("am Abend zog die Menge durch Köln", "de")


MARCH = "Thousands marched on the palace and the police fired tear gas at them, said {} of {} in {}"


def test_no_name_penalty_of_two_places() -> None:
    one = node(MARCH.format("Hamdok", "Sudan", "Khartoum"), n=1)
    other = node(MARCH.format("Tokayev", "Kazakhstan", "Almaty"), n=2)
    same = node(MARCH.format("Burhan", "Sudan", "Omdurman"), n=3)
    few = node("Thousands marched on the palace of Almaty", n=4)
    towns = "A" + ", A".join("bcdfghjklmnpqrstvwxz")
    many = node(f"{MARCH.lower()}. {MARCH.format(towns, 'Asia', 'Africa')}", n=5)
    # Those of a headline say little: others may have been left out.
    headline = StoryNode(id=6, title=other.text, text="", language="en")
    nodes = [one, other, same, few, many, headline]
    backgrounds: defaultdict[str, Background] = defaultdict(lambda: Background(SCHEME))
    learn_backgrounds(nodes, SCHEME, backgrounds)
    texts = scored_texts(nodes, SCHEME, backgrounds["en"].pack())
    apart = story_evidence(texts[1], texts[2], SCHEME)
    assert apart.no_name == pytest.approx(9 * SCHEME.no_name_penalty)
    parts = apart.cosine - apart.chance - apart.no_name
    assert apart.score == pytest.approx(parts - SCHEME.threshold)
    taken_off = {n: story_evidence(texts[1], texts[n], SCHEME).no_name for n in texts}
    expected = {
        1: 0,
        2: 9 * SCHEME.no_name_penalty,
        3: 0,
        4: 3 * SCHEME.no_name_penalty,
        5: SCHEME.no_name_penalty_max,
        6: 0,
    }
    assert taken_off == pytest.approx(expected)
