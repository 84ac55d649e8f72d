"""Which story each cluster continues, so that numbers of stories keep their meaning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from .types import Cluster, StoryChange


class Claim(NamedTuple):
    """What speaks for a cluster to continue a story; the first that differs decides."""

    pinned_groups: int
    """groups of the cluster that the story is pinned to"""
    is_pinned: bool
    """whether the story is pinned, and groups of the cluster were in it"""
    groups: int
    """groups of the cluster that were in the story"""


Claims = dict[int, Claim]
"""Of a cluster, by story."""


def continue_stories(
    clusters: Sequence[Cluster], *, pinned: Iterable[tuple[int, AbstractSet[int]]] = ()
) -> list[StoryChange]:
    """Which story each cluster continues, by the `story` of its nodes.

    A cluster keeps the story that most of its groups belonged to, the lower number on a tie; of two
    clusters that claim one story the one with more of its groups keeps it, and the other splits
    off. A story that no cluster keeps is merged into the one with most of its groups. A pinned
    story outvotes others, and its pinned groups (see `Constraints.pinned`) outvote the rest.
    """
    claims = _claims(clusters, dict(pinned))
    owner = _owners(claims)
    merged = _merged(claims, kept=set(owner.values()))
    changes = []
    for number, cluster in enumerate(clusters):
        continued = owner.get(number)
        # Of equal claims the first, on the lowest number.
        largest = max(sorted(claims[number]), key=claims[number].__getitem__, default=None)
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


def _claims(clusters: Sequence[Cluster], pins: Mapping[int, AbstractSet[int]]) -> list[Claims]:
    """The stories that each cluster may continue: of its groups, and those pinned to them."""
    pins_of: defaultdict[int, list[int]] = defaultdict(list)
    for story, groups in pins.items():
        for group in groups:
            pins_of[group].append(story)
    found = []
    for cluster in clusters:
        groups_in = Counter(node.story for node in cluster.nodes if node.story is not None)
        pinned = Counter(story for node in cluster.nodes for story in pins_of.get(node.id, ()))
        found.append(
            {
                story: Claim(pinned[story], story in groups_in and story in pins, groups_in[story])
                for story in (*groups_in, *(pinned.keys() - groups_in.keys()))
            }
        )
    return found


def _owners(claims: Sequence[Claims]) -> dict[int, int]:
    """The story that each cluster continues, if any: the strongest claims are served first."""
    served = sorted(
        (story, number, claim)
        for number, by_story in enumerate(claims)
        for story, claim in by_story.items()
    )
    served.sort(key=lambda one: one[2], reverse=True)
    owner: dict[int, int] = {}
    given: set[int] = set()
    for story, number, _ in served:
        if number not in owner and story not in given:
            owner[number] = story
            given.add(story)
    return owner


def _merged(claims: Sequence[Claims], *, kept: AbstractSet[int]) -> dict[int, list[int]]:
    """The stories that end in each cluster: that with the strongest claim, the first of equals."""
    home: dict[int, tuple[Claim, int]] = {}
    for number, by_story in enumerate(claims):
        for story, claim in by_story.items():
            if story not in kept and (story not in home or claim > home[story][0]):
                home[story] = claim, number
    merged: defaultdict[int, list[int]] = defaultdict(list)
    for story, (_, number) in home.items():
        merged[number].append(story)
    return merged
