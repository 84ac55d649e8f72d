from __future__ import annotations

from collections import defaultdict

import pytest

from dedupe import Background, StoryNode, StoryScheme, learn, scored_texts, story_evidence
from dedupe.names import names
from dedupe.terms import number

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
def test_what_a_text_names(text: str, named: set[str]) -> None:
    assert names(text, "en") == {number(name) for name in named}


def test_german_nouns_are_not_names() -> None:
    assert not names("am Abend zog die Menge durch Köln", "de")


MARCH = "Thousands marched on the palace and the police fired tear gas at them, said {} of {} in {}"


def test_two_events_of_one_kind_in_two_places_are_told_by_their_names() -> None:
    one = node(MARCH.format("Hamdok", "Sudan", "Khartoum"), n=1)
    other = node(MARCH.format("Tokayev", "Kazakhstan", "Almaty"), n=2)
    same = node(MARCH.format("Burhan", "Sudan", "Omdurman"), n=3)
    backgrounds: defaultdict[str, Background] = defaultdict(Background)
    learn([one, other, same], SCHEME, backgrounds)
    texts = scored_texts([one, other, same], SCHEME, backgrounds["en"].pack())
    apart = story_evidence(texts[1], texts[2], SCHEME)
    assert apart.no_name == SCHEME.no_name
    assert apart.score == pytest.approx(apart.cosine - apart.chance - apart.no_name)
    assert story_evidence(texts[1], texts[3], SCHEME).no_name == 0
    # A few names, or those of a headline, say little: others may have been left out.
    few = node("Thousands marched on the palace of Almaty, said Tokayev", n=4)
    headline = StoryNode(id=5, title=other.text, text="", language="en")
    for said in scored_texts([few, headline], SCHEME, backgrounds["en"].pack()).values():
        assert story_evidence(texts[1], said, SCHEME).no_name == 0
