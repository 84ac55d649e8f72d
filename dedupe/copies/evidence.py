"""Exact evidence on two texts: shared shingles, containment, the longest shared passage."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING

from dedupe.schemes import CopyScheme
from dedupe.text import numbers_in_context, tokens

from .longest_run import longest_run
from .types import CopyEdge, Document, Relation, ShingledText
from .word_shingles import shingle_size

if TYPE_CHECKING:
    from .types import Hashes


def copy_edge(one: Document, two: Document, scheme: CopyScheme) -> CopyEdge | None:
    """Exact figures for a pair; None when it has less in common than the scheme keeps."""
    import numpy as np

    a, b = sorted((one, two), key=lambda d: d.id)
    left, right = a.shingled, b.shingled
    ours, theirs = left.shingles, right.shingles
    if np.array_equal(left.every, right.every):
        # One text through and through is a copy, be it boilerplate or not.
        ours = theirs = left.every
    least = min(len(ours), len(theirs))
    both = np.intersect1d(ours, theirs, assume_unique=True)
    shared = len(both)
    if least < scheme.min_shingles or shared < scheme.min_evidence * least:
        return None
    scattered = (
        shared < scheme.short_overlap and _longest_shared(left.ordered, both) < scheme.min_passage
    )
    return _edge(
        a,
        b,
        sizes=(len(ours), len(theirs)),
        shared=shared,
        scattered=scattered,
        numbers=_numbers_compared(left, right),
        scheme=scheme,
    )


def closest_edge(
    ones: Iterable[Document], others: Iterable[Document], scheme: CopyScheme
) -> CopyEdge | None:
    """`copy_edge` of the two texts, one from each side, that are most alike."""
    edges = (copy_edge(one, other, scheme) for one, other in product(ones, others))
    found = [edge for edge in edges if edge is not None]
    return max(found, key=lambda edge: (edge.joined, edge.jaccard), default=None)


def _edge(
    a: Document,
    b: Document,
    *,
    sizes: tuple[int, int],
    shared: int,
    scattered: bool,
    numbers: tuple[int, int],
    scheme: CopyScheme,
) -> CopyEdge:
    """What follows from the counts of a pair: its figures, its relation, whether it is joined."""
    jaccard = shared / (sum(sizes) - shared)
    in_b, in_a = shared / sizes[0], shared / sizes[1]
    same, changed = numbers
    doubtful = scattered and not _is_reprint(jaccard, max(in_a, in_b), scheme)
    if doubtful or is_template(same, changed, scheme):
        relation = Relation.PARTIAL
    else:
        relation = _relation(jaccard, in_b, in_a, scheme)
    return CopyEdge(
        a=a.id,
        b=b.id,
        relation=relation,
        jaccard=jaccard,
        containment_a=in_b,
        containment_b=in_a,
        shared=shared,
        numbers_same=same,
        numbers_changed=changed,
        revision_a=a.revision,
        revision_b=b.revision,
        joined=relation is not Relation.PARTIAL,
    )


def is_reprint(edge: CopyEdge, scheme: CopyScheme) -> bool:
    """Whether a pair is so alike that the two are prints of one text."""
    contained = max(edge.containment_a, edge.containment_b)
    return edge.joined and _is_reprint(edge.jaccard, contained, scheme)


def is_template(same: int, changed: int, scheme: CopyScheme) -> bool:
    """Whether most numbers that stand in the same place of two texts differ."""
    return changed >= scheme.template_numbers and changed > same


def compare_numbers(a: str, b: str, scheme: CopyScheme) -> tuple[int, int]:
    """How many numbers that stand in the same place of both texts are equal, and how many not."""
    ours, theirs = (numbers_in_context(tokens(text), scheme.number_context) for text in (a, b))
    places = ours.keys() & theirs.keys()
    same = sum(1 for place in places if ours[place] == theirs[place])
    return same, len(places) - same


def longest_passage(a: str, b: str, scheme: CopyScheme) -> str:
    """The longest run of words that stands in both texts, as `a` has it normalised; may be ''."""
    words, others = tokens(a), tokens(b)
    size = shingle_size(words, scheme)
    start, length = longest_run(words, others)
    return " ".join(words[start : start + length]) if length >= size else ""


def _numbers_compared(one: ShingledText, two: ShingledText) -> tuple[int, int]:
    """What `compare_numbers` gives, of hashes."""
    import numpy as np

    if not len(one.number_contexts) or not len(two.number_contexts):
        return 0, 0
    _, at_one, at_two = np.intersect1d(
        one.number_contexts, two.number_contexts, assume_unique=True, return_indices=True
    )
    same = int(np.count_nonzero(one.numbers[at_one] == two.numbers[at_two]))
    return same, len(at_one) - same


def _is_reprint(jaccard: float, contained: float, scheme: CopyScheme) -> bool:
    return jaccard >= scheme.reprint_jaccard or contained >= scheme.min_containment


def _longest_shared(ordered: Hashes, both: Hashes) -> int:
    """Length of the longest run of shingles of a text that the other has too."""
    import numpy as np

    # Where a run begins and where it ends, in turns.
    inside = np.concatenate(([False], np.isin(ordered, both), [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _relation(jaccard: float, in_b: float, in_a: float, scheme: CopyScheme) -> Relation:
    if jaccard >= scheme.min_jaccard:
        return Relation.SAME
    if max(in_a, in_b) < scheme.min_containment or min(in_a, in_b) < scheme.min_longer_containment:
        return Relation.PARTIAL
    return Relation.CONTAINED if in_b > in_a else Relation.CONTAINS
