"""Exact evidence on two texts: shared shingles, containment, the longest shared passage."""

from __future__ import annotations

from collections.abc import Sequence

from . import text as texts
from .types import CopyEdge, Document, Relation, Scheme


def compare(one: Document, two: Document, scheme: Scheme) -> CopyEdge | None:
    """Exact figures for a pair; None when it has less in common than the scheme keeps."""
    a, b = sorted((one, two), key=lambda d: d.id)
    if min(len(a.shingles), len(b.shingles)) < scheme.min_shingles:
        return None
    shared = len(a.shingles & b.shingles)
    jaccard = shared / (len(a.shingles) + len(b.shingles) - shared)
    in_b, in_a = shared / len(a.shingles), shared / len(b.shingles)
    if max(in_a, in_b) < scheme.min_evidence:
        return None
    return CopyEdge(
        a=a.id,
        b=b.id,
        relation=_relation(jaccard, in_b, in_a, scheme),
        jaccard=jaccard,
        containment_a=in_b,
        containment_b=in_a,
        shared=shared,
        joined=jaccard >= scheme.min_jaccard or max(in_a, in_b) >= scheme.min_containment,
    )


def longest_passage(a: str, b: str, scheme: Scheme) -> str:
    """The longest run of words that stands in both texts, as `a` has it normalised; may be ''."""
    size = texts.shingle_size(a, scheme)
    start, length = _longest_run(
        texts.shingles_in_order(a, scheme), texts.shingles_in_order(b, scheme)
    )
    return " ".join(texts.tokens(a)[start : start + length + size - 1]) if length else ""


def _longest_run(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Start in `a` and length of the longest run of both, in time linear in their lengths.

    Suffix automaton (Blumer et al. 1985); difflib takes minutes on a text that repeats itself.
    """
    steps: list[dict[str, int]] = [{}]
    link, longest, end = [-1], [0], [-1]
    last = 0
    for position, item in enumerate(a):
        steps.append({})
        link.append(0)
        longest.append(longest[last] + 1)
        end.append(position)
        new, state, last = len(steps) - 1, last, len(steps) - 1
        while state != -1 and item not in steps[state]:
            steps[state][item] = new
            state = link[state]
        if state == -1:
            continue
        target = steps[state][item]
        if longest[target] == longest[state] + 1:
            link[new] = target
            continue
        clone = len(steps)
        steps.append(dict(steps[target]))
        link.append(link[target])
        longest.append(longest[state] + 1)
        end.append(end[target])
        link[target] = link[new] = clone
        while state != -1 and steps[state].get(item) == target:
            steps[state][item] = clone
            state = link[state]
    state = length = best = best_end = 0
    for item in b:
        while state and item not in steps[state]:
            state = link[state]
            length = longest[state]
        if item in steps[state]:
            state, length = steps[state][item], length + 1
        if length > best:
            best, best_end = length, end[state]
    return best_end - best + 1, best


def _relation(jaccard: float, in_b: float, in_a: float, scheme: Scheme) -> Relation:
    if jaccard >= scheme.min_jaccard:
        return Relation.SAME
    if max(in_a, in_b) < scheme.min_containment:
        return Relation.PARTIAL
    return Relation.CONTAINED if in_b > in_a else Relation.CONTAINS
