"""Constraints on clusters: what people decided, kept by every later grouping.

An override itself is carried out by `crawler/grouping/overrides.py`.

Must-link and cannot-link constraints (Wagstaff et al. 2001). `link` keeps cannot-link pairs apart
while it clusters: their distance is larger than any mean. Must-link groups are joined here,
afterwards, so that all other clusters are what they would be without them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet

from .types import Cluster, Constraints, StoryNode

Groups = AbstractSet[int]


def apply_constraints(clusters: Sequence[Cluster], constraints: Constraints) -> list[Cluster]:
    """Clusters joined where groups must link; what cannot link with those stays behind.

    A must-link that contradicts a cannot-link, or an earlier must-link, holds for as many of its
    groups as that leaves.
    """
    units = _units(constraints)
    unit_of = {group: unit for unit in units for group in unit}
    found = list(clusters)
    for unit in units:
        touched = [cluster for cluster in found if not unit.isdisjoint(_ids(cluster))]
        if len(touched) > 1:
            found = [cluster for cluster in found if all(cluster is not one for one in touched)]
            found += _regrouped(unit, touched, unit_of, constraints)
    return found


def with_distant(
    clusters: Sequence[Cluster],
    distant: Iterable[StoryNode],
    settled: Collection[int],
    constraints: Constraints,
) -> list[Cluster]:
    """The clusters, and nodes that were not looked at, each where most of its story is.

    What is not `settled` (ids) says nothing of where a story is: its text is new.
    """
    found = list(clusters)
    for node in distant:
        counts = [
            sum(1 for other in c.nodes if other.story == node.story and other.id in settled)
            for c in found
        ]
        for place in sorted(range(len(found)), key=lambda n: -counts[n]):
            home = found[place]
            if counts[place] and not _cannot_link({node.id}, _ids(home), constraints):
                found[place] = Cluster(nodes=(*home.nodes, node), central=home.central)
                break
        else:
            found.append(Cluster(nodes=(node,)))
    return found


def _units(constraints: Constraints) -> list[set[int]]:
    """Groups that are held together, directly or through others; no two sets share one.

    The transitive closure of must-link, less what a cannot-link forbids.
    """
    unit_of: dict[int, set[int]] = {}
    for groups in constraints.must_link:
        _hold_together(groups, unit_of, constraints)
    distinct = {id(unit): unit for unit in unit_of.values()}
    return [unit for unit in distinct.values() if len(unit) > 1]


def _hold_together(
    groups: Iterable[int], unit_of: dict[int, set[int]], constraints: Constraints
) -> None:
    """Make the units of these groups one, or as few as no cannot-link forbids."""
    units: list[set[int]] = []
    for group in groups:
        own = unit_of.setdefault(group, {group})
        if any(own is unit for unit in units):
            continue
        home = next((unit for unit in units if not _cannot_link(own, unit, constraints)), None)
        if home is None:
            units.append(own)
            continue
        home |= own
        unit_of.update(dict.fromkeys(own, home))


def _regrouped(
    unit: Groups,
    touched: Sequence[Cluster],
    unit_of: dict[int, set[int]],
    constraints: Constraints,
) -> list[Cluster]:
    """The clusters that a unit touches, joined; then of each what stays behind."""
    # The rest of the largest cluster comes along first, so that it stays whole.
    largest_first = sorted(touched, key=lambda cluster: -len(cluster.nodes))
    joined = _joined(unit, largest_first, unit_of, constraints)
    found = [_part(largest_first, joined)]
    for cluster in largest_first:
        behind = _ids(cluster) - joined
        if behind:
            found.append(_part([cluster], behind))
    return found


def _joined(
    unit: Groups,
    clusters: Sequence[Cluster],
    unit_of: dict[int, set[int]],
    constraints: Constraints,
) -> set[int]:
    """The groups of a unit and, of the clusters that it touches, all that can link with these."""
    joined = set(unit)
    for cluster in clusters:
        for node in cluster.nodes:
            others = unit_of.get(node.id, {node.id})
            if node.id not in joined and not _cannot_link(others, joined, constraints):
                joined |= others
    return joined


def _cannot_link(ones: Groups, others: Groups, constraints: Constraints) -> bool:
    return any(
        (not ones.isdisjoint(a) and not others.isdisjoint(b))
        or (not ones.isdisjoint(b) and not others.isdisjoint(a))
        for a, b in constraints.cannot_link
    )


def _ids(cluster: Cluster) -> set[int]:
    return {node.id for node in cluster.nodes}


def _part(clusters: Sequence[Cluster], groups: Groups) -> Cluster:
    """One cluster of some nodes of several, with a central node that one of them had."""
    nodes = tuple(node for c in clusters for node in c.nodes if node.id in groups)
    central = next((c.central for c in clusters if c.central in groups), None)
    return Cluster(nodes=nodes, central=central)
