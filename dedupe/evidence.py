"""Exact evidence on two texts: shared shingles, containment, the longest shared passage."""

from __future__ import annotations

from difflib import SequenceMatcher

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
    in_a, in_b = texts.shingles_in_order(a, scheme), texts.shingles_in_order(b, scheme)
    match = SequenceMatcher(None, in_a, in_b, autojunk=False).find_longest_match()
    if match.size == 0:
        return ""
    return " ".join(texts.tokens(a)[match.a : match.a + match.size + size - 1])


def _relation(jaccard: float, in_b: float, in_a: float, scheme: Scheme) -> Relation:
    if jaccard >= scheme.min_jaccard:
        return Relation.SAME
    if max(in_a, in_b) < scheme.min_containment:
        return Relation.PARTIAL
    return Relation.CONTAINED if in_b > in_a else Relation.CONTAINS
