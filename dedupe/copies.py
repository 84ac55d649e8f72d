"""Finding copies: candidates from the index, verified on the real shingle sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher

from . import text as texts
from .index import KeyIndex
from .keys import anchor_keys, band_keys
from .minhash import signature
from .types import CopyEdge, Document, Relation, Scheme

Shingles = Callable[[int], frozenset[str]]


def document(id_: int, text: str, scheme: Scheme, *, seed: int) -> Document:
    """A text made ready for `find_copies`; too short a text gets no keys and never groups."""
    shingles = texts.shingles(text, scheme)
    if len(shingles) < scheme.min_shingles:
        return Document(id=id_, shingles=shingles, keys=())
    signed = signature(shingles, scheme, seed=seed)
    anchors = anchor_keys(texts.anchor_shingles(text, scheme), scheme, seed=seed)
    keys = tuple(dict.fromkeys(band_keys(signed, scheme) + anchors))
    return Document(id=id_, shingles=shingles, keys=keys, signature=signed)


def find_copies(
    documents: Iterable[Document], index: KeyIndex, scheme: Scheme, *, shingles: Shingles
) -> Iterator[CopyEdge]:
    """Add each document to the index and yield its edges to those already there.

    `shingles` gives the shingle set of a document found in the index.
    """
    for new in documents:
        for other in index.candidates(new.id, new.keys, limit=scheme.max_candidates):
            edge = compare(new, Document(id=other, shingles=shingles(other), keys=()), scheme)
            if edge is not None:
                yield edge
        index.add(new.id, new.keys)


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
