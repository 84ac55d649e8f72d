"""From edges to groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .types import CopyEdge


def copy_groups(documents: Iterable[int], edges: Iterable[CopyEdge]) -> dict[int, int]:
    """The group of each document: connected components over the joined edges.

    A group is named by its lowest document id, so the result depends on the edges alone and not
    on the order they came in.
    """
    leader = {document: document for document in documents}

    def find(x: int) -> int:
        while leader[x] != x:
            leader[x] = leader[leader[x]]
            x = leader[x]
        return x

    for edge in edges:
        if edge.joined:
            low, high = sorted((find(edge.a), find(edge.b)))
            leader[high] = low
    return {document: find(document) for document in leader}


def members(groups: dict[int, int]) -> dict[int, list[int]]:
    """Documents of each group, ascending."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for document, group in sorted(groups.items()):
        found[group].append(document)
    return dict(found)
