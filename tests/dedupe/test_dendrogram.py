from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from dedupe import (
    Background,
    StoryNode,
    StoryScheme,
    average_score,
    learn_backgrounds,
    link_stories,
    needed_score,
    scored_texts,
)
from dedupe.stories.dendrogram import average_linkage, flat_clusters


@given(texts=st.integers(2, 30), seed=st.integers(0, 1_000))
def test_flat_clusters_without_contrast_equal_fcluster(texts: int, seed: int) -> None:
    distances = np.random.default_rng(seed).uniform(0.7, 1.3, texts * (texts - 1) // 2)
    merges = linkage(distances, "average")
    labels = fcluster(merges, 1.04, criterion="distance")
    expected = sorted(np.flatnonzero(labels == label).tolist() for label in np.unique(labels))
    assert flat_clusters(merges, StoryScheme(inner_contrast=1e9)) == expected


@pytest.mark.parametrize(("contrast", "stories"), [(0.15, [[0, 1], [2, 3]]), (0.3, [[0, 1, 2, 3]])])
def test_flat_clusters_far_more_alike_inside_stay_two(
    contrast: float, stories: list[list[int]]
) -> None:
    # Inside .4 and .5, across .2: short by .2.
    distances = np.array([[0, 0.6, 0.8, 0.8], [0, 0, 0.8, 0.8], [0, 0, 0, 0.5], [0, 0, 0, 0]])
    merges = linkage(squareform(distances + distances.T), "average")
    assert flat_clusters(merges, StoryScheme(inner_contrast=contrast)) == stories


@given(texts=st.integers(2, 14), seed=st.integers(0, 1_000))
def test_average_linkage_of_a_few_texts_equals_scipy(texts: int, seed: int) -> None:
    distances = np.random.default_rng(seed).uniform(0.2, 1.3, texts * (texts - 1) // 2)
    merges = linkage(distances, "average").tolist()
    found = average_linkage(squareform(distances).tolist())
    assert [sorted(merge[:2]) for merge in found] == [sorted(merge[:2]) for merge in merges]
    assert np.allclose([merge[2:] for merge in found], [merge[2:] for merge in merges])


def test_flat_clusters_half_of_two_tight_events_is_as_tight_as_these() -> None:
    # Three events of two texts each, alike by .6 inside and by .05 across.
    alike = np.full((6, 6), 0.05)
    for first in (0, 2, 4):
        alike[first : first + 2, first : first + 2] = 0.6
    scheme = StoryScheme()
    distances = 1 - scheme.threshold - alike
    np.fill_diagonal(distances, 0)
    merges = linkage(squareform(distances), "average")
    assert flat_clusters(merges, scheme) == [[0, 1], [2, 3], [4, 5]]


def test_flat_clusters_one_text_joins_a_close_pair() -> None:
    distances = np.array([[0, 0.1, 0.9], [0, 0, 0.9], [0, 0, 0]])
    merges = linkage(squareform(distances + distances.T), "average")
    assert flat_clusters(merges, StoryScheme()) == [[0, 1, 2]]


def matches() -> list[StoryNode]:
    """Two matches of one cup, each told three times."""
    chance = random.Random(4)
    cup = [f"cup{n}" for n in range(120)]
    teams = [[f"{team}{n}" for n in range(80)] for team in ("lions", "eagles")]
    return [
        StoryNode(
            id=3 * match + telling + 1,
            title=f"Cup match {match}",
            text=" ".join(chance.sample(cup, 90) + chance.sample(own, 60)),
        )
        for match, own in enumerate(teams)
        for telling in range(3)
    ]


def test_needed_score_of_two_events_of_one_kind() -> None:
    nodes, scheme = matches(), StoryScheme()
    found = [change.groups for change in link_stories(nodes, scheme)]
    assert found == [(1, 2, 3), (4, 5, 6)]
    assert len(link_stories(nodes, StoryScheme(inner_contrast=1e9))) == 1
    backgrounds: defaultdict[str, Background] = defaultdict(lambda: Background(StoryScheme()))
    learn_backgrounds(nodes, scheme, backgrounds)
    texts = list(scored_texts(nodes, scheme, backgrounds["und"].pack()).values())
    across = average_score(texts[:3], texts[3:], scheme)
    assert 0 < across < needed_score(texts[:3], texts[3:], scheme)
    assert needed_score(texts[:1], texts[1:3], scheme) == 0
