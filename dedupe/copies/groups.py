"""From edges to groups: star clusters.

Components of the joined edges would chain: a digest that prints two reports makes copies of them,
and texts that each differ a little from the last grow without end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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

    The document most like the others becomes a centre; among those that are no copies of it the
    next is found, and each document joins the centre that holds most of it. So each member is a
    copy of its centre and a chain of ever less similar texts cannot grow. What contains three texts
    that are no copies of each other is a digest, and a group of its own. One that contains two does
    not join them once they have copies of their own; while each stands alone, it is their centre.
    Pairs that were no candidates are compared when one of the two may be a centre of what connects
    them: the edges found so are given too.
    """
    graph = _Graph(documents, edges, compare)
    groups: list[CopyGroup] = []
    components = graph.components(graph.near)
    for component in components:  # which grows on the way
        stars = list(_stars(component, graph))
        digests = {star.centre for star in stars if graph.is_digest(star)}
        if digests:
            groups += (CopyGroup(digest, (digest,), None) for digest in digests)
            components += graph.components(one for one in component if one not in digests)
        else:
            groups += stars
    return sorted(groups, key=lambda group: group.members), graph.found


def _stars(component: list[int], graph: _Graph) -> Iterator[CopyGroup]:
    """Each document with the centre that holds most of it."""
    rest, centres, near = component, list[int](), graph.near
    while rest:
        centres.append(centre := graph.centre(rest))
        rest = [one for one in rest if one != centre and one not in near[centre]]
    members: dict[int, list[int]] = {centre: [] for centre in centres}
    for document in component:
        if document not in members:
            # In tenths: of two that hold about as much of it, the one found first.
            holding = {c: round(graph.held[document][c], 1) for c in centres if c in near[document]}
            members[max(holding, key=holding.__getitem__)].append(document)
    for centre, copies in members.items():
        yield CopyGroup(
            centre=centre,
            members=tuple(sorted([centre, *copies])),
            min_jaccard=min((near[centre][copy] for copy in copies), default=None),
        )


class _Graph:
    """Joined edges from both ends, and the means to complete them."""

    def __init__(
        self, documents: Iterable[int], edges: Iterable[CopyEdge], compare: Compare
    ) -> None:
        self.near: dict[int, dict[int, float]] = {document: {} for document in documents}
        """documents joined to each, with their Jaccard similarity"""
        self.held: dict[int, dict[int, float]] = {document: {} for document in self.near}
        """the share of each that stands in those that it is joined to"""
        self.found: list[CopyEdge] = []
        """edges that came of comparing more pairs"""
        self._known: set[tuple[int, int]] = set()
        self._compare = compare
        for edge in edges:
            self._known.add((edge.a, edge.b))
            self._join(edge)

    def compare_all(self, document: int, others: Iterable[int]) -> None:
        """Know all edges of a document to these others."""
        for other in others:
            pair = (min(document, other), max(document, other))
            if document == other or pair in self._known:
                continue
            self._known.add(pair)
            edge = self._compare(*pair)
            if edge is not None:
                self.found.append(edge)
                self._join(edge)

    def centre(self, rest: list[int]) -> int:
        """The document that is most like these others, found by climbing.

        Of edited copies the original is the one most like each of them, so the way from any copy
        leads there or near it, whichever pairs were candidates.
        """
        within = set(rest)
        best = min(rest, key=lambda document: (-self._weight(document, within), document))
        # A weight is right only when a document was compared with all: those on the way are.
        self.compare_all(best, rest)
        while neighbours := self.near[best].keys() & within:
            closest = min(
                neighbours,
                key=lambda other: (-self.near[best][other], -self._weight(other, within), other),
            )
            self.compare_all(closest, rest)
            if self._weight(closest, within) <= self._weight(best, within):
                break
            best = closest
        return best

    def components(self, documents: Iterable[int]) -> list[list[int]]:
        """Those of these documents that edges among them connect, each list ascending."""
        return _components({one: self.near[one] for one in documents})

    def is_digest(self, star: CopyGroup) -> bool:
        """Whether the copies of a centre, more than two, are different passages of it."""
        copies = [one for one in star.members if one != star.centre]
        if not self._are_passages(star.centre, self.components(copies)):
            return False
        # Pairs that were no candidates may connect them.
        for first, *_ in self.components(copies):
            self.compare_all(first, copies)
        return self._are_passages(star.centre, self.components(copies))

    def _are_passages(self, centre: int, parts: list[list[int]]) -> bool:
        # Edited copies of one text may be no copies of each other, but hold the same of it.
        share = sum(max(self.held[centre][copy] for copy in part) for part in parts)
        return len(parts) > 2 and share <= 1

    def _weight(self, document: int, within: set[int]) -> float:
        # Squares, since a digest is half like many texts and a copy is quite like a few.
        return sum(j**2 for other, j in self.near[document].items() if other in within)

    def _join(self, edge: CopyEdge) -> None:
        if edge.joined:
            self.near[edge.a][edge.b] = self.near[edge.b][edge.a] = edge.jaccard
            self.held[edge.a][edge.b] = edge.containment_a
            self.held[edge.b][edge.a] = edge.containment_b


def _components(near: dict[int, dict[int, float]]) -> list[list[int]]:
    found, seen = [], set()
    for start in sorted(near):
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for document in component:  # which grows on the way
            new = [other for other in near[document] if other in near and other not in seen]
            seen.update(new)
            component += new
        found.append(sorted(component))
    return found


def group_of(groups: Iterable[CopyGroup]) -> dict[int, int]:
    """The group of each document, named by its lowest document."""
    return {member: group.members[0] for group in groups for member in group.members}
