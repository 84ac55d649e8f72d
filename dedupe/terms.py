"""Terms of a text and their weights, for the story linker."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from .text import tokens
from .types import StoryNode, StoryScheme

_NO_TERM = -1
_KEPT = 1 << 18


class Weighed(NamedTuple):
    """Texts and the terms that they have."""

    weights: csr_matrix
    """a row a text, a column a term"""
    terms: NDArray[np.int64]
    """the number of the term in each column"""


def weigh(nodes: Sequence[StoryNode], scheme: StoryScheme) -> Weighed:
    """Sub-linear weights of the terms of each node."""
    found = [_weights(node.title, node.text[: scheme.lead_chars], scheme) for node in nodes]
    every = np.concatenate([np.zeros(0, np.int64), *(numbers for numbers, _ in found)])
    terms, columns = np.unique(every, return_inverse=True)
    data = np.concatenate([np.zeros(0), *(weights for _, weights in found)])
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in found)], dtype=np.int32)
    shape = (len(nodes), len(terms))
    return Weighed(csr_matrix((data, columns.astype(np.int32), ends), shape=shape), terms)


def spell(node: StoryNode, scheme: StoryScheme) -> dict[int, str]:
    """The term behind each number, the most frequent where two share one; to show."""
    words, _ = _place(node.title, node.text[: scheme.lead_chars], scheme)
    terms = Counter(word for word in words if _NUMBERS[word] != _NO_TERM)
    terms.update(words[place] + words[place + 1] for place in _doubles(words))
    return {number(term): term for term, _ in reversed(terms.most_common())}


# The same neighbours are asked for again and again; 5 kB each.
@lru_cache(maxsize=12_000)
def _weights(
    title: str, lead: str, scheme: StoryScheme
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of the terms, ascending, and their weights."""
    words, places = _place(title, lead, scheme)
    doubles = _doubles(words)
    found = list(map(_NUMBERS.__getitem__, words))
    found += [number(words[place] + words[place + 1]) for place in doubles]
    every = np.array(found, np.int64)
    kept = every != _NO_TERM
    numbers, which = np.unique(every[kept], return_inverse=True)
    weights = np.bincount(which, np.concatenate([places, places[doubles]])[kept], len(numbers))
    return numbers, np.log2(1 + weights)


def _place(title: str, lead: str, scheme: StoryScheme) -> tuple[list[str], NDArray[np.float64]]:
    """Words of title and lead, and what each counts where it stands."""
    first, then = tokens(title), tokens(lead)
    falling = 1 / (1 + np.arange(len(then)) / scheme.lead_words)
    return first + then, np.concatenate([np.full(len(first), float(scheme.title_weight)), falling])


def _doubles(words: list[str]) -> list[int]:
    """Places where two single characters follow each other.

    Scripts without spaces come as single characters, which say little; pairs of them are words.
    """
    single = np.fromiter(map(len, words), np.int64, len(words)) == 1
    places: list[int] = np.flatnonzero(single[:-1] & single[1:]).tolist()
    return places


class _Numbers(dict[str, int]):
    """Words and their numbers, as many as fit; one that is no term has _NO_TERM."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        self[word] = found = number(word) if len(word) > 1 or word.isdigit() else _NO_TERM
        return found


_NUMBERS = _Numbers()


def number(term: str) -> int:
    """The number of a term."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))
