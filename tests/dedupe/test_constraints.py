from __future__ import annotations

import pytest

from dedupe import Cluster, Constraints, StoryNode
from dedupe.stories.constraints import apply_constraints, with_distant


def node(number: int, story: int | None = None) -> StoryNode:
    return StoryNode(id=number, title="", text="", story=story)


def cluster(*numbers: int, story: int | None = None, central: int | None = None) -> Cluster:
    return Cluster(nodes=tuple(node(number, story) for number in numbers), central=central)


def groups(clusters: list[Cluster]) -> list[list[int]]:
    return sorted(sorted(node.id for node in cluster.nodes) for cluster in clusters)


def test_constraints_none() -> None:
    clusters = [cluster(1, 2), cluster(3)]
    assert apply_constraints(clusters, Constraints()) == clusters


def test_must_link_within_a_cluster() -> None:
    clusters = [cluster(1, 2), cluster(3)]
    assert apply_constraints(clusters, Constraints(must_link=((1, 2),))) == clusters


def test_must_link_several_with_one_group() -> None:
    constraints = Constraints(must_link=((1, 2), (2, 1), (2, 3)))
    assert groups(apply_constraints([cluster(n) for n in (1, 2, 3, 4)], constraints)) == [
        [1, 2, 3],
        [4],
    ]


def test_must_link_keeps_a_central_node_of_the_largest() -> None:
    clusters = [cluster(1, central=1), cluster(2, 3, central=3)]
    (found,) = apply_constraints(clusters, Constraints(must_link=((1, 2),)))
    assert found.central == 3


def test_cannot_link_stays_behind_with_its_must_links() -> None:
    constraints = Constraints(
        must_link=((1, 3), (2, 4)), cannot_link=((frozenset({1}), frozenset({4})),)
    )
    found = apply_constraints([cluster(1, 2), cluster(3, 4, 5)], constraints)
    assert groups(found) == [[1, 3, 5], [2, 4]]


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        (Constraints(), [[1, 2], [3, 4, 5, 9]]),
        (Constraints(cannot_link=((frozenset({9}), frozenset({4})),)), [[1, 2, 9], [3, 4, 5]]),
        (
            Constraints(cannot_link=((frozenset({9}), frozenset({1, 4})),)),
            [[1, 2], [3, 4, 5], [9]],
        ),
    ],
    ids=["where most are", "where it may", "alone"],
)
def test_distant_node_joins_most_of_its_story(
    constraints: Constraints, expected: list[list[int]]
) -> None:
    clusters = [cluster(1, 2, story=7), cluster(3, 4, 5, story=7)]
    assert groups(with_distant(clusters, [node(9, story=7)], range(1, 6), constraints)) == expected


def test_distant_node_of_no_cluster_is_alone() -> None:
    found = with_distant([cluster(1, story=7)], [node(9, story=8)], [1], Constraints())
    assert groups(found) == [[1], [9]]


def test_distant_node_does_not_follow_one_whose_text_is_new() -> None:
    found = with_distant([cluster(1, story=7)], [node(9, story=7)], [], Constraints())
    assert groups(found) == [[1], [9]]
