"""Finding copies: candidates from the index, verified on the real shingle sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.schemes import CopyScheme

from .evidence import closest_edge, longest_passage
from .index import KeyIndex
from .keys import anchor_keys, band_keys, whole_key
from .minhash import signature
from .shingles import shingled_text
from .types import CopyEdge, Document, ShingledText
from .words import shown_words

if TYPE_CHECKING:
    from .shingles import BoilerplateTest
    from .types import Hashes


def document(
    id_: int,
    text: str,
    scheme: CopyScheme,
    *,
    seed: int,
    boilerplate: BoilerplateTest | None = None,
) -> Document:
    """A text made ready for `find_copies`."""
    return keyed(
        Document(id=id_, shingled=shingled_text(text, scheme, boilerplate)), scheme, seed=seed
    )


def keyed(document: Document, scheme: CopyScheme, *, seed: int) -> Document:
    """A document with its keys, and its signature when its text is long enough for one."""
    shingled = document.shingled
    if not len(shingled.every):
        return document
    whole = whole_key(shingled.every, seed=seed)
    if len(shingled.shingles) < scheme.min_shingles:
        return replace(document, keys=tuple(whole))
    signed = signature(shingled.shingles, scheme, seed=seed)
    anchors = anchor_keys(shingled.anchors, scheme, seed=seed)
    keys = tuple(dict.fromkeys(whole + band_keys(signed, scheme) + anchors))
    return replace(document, keys=keys, signature=signed)


def find_copies(
    documents: Iterable[Document],
    index: KeyIndex,
    scheme: CopyScheme,
    *,
    texts: Callable[[int], Iterable[Document]],
) -> Iterator[CopyEdge]:
    """Add each document to the index and yield its edges to those already there.

    `texts` gives a document found in the index: one, or all revisions that it had.
    """
    for new in documents:
        in_vain = 0
        for other in index.candidates(new.id, new.keys, limit=scheme.max_candidates):
            edge = closest_edge([new], texts(other), scheme)
            if edge is not None:
                yield edge
            in_vain = 0 if edge is not None and edge.joined else in_vain + 1
            # The likeliest come first: those that follow are a template's, or made to cost time.
            if in_vain == scheme.max_misses:
                break
        index.add(new.id, new.keys, max_per_key=scheme.max_per_key)


def shared_passage(
    one: ShingledText, two: ShingledText, texts: tuple[str, str], scheme: CopyScheme
) -> str:
    """What `longest_passage` gives, found by whole shingles unless a text repeats itself.

    The automaton of `longest_passage` takes a step in Python for each word; this takes none.
    """
    ours = one.ordered
    places, first, times = _first_places(two)
    if not len(places) or not len(ours):
        return ""
    if np.array_equal(ours, two.ordered):
        return shown_words(texts[1])
    at = np.minimum(np.searchsorted(places, ours), len(places) - 1)
    shared = places[at] == ours
    if not shared.any():
        return ""
    if (times[at[shared]] > 1).any():
        return longest_passage(*texts, scheme)
    # A passage is a run of shared shingles that follow each other in both texts.
    place = np.where(shared, first[at], -2)
    breaks = np.flatnonzero(~shared[1:] | ~shared[:-1] | (np.diff(place) != 1)) + 1
    starts, ends = np.append(0, breaks), np.append(breaks, len(ours))
    longest = int(np.argmax(np.where(shared[starts], ends - starts, 0)))
    shingles = int(ends[longest] - starts[longest])
    return shown_words(texts[1], int(place[starts[longest]]), shingles + two.size - 1)


# A text is held against many in a row.
@lru_cache(maxsize=4)
def _first_places(text: ShingledText) -> tuple[Hashes, NDArray[np.intp], NDArray[np.intp]]:
    """The distinct shingles of a text, ascending; where each stands first, and how often."""
    return np.unique(text.ordered, return_index=True, return_counts=True)
