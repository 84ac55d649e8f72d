"""What is usual in the texts of a language: which terms they have, and which way they point."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dedupe.schemes import StoryScheme

from .term_matrix import TermMatrix
from .terms import common_word_rates
from .types import PackedBackground

NOTHING_YET = PackedBackground()


class Background:
    """Counts of a language, 8 bytes a counter; they fade, so that they stay young.

    After 2 x `StoryScheme.memory_texts` texts all counts are halved. Terms share counters: a table
    of all terms that were ever seen would grow without end, and a rare term that shares a counter
    with another rare one stays rare.

    The common words of a language say what is usual before there are texts: they count as if
    `StoryScheme.common_word_texts` of them had been seen.

    docs/explanation/story-score.md has the formulas; comments here name its symbols.
    """

    def __init__(self, scheme: StoryScheme, packed: PackedBackground = NOTHING_YET) -> None:
        size = scheme.background_counters
        self._scheme = scheme
        self.texts = packed.texts
        """texts counted"""
        self.total_chance = packed.chance
        """sum of what `chance` gave them"""
        raw = zlib.decompress(packed.counts) if packed.counts else bytes(8 * size)
        counts = np.frombuffer(raw, "<f4").copy()
        self._frequency, self._direction = counts[:size], counts[size:]
        self._common_words = packed.common_words
        rates = sorted(common_word_rates(packed.common_words, scheme).items())
        self._common = np.array([term for term, _ in rates], np.int64)
        self._rates = np.array([rate for _, rate in rates], np.float64)

    def learn(self, matrix: TermMatrix, counts: NDArray[np.float64], scheme: StoryScheme) -> None:
        """Count texts, each once, as `counts` says how much of a text each is (0..1)."""
        if self.texts >= 2 * scheme.memory_texts:
            self.texts, self.total_chance = self.texts / 2, self.total_chance / 2
            self._frequency /= 2
            self._direction /= 2
        rows, counters = matrix.weights, matrix.terms % scheme.background_counters
        self.texts += float(counts.sum())
        each = np.repeat(counts, np.diff(rows.indptr))
        frequency = np.bincount(rows.indices, each, minlength=rows.shape[1])
        # Of two terms that share a counter `+=` would count one only.
        np.add.at(self._frequency, counters, frequency.astype(np.float32))
        vectors = self.vectors(matrix, scheme)
        np.add.at(self._direction, counters, np.asarray(vectors.T @ counts, np.float32))
        before = self.total_chance
        # The chances of new texts depend on each other; a few rounds settle them.
        self.total_chance += float(_priors(vectors, scheme) @ counts)
        for _ in range(scheme.chance_iterations):
            chance = self.chance(vectors, matrix.terms, counts, scheme)
            self.total_chance = before + float(chance @ counts)

    def vectors(self, matrix: TermMatrix, scheme: StoryScheme) -> csr_matrix:
        """Unit TF-IDF rows (v): smoothed idf, terms that over 30 % of the texts have left out."""
        weights = matrix.weights
        texts = self.texts
        frequency = self._frequency[matrix.terms % scheme.background_counters]
        if len(self._common):
            texts += scheme.common_word_texts
            frequency = frequency + scheme.common_word_texts * self._shares(matrix.terms, scheme)
        idf = np.log((1 + texts) / (1 + frequency)) + 1
        idf[frequency > max(scheme.max_df * texts, scheme.max_df_texts)] = 0
        data = (weights.data * idf[weights.indices]).astype(np.float32)
        found = csr_matrix((data, weights.indices, weights.indptr), shape=weights.shape)
        found.eliminate_zeros()
        squares = np.asarray(found.multiply(found).sum(axis=1)).ravel()
        found.data /= np.repeat(np.sqrt(squares), np.diff(found.indptr))
        return found

    def chance(
        self,
        vectors: csr_matrix,
        terms: NDArray[np.int64],
        own: NDArray[np.float64],
        scheme: StoryScheme,
    ) -> NDArray[np.float32]:
        """a of each text: a_i a_j is the cosine that chance gives a pair.

        The fixed point of a_i = sum_j cos_ij / sum_j a_j over all other texts, drawn towards the
        prior as if `chance_prior_texts` texts of its own length had been seen. It is at most
        `chance_max_ratio` times the prior: the texts of a very large story would otherwise take
        what they share for usual. `own` says what each has itself been counted as.

        A sum of two means in the place of the product, as it was before, gave .84 where this gives
        .94: long texts expect more of each other than of headlines.
        """
        prior = _priors(vectors, scheme)  # p
        direction = self._direction[terms % scheme.background_counters]
        # A text's product with the sum of all unit vectors is the sum of its cosines.
        cosines = (np.asarray(vectors @ direction, np.float64) - own).clip(min=0)
        weight = scheme.chance_prior_texts
        found = prior
        for _ in range(scheme.chance_iterations):
            others = np.maximum(self.total_chance - own * found, 0)
            found = (cosines + weight * prior**2) / (others + weight * prior)
        return found.clip(prior, scheme.chance_max_ratio * prior).astype(np.float32)

    def is_common(self, terms: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which terms are common words of the language."""
        found: NDArray[np.bool_] = np.isin(terms, self._common)
        return found

    def is_usual(self, terms: NDArray[np.int64], scheme: StoryScheme) -> NDArray[np.bool_]:
        """Which terms are too frequent in the language to be heavy terms of a text."""
        if not len(self._common):
            return np.zeros(len(terms), np.bool_)
        return self._shares(terms, scheme) > scheme.top_term_max_share

    def _shares(self, terms: NDArray[np.int64], scheme: StoryScheme) -> NDArray[np.float64]:
        """The share of texts that have each term, as the language has it."""
        at = np.searchsorted(self._common, terms).clip(max=len(self._common) - 1)
        rates = np.where(self._common[at] == terms, self._rates[at], 0.0)
        found: NDArray[np.float64] = 1 - (1 - rates) ** scheme.common_word_length
        return found

    def pack(self) -> PackedBackground:
        """All of it, as the class takes it back."""
        return PackedBackground(
            texts=self.texts,
            chance=self.total_chance,
            counts=zlib.compress(self._frequency.tobytes() + self._direction.tobytes(), 1),
            common_words=self._common_words,
        )


def _priors(vectors: csr_matrix, scheme: StoryScheme) -> NDArray[np.float64]:
    """p of each text: what its length alone makes of it."""
    found: NDArray[np.float64] = np.sqrt(
        scheme.chance_prior * np.sqrt(np.diff(vectors.indptr).clip(min=1))
    )
    return found
