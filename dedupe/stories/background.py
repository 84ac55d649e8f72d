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

    After 2 x `StoryScheme.memory_texts` texts all counts are halved. Terms share counters. Rows of
    matrices are texts, columns are terms.

    The common words of a language say what is usual before there are texts: they count as if
    `StoryScheme.common_word_texts` of them had been seen.
    """

    def __init__(self, scheme: StoryScheme, packed: PackedBackground = NOTHING_YET) -> None:
        self._scheme = scheme
        self.texts = packed.texts
        """texts counted"""
        self.total_chance = packed.chance
        """sum of what `chance` gave them"""
        raw = (
            zlib.decompress(packed.counts)
            if packed.counts
            else bytes(8 * scheme.background_counters)
        )
        counts = np.frombuffer(raw, "<f4").copy()
        self._frequency, self._direction = (
            counts[: scheme.background_counters],
            counts[scheme.background_counters :],
        )
        self._common_words = packed.common_words
        rates = sorted(common_word_rates(packed.common_words, scheme).items())
        self._common = np.array([term for term, _ in rates], np.int64)
        self._rates = np.array([rate for _, rate in rates], np.float64)

    def learn(self, weighed: TermMatrix, counts: NDArray[np.float64], scheme: StoryScheme) -> None:
        """Count texts, each once, as so much of a text (0..1)."""
        if self.texts >= 2 * scheme.memory_texts:
            self.texts, self.total_chance = self.texts / 2, self.total_chance / 2
            self._frequency /= 2
            self._direction /= 2
        rows, counters = weighed.weights, weighed.terms % scheme.background_counters
        self.texts += float(counts.sum())
        each = np.repeat(counts, np.diff(rows.indptr))
        frequency = np.bincount(rows.indices, each, minlength=rows.shape[1])
        np.add.at(self._frequency, counters, frequency.astype(np.float32))
        vectors = self.vectors(weighed, scheme)
        np.add.at(self._direction, counters, np.asarray(vectors.T @ counts, np.float32))
        before = self.total_chance
        # The chances of new texts depend on each other; a few rounds settle them.
        self.total_chance += float(_prior(vectors, scheme) @ counts)
        for _ in range(scheme.chance_iterations):
            chance = self.chance(vectors, weighed.terms, counts, scheme)
            self.total_chance = before + float(chance @ counts)

    def vectors(self, weighed: TermMatrix, scheme: StoryScheme) -> csr_matrix:
        """Unit TF-IDF rows: smoothed idf, terms that over 30 % of the texts have left out."""
        weights = weighed.weights
        texts = self.texts
        frequency = self._frequency[weighed.terms % scheme.background_counters]
        if len(self._common):
            texts += scheme.common_word_texts
            frequency = frequency + scheme.common_word_texts * self._shares(weighed.terms, scheme)
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
        prior as if so many texts of its own length had been seen; at most so many times that.
        `own` says what each has itself been counted as.
        """
        prior = _prior(vectors, scheme)
        direction = self._direction[terms % scheme.background_counters]
        sums = (np.asarray(vectors @ direction, np.float64) - own).clip(min=0)
        found = prior
        for _ in range(scheme.chance_iterations):
            others = np.maximum(self.total_chance - own * found, 0)
            found = (sums + scheme.chance_prior_texts * prior**2) / (
                others + scheme.chance_prior_texts * prior
            )
        return np.minimum(found, scheme.chance_max_ratio * prior).astype(np.float32)

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


def _prior(vectors: csr_matrix, scheme: StoryScheme) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.sqrt(
        scheme.chance_prior * np.sqrt(np.diff(vectors.indptr).clip(min=1))
    )
    return found
