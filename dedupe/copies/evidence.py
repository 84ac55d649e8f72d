"""Exact evidence on two texts: shared shingles, containment, the longest shared passage."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from dedupe.schemes import CopyScheme
from dedupe.text import numbers_in_context

from .longest_run import longest_run
from .passages import passages
from .types import CopyEdge, Document, Relation, ShingledText
from .word_shingles import folded_words, shingle_size

if TYPE_CHECKING:
    from .types import Hashes


def copy_edge(one: Document, two: Document, scheme: CopyScheme) -> CopyEdge | None:
    """Exact figures for a pair; None when it has less in common than the scheme keeps."""
    import numpy as np

    a, b = sorted((one, two), key=lambda d: d.id)
    ours, theirs = _compared(a.shingled, b.shingled, scheme)
    both = np.intersect1d(ours, theirs, assume_unique=True)
    if not len(both) or len(both) < scheme.min_evidence * min(len(ours), len(theirs)):
        return None
    same, changed = _numbers_compared(a.shingled, b.shingled)
    jaccard = len(both) / (len(ours) + len(theirs) - len(both))
    in_b, in_a = len(both) / len(ours), len(both) / len(theirs)
    # Of two that are equally long, not the one that came first: order must decide nothing.
    ranks = [(len(ours), int(a.shingled.every[0])), (len(theirs), int(b.shingled.every[0]))]
    shorter, longer = (a, b) if ranks[0] <= ranks[1] else (b, a)
    relation = _Shared(
        shorter=shorter.shingled,
        longer=longer.shingled,
        both=both,
        jaccard=jaccard,
        most=max(in_b, in_a),
        least=min(in_b, in_a),
        numbers_same=same,
        numbers_changed=changed,
        scheme=scheme,
    ).relation()
    if relation is Relation.CONTAINED and shorter is b:
        relation = Relation.CONTAINS
    return CopyEdge(
        a=a.id,
        b=b.id,
        relation=relation,
        jaccard=jaccard,
        containment_a=in_b,
        containment_b=in_a,
        shared=len(both),
        numbers_same=same,
        numbers_changed=changed,
        revision_a=a.revision,
        revision_b=b.revision,
        joined=relation is not Relation.PARTIAL,
    )


def _compared(one: ShingledText, two: ShingledText, scheme: CopyScheme) -> tuple[Hashes, Hashes]:
    """The shingles that two texts are compared by: none of one that has too few."""
    import numpy as np

    ours, theirs = one.shingles, two.shingles
    if min(len(one.every), len(two.every)) < scheme.min_shingles:
        # One shingle each, unless an outlet repeats them: equal or not.
        return ours, theirs
    if np.array_equal(one.every, two.every):
        # One text through and through is a copy, be it boilerplate or not.
        return one.every, two.every
    enough = min(len(ours), len(theirs)) >= scheme.min_shingles
    return (ours, theirs) if enough else (ours[:0], theirs[:0])


def closest_edge(
    ones: Iterable[Document], others: Iterable[Document], scheme: CopyScheme
) -> CopyEdge | None:
    """`copy_edge` of the two texts, one from each side, that are most alike."""
    edges = (copy_edge(one, other, scheme) for one, other in product(ones, others))
    found = [edge for edge in edges if edge is not None]
    return max(found, key=lambda edge: (edge.joined, edge.jaccard), default=None)


class _Shared(NamedTuple):
    """What two texts have in common."""

    shorter: ShingledText
    longer: ShingledText
    both: Hashes
    """the shingles of both"""
    jaccard: float
    most: float
    """share of the shorter text's shingles"""
    least: float
    """share of the longer one's"""
    numbers_same: int
    numbers_changed: int
    scheme: CopyScheme

    def relation(self) -> Relation:
        """What the shorter is to the longer."""
        if self._is_template() or self._is_scattered():
            return Relation.PARTIAL
        if self.jaccard >= self.scheme.min_jaccard:
            return Relation.SAME
        is_copy = self._is_contained() and self._is_part()
        return Relation.CONTAINED if is_copy else Relation.PARTIAL

    def _is_template(self) -> bool:
        """Whether one text has other numbers than the other, and is not long prose around them."""
        scheme = self.scheme
        if not is_template(self.numbers_same, self.numbers_changed, scheme):
            return False
        if len(self.both) < scheme.prose_shingles:
            return True
        return self._share_of_other_words() > scheme.prose_changes

    def _is_scattered(self) -> bool:
        """Whether little is shared, here and there, as by texts of one template."""
        scheme = self.scheme
        if len(self.both) >= scheme.short_overlap:
            return False
        if self.most >= scheme.min_containment:
            return False
        is_edited = not self.numbers_changed or self.numbers_changed < self.numbers_same
        if self.jaccard >= scheme.brief_jaccard and is_edited:
            return False
        return passages(self.shorter.ordered, self.both).longest < scheme.min_passage

    def _is_contained(self) -> bool:
        """Whether most of the shorter text is shared, or long passages cover enough of it."""
        scheme = self.scheme
        if self.most >= scheme.min_containment:
            return True
        if len(self.both) < scheme.passages_overlap:
            return False
        shorter = self.shorter
        own = passages(shorter.ordered, shorter.shingles).words(shorter.size)
        found = passages(shorter.ordered, self.both).at_least(scheme.passage_shingles)
        covered = found.words(shorter.size) / own
        together = covered + self.least
        return covered >= scheme.min_passages_share and together >= scheme.min_passages_shares

    def _is_part(self) -> bool:
        """Whether what is shared is enough of the longer text, or its beginning."""
        scheme = self.scheme
        if self.least >= scheme.min_longer_containment:
            return True
        starts = passages(self.longer.ordered, self.both).starts
        return self.most >= scheme.min_containment and starts[0] < scheme.lead_words

    def _share_of_other_words(self) -> float:
        """Share of the shorter text's shingles that differ though no number is in them."""
        import numpy as np

        text = self.shorter
        own = np.setdiff1d(text.shingles, self.both, assume_unique=True)
        before = np.append(0, np.cumsum(text.is_number))
        holds_number = before[text.size :] > before[: -text.size]
        return np.count_nonzero(np.isin(text.ordered, own) & ~holds_number) / len(text.ordered)


def is_reprint(edge: CopyEdge, scheme: CopyScheme) -> bool:
    """Whether a pair is so alike that the two are prints of one text."""
    contained = max(edge.containment_a, edge.containment_b)
    alike = edge.jaccard >= scheme.reprint_jaccard or contained >= scheme.min_containment
    return edge.joined and alike


def is_template(same: int, changed: int, scheme: CopyScheme) -> bool:
    """Whether most numbers that stand in the same place of two texts differ."""
    return changed >= scheme.template_numbers and changed > same


def compare_numbers(a: str, b: str, scheme: CopyScheme) -> tuple[int, int]:
    """How many numbers that stand in the same place of both texts are equal, and how many not."""
    ours, theirs = (
        numbers_in_context(folded_words(text), scheme.number_context) for text in (a, b)
    )
    places = ours.keys() & theirs.keys()
    same = sum(1 for place in places if ours[place] == theirs[place])
    return same, len(places) - same


def longest_passage(a: str, b: str, scheme: CopyScheme) -> str:
    """The longest run of words that stands in both texts, as `b` has it normalised; may be ''."""
    from .words import shown_words

    words, others = folded_words(b), folded_words(a)
    start, length = longest_run(words, others)
    is_passage = length >= shingle_size(words, scheme) or words == others
    return shown_words(b, start, length) if is_passage else ""


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
