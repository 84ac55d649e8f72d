"""Texts as rows of a matrix of weighted terms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dedupe.schemes import StoryScheme

from .terms import NO_TERM, occurrences
from .types import StoryNode


class TermMatrix(NamedTuple):
    """Texts and the terms that they have."""

    weights: csr_matrix
    """a row a text, a column a term"""
    terms: NDArray[np.int64]
    """the number of the term in each column"""


def term_matrix(nodes: Sequence[StoryNode], scheme: StoryScheme) -> TermMatrix:
    """The weights of the terms of each node."""
    found = [_row(node.title, node.text[: scheme.lead_chars], scheme) for node in nodes]
    every = np.concatenate([np.zeros(0, np.int64), *(numbers for numbers, _ in found)])
    terms, columns = np.unique(every, return_inverse=True)
    data = np.concatenate([np.zeros(0), *(weights for _, weights in found)])
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in found)], dtype=np.int32)
    shape = (len(nodes), len(terms))
    return TermMatrix(csr_matrix((data, columns.astype(np.int32), ends), shape=shape), terms)


# The same neighbours are asked for again and again; 5 kB each.
@lru_cache(maxsize=12_000)
def _row(
    title: str, lead: str, scheme: StoryScheme
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of the terms, ascending, and their weights."""
    numbers, counts = occurrences(title, lead, scheme)
    terms, places = np.unique(np.array(numbers, np.int64), return_inverse=True)
    weights = np.log2(1 + np.bincount(places, counts, len(terms)))
    kept = terms != NO_TERM
    return terms[kept], weights[kept]
