"""An axis of time in characters, broken where nothing happened for most of it.

One print years later would squeeze all others into a corner. The desk draws the same axis, see
`timeAxis` in `web/static/desk.js`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from crawler.output.visible import clock

SQUEEZED = 8
"""An axis is broken where that gives the rest at least this many times the room."""
DAY = 86_400
"""Seconds; a shorter time is never left out."""
BREAK = " ╱╱ "
_STAMP, _DATE = 16, 10
"""Characters of a time, and of its date."""


class Part(NamedTuple):
    """A part of the axis without a break: from one time to another, and its characters."""

    first: str
    last: str
    begin: int
    """its first character"""
    width: int

    def place(self, at: str) -> int:
        """The character of a time."""
        span = _seconds(self.last) - _seconds(self.first)
        share = (_seconds(at) - _seconds(self.first)) / span if span else 0
        return self.begin + round(share * (self.width - 1))


def time_axis(times: Sequence[str], room: int) -> list[Part]:
    """The parts of an axis with these times in this many characters; one: it has no break."""
    ordered = sorted(set(times))
    cuts = _breaks(ordered, most=(room - _STAMP) // (_DATE + len(BREAK)))
    ends = [0, *cuts, len(ordered)]
    spans = [(ordered[begin], ordered[end - 1]) for begin, end in pairwise(ends)]
    seconds = [_seconds(last) - _seconds(first) for first, last in spans]
    free = room - len(BREAK) * len(cuts) - _DATE * len(spans)
    begin, parts = 0, []
    for (first, last), length in zip(spans, seconds, strict=True):
        share = length / sum(seconds) if sum(seconds) else 1 / len(spans)
        width = _DATE + int(free * share)
        parts.append(Part(first, last, begin, width))
        begin += width + len(BREAK)
    # What rounding left over is the last part's.
    return [*parts[:-1], parts[-1]._replace(width=room - parts[-1].begin)]


def scale(parts: Sequence[Part]) -> str:
    """The line below the axis: where each part begins, and where it ends if there is room."""
    return BREAK.join(f"{_ends(part):<{part.width}}" for part in parts).rstrip()


def _ends(part: Part) -> str:
    first, last = clock(part.first), clock(part.last)
    if first == last or part.width < 2 * _STAMP + 1:
        return first[: _STAMP if part.width >= _STAMP else _DATE]
    return f"{first}{last:>{part.width - _STAMP}}"


def _breaks(ordered: Sequence[str], *, most: int) -> list[int]:
    """Which times come after a break: of the longest gaps as many as make room for the others."""
    gaps = sorted(
        ((_seconds(b) - _seconds(a), n) for n, (a, b) in enumerate(pairwise(ordered), 1)),
        reverse=True,
    )
    span = rest = sum(gap for gap, _ in gaps)
    broken = 0
    for number, (gap, _) in enumerate(gaps[:most], 1):
        rest -= gap
        if gap < DAY or rest == 0:
            break
        if rest * SQUEEZED <= span:
            broken, span = number, rest
    return sorted(n for _, n in gaps[:broken])


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
