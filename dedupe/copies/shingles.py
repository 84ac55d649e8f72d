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
    """Says of each shingle whether it is boilerplate, or common."""


_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NUMBER = np.uint64(0xD6E8FEB86659FD93)


def shingled_text(
    text: str, scheme: CopyScheme, boilerplate: BoilerplateTest | None = None
) -> ShingledText:
    """The shingles of a text; those that are `boilerplate` are left out of all that is compared."""
    hashed, is_number, unspaced = hash_words(text)
    size = scheme.shingle_chars if unspaced else scheme.shingle_words
    ordered = windows(hashed, size)
    every = distinct(ordered)
    if len(every) < scheme.min_shingles:
        # Too little to be alike: it is one shingle as a whole, equal to another or not.
        ordered = every = _whole(hashed, scheme)
        hashed, is_number = hashed[:0], is_number[:0]
    number_contexts, numbers = _numbers(hashed, is_number, scheme.number_context)
    whole = ShingledText(
        size=size,
        shingles=every,
        every=every,
        ordered=ordered,
        anchors=windows(hashed, round(scheme.anchor_words * size / scheme.shingle_words)),
        is_number=is_number,
        number_contexts=number_contexts,
        numbers=numbers,
    )
    return whole if boilerplate is None else without_boilerplate(whole, boilerplate)


def without_boilerplate(whole: ShingledText, boilerplate: BoilerplateTest) -> ShingledText:
    """A text with its whole set of shingles, less those that are boilerplate or common."""
    ordered, anchors = whole.ordered, whole.anchors
    left_out = boilerplate(ordered)
    if not left_out.any():
        return whole
    # An anchor that holds boilerplate would bring up every text that has it. It holds none when as
    # many of the shingles before its end are left out as of those before its start.
    before = np.append(0, np.cumsum(left_out))
    free = before[len(before) - len(anchors) :] == before[: len(anchors)]
    return replace(whole, shingles=distinct(ordered[~left_out]), anchors=anchors[free])


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


def _whole(hashed: Hashes, scheme: CopyScheme) -> Hashes:
    """One number for all the words in their order; none for no words."""
    places = np.arange(len(hashed), dtype=np.uint64) * _MULTIPLIER
    found = mix(mix(hashed + places).sum(keepdims=True))
    # Of the few that are counted: a text that an outlet repeats is found to be its boilerplate.
    return found[: len(hashed)] & ~np.uint64(scheme.sample_modulus - 1)


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
    number_contexts, first, times = np.unique(mix(place), return_index=True, return_counts=True)
    once = times == 1
    return number_contexts[once], hashed[at[first[once]]]
