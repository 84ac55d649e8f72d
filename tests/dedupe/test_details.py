from __future__ import annotations

from collections import defaultdict

import pytest

from dedupe import (
    Background,
    PackedBackground,
    StoryNode,
    StoryScheme,
    learn_backgrounds,
    scored_texts,
    story_evidence,
)
from dedupe.stories.details import detail_terms, name_terms
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


def test_name_terms_in_german_follow_a_preposition_or_a_capital() -> None:
    text = "gestern hat Oberbürgermeister Reker in Köln vor der Menge gesprochen"
    assert name_terms(text, "de") == {term_number("reker"), term_number("köln")}


def test_detail_terms_are_names_and_numbers() -> None:
    found = detail_terms("he paid Jean 24 euros", "en")
    assert found == {term_number("jean"), term_number("24")}


MARCH = "Thousands marched on the palace and the police fired tear gas at them, said {} of {} in {}"


def test_words_in_common_count_less_where_details_differ() -> None:
    one = node(MARCH.format("Hamdok", "Sudan", "Khartoum"), n=1)
    other = node(MARCH.format("Tokayev", "Kazakhstan", "Almaty"), n=2)
    same = node(MARCH.format("Burhan", "Sudan", "Khartoum"), n=3)
    few = node("Thousands marched on the palace of Almaty", n=4)
    # Those of a headline say little: others may have been left out.
    headline = StoryNode(id=5, title=other.text, text="", language="en")
    nodes = [one, other, same, few, headline]
    backgrounds: defaultdict[str, Background] = defaultdict(lambda: Background(SCHEME))
    learn_backgrounds(nodes, SCHEME, backgrounds)
    texts = scored_texts(nodes, SCHEME, backgrounds["en"].pack())
    found = {n: story_evidence(texts[1], texts[n], SCHEME) for n in texts}
    # Three names of each, and none in common: no word counts. One name of the other: a third.
    assert found[2].details == pytest.approx(found[2].cosine)
    assert found[4].details == pytest.approx(found[4].cosine / 3)
    assert found[3].details == found[5].details == 0
    parts = found[2].cosine - found[2].chance - found[2].details - found[2].delay
    assert found[2].score == pytest.approx(parts - SCHEME.threshold)


def test_words_that_are_common_in_the_language_are_no_details() -> None:
    one = node("on Friday the march in Khartoum was ended by Hamdok", n=1)
    other = node("on Friday the march in Almaty was ended by Tokayev", n=2)
    packed = PackedBackground(common_words=("the", "friday"))
    texts = scored_texts([one, other], SCHEME, packed)
    assert not texts[1].details.keys() & texts[2].details.keys()
    assert texts[1].details.keys() == {term_number("khartoum"), term_number("hamdok")}
