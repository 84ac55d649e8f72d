"""How many texts have a shingle: what many have is boilerplate, not news.

Two kinds are left out before texts are compared: what one outlet repeats across its articles
(sign-offs, "read more", legal lines), and what is common among all texts (templates).

One shingle in four is counted, those whose number is 0 modulo `CopyScheme.sample_modulus` (Manber
1994); the shingles around it share its verdict, also those that run across the seam between
boilerplate and news. That takes a quarter of the counters and of the time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedupe.schemes import CopyScheme

from .words import mix

if TYPE_CHECKING:
    from .types import Hashes

Counters: TypeAlias = NDArray[np.uint8]
"""How often each of some shingles was counted, 255 for more."""

_FULL = np.uint8(255)
"""A counter that counts no further."""
_SALTS = np.array([0xA0761D6478BD642F, 0xE7037ED1A0B428DB], np.uint64)
"""One for each row of the sketch, so that shingles that share a cell of one share none of the
other."""
_PRINTS = np.uint64(0x589965CC75374CC3)
"""Turns the number of a shingle into that of its prints, which the sketch counts beside it."""


class CommonShingles:
    """Counts over all texts, in 2 x `CopyScheme.sketch_width` bytes however many there are.

    A count-min sketch with conservative update (Cormode and Muthukrishnan 2005; Estan and
    Varghese 2002): it may count too many, never too few. After 2 x `CopyScheme.memory_texts` texts
    all counts are halved, so that they speak of the latest.

    Copies are counted apart from texts: if each of them counted, a report that fifty outlets print
    would pass for a template.
    """

    def __init__(self, scheme: CopyScheme, documents: int = 0, packed: bytes | None = None) -> None:
        self._scheme = scheme
        self.documents = documents
        """texts counted, halved whenever the counts are"""
        shape = len(_SALTS), scheme.sketch_width
        counts = np.frombuffer(zlib.decompress(packed), np.uint8) if packed else np.zeros(shape)
        self._counts = counts.astype(np.uint8).reshape(shape)

    @classmethod
    def of(
        cls, scheme: CopyScheme, documents: int, shingles: Hashes, texts: Counters, prints: Counters
    ) -> CommonShingles:
        """The counts of a number of texts, given for each of their (sampled) shingles.

        A cell holds the largest count that falls on it, so the order of the shingles decides
        nothing. Those with few texts may be left out.
        """
        found = cls(scheme, documents)
        for keys, counts in ((shingles, texts), (shingles ^ _PRINTS, prints)):
            for row, cells in enumerate(found._cells(keys)):
                np.maximum.at(found._counts[row], cells, np.minimum(counts, _FULL - 1))
        return found

    def count(self, shingles: Hashes, *, copy: bool) -> None:
        """Count the distinct shingles of a text; `copy` when any outlet printed it before."""
        sampled = shingles[is_sampled(shingles, self._scheme)]
        self._add(sampled ^ _PRINTS)
        if copy:
            return
        self._add(sampled)
        self.documents += 1
        if self.documents >= 2 * self._scheme.memory_texts:
            self._counts >>= np.uint8(1)
            self.documents >>= 1

    def texts(self, shingles: Hashes) -> NDArray[np.uint8]:
        """Texts that have each of these (sampled) shingles, copies not counted."""
        return self._values(self._cells(shingles))

    def prints(self, shingles: Hashes) -> NDArray[np.uint8]:
        """Texts that have each of these (sampled) shingles, copies counted."""
        return self._values(self._cells(shingles ^ _PRINTS))

    def pack(self) -> bytes:
        """All counts; the class takes them back."""
        return zlib.compress(self._counts.tobytes(), 1)

    def _add(self, keys: Hashes) -> None:
        """Count each key once more: only cells at the least of its values grow (conservative)."""
        cells = self._cells(keys)
        least = np.minimum(self._values(cells), _FULL - np.uint8(1)) + np.uint8(1)
        for row in range(len(_SALTS)):
            self._counts[row, cells[row]] = np.maximum(self._counts[row, cells[row]], least)

    def _cells(self, keys: Hashes) -> list[NDArray[np.int64]]:
        """The cell of each key in each row; the width is a power of two."""
        last = np.uint64(self._scheme.sketch_width - 1)
        return [(mix(keys ^ salt) & last).astype(np.int64) for salt in _SALTS]

    def _values(self, cells: list[NDArray[np.int64]]) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = np.minimum(self._counts[0, cells[0]], self._counts[1, cells[1]])
        return found


class OutletBoilerplate:
    """Counts of one outlet: what it repeats stays, what it prints once goes.

    They take 10 bytes a shingle. Of more than `CopyScheme.boilerplate_counters` those with the
    lowest counts are forgotten first, among them the longest unseen. A sketch like that of all
    texts would be mostly empty for most outlets, and 4 MB each.
    """

    def __init__(self, scheme: CopyScheme, texts: int = 0, packed: bytes = b"") -> None:
        self._scheme = scheme
        self.texts = texts
        """texts counted"""
        size = len(packed) // 10
        self._keys = np.frombuffer(packed[: 8 * size], "<u8").astype(np.uint64)
        self._counts = np.frombuffer(packed[8 * size :], np.uint8).reshape(2, size)
        """of each key, the texts that have it, and their prints"""
        self._order = np.argsort(self._keys)

    @classmethod
    def of(
        cls, scheme: CopyScheme, documents: int, shingles: Hashes, texts: Counters, prints: Counters
    ) -> OutletBoilerplate:
        """The counts of a number of texts, given for each of their (sampled) shingles.

        Kept are those with the most prints, of two with equal counts the lower.
        """
        kept = np.lexsort((shingles, -prints.astype(np.int16)))[: scheme.boilerplate_counters]
        counts = np.vstack((texts[kept], prints[kept])).astype(np.uint8)
        return cls(scheme, documents, shingles[kept].astype("<u8").tobytes() + counts.tobytes())

    def count(self, shingles: Hashes, *, copy: bool) -> None:
        """Count the distinct shingles of a text; `copy` when this outlet printed it before."""
        texts = 0 if copy else 1
        self.texts += texts
        new = shingles[is_sampled(shingles, self._scheme)]
        at, known = self._find(new)
        again = at[known]
        others = np.ones(len(self._keys), np.bool_)
        others[again] = False
        one = np.array([[texts], [1]], np.uint8)
        counted = np.minimum(self._counts[:, again], _FULL - one) + one
        fresh = new[~known]
        # Newest first, so that a stable sort by count leaves the oldest of the rarest last.
        keys = np.concatenate((fresh, self._keys[again], self._keys[others]))
        counts = np.hstack((np.repeat(one, len(fresh), axis=1), counted, self._counts[:, others]))
        most = self._scheme.boilerplate_counters
        if len(keys) > most:
            kept = np.sort(np.argsort(-counts[1].astype(np.int16), kind="stable")[:most])
            keys, counts = keys[kept], counts[:, kept]
        self._keys, self._counts, self._order = keys, counts, np.argsort(keys)

    def repeated(self, shingles: Hashes, common: CommonShingles) -> NDArray[np.bool_]:
        """Which of these (sampled) shingles are boilerplate of this outlet."""
        scheme = self._scheme
        at, known = self._find(shingles)
        share = min(scheme.boilerplate_share * self.texts, scheme.boilerplate_texts_max)
        limit = max(scheme.boilerplate_texts, share)
        texts, prints = self._counts[:, at[known]]
        # What others print as often is news that this outlet reported more than once.
        own = (texts >= limit) & (prints > common.prints(shingles[known]) // 2)
        known[known] = own | (prints >= scheme.boilerplate_prints * limit)
        return known

    def prints(self, shingles: Hashes) -> NDArray[np.uint8]:
        """Prints of each of these (sampled) shingles by this outlet."""
        at, known = self._find(shingles)
        found = np.zeros(len(shingles), np.uint8)
        found[known] = self._counts[1, at[known]]
        return found

    def _find(self, shingles: Hashes) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where each of these is among the keys, and whether it is."""
        if not len(self._keys):
            return np.zeros(len(shingles), np.intp), np.zeros(len(shingles), np.bool_)
        # The keys are in the order in which they were seen, so a second order finds them.
        at = np.searchsorted(self._keys, shingles, sorter=self._order)
        at = self._order[np.minimum(at, len(self._keys) - 1)]
        return at, self._keys[at] == shingles

    def pack(self) -> bytes:
        """All counts; the class takes them back."""
        return self._keys.astype("<u8").tobytes() + self._counts.tobytes()


