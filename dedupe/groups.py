"""From edges to groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .types import CopyEdge

Compare = Callable[[int, int], CopyEdge | None]
"""The exact figures of a pair, lower number first, or None."""


class CopyGroup(NamedTuple):
    """Documents that carry one text."""

    centre: int
    """the document that all the others are copies of"""
    members: tuple[int, ...]
    """ascending, the centre among them"""
    min_jaccard: float | None
    """least Jaccard similarity of a member to the centre; None for a single document"""


def copy_groups(
    documents: Iterable[int], edges: Iterable[CopyEdge], compare: Compare
) -> tuple[list[CopyGroup], list[CopyEdge]]:
    """Each document in one group: star clusters over the joined edges (Aslam et al. 2004).

    The document most like its neighbours becomes a centre and takes its copies; the next one
    not yet taken becomes the next centre; then every document goes to the centre it is most like.
    So each member is a copy of its centre, a chain of ever less similar texts cannot grow, and a
    digest that contains two reports does not join them. A pair that was no candidate is compared
    when one of the two is a centre of what connects them: the edges found so are given too.
    """
    near: dict[int, dict[int, float]] = {document: {} for document in documents}
    known: set[tuple[int, int]] = set()
    found: list[CopyEdge] = []
    for edge in edges:
        _join(near, edge)
        known.add((edge.a, edge.b))
    groups: list[CopyGroup] = []
    for component in _components(near):
        centres = set()
        # Squares: a digest is half like many, a copy is quite like its own.
        weight = {d: sum(jaccard**2 for jaccard in near[d].values()) for d in component}
        rest = sorted(component, key=lambda d: (-weight[d], d))
        while rest:
            centre = rest[0]
            centres.add(centre)
            for other in component:
                pair = (min(centre, other), max(centre, other))
                if centre != other and pair not in known:
                    known.add(pair)
                    edge_ = compare(*pair)
                    if edge_ is not None:
                        found.append(edge_)
                        _join(near, edge_)
            rest = [d for d in rest[1:] if d not in near[centre]]
        groups += _stars(component, centres, near)
    return sorted(groups, key=lambda group: group.members), found


def _join(near: dict[int, dict[int, float]], edge: CopyEdge) -> None:
    if edge.joined:
        near[edge.a][edge.b] = near[edge.b][edge.a] = edge.jaccard


def _components(near: dict[int, dict[int, float]]) -> list[list[int]]:
    found, seen = [], set()
    for start in sorted(near):
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for document in component:
            new = [other for other in near[document] if other not in seen]
            seen.update(new)
            component += new
        found.append(sorted(component))
    return found


def _stars(
    component: list[int], centres: set[int], near: dict[int, dict[int, float]]
) -> list[CopyGroup]:
    members: defaultdict[int, list[int]] = defaultdict(list)
    for document in component:
        if document in centres:
            members[document].append(document)
        else:
            near_centres = near[document].keys() & centres
            members[min(near_centres, key=lambda c: (-near[document][c], c))].append(document)
    return [
        CopyGroup(
            centre=centre,
            members=tuple(around),
            min_jaccard=min((near[centre][m] for m in around if m != centre), default=None),
        )
        for centre, around in members.items()
    ]


def group_of(groups: Iterable[CopyGroup]) -> dict[int, int]:
    """The group of each document, named by its lowest document."""
    return {member: group.members[0] for group in groups for member in group.members}
