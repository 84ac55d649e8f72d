"""Which parts of a whole are worked on together, and by which task."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

Part = TypeVar("Part", str, int)


def together(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each name one that stands for all that pairs connect it with."""
    above = {name: name for name in names}

    def top(name: str) -> str:
        above.setdefault(name, name)
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for one, other in pairs:
        low, high = sorted((top(one), top(other)))
        above[high] = low
    return {name: top(name) for name in sorted(above)}


def packed(sizes: Mapping[Part, int], tasks: int) -> dict[Part, int]:
    """The task of each part, so that all tasks have about as much to do.

    The largest first, each to the task that has least so far (Graham 1969).
    """
    loads = [(0, task) for task in range(tasks)]
    found = {}
    for part in sorted(sizes, key=lambda part: (-sizes[part], part)):
        load, task = heapq.heappop(loads)
        found[part] = task
        heapq.heappush(loads, (load + sizes[part], task))
    return found


def packed_domains(
    sizes: Mapping[str, int], claims: Iterable[tuple[str, str]], tasks: int
) -> dict[str, int]:
    """The task of each domain; those whose pages claim each other's addresses are in one."""
    part = together(sizes, claims)
    totals: defaultdict[str, int] = defaultdict(int)
    for domain, size in sizes.items():
        totals[part[domain]] += size
    tasks_of = packed(totals, tasks)
    return {domain: tasks_of[part[domain]] for domain in sizes}
