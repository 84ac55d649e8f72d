"""The passages of a text that also stand in another, as runs of five words and more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice
from typing import NamedTuple

from dedupe import CopyScheme
from dedupe.copies.word_shingles import folded_words, shingle_size, word_windows
from dedupe.text import UNSPACED_CHAR

LONGEST = 20_000
"""Words of a text that are looked at, a fraction of a second; those behind them are not marked."""
_SCHEME = CopyScheme()
_CHUNK = re.compile(rf"\s*(?:{UNSPACED_CHAR.pattern}|(?:(?!{UNSPACED_CHAR.pattern})\S)+)|\s+$")
"""A word with the space before it; a single character in scripts without spaces."""


class Passage(NamedTuple):
    """A part of a paragraph."""

    shared: bool
    """whether it also stands in the other text"""
    text: str


class MarkedText(NamedTuple):
    """A text, and which of it also stands in another."""

    paragraphs: list[list[Passage]]
    shared: int
    """words that do"""
    words: int


def mark_shared(text: str, other: str) -> MarkedText:
    """Which passages of a text also stand in another; they may run on from line to line."""
    lines = [_CHUNK.findall(line) for line in text.split("\n") if line.strip()]
    every = (
        (word, (number, place))
        for number, line in enumerate(lines)
        for place, chunk in enumerate(line)
        for word in folded_words(chunk)
    )
    words = [*islice(every, LONGEST)]
    inside = _shared([word for word, _ in words], folded_words(other[: 10 * LONGEST]))
    marked = {at for (_, at), is_shared in zip(words, inside, strict=True) if is_shared}
    return MarkedText(
        paragraphs=[
            _passages(line, [(number, place) in marked for place in range(len(line))])
            for number, line in enumerate(lines)
        ],
        shared=sum(inside),
        words=len(words),
    )


def _shared(words: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Of each word, whether a shingle that it is in is one of the other text's, too."""
    size = shingle_size(words, _SCHEME)
    known = frozenset(word_windows(others, size))
    inside = [False] * len(words)
    for start, shingle in enumerate(word_windows(words, size)):
        if shingle in known:
            inside[start : start + size] = [True] * size
    return inside


def _passages(chunks: Sequence[str], shared: Sequence[bool]) -> list[Passage]:
    found: list[Passage] = []
    pairs = zip(shared, chunks, strict=True)
    for is_shared, run in groupby(pairs, key=lambda pair: pair[0]):
        part = "".join(chunk for _, chunk in run)
        if is_shared and found:
            # The space before a passage is not marked with it.
            bare = part.lstrip()
            found[-1] = found[-1]._replace(text=found[-1].text + part[: len(part) - len(bare)])
            part = bare
        found.append(Passage(is_shared, part))
    return found
