"""Which blocks of a page are in an extracted text, and where."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONG = 20
"""Characters without white space; a shorter block is sought only between its neighbours."""
PROBE = 30
"""Characters of each of the four parts of a long block that are sought where it is not found."""
GAP = 400
"""Characters behind the last block that was found in which a short block is looked for."""


class Alignment(NamedTuple):
    """Where the blocks of a page stand in a text."""

    starts: NDArray[np.int64]
    """character of the squeezed text where each begins; -1: it is not in it"""
    ends: NDArray[np.int64]
    matched: float
    """share of the text's characters that stand in a block"""

    @property
    def taken(self) -> NDArray[np.bool_]:
        """Whether each block is in the text."""
        return self.starts >= 0


def squeeze(text: str) -> str:
    """A text without white space and the bars between cells."""
    return "".join(text.split()).replace("|", "")


def align(keys: Sequence[str], lines: Sequence[str]) -> Alignment:
    """Find squeezed blocks in squeezed lines; each place of the text is given to one block."""
    text = "".join(lines)
    starts = np.full(len(keys), -1, dtype=np.int64)
    ends = np.full(len(keys), -1, dtype=np.int64)
    _align_lines(keys, lines, starts, ends)
    _align_long(keys, text, starts, ends)
    _align_short(keys, text, starts, ends)
    matched = int((ends - starts).sum()) / max(len(text), 1)
    return Alignment(starts, ends, matched)


def _align_lines(
    keys: Sequence[str],
    lines: Sequence[str],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:
    """Long blocks that are a line: the first of equal ones is given the first of equal lines."""
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    at = 0
    for line in lines:
        bare = line.removeprefix("-")
        places[bare].append(at + len(line) - len(bare))
        at += len(line)
    for number, key in enumerate(keys):
        if len(key) >= LONG and places.get(key):
            starts[number] = places[key].popleft()
            ends[number] = starts[number] + len(key)


def _align_long(
    keys: Sequence[str], text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> None:
    """Long blocks that are a part of a line, or several lines, or have lost a link."""
    pointer = 0
    for number, key in enumerate(keys):
        if starts[number] >= 0:
            pointer = int(ends[number])
        elif len(key) >= LONG:
            place = _find(key, text, pointer) or (_find(key, text, 0) if pointer else None)
            if place and not ((starts < place[1]) & (ends > place[0])).any():
                starts[number], ends[number] = place


def _find(key: str, text: str, start: int) -> tuple[int, int] | None:
    at = text.find(key, start)
    if at >= 0:
        return at, at + len(key)
    if len(key) < 3 * PROBE:
        return None
    found: list[tuple[int, int]] = []
    for offset in range(0, len(key) - PROBE + 1, (len(key) - PROBE) // 3):
        low = found[-1][1] + PROBE if found else start
        at = text.find(key[offset : offset + PROBE], low, low + 2 * len(key) if found else None)
        if at >= 0:
            found.append((offset, at))
    if len(found) < 2:
        return None
    (offset, first), (end, last) = found[0], found[-1]
    return max(first - offset, start), min(last + len(key) - end, len(text))


def _align_short(
    keys: Sequence[str], text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> None:
    """Short blocks, which may be anywhere, between those around them that were found."""
    following = np.where(starts >= 0, starts, len(text))
    following = np.minimum.accumulate(following[::-1])[::-1]
    pointer = 0
    for number, key in enumerate(keys):
        if starts[number] < 0 and len(key) < LONG:
            limit = min(int(following[number]), pointer + GAP)
            at = text.find(key, pointer, limit) if limit > pointer else -1
            if at >= 0:
                starts[number], ends[number] = at, at + len(key)
        if starts[number] >= 0:
            pointer = max(pointer, int(ends[number]))
