from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dedupe import (
    Background,
    Cluster,
    Constraints,
    StoryNode,
    StoryScheme,
    embedding_buckets,
    learn_backgrounds,
    link_stories,
    nearest_by_embedding,
    pack_embeddings,
    scored_texts,
    story_evidence,
    unpack_embeddings,
)
from dedupe.stories.embeddings import join_languages

SCHEME = StoryScheme()
DAY = 86_400.0
EAST, NEAR_EAST, NORTH = pack_embeddings(
    np.array([[1, 0, 0], [0.9, 0.3, 0], [0, 1, 0]], np.float32)
)


def node(number: int, language: str, embedding: bytes, at: float | None = 0.0) -> StoryNode:
    return StoryNode(id=number, title="", text="", language=language, embedding=embedding, at=at)


def joined(*nodes: StoryNode) -> list[list[int]]:
    found = join_languages([Cluster(nodes=(one,), central=one.id) for one in nodes], SCHEME)
    return sorted(sorted(one.id for one in cluster.nodes) for cluster in found)


@given(arrays(np.float32, (3, 40), elements=st.floats(-1, 1, width=32)))
def test_embeddings_packed_keep_their_direction(vectors: np.ndarray) -> None:
    found = unpack_embeddings(pack_embeddings(vectors))
    for given_row, row in zip(vectors.astype(float), found, strict=True):
        length = np.linalg.norm(given_row)
        if length < 1e-6:
            continue
        assert np.linalg.norm(row) == pytest.approx(1, abs=1e-4)
        assert given_row @ row / length > 0.995


def test_embeddings_unknown_are_zero() -> None:
    assert unpack_embeddings([b"", EAST])[0].tolist() == [0, 0, 0]
    assert unpack_embeddings([b"", b""]).shape == (2, 0)
    assert embedding_buckets(b"", SCHEME) == []


def test_embedding_buckets_shared_by_likeness() -> None:
    random = np.random.default_rng(3)
    base = random.standard_normal((200, 64), dtype=np.float32)
    other = random.standard_normal((200, 64), dtype=np.float32)
    shared = []
    for angle in (0.2, 0.8, 1.5):
        turned = (np.cos(angle) * base + np.sin(angle) * other).astype(np.float32)
        pairs = zip(pack_embeddings(base), pack_embeddings(turned), strict=True)
        shared.append(
            sum(
                len({*embedding_buckets(a, SCHEME)} & {*embedding_buckets(b, SCHEME)})
                for a, b in pairs
            )
        )
    assert shared[0] > 2 * shared[1] > 4 * shared[2]


def test_nearest_by_embedding_at_home_and_abroad() -> None:
    others = [
        node(2, "en", NORTH), node(3, "en", NEAR_EAST), node(4, "de", NORTH), node(5, "fr", EAST),
        node(6, "en-GB", EAST),
    ]  # fmt: skip
    assert nearest_by_embedding(node(1, "en", EAST), others, 1) == [6, 5]
    assert nearest_by_embedding(node(1, "en", EAST), others, 9) == [6, 3, 2, 5, 4]
    assert nearest_by_embedding(node(1, "en", EAST), [], 9) == []


def test_join_languages_by_embedding() -> None:
    assert joined(node(1, "en", EAST), node(2, "de", NEAR_EAST), node(3, "de", NORTH)) == [
        [1, 2],
        [3],
    ]


@pytest.mark.parametrize(
    "other",
    [
        node(2, "en", NEAR_EAST),
        node(2, "en-GB", NEAR_EAST),
        node(2, "de", NEAR_EAST, at=30 * DAY),
        node(2, "de", b""),
    ],
)
def test_join_languages_not_of_one_language_or_far_in_time(other: StoryNode) -> None:
    assert joined(node(1, "en", EAST), other) == [[1], [2]]


def test_join_languages_takes_the_nearer_of_two() -> None:
    found = joined(node(1, "en", EAST), node(2, "en", NEAR_EAST), node(3, "fr", EAST))
    assert found == [[1, 3], [2]]


def test_join_languages_leaves_what_nothing_reaches() -> None:
    """Two languages of one story that are alike by .3 only, and two stories that mean the same."""
    low = pack_embeddings(np.array([[0.3, 0.95, 0]], np.float32))[0]
    one, two = (replace(node(n, lang, embedding), story=7)
                for n, lang, embedding in ((1, "en", EAST), (2, "de", low)))  # fmt: skip
    twin = replace(node(3, "es", EAST), story=8)
    new = node(4, "fr", pack_embeddings(np.array([[0, 0, 1]], np.float32))[0])
    changes = link_stories([one, two, twin, new], SCHEME, settled={1, 2, 3})
    assert {change.groups: change.story for change in changes} == {(1, 2): 7, (3,): 8, (4,): None}


def test_join_languages_with_a_settled_story() -> None:
    old = replace(node(1, "en", EAST), story=7)
    (change,) = link_stories([old, node(2, "de", NEAR_EAST)], SCHEME, settled={1})
    assert (change.groups, change.story) == ((1, 2), 7)


def test_join_languages_obeys_cannot_link() -> None:
    nodes = [node(1, "en", EAST), node(2, "de", EAST)]
    assert [change.groups for change in link_stories(nodes, SCHEME)] == [(1, 2)]
    constraints = Constraints(cannot_link=((frozenset({1}), frozenset({2})),))
    cannot_link = link_stories(nodes, SCHEME, constraints=constraints)
    assert [change.groups for change in cannot_link] == [(1,), (2,)]


def test_embeddings_add_to_the_score_within_a_language() -> None:
    texts = ("Quake shakes Tangerang market", "Quake: Tangerang market collapses")
    plain = [StoryNode(id=n, title=t, text="", language="en") for n, t in enumerate(texts)]
    heard = [
        replace(one, embedding=embedding)
        for one, embedding in zip(plain, (EAST, NORTH), strict=True)
    ]
    backgrounds = {"en": Background(SCHEME)}
    learn_backgrounds(plain, SCHEME, backgrounds)
    background = backgrounds["en"].pack()
    found, without = (
        story_evidence(texts[0], texts[1], SCHEME)
        for texts in (scored_texts(both, SCHEME, background) for both in (heard, plain))
    )
    assert without.embedding == 0
    assert found.embedding == pytest.approx(
        -SCHEME.embedding_weight * SCHEME.embedding_baseline, abs=1e-3
    )
    assert found.score == pytest.approx(without.score + found.embedding, abs=1e-5)
