"""Shingles as the words that they are made of: to show, and to test what `word_shingles` counts."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe.schemes import CopyScheme
from dedupe.text import UNSPACED_CHAR, tokens

from .letters import fold


def folded_words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return tokens(fold(text))


def word_shingles(text: str, scheme: CopyScheme) -> frozenset[tuple[str, ...]]:
    """Distinct shingles of `text` as words; `dedupe.shingled_text` makes what is compared."""
    words = folded_words(text)
    return frozenset(word_windows(words, shingle_size(words, scheme)))


def word_windows(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """All runs of `size` words as they follow each other, repeats included."""
    return list(zip(*(words[start:] for start in range(size)), strict=False))


def shingle_size(words: Sequence[str], scheme: CopyScheme) -> int:
    """Words in a shingle of this text: depends on how its script is written."""
    # Words of several characters are never of an unspaced script.
    single = [word for word in words if len(word) == 1]
    if len(single) * 2 <= len(words):
        return scheme.shingle_words
    unspaced = sum(1 for word in single if UNSPACED_CHAR.match(word))
    return scheme.shingle_chars if unspaced * 2 > len(words) else scheme.shingle_words
