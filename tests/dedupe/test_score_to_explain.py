from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import (
    Background,
    PackedBackground,
    StoryNode,
    StoryScheme,
    average_score,
    learn_backgrounds,
    scored_texts,
)
from dedupe.stories.score_to_explain import pair_scores
from dedupe.stories.score_to_link import scores, stream_texts

DAY = 86_400.0
WORDS = (
    "quake harbour mayor 4 17 budget Tangerang Jakarta Widodo Bandung Medan strike ferry a s vote",
    "the of and in to said",
    "地震市長港口預算",
)
PROSE = st.lists(
    st.sampled_from([*WORDS[0].split(), *WORDS[1].split(), *WORDS[2], "ﷺ", "Straße"]), max_size=60
).map(" ".join)
EMBEDDINGS = st.one_of(st.just(b""), st.binary(min_size=4, max_size=4))
# Eighths of a day, which 32 bits hold: rounding has no part in whether two are too far apart.
DAYS = st.integers(-72, 72).map(lambda n: n / 8)
TEXTS = st.lists(
    st.tuples(PROSE, PROSE, st.none() | DAYS, EMBEDDINGS, st.booleans()),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(told=TEXTS, common=st.booleans(), read=st.integers(1, 2500))
def test_score_to_explain_equals_score_to_link(
    told: list[tuple[str, str, float | None, bytes, bool]], common: bool, read: int
) -> None:
    # Ties of weights that rounding decides would choose other heaviest terms: all are kept.
    scheme = StoryScheme(lead_chars=read, top_terms=1_000)
    nodes = [
        StoryNode(
            id=n, title=title, text=text, at=day and day * DAY, embedding=embedding, learned=learned
        )
        for n, (title, text, day, embedding, learned) in enumerate(told)
    ]
    packed = PackedBackground(common_words=tuple(WORDS[1].split()) if common else ())
    backgrounds: defaultdict[str, Background]
    backgrounds = defaultdict(lambda: Background(StoryScheme(), packed))
    learn_backgrounds((node for node in nodes if node.learned), scheme, backgrounds)
    rows = stream_texts(nodes, scheme, backgrounds["und"])
    expected = scores(rows, rows, scheme)
    texts = list(scored_texts(nodes, scheme, backgrounds["und"].pack()).values())
    found = np.array([pair.score for pair in pair_scores(texts, texts, scheme)])
    assert found.reshape(expected.shape) == pytest.approx(expected, abs=1e-4)


def test_score_less_the_threshold() -> None:
    nodes = [StoryNode(id=n, title=f"Quake {n} shakes Tangerang", text="") for n in range(4)]
    usual, strict = StoryScheme(threshold=0.0), StoryScheme(threshold=0.25)
    backgrounds: defaultdict[str, Background] = defaultdict(lambda: Background(usual))
    learn_backgrounds(nodes, usual, backgrounds)
    rows = stream_texts(nodes, usual, backgrounds["und"])
    assert scores(rows, rows, strict) == pytest.approx(scores(rows, rows, usual) - 0.25)
    texts = list(scored_texts(nodes, usual, backgrounds["und"].pack()).values())
    for one, other in zip(
        pair_scores(texts, texts, strict), pair_scores(texts, texts, usual), strict=True
    ):
        assert one.score == pytest.approx(other.score - 0.25)
    assert strict.min_score == usual.min_score - 0.25


def test_top_terms_of_equal_weight() -> None:
    scheme = StoryScheme(top_terms=3)
    nodes = [
        StoryNode(id=n, title=title, text="")
        for n, title in enumerate(("alpha beta gamma delta epsilon", "zeta eta theta iota kappa"))
    ]
    backgrounds: defaultdict[str, Background] = defaultdict(lambda: Background(StoryScheme()))
    learn_backgrounds(nodes, scheme, backgrounds)
    rows = stream_texts(nodes, scheme, backgrounds["und"])
    texts = scored_texts(nodes, scheme, backgrounds["und"].pack())
    for row, text in enumerate(texts.values()):
        assert set(rows.terms[rows.top_terms[row].indices].tolist()) == text.top_terms


def test_score_with_an_empty_background() -> None:
    nodes = [StoryNode(id=n, title="Quake shakes Tangerang", text="") for n in (1, 2)]
    texts = list(scored_texts(nodes, StoryScheme(), PackedBackground()).values())
    assert average_score(texts[:1], texts[1:], StoryScheme()) > 0.5
