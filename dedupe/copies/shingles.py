"""Texts as sets of 64-bit numbers: what copies are found and verified by.

A shingle is a run of words; its number is a polynomial over the hashes of its words, mixed. All
of it is numpy over whole texts, so that a text costs a fraction of a millisecond.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.schemes import CopyScheme

from .types import ShingledText
from .words import hash_words, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from .types import Hashes

    BoilerplateTest = Callable[[Hashes], NDArray[np.bool_]]
    """Says of each shingle whether so many other texts have it that it tells nothing."""


_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NUMBER = np.uint64(0xD6E8FEB86659FD93)


def shingled_text(
    text: str, scheme: CopyScheme, common: BoilerplateTest | None = None
) -> ShingledText:
    """The shingles of a text; those that are `common` are left out of all that is compared."""
    hashed, is_number, unspaced = hash_words(text)
    size = scheme.shingle_chars if unspaced else scheme.shingle_words
    ordered = windows(hashed, size)
    slots, numbers = _numbers(hashed, is_number, scheme.number_context)
    every = distinct(ordered)
    whole = ShingledText(
        shingles=every,
        every=every,
        ordered=ordered,
        anchors=windows(hashed, round(scheme.anchor_words * size / scheme.shingle_words)),
        slots=slots,
        numbers=numbers,
    )
    return whole if common is None else without_boilerplate(whole, common)


def without_boilerplate(whole: ShingledText, common: BoilerplateTest) -> ShingledText:
    """A text that was cut whole, with what is common left out."""
    ordered, anchors = whole.ordered, whole.anchors
    seen = common(ordered)
    if not seen.any():
        return whole
    # An anchor that holds a common shingle would bring up every text that has it.
    before = np.append(0, np.cumsum(seen))
    free = before[len(before) - len(anchors) :] == before[: len(anchors)]
    return replace(whole, shingles=distinct(ordered[~seen]), anchors=anchors[free])


def distinct(values: Hashes) -> Hashes:
    """Each value once, ascending."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def windows(hashed: Hashes, size: int) -> Hashes:
    """One number for each run of `size` words, in order; repeats stay."""
    count = len(hashed) - size + 1
    if count < 1:
        return np.empty(0, np.uint64)
    found = hashed[:count].copy()
    for i in range(1, size):
        found *= _MULTIPLIER
        found += hashed[i : count + i]
    return mix(found)


def _numbers(hashed: Hashes, is_number: NDArray[np.bool_], reach: int) -> tuple[Hashes, Hashes]:
    """Where numbers stand, as a hash of the words around each, and which number stands there.

    A place that occurs twice in the text says nothing and is left out. Other numbers nearby
    count as "a number", so that a row of results is one place and not many.
    """
    at = np.flatnonzero(is_number)
    if not len(at):
        return hashed[:0], hashed[:0]
    around = np.zeros(len(hashed) + 2 * reach, np.uint64)
    around[reach:-reach] = np.where(is_number, _NUMBER, hashed)
    place = np.zeros(len(at), np.uint64)
    for offset in range(2 * reach + 1):
        place *= _MULTIPLIER
        place += around[at + offset]
    slots, first, times = np.unique(mix(place), return_index=True, return_counts=True)
    once = times == 1
    return slots[once], hashed[at[first[once]]]
