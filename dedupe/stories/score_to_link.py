"""The score of thousands of pairs of texts of one stream at once, as matrices.

docs/explanation/story-score.md has the formula; comments here name its symbols. `score_to_explain`
has it again for a few texts, a term at a time; a test holds the two to the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from dedupe.schemes import StoryScheme
from dedupe.vectors import unpack_embeddings

from .background import Background
from .details import detail_terms
from .score_to_explain import DAY
from .templates import NO_NUMBERS, numbers_by_place
from .term_matrix import term_matrix
from .types import StoryNode

_BLOCK = 256
"""Rows scored at a time: their scores with all others are dense."""
_ABOVE = 3.0
"""More than any score, so that weights which fall as scores rise are positive."""


class StreamTexts(NamedTuple):
    """Texts of one language, a row each."""

    vectors: csr_matrix
    """unit TF-IDF (v)"""
    top_terms: csr_matrix
    """1 where a term is one of the heaviest of the text (T)"""
    details: csr_matrix
    """unit TF-IDF of the names and numbers in the body (D)"""
    places: csr_matrix
    """1 where a number stands in a place, which the words around it say"""
    fillings: csr_matrix
    """1 where a certain number stands in a place"""
    chance: NDArray[np.float32]
    """what chance gives the text (a), see `Background.chance`"""
    days: NDArray[np.float64]
    """POSIX days (t), NaN when unknown"""
    terms: NDArray[np.int64]
    """the number of the term in each column"""
    embeddings: NDArray[np.float32]
    """unit embeddings (u), zero where unknown; no columns without a model"""

    def rows(self, which: NDArray[np.int64]) -> StreamTexts:
        """Some of the texts."""
        return StreamTexts(
            self.vectors[which], self.top_terms[which], self.details[which], self.places[which],
            self.fillings[which], self.chance[which], self.days[which], self.terms,
            self.embeddings[which],
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
    with_details: bool = True,
) -> StreamTexts:
    """The nodes as the background has them."""
    weighted = term_matrix(nodes, scheme)
    vectors = background.vectors(weighted, scheme)
    days = np.array([np.nan if node.at is None else node.at / DAY for node in nodes])
    learned = np.array([float(node.learned) for node in nodes])
    details = csr_matrix(vectors.shape, dtype=np.float32)
    numbers = [NO_NUMBERS] * len(nodes)
    if with_details:
        details = _details(nodes, vectors, weighted.terms, background, scheme)
        numbers = [numbers_by_place(node.text[: scheme.lead_chars], scheme) for node in nodes]
    return StreamTexts(
        vectors=vectors,
        top_terms=top_term_mask(
            vectors, background.is_usual(weighted.terms, scheme), scheme.top_terms
        ),
        details=details,
        places=_flags([own.keys() for own in numbers]),
        fillings=_flags([own.items() for own in numbers]),
        chance=background.chance(vectors, weighted.terms, learned, scheme),
        days=days,
        terms=weighted.terms,
        embeddings=unpack_embeddings([node.embedding for node in nodes]),
    )


def top_term_mask(vectors: csr_matrix, is_usual: NDArray[np.bool_], count: int) -> csr_matrix:
    """1 for the `count` heaviest terms of each text, those of the columns `is_usual` left out."""
    # In a short text of a file of few texts a word like "has" is among the heaviest.
    rare = vectors.copy()
    rare.data[is_usual[rare.indices]] = 0
    rare.eliminate_zeros()
    ends = rare.indptr.tolist()
    # Row by row: to sort them all at once, padded to the longest, takes longer.
    kept = [
        # Stable, so that of equals the term with the lower number is taken.
        start + np.argsort(-rare.data[start:end], kind="stable")[:count]
        if end - start > count
        else np.arange(start, end)
        for start, end in pairwise(ends)
    ]
    counts = np.minimum(np.diff(rare.indptr), count)
    columns = rare.indices[np.concatenate([np.zeros(0, np.int64), *kept])]
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, columns, np.cumsum([0, *counts])), shape=vectors.shape)


def _details(
    nodes: Sequence[StoryNode],
    vectors: csr_matrix,
    terms: NDArray[np.int64],
    background: Background,
    scheme: StoryScheme,
) -> csr_matrix:
    """The part of each vector that is names and numbers; a headline has too few to tell by."""
    own = [detail_terms(node.text[: scheme.lead_chars], node.base_language) for node in nodes]
    numbers = np.fromiter(chain.from_iterable(own), np.int64)
    ends = np.cumsum([0, *map(len, own)])
    # One column more than there are terms takes the details that come after the last of them.
    columns = np.searchsorted(terms, numbers)
    known = np.append(terms, -1)[columns] == numbers
    known &= ~background.is_common(numbers)
    wide = csr_matrix((known, columns, ends), shape=(len(own), len(terms) + 1), dtype=np.float32)
    # What is too frequent to count as a term (no weight in `vectors`) is no detail either.
    found = wide[:, : len(terms)].multiply(vectors).tocsr()
    found.eliminate_zeros()
    squares = np.asarray(found.multiply(found).sum(axis=1)).ravel()
    found.data /= np.repeat(np.sqrt(squares), np.diff(found.indptr))
    return found.astype(np.float32)


def _flags(sets: Sequence[Collection[object]]) -> csr_matrix:
    """A row a set, a column an element that some set has: 1 where it has it."""
    columns: dict[object, int] = {}
    places = [columns.setdefault(one, len(columns)) for own in sets for one in own]
    ends = np.cumsum([0, *map(len, sets)])
    ones = np.ones(len(places), np.float32)
    return csr_matrix((ones, places, ends), shape=(len(sets), max(len(columns), 1)))


def scores(ones: StreamTexts, others: StreamTexts, scheme: StoryScheme) -> NDArray[np.float32]:
    """Scores s of all pairs, a row for each of `ones`: 0 and more joins.

    Minus infinity for those too far apart in time.
    """
    found = similarities(ones, others, scheme)
    found -= np.float32(scheme.threshold)  # theta
    return found


def similarities(
    ones: StreamTexts, others: StreamTexts, scheme: StoryScheme
) -> NDArray[np.float32]:
    """What the scores are before the threshold is taken off."""
    found: NDArray[np.float32] = (ones.vectors @ others.vectors.T).toarray()  # c
    found *= 1 - disagreements(ones, others, scheme)  # n
    found -= np.outer(scheme.chance_weight * ones.chance, others.chance)  # e = kappa a a'
    # Without a heavy term in common there is no evidence, however untypical the two texts are.
    unrelated = ~(ones.top_terms @ others.top_terms.T).astype(bool).toarray()
    np.minimum(found, np.float32(scheme.unrelated_cap), out=found, where=unrelated)
    template = templates(ones, others, scheme)
    np.minimum(found, np.float32(scheme.template_cap), out=found, where=template)
    if ones.embeddings.shape[1]:
        found += embedding_scores(ones, others, scheme)  # m
        np.minimum(found, np.float32(1), out=found)
    _subtract_delays(found, ones, others, scheme)  # d
    return found


def disagreements(
    ones: StreamTexts, others: StreamTexts, scheme: StoryScheme
) -> NDArray[np.float32]:
    """Share of the words in common of each pair that counts nothing, since its details differ."""
    counts = (np.diff(texts.details.indptr) for texts in (ones, others))
    told = np.minimum(np.minimum.outer(*counts), scheme.enough_details) / scheme.enough_details
    alike = (ones.details @ others.details.T).toarray() / np.float32(scheme.agreeing_details)
    found: NDArray[np.float32] = (told * (1 - alike).clip(min=0)).astype(np.float32)
    return found


def templates(ones: StreamTexts, others: StreamTexts, scheme: StoryScheme) -> NDArray[np.bool_]:
    """Which pairs are of one template: most numbers that stand in the same places differ."""
    places = (ones.places @ others.places.T).toarray()
    same = (ones.fillings @ others.fillings.T).toarray()
    changed = places - same
    found: NDArray[np.bool_] = (changed >= scheme.template_numbers) & (changed > same)
    return found


def embedding_scores(
    ones: StreamTexts, others: StreamTexts, scheme: StoryScheme
) -> NDArray[np.float32]:
    """What embeddings add to the scores of all pairs (m); 0 where one of the two is unknown."""
    known = np.outer(ones.embeddings.any(axis=1), others.embeddings.any(axis=1))
    cosine = ones.embeddings @ others.embeddings.T
    found: NDArray[np.float32] = known * (
        scheme.embedding_weight * (cosine - scheme.embedding_baseline)
    )
    return found.astype(np.float32)


def _subtract_delays(
    found: NDArray[np.float32], ones: StreamTexts, others: StreamTexts, scheme: StoryScheme
) -> None:
    """Take the delay (d) off all pairs, in place; minus infinity beyond `max_days`."""
    # From the first day on: 32 bits hold POSIX days to some minutes only.
    first = np.nanmin(others.days) if np.isfinite(others.days).any() else 0.0
    here, there = ((texts.days - first).astype(np.float32) for texts in (ones, others))
    days = np.abs(np.subtract.outer(here, there))
    too_far = days > scheme.max_days  # False where one is NaN: an unknown time forbids nothing
    delays = np.float32(scheme.delay_penalty) * np.sqrt(days)
    np.nan_to_num(delays, copy=False, nan=scheme.unknown_delay)
    found -= delays
    found[too_far] = -np.inf


def distances(texts: StreamTexts, scheme: StoryScheme) -> NDArray[np.float64]:
    """One less the similarity of each pair, `StoryScheme.max_distance` at most.

    Condensed as scipy has it: the upper triangle, row by row. A pair too far apart in time counts
    as quite unlike, so that an average cannot bridge it.

    The threshold is no part of a distance: that keeps the order of merges, which rounding to 32
    bits would change here and there, the same whatever the threshold is.
    """
    count = len(texts.days)
    found = np.empty(count * (count - 1) // 2)
    filled = 0
    for start in range(0, count, _BLOCK):
        block, later = np.arange(start, min(start + _BLOCK, count)), np.arange(start, count)
        # Most components are one block of few texts, of which a copy costs more than the product.
        ones, others = (
            texts if len(rows) == count else texts.rows(rows) for rows in (block, later)
        )
        similarity = similarities(ones, others, scheme)
        distance = 1.0 - similarity.clip(min=1.0 - scheme.max_distance)
        for place, row in enumerate(distance, start=1):
            end = filled + len(row) - place
            found[filled:end] = row[place:]
            filled = end
    return found


def linkable_pairs(
    ones: NDArray[np.int64], texts: StreamTexts, scheme: StoryScheme
) -> Iterator[Pairs]:
    """Pairs of the rows `ones` and all rows whose score is 0 or more, block by block."""
    for start in range(0, len(ones), _BLOCK):
        block = ones[start : start + _BLOCK]
        score = scores(texts.rows(block), texts, scheme)
        a, b = np.nonzero(score >= 0)
        yield Pairs(block[a], b, score[a, b])


def strongest(pairs: Pairs, count: int) -> Pairs:
    """Fewer pairs of `count` rows that connect the same rows at every bound.

    A maximum spanning forest: where all texts of a step are alike, their pairs would not fit.
    """
    weights = csr_matrix((_ABOVE - pairs.score.astype(float), (pairs.a, pairs.b)), (count, count))
    forest = minimum_spanning_tree(weights).tocoo()
    a, b = forest.row.astype(np.int64), forest.col.astype(np.int64)
    return Pairs(a, b, (_ABOVE - forest.data).astype(np.float32))