def boilerplate_test(
    scheme: CopyScheme, common: CommonShingles, outlet: OutletBoilerplate
) -> Callable[[Hashes], NDArray[np.bool_]]:
    """A test for `shingled_text`: which shingles of a text, in order, are boilerplate or common."""
    limit = min(max(scheme.common_texts, scheme.common_share * common.documents), int(_FULL) - 1)

    def test(shingles: Hashes) -> NDArray[np.bool_]:
        at = np.flatnonzero(is_sampled(shingles, scheme))
        if not len(at):
            return np.zeros(len(shingles), np.bool_)
        sampled = shingles[at]
        texts = common.texts(sampled)
        if len(shingles) == 1:
            # A short text is one shingle: it is a notice when its outlet prints it again and again.
            return outlet.prints(sampled) >= scheme.boilerplate_texts
        # A text that hundreds print has some prints that are hard to tell: it is no template.
        everywhere = (texts > limit) & (texts > common.prints(sampled) // scheme.template_prints)
        left_out = at[everywhere | outlet.repeated(sampled, common)]
        # Each covers `sample_radius` shingles on both sides: count those that begin and those that
        # end at each place, and add up.
        cover = np.zeros(len(shingles) + 1, np.int64)
        np.add.at(cover, np.maximum(left_out - scheme.sample_radius, 0), 1)
        np.add.at(cover, np.minimum(left_out + scheme.sample_radius + 1, len(shingles)), -1)
        found: NDArray[np.bool_] = np.cumsum(cover[:-1]) > 0
        return found

    return test


def is_sampled(shingles: Hashes, scheme: CopyScheme) -> NDArray[np.bool_]:
    """Which shingles are counted."""
    sampled: NDArray[np.bool_] = (shingles & np.uint64(scheme.sample_modulus - 1)) == 0
    return sampled
