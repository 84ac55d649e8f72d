"""Finding copies: candidates from the index, verified on the real shingle sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from . import text as texts
from .evidence import compare
from .index import KeyIndex
from .keys import anchor_keys, band_keys
from .minhash import signature
from .types import CopyEdge, Document, Scheme

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
