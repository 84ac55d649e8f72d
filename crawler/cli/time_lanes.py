"""A story's articles along a line of time, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from crawler.output.visible import clock
from crawler.store.queries.stories import StoryArticle

LANES = 8
"""Copied texts that have a lane each; the others share one."""
_LEAST = 30
"""Characters of a lane on the narrowest terminal."""


class _Lane(NamedTuple):
    label: str
    articles: list[StoryArticle]


def timeline(texts: Sequence[Sequence[StoryArticle]], *, width: int) -> Iterator[str]:
    """A lane for each text that has copies, one for all articles that have none, and the scale.

    `texts` has the articles of a story by copy group. Where several articles share a place, a
    digit says how many; # is ten or more.
    """
    lanes = _lanes(texts)
    times = [article.at for lane in lanes for article in lane.articles]
    ends = (min(times), max(times))
    margin = max(len(lane.label) for lane in lanes) + 2
    room = max(width - margin, _LEAST)
    for lane in lanes:
        yield f"{lane.label:<{margin}}{_marks(lane.articles, ends, room)}"
    first, last = (clock(end) for end in ends)
    yield " " * margin + f"{first}{last:>{room - len(first)}}"
    if any(len(lane.articles) > 1 for lane in lanes):
        yield " " * margin + "● one article · 2–9 that many · # ten or more"


def split_copied(
    texts: Sequence[Sequence[StoryArticle]],
) -> tuple[list[Sequence[StoryArticle]], list[StoryArticle]]:
    """The texts that have copies, and the articles that have none."""
    copied = [members for members in texts if len(members) > 1]
    return copied, [members[0] for members in texts if len(members) == 1]


def _lanes(texts: Sequence[Sequence[StoryArticle]]) -> list[_Lane]:
    """The texts with most copies in the order of their first articles, then all others."""
    copied, independent = split_copied(texts)
    copied.sort(key=len, reverse=True)
    shown = sorted(copied[:LANES], key=lambda members: members[0].at)
    lanes = [_Lane(f"text of [{members[0].article}]", list(members)) for members in shown]
    others = [article for members in copied[LANES:] for article in members]
    lanes += [_Lane("other texts", others)] if others else []
    lanes += [_Lane("independent", independent)] if independent else []
    return lanes


def _marks(articles: Sequence[StoryArticle], ends: tuple[str, str], room: int) -> str:
    first, last = (_seconds(end) for end in ends)
    span = (last - first) or 1
    places = Counter(round((_seconds(one.at) - first) / span * (room - 1)) for one in articles)
    low, high = min(places), max(places)
    return "".join(
        _mark(places[place]) if place in places else "─" if low < place < high else " "
        for place in range(high + 1)
    )


def _mark(count: int) -> str:
    return "●" if count == 1 else str(count) if count < 10 else "#"


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
