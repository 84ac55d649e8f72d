"""What people decided about copy groups, carried out on clusters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from .types import Cluster, Constraints, StoryNode

Groups = AbstractSet[int]


def apply_constraints(clusters: Sequence[Cluster], constraints: Constraints) -> list[Cluster]:
    """Clusters joined where an order says so; what another keeps apart from that stays behind.

    An order that says the opposite of one that parts, or of an earlier one, is obeyed as far as
    that leaves it.
    """
    bound = _bound(constraints)
    unit_of = {group: unit for unit in bound for group in unit}
    found = list(clusters)
    for unit in bound:
        touched = [c for c in found if any(node.id in unit for node in c.nodes)]
        if len(touched) < 2:
            continue
        touched.sort(key=lambda c: -len(c.nodes))
        joined = set(unit)
        for node in (node for c in touched for node in c.nodes):
            others = unit_of.get(node.id, {node.id})
            if node.id not in joined and not _are_apart(others, joined, constraints):
                joined |= others
        found = [c for c in found if all(c is not t for t in touched)]
        found.append(_some(touched, joined))
        found += [
            _some([c], behind) for c in touched if (behind := {n.id for n in c.nodes} - joined)
        ]
    return found


def with_distant(
    clusters: Sequence[Cluster], far: Iterable[StoryNode], constraints: Constraints
) -> list[Cluster]:
    """The clusters, and nodes that were not looked at, each where most of its story is."""
    found = list(clusters)
    for node in far:
        counts = [sum(other.story == node.story for other in c.nodes) for c in found]
        for place in sorted(range(len(found)), key=lambda n: -counts[n]):
            home = found[place]
            if counts[place] and not _are_apart({node.id}, {n.id for n in home.nodes}, constraints):
                found[place] = Cluster(nodes=(*home.nodes, node), central=home.central)
                break
        else:
            found.append(Cluster(nodes=(node,)))
    return found


def _bound(constraints: Constraints) -> list[set[int]]:
    """Groups that are held together, directly or through others; no two sets share one."""
    unit_of: dict[int, set[int]] = {}
    for groups in constraints.must_link:
        units: list[set[int]] = []
        for group in groups:
            own = unit_of.setdefault(group, {group})
            if any(own is unit for unit in units):
                continue
            home = next((unit for unit in units if not _are_apart(own, unit, constraints)), None)
            if home is None:
                units.append(own)
                continue
            home |= own
            unit_of.update(dict.fromkeys(own, home))
    distinct = {id(unit): unit for unit in unit_of.values()}
    return [unit for unit in distinct.values() if len(unit) > 1]


def _are_apart(ones: Groups, others: Groups, constraints: Constraints) -> bool:
    return any(
        (not ones.isdisjoint(a) and not others.isdisjoint(b))
        or (not ones.isdisjoint(b) and not others.isdisjoint(a))
        for a, b in constraints.cannot_link
    )


def _some(clusters: Sequence[Cluster], groups: Groups) -> Cluster:
    """One cluster of some nodes of several, with a central node that one of them had."""
    nodes = tuple(node for c in clusters for node in c.nodes if node.id in groups)
    return Cluster(
        nodes=nodes, central=next((c.central for c in clusters if c.central in groups), None)
    )
