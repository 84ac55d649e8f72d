"""Which story each cluster continues, so that numbers of stories keep their meaning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from .types import Cluster, StoryChange

_OUTVOTES = 1 << 32
"""Votes of a pin: more than there are groups. Those of pinned groups are the square of it."""

Votes = Counter[int]
"""By stories: how many groups of a cluster were in each."""


def continue_stories(
    clusters: Sequence[Cluster], *, pinned: Iterable[tuple[int, AbstractSet[int]]] = ()
) -> list[StoryChange]:
    """Which story each cluster continues, by the `story` of its nodes.

    A cluster keeps the story that most of its groups belonged to, the lower number on a tie; of two
    clusters that claim one story the one with more of its groups keeps it, and the other splits
    off. A story that no cluster keeps is merged into the one with most of its groups. A pinned
    story outvotes others, and its pinned groups (see `Constraints.pinned`) outvote the rest.
    """
    votes = _votes(clusters, dict(pinned))
    owner = _owners(votes)
    merged = _merged(votes, kept=set(owner.values()))
    changes = []
    for number, cluster in enumerate(clusters):
        continued = owner.get(number)
        largest = min(votes[number], key=lambda s: (-votes[number][s], s), default=None)
        changes.append(
            StoryChange(
                story=continued,
                groups=tuple(sorted(node.id for node in cluster.nodes)),
                merged=tuple(sorted(merged.get(number, ()))),
                split_from=largest if continued is None else None,
                central=cluster.central,
            )
        )
    return sorted(changes, key=lambda change: change.groups)


def _votes(clusters: Sequence[Cluster], pins: Mapping[int, AbstractSet[int]]) -> list[Votes]:
    """For each cluster, what its groups, and the pins, vote for."""
    pins_of: defaultdict[int, list[int]] = defaultdict(list)
    for story, groups in pins.items():
        for group in groups:
            pins_of[group].append(story)
    votes = []
    for cluster in clusters:
        counted = Counter(node.story for node in cluster.nodes if node.story is not None)
        for story in counted.keys() & pins.keys():
            counted[story] += _OUTVOTES
        for node in cluster.nodes:
            for story in pins_of.get(node.id, ()):
                counted[story] += _OUTVOTES**2
        votes.append(counted)
    return votes


def _owners(votes: Sequence[Votes]) -> dict[int, int]:
    """The story that each cluster continues, if any: the largest claims are served first."""
    claims = sorted(
        (-count, story, number)
        for number, counted in enumerate(votes)
        for story, count in counted.items()
    )
    owner: dict[int, int] = {}
    given: set[int] = set()
    for _, story, number in claims:
        if number not in owner and story not in given:
            owner[number] = story
            given.add(story)
    return owner


def _merged(votes: Sequence[Votes], *, kept: AbstractSet[int]) -> dict[int, list[int]]:
    """The stories that end in each cluster: where most of their groups are, the first on a tie."""
    home: dict[int, tuple[int, int]] = {}
    for number, counted in enumerate(votes):
        for story, count in counted.items():
            if story not in kept:
                home[story] = max(home.get(story, (0, 0)), (count, -number))
    merged: defaultdict[int, list[int]] = defaultdict(list)
    for story, (_, number) in home.items():
        merged[-number].append(story)
    return merged
