"""Where to cut a dendrogram: which of its clusters are stories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from .score_to_explain import joining_bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.schemes import StoryScheme

Merge = tuple[float, float, float, float]
"""The numbers of two clusters that become one, their distance, and the texts of both."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """A cluster of the dendrogram."""

    texts: int
    scores: float = 0.0
    """of all pairs inside"""
    children: tuple[int, ...] = ()
    across: float = inf
    """mean score of the pairs between the two children"""

    @property
    def inside(self) -> float:
        """Mean score of the pairs inside; minus infinity of a single text."""
        return self.scores / (self.texts * (self.texts - 1) / 2) if self.children else -inf


def flat_clusters(merges: NDArray[Any], scheme: StoryScheme) -> list[list[int]]:
    """The stories of texts that were linked on average, as places of texts, ascending.

    `merges` is what `scipy.cluster.hierarchy.linkage` gives for `score_to_link.distances`.

    One height for all branches, as `fcluster` takes it, joins two events of one kind: across they
    are as alike as many reports of one event. What parts them is that each is far more alike
    inside. So the way is from the top down: a cluster is a story if the mean score across its two
    halves reaches their `joining_bound`; otherwise each half is looked at.
    """
    branches = _branches(merges.tolist(), scheme)
    cohesions = _cohesions(branches)
    found, left = [], [len(branches) - 1]
    while left:
        number = left.pop()
        branch = branches[number]
        halves = [cohesions[child] for child in branch.children]
        if branch.across >= joining_bound(halves, scheme):
            found.append(_texts(number, branches))
        else:
            left.extend(branch.children)
    return sorted(found)


def average_linkage(distances: Sequence[Sequence[float]]) -> list[Merge]:
    """The merges of a few texts, as `scipy.cluster.hierarchy.linkage` has them; takes n^3 steps.

    A row a text: its distances to all. `compare` does without the second that scipy takes to load.
    """
    count = len(distances)
    texts = dict.fromkeys(range(count), 1)
    apart = {(a, b): distances[a][b] for b in range(count) for a in range(b)}
    merges: list[Merge] = []
    for new in range(count, 2 * count - 1):
        (a, b), distance = min(apart.items(), key=lambda pair: (pair[1], pair[0]))
        del apart[a, b]
        own = texts.pop(a), texts.pop(b)
        for other in texts:
            ends = [apart.pop((min(one, other), max(one, other))) for one in (a, b)]
            apart[other, new] = (own[0] * ends[0] + own[1] * ends[1]) / sum(own)
        texts[new] = sum(own)
        merges.append((a, b, distance, texts[new]))
    return merges


def cohesion(merges: Iterable[Merge], scheme: StoryScheme) -> float:
    """How alike texts that were linked on average are inside, for `joining_bound`."""
    return _cohesions(_branches(merges, scheme))[-1]


def _cohesions(branches: Sequence[_Branch]) -> list[float]:
    """How alike each cluster is inside; minus infinity of a single text.

    The mean score of its pairs. But a half may hold several events of one kind, and then this mean
    says little: where both of its own halves are more cohesive, it is as cohesive as the less so.
    """
    found: list[float] = []
    for branch in branches:
        halves = min((found[child] for child in branch.children), default=-inf)
        found.append(max(branch.inside, halves))
    return found


def _branches(merges: Iterable[Merge], scheme: StoryScheme) -> list[_Branch]:
    """Texts, then clusters, each after its children, as `merges` numbers them."""
    merges = list(merges)
    branches = [_Branch(texts=1) for _ in range(len(merges) + 1)]
    for one, other, distance, _ in merges:
        a, b = branches[int(one)], branches[int(other)]
        # A distance is one less the similarity.
        across = 1.0 - distance - scheme.threshold
        branches.append(
            _Branch(
                texts=a.texts + b.texts,
                scores=a.scores + b.scores + across * a.texts * b.texts,
                children=(int(one), int(other)),
                across=across,
            )
        )
    return branches


def _texts(number: int, branches: Sequence[_Branch]) -> list[int]:
    """The texts below a branch, without recursion: a dendrogram may be a chain of thousands."""
    found, left = [], [number]
    while left:
        number = left.pop()
        children = branches[number].children
        if children:
            left.extend(children)
        else:
            found.append(number)
    return sorted(found)
