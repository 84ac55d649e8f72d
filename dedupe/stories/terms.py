"""Terms of a text and their weights, for the story linker."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log2

from dedupe.schemes import StoryScheme
from dedupe.text import tokens

NO_TERM = -1
_KEPT = 1 << 18
"""Words whose numbers are kept."""


def term_weights(title: str, text: str, scheme: StoryScheme) -> dict[int, float]:
    """Sub-linear weights w of the terms of a text, by their numbers."""
    found: dict[int, float] = {}
    for term, count in zip(*occurrences(title, text, scheme), strict=True):
        found[term] = found.get(term, 0.0) + count
    found.pop(NO_TERM, None)
    return {term: log2(1 + count) for term, count in found.items()}


def occurrences(title: str, text: str, scheme: StoryScheme) -> tuple[list[int], list[float]]:
    """The number of each term where it stands, NO_TERM among them, and what it counts there."""
    words, counts = _weighted_words(title, text, scheme)
    doubles = _character_pairs(words)
    numbers = list(map(_NUMBERS.__getitem__, words))
    numbers += [_NUMBERS[words[place] + words[place + 1]] for place in doubles]
    return numbers, counts + [counts[place] for place in doubles]


def spelled_terms(title: str, text: str, scheme: StoryScheme) -> dict[int, str]:
    """The term behind each number, the most frequent where two share one; to show."""
    words, _ = _weighted_words(title, text, scheme)
    terms = Counter(words)
    terms.update(words[place] + words[place + 1] for place in _character_pairs(words))
    return {_NUMBERS[term]: term for term, _ in reversed(terms.most_common())}


def common_word_rates(common_words: Sequence[str], scheme: StoryScheme) -> dict[int, float]:
    """How often each term of the common words of a language, the most frequent first, stands in a
    text of one word, by its rank alone."""
    ranks: dict[int, int] = {}
    for rank, word in enumerate(dict.fromkeys(common_words)):
        for term in tokens(word):
            ranks.setdefault(term_number(term), rank)
    return {term: scheme.zipf_scale / (rank + scheme.zipf_shift) for term, rank in ranks.items()}


def term_number(term: str) -> int:
    """The number of a term, 32 bits: the index of heavy terms in a store has it."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def _weighted_words(title: str, text: str, scheme: StoryScheme) -> tuple[list[str], list[float]]:
    """Words of title and lead, and what each counts where it stands."""
    first = tokens(title)
    # More words than characters come only of ligatures, and are not read.
    then = tokens(text[: scheme.lead_chars])[: scheme.lead_chars]
    counts = [float(scheme.title_weight)] * len(first) + _position_weights(scheme)[: len(then)]
    return first + then, counts


@lru_cache(maxsize=8)
def _position_weights(scheme: StoryScheme) -> list[float]:
    """What a word of the lead counts (b), by its place."""
    return [1 / (1 + place / scheme.decay_words) for place in range(scheme.lead_chars)]


def _character_pairs(words: list[str]) -> list[int]:
    """Places where two single characters follow each other.

    Scripts without spaces come as single characters, which say little; pairs of them are words.
    """
    single = [place for place, length in enumerate(map(len, words)) if length == 1]
    return [here for here, then in pairwise(single) if then == here + 1]


class _Numbers(dict[str, int]):
    """Words and their numbers, as many as fit; one that is no term has NO_TERM."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        self[word] = found = term_number(word) if len(word) > 1 or word.isdigit() else NO_TERM
        return found


_NUMBERS = _Numbers()
