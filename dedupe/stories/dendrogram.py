"""Where to cut a dendrogram: which of its clusters are stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from .score_to_explain import joining_bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.schemes import StoryScheme


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
    branches = _branches(merges, scheme)
    found, left = [], [len(branches) - 1]
    while left:
        number = left.pop()
        branch = branches[number]
        halves = [branches[child].inside for child in branch.children]
        if branch.across >= joining_bound(halves, scheme):
            found.append(_texts(number, branches))
        else:
            left.extend(branch.children)
    return sorted(found)


def _branches(merges: NDArray[Any], scheme: StoryScheme) -> list[_Branch]:
    """Texts, then clusters, each after its children, as `merges` numbers them."""
    branches = [_Branch(texts=1) for _ in range(len(merges) + 1)]
    for one, other, distance, _ in merges.tolist():
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
