from __future__ import annotations

from collections import defaultdict

import pytest

from dedupe import Background, StoryNode, StoryScheme, learn, scored_texts, story_evidence
from dedupe.names import names
from dedupe.terms import number

SCHEME = StoryScheme()


def node(text: str, title: str = "", language: str = "en", n: int = 1) -> StoryNode:
    return StoryNode(id=n, title=title, text=text, language=language)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        # The first word of a sentence shows nothing, nor does what is written small elsewhere.
        ("Crowds marched in Almaty on Wednesday. Police fired.", {"almaty", "wednesday"}),
        ("Then the March protests began: they march in Almaty", {"almaty"}),
        ("it was said by Jean-Luc O'Brien of the Élysée", {"jean", "luc", "o", "brien", "élysée"}),
        ("во вторник в Алма-Ате прошёл митинг", {"алма", "ате"}),
        ("CROWDS MARCH IN ALMATY AND POLICE fired", set()),
        ("Crowds March In Almaty And Police Fire", set()),
        ("蘋果公司 Apple 與 Google 在 California 公布", set()),
        ("they said that nothing was known", set()),
        ("", set()),
    ],
)
def test_what_a_text_names(text: str, named: set[str]) -> None:
    assert names(node(text), SCHEME) == {number(name) for name in named}


def test_german_nouns_are_not_names() -> None:
    assert not names(node("am Abend zog die Menge durch Köln", language="de-AT"), SCHEME)


def test_a_headline_names_where_there_is_no_text() -> None:
    assert names(node("", title="Crowds march in Almaty"), SCHEME) == {number("almaty")}
    assert not names(node("they marched at night", title="Crowds march in Almaty"), SCHEME)


MARCH = (
    "Thousands marched on the palace and the police fired tear gas at them, said {} {} of {} in {}"
)


def test_two_events_of_one_kind_in_two_places_are_told_by_their_names() -> None:
    one = node(MARCH.format("Abdalla", "Hamdok", "Sudan", "Khartoum"), n=1)
    other = node(MARCH.format("Kassym", "Tokayev", "Kazakhstan", "Almaty"), n=2)
    same = node(MARCH.format("Abdel", "Burhan", "Sudan", "Omdurman"), n=3)
    backgrounds: defaultdict[str, Background] = defaultdict(Background)
    learn([one, other, same], SCHEME, backgrounds)
    texts = scored_texts([one, other, same], SCHEME, backgrounds["en"].pack())
    apart = story_evidence(texts[1], texts[2], SCHEME)
    assert apart.no_name == SCHEME.no_name
    assert apart.score == pytest.approx(apart.cosine - apart.chance - apart.no_name)
    assert story_evidence(texts[1], texts[3], SCHEME).no_name == 0
    # A few names say little: others may have been left out.
    few = node("Thousands marched on the palace of Almaty in Kazakhstan, said Tokayev", n=4)
    texts |= scored_texts([few], SCHEME, backgrounds["en"].pack())
    assert story_evidence(texts[1], texts[4], SCHEME).no_name == 0
