"""The words of a text as 64-bit numbers, all at once.

`word_shingles.folded_words` says what a word is; this gives one number for each, without making
them one by one, which was most of the cost of a signature.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.text import UNSPACED_CHAR, WORD, normalise

from .letters import folded_letters

if TYPE_CHECKING:
    from .types import Hashes

_WORD, _UNSPACED, _DIGIT = np.uint8(1), np.uint8(2), np.uint8(4)
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_SHIFT, _FIRST, _SECOND = map(np.uint64, (33, 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53))
_KEPT = 1 << 16
# No character from here on is a letter or a digit, and a smaller table is made sooner.
_LETTERS = 0x40000
_LEFT_OUT = np.uint32(0xFFFFFFFF)
_SPACE = np.uint32(ord(" "))


class _Cut(NamedTuple):
    """A text, cut into words."""

    plain: NDArray[np.uint32]
    """its characters, as normalised"""
    chars: NDArray[np.uint32]
    """those that `letters.fold` gives"""
    kept: NDArray[np.intp] | None
    """where each of these is in `plain`; None where all are kept"""
    kinds: NDArray[np.uint8]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    """where each word begins and ends among them"""
    unspaced: int
    """words that are a character of a script without spaces"""


def hash_words(text: str) -> tuple[Hashes, NDArray[np.bool_], bool]:
    """One number for each token, which of them begin with a digit, and whether it is unspaced.

    The number is a polynomial in the characters of the token (Karp and Rabin 1987), modulo 2^64,
    mixed: equal on every machine. A text is unspaced when most of its tokens are single
    characters of a script without spaces.
    """
    cut = _cut(text)
    chars, starts = cut.chars, cut.starts
    sums = np.zeros(len(chars) + 1, np.uint64)
    np.cumsum(chars * _powers(_BASE, len(chars)), out=sums[1:])
    hashed = sums.take(cut.ends) - sums.take(starts)
    hashed = mix(hashed * _powers(_INVERSE, len(chars)).take(starts))
    return hashed, (cut.kinds[starts] & _DIGIT) > 0, 2 * cut.unspaced > len(starts)


def shown_words(text: str, first: int = 0, count: int | None = None) -> str:
    """Words of a text as it has them, normalised but not folded, with spaces between them."""
    cut = _cut_again(text)
    last = None if count is None else first + count
    starts, ends = cut.starts[first:last], cut.ends[first:last]
    if cut.kept is not None:
        starts, ends = cut.kept[starts], cut.kept[ends - 1] + 1
    edges = np.zeros(len(cut.plain) + 1, np.int8)
    edges[starts] += 1
    edges[ends] -= 1
    words = cut.plain[np.cumsum(edges[:-1]) > 0]
    spaced = np.insert(words, np.cumsum(ends - starts)[:-1], _SPACE)
    return spaced.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def _cut(text: str) -> _Cut:
    plain = normalise(text)
    before: NDArray[np.uint32] = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), "<u4")
    chars, kept = before, None
    if not plain.isascii():
        chars = _letters().take(before, mode="clip")
        left_out = chars == _LEFT_OUT
        if left_out.any():
            kept = np.flatnonzero(~left_out)
            chars = chars[kept]
    kinds = _kinds().take(chars, mode="clip")
    inside = np.zeros(len(chars) + 2, np.uint8)
    np.bitwise_and(kinds, _WORD, out=inside[1:-1])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    alone = np.flatnonzero(kinds & _UNSPACED)
    if len(alone):
        starts, ends = np.sort(np.append(starts, alone)), np.sort(np.append(ends, alone + 1))
    return _Cut(before, chars, kept, kinds, starts, ends, len(alone))


# Passages of a text in many others are shown in a row.
_cut_again = functools.lru_cache(maxsize=4)(_cut)


def mix(values: Hashes) -> Hashes:
    """The finalizer of MurmurHash3: a bijection in which every bit depends on every bit."""
    mixed = values >> _SHIFT
    mixed ^= values
    mixed *= _FIRST
    mixed ^= mixed >> _SHIFT
    mixed *= _SECOND
    mixed ^= mixed >> _SHIFT
    return mixed


def _powers(base: int, count: int) -> Hashes:
    return _kept_powers(base)[:count] if count <= _KEPT else _make_powers(base, count)


@functools.lru_cache(maxsize=2)
def _kept_powers(base: int) -> Hashes:
    return _make_powers(base, _KEPT)


def _make_powers(base: int, count: int) -> Hashes:
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors)


@functools.lru_cache(maxsize=1)
def _letters() -> NDArray[np.uint32]:
    """What each character is folded to, by its code point."""
    table = np.arange(_LETTERS + 1, dtype=np.uint32)
    for code, to in folded_letters().items():
        table[code] = _LEFT_OUT if to is None else to
    return table


@functools.lru_cache(maxsize=1)
def _kinds() -> NDArray[np.uint8]:
    """What each character is, by its code point: the patterns of `dedupe.text`, as a table."""
    alphabet = "".join(map(chr, range(_LETTERS)))
    table = np.zeros(_LETTERS + 1, np.uint8)
    for pattern, kind in ((WORD, _WORD), (re.compile(r"\d+"), _DIGIT)):
        for match in pattern.finditer(alphabet):
            table[match.start() : match.end()] |= kind
    for match in UNSPACED_CHAR.finditer(alphabet):
        table[match.start()] = (table[match.start()] & _DIGIT) | _UNSPACED
    return table
