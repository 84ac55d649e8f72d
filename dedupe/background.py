"""What is usual in the texts of a language: which terms they have, and which way they point."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .terms import number
from .text import tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from .terms import Weighed
    from .types import StoryScheme

_COUNTERS = 1 << 20
_FADE = 200_000
_CEILING = 0.3
_ALWAYS_KEPT = 10
_STEPS = 20
# Zipf's law as Mandelbrot (1953) has it, for words of running text.
_ZIPF, _ZIPF_SHIFT = 0.1, 2.7


class Background:
    """Counts of a language in 8 MiB, however many texts; they fade, so that they stay young.

    After 400,000 texts all counts are halved. Terms share counters, a million of them. Rows of
    matrices are texts, columns are terms.

    `common_words` are those of the language, the most frequent first. They say what is usual before
    there are texts: they count as if `common_texts` of them had been seen.
    """

    def __init__(
        self,
        texts: float = 0.0,
        chance: float = 0.0,
        packed: bytes | None = None,
        *,
        common_words: Sequence[str] = (),
    ) -> None:
        self.texts = texts
        """texts counted"""
        self.total_chance = chance
        """sum of what `chance` gave them"""
        raw = zlib.decompress(packed) if packed else bytes(8 * _COUNTERS)
        self._frequency = np.frombuffer(raw[: 4 * _COUNTERS], "<f4").copy()
        self._direction = np.frombuffer(raw[4 * _COUNTERS :], "<f4").copy()
        self._common, self._rates = _rates(common_words)

    def learn(self, weighed: Weighed, scheme: StoryScheme) -> None:
        """Count texts, each once."""
        if self.texts >= 2 * _FADE:
            self.texts, self.total_chance = self.texts / 2, self.total_chance / 2
            self._frequency /= 2
            self._direction /= 2
        counters = weighed.terms % _COUNTERS
        self.texts += weighed.weights.shape[0]
        np.add.at(self._frequency, counters, np.bincount(weighed.weights.indices).astype("f4"))
        vectors = self.vectors(weighed, scheme)
        np.add.at(self._direction, counters, np.asarray(vectors.sum(axis=0)).ravel())
        before = self.total_chance
        # The chances of new texts depend on each other; a few rounds settle them.
        self.total_chance += float(_prior(vectors, scheme).sum())
        for _ in range(_STEPS):
            chance = self.chance(vectors, weighed.terms, scheme)
            self.total_chance = before + float(chance.sum())

    def vectors(self, weighed: Weighed, scheme: StoryScheme) -> csr_matrix:
        """Unit TF-IDF rows: smoothed idf, terms that over 30 % of the texts have left out."""
        from scipy.sparse import csr_matrix, diags_array

        weights = weighed.weights
        texts = self.texts
        frequency = self._frequency[weighed.terms % _COUNTERS]
        if len(self._common):
            texts += scheme.common_texts
            frequency = frequency + scheme.common_texts * self._shares(weighed.terms, scheme)
        idf = np.log((1 + texts) / (1 + frequency)) + 1
        idf[frequency > max(_CEILING * texts, _ALWAYS_KEPT)] = 0
        data = (weights.data * idf[weights.indices]).astype(np.float32)
        found = csr_matrix((data, weights.indices, weights.indptr), shape=weights.shape)
        found.eliminate_zeros()
        norms = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
        norms[norms == 0] = 1.0
        return csr_matrix(diags_array(1 / norms) @ found, dtype=np.float32)

    def chance(
        self, vectors: csr_matrix, terms: NDArray[np.int64], scheme: StoryScheme
    ) -> NDArray[np.float32]:
        """a of each text, which must have been learned: a_i a_j is the cosine chance gives a pair.

        The fixed point of a_i = sum_j cos_ij / sum_j a_j over all other texts, drawn towards the
        prior as if so many texts of its own length had been seen; at most so many times that.
        """
        prior = _prior(vectors, scheme)
        direction = self._direction[terms % _COUNTERS]
        sums = (np.asarray(vectors @ direction, np.float64) - 1.0).clip(min=0)
        found = prior
        for _ in range(_STEPS):
            others = np.maximum(self.total_chance - found, 0)
            found = (sums + scheme.prior_weight * prior**2) / (others + scheme.prior_weight * prior)
        return np.minimum(found, scheme.most * prior).astype(np.float32)

    def _shares(self, terms: NDArray[np.int64], scheme: StoryScheme) -> NDArray[np.float64]:
        """The share of texts that have each term, as the language has it."""
        at = np.searchsorted(self._common, terms).clip(max=len(self._common) - 1)
        rates = np.where(self._common[at] == terms, self._rates[at], 0.0)
        found: NDArray[np.float64] = 1 - (1 - rates) ** scheme.common_length
        return found

    def pack(self) -> bytes:
        """The counts of terms; the class takes them back."""
        return zlib.compress(self._frequency.tobytes() + self._direction.tobytes(), 1)


def _prior(vectors: csr_matrix, scheme: StoryScheme) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.sqrt(
        scheme.prior * np.sqrt(np.diff(vectors.indptr).clip(min=1))
    )
    return found


def _rates(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers of these terms, ascending, and how often each stands in a text, by its rank alone."""
    ranks: dict[int, int] = {}
    for rank, word in enumerate(dict.fromkeys(words)):
        for term in tokens(word):
            ranks.setdefault(number(term), rank)
    terms = np.array(sorted(ranks), np.int64)
    places = np.array([ranks[term] for term in terms.tolist()], np.float64)
    return terms, _ZIPF / (places + _ZIPF_SHIFT)
