from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dedupe import (
    Background,
    StoryNode,
    StoryScheme,
    directions,
    embedding_buckets,
    learn_backgrounds,
    link_stories,
    mean_direction,
    nearest,
    pack_embeddings,
    scored_texts,
    story_evidence,
    unpack_embeddings,
)

SCHEME = StoryScheme()
DAY = 86_400.0
EAST, NEAR_EAST, NORTH = pack_embeddings(
    np.array([[1, 0, 0], [0.9, 0.3, 0], [0, 1, 0]], np.float32)
)


def node(number: int, language: str, embedding: bytes, at: float | None = 0.0) -> StoryNode:
    return StoryNode(id=number, title="", text="", language=language, embedding=embedding, at=at)


def buckets(embedding: bytes) -> list[int]:
    bands, bits = SCHEME.embedding_bands, SCHEME.embedding_bits
    return embedding_buckets(embedding, bands=bands, bits=bits)


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
    assert buckets(b"") == []


def test_embedding_buckets_shared_by_likeness() -> None:
    random = np.random.default_rng(3)
    base = random.standard_normal((200, 64), dtype=np.float32)
    other = random.standard_normal((200, 64), dtype=np.float32)
    shared = []
    for angle in (0.2, 0.8, 1.5):
        turned = (np.cos(angle) * base + np.sin(angle) * other).astype(np.float32)
        pairs = zip(pack_embeddings(base), pack_embeddings(turned), strict=True)
        shared.append(sum(len({*buckets(a)} & {*buckets(b)}) for a, b in pairs))
    assert shared[0] > 2 * shared[1] > 4 * shared[2]


def test_nearest_are_the_most_alike() -> None:
    others = [NORTH, NEAR_EAST, b"", EAST]
    assert nearest(EAST, others, 1) == [3]
    assert nearest(EAST, others, 9) == [3, 1, 0, 2]
    assert nearest(EAST, [], 9) == []


def test_mean_direction() -> None:
    (found,) = unpack_embeddings([mean_direction([EAST, NORTH])])
    assert found == pytest.approx([0.707, 0.707, 0], abs=1e-2)
    assert directions(np.array([[3, 4], [0, 0]], np.float32)).tolist() == [
        pytest.approx([0.6, 0.8]),
        [0, 0],
    ]


def test_stories_are_of_one_language_whatever_their_embeddings() -> None:
    nodes = [node(1, "en", EAST), node(2, "de", EAST)]
    assert [change.groups for change in link_stories(nodes, SCHEME)] == [(1,), (2,)]


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
