"""How alike two texts of one stream are, beyond chance and given the time between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dedupe.schemes import StoryScheme

from .background import Background
from .embeddings import unpack_embeddings
from .names import names
from .score_few import DAY
from .term_matrix import term_matrix
from .types import StoryNode

_BLOCK = 256


class StreamTexts(NamedTuple):
    """Texts of one language, a row each."""

    vectors: csr_matrix
    """unit TF-IDF"""
    keys: csr_matrix
    """1 where a term is one of the heaviest of the text"""
    names: csr_matrix
    """1 where a term is a name in the body"""
    chance: NDArray[np.float32]
    """see Background"""
    days: NDArray[np.float64]
    """POSIX days, NaN when unknown"""
    terms: NDArray[np.int64]
    """the number of the term in each column"""
    embeddings: NDArray[np.float32]
    """unit embeddings, zero where unknown; no columns without a model"""

    def rows(self, which: NDArray[np.int64]) -> StreamTexts:
        """The same for some texts."""
        return StreamTexts(
            self.vectors[which], self.keys[which], self.names[which], self.chance[which],
            self.days[which], self.terms, self.embeddings[which],
        )  # fmt: skip


class Pairs(NamedTuple):
    """Pairs of rows and their scores."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    score: NDArray[np.float32]


def concatenated(several: Iterable[Pairs]) -> Pairs:
    """All pairs of several lists of them."""
    nothing = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    a, b, score = map(np.concatenate, zip(nothing, *several, strict=True))
    return Pairs(a, b, score)


def stream_texts(
    nodes: Sequence[StoryNode],
    scheme: StoryScheme,
    background: Background,
    *,
    with_names: bool = True,
) -> StreamTexts:
    """The nodes as the background has them."""
    weighed = term_matrix(nodes, scheme)
    vectors = background.vectors(weighed, scheme)
    days = np.array([np.nan if node.at is None else node.at / DAY for node in nodes])
    learned = np.array([float(node.learned) for node in nodes])
    chance = background.chance(vectors, weighed.terms, learned, scheme)
    embeddings = unpack_embeddings([node.embedding for node in nodes])
    keys, named = (
        top_term_mask(vectors, scheme.top_terms),
        csr_matrix(vectors.shape, dtype=np.float32),
    )
    if with_names:
        named = _named(nodes, vectors, weighed.terms, scheme)
    return StreamTexts(vectors, keys, named, chance, days, weighed.terms, embeddings)


def top_term_mask(vectors: csr_matrix, count: int) -> csr_matrix:
    """1 for the heaviest terms of each text, so many of them."""
    ends = vectors.indptr.tolist()
    kept = [
        # Stable, so that of equals the term with the lower number is taken.
        start + np.argsort(-vectors.data[start:end], kind="stable")[:count]
        if end - start > count
        else np.arange(start, end)
        for start, end in pairwise(ends)
    ]
    counts = np.minimum(np.diff(vectors.indptr), count)
    columns = vectors.indices[np.concatenate([np.zeros(0, np.int64), *kept])]
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, columns, np.cumsum([0, *counts])), shape=vectors.shape)


def _named(
    nodes: Sequence[StoryNode], vectors: csr_matrix, terms: NDArray[np.int64], scheme: StoryScheme
) -> csr_matrix:
    """1 for the names of each text, of its terms; a headline alone has too few to tell by."""
    own = [names(node.text[: scheme.lead_chars], node.base_language) for node in nodes]
    numbers = np.fromiter(chain.from_iterable(own), np.int64)
    ends = np.cumsum([0, *map(len, own)])
    columns = np.searchsorted(terms, numbers)
    known = np.append(terms, -1)[columns] == numbers
    wide = csr_matrix((known, columns, ends), shape=(len(own), len(terms) + 1), dtype=np.float32)
    found = wide[:, : len(terms)].multiply(vectors)
    return (found > 0).astype(np.float32)


def scores(ones: StreamTexts, others: StreamTexts, scheme: StoryScheme) -> NDArray[np.float32]:
    """Scores of all pairs; minus infinity for those too far apart in time."""
    score: NDArray[np.float32] = (ones.vectors @ others.vectors.T).toarray()
    score -= np.outer(scheme.chance_weight * ones.chance, others.chance)
    # Without a heavy term in common there is no evidence, however untypical the two texts are.
    unrelated = ~(ones.keys @ others.keys.T).astype(bool).toarray()
    np.minimum(score, np.float32(scheme.unrelated_cap), out=score, where=unrelated)
    score -= _no_name(ones, others, scheme)
    if ones.embeddings.shape[1]:
        score += embedding_scores(ones, others, scheme)
        np.minimum(score, np.float32(1), out=score)
    first = np.nanmin(others.days) if np.isfinite(others.days).any() else 0.0
    here, there = ((texts.days - first).astype(np.float32) for texts in (ones, others))
    days = np.abs(np.subtract.outer(here, there))
    # A time that is unknown takes nothing off and forbids nothing.
    days[np.isnan(here)] = 0
    days[:, np.isnan(there)] = 0
    far = days > scheme.max_days
    days *= np.float32(scheme.penalty_per_day)
    score -= days
    score[far] = -np.inf
    return score


def _no_name(ones: StreamTexts, others: StreamTexts, scheme: StoryScheme) -> NDArray[np.float32]:
    """What is taken off the scores of all pairs for having no name in common."""
    counts = (np.diff(texts.names.indptr).astype(np.float32) for texts in (ones, others))
    found: NDArray[np.float32] = np.minimum(
        scheme.no_name_penalty * np.outer(*counts), scheme.no_name_penalty_max
    )
    found[(ones.names @ others.names.T).toarray() > 0] = 0
    return found


def embedding_scores(
    ones: StreamTexts, others: StreamTexts, scheme: StoryScheme
) -> NDArray[np.float32]:
    """What embeddings add to the scores of all pairs; nothing where one of the two is unknown."""
    known = np.outer(ones.embeddings.any(axis=1), others.embeddings.any(axis=1))
    cosine = ones.embeddings @ others.embeddings.T
    found: NDArray[np.float32] = known * (
        scheme.embedding_weight * (cosine - scheme.embedding_baseline)
    )
    return found.astype(np.float32)


def distances(texts: StreamTexts, scheme: StoryScheme) -> NDArray[np.float64]:
    """One less the score of each pair, `StoryScheme.max_distance` at most, as scipy condenses it.

    A pair too far apart in time counts as quite unlike, so that an average cannot bridge it.
    """
    count = len(texts.days)
    found = np.empty(count * (count - 1) // 2)
    filled = 0
    for start in range(0, count, _BLOCK):
        block, later = np.arange(start, min(start + _BLOCK, count)), np.arange(start, count)
        score = scores(texts.rows(block), texts.rows(later), scheme)
        distance = 1.0 - score.clip(min=1.0 - scheme.max_distance)
        for place, row in enumerate(distance, start=1):
            end = filled + len(row) - place
            found[filled:end] = row[place:]
            filled = end
    return found


def linkable_pairs(ones: NDArray[np.int64], texts: StreamTexts, scheme: StoryScheme) -> Pairs:
    """Pairs of some rows and all rows that reach the threshold."""
    found = []
    for start in range(0, len(ones), _BLOCK):
        block = ones[start : start + _BLOCK]
        score = scores(texts.rows(block), texts, scheme)
        a, b = np.nonzero(score >= scheme.threshold)
        found.append(Pairs(block[a], b, score[a, b]))
    return concatenated(found)
