"""A story's articles along a line of time, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from crawler.output.visible import clock
from crawler.store.queries.stories import StoryArticle

LANES = 8
"""Copied texts that have a lane of their own; the others share one."""
_LEAST = 30


def timeline(branches: Sequence[Sequence[StoryArticle]], *, width: int) -> Iterator[str]:
    """A lane for each text that has copies, one for all pieces that have none, and the scale.

    A mark is an article, a digit so many of them in one place, # ten or more.
    """
    every = [row for members in branches for row in members]
    ends = (min(row.at for row in every), max(row.at for row in every))
    copied = sorted((m for m in branches if len(m) > 1), key=len, reverse=True)
    lanes = [
        (f"text of [{members[0].article}]", members)
        for members in sorted(copied[:LANES], key=lambda members: members[0].at)
    ]
    rest = [row for members in copied[LANES:] for row in members]
    alone = [members[0] for members in branches if len(members) == 1]
    lanes += [
        (label, rows) for label, rows in (("other texts", rest), ("own words", alone)) if rows
    ]
    margin = max(len(label) for label, _ in lanes) + 2
    room = max(width - margin, _LEAST)
    for label, rows in lanes:
        yield f"{label:<{margin}}{_lane(rows, ends, room)}"
    first, last = (clock(end) for end in ends)
    yield " " * margin + f"{first}{last:>{room - len(first)}}"
    if any(len(rows) > 1 for _, rows in lanes):
        yield " " * margin + "● an article, 2 to 9 so many, # more"


def _lane(rows: Sequence[StoryArticle], ends: tuple[str, str], room: int) -> str:
    first, last = (_seconds(end) for end in ends)
    span = (last - first) or 1
    places = Counter(round((_seconds(row.at) - first) / span * (room - 1)) for row in rows)
    low, high = min(places), max(places)
    return "".join(
        _mark(places[place]) if place in places else "─" if low < place < high else " "
        for place in range(high + 1)
    )


def _mark(count: int) -> str:
    return "●" if count == 1 else str(count) if count < 10 else "#"


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
