"""A story's articles along a line of time, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from crawler.cli.time_axis import BREAK, Part, scale, time_axis
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
    digit says how many; # is ten or more. ╱╱ stands for a long time without an article.
    """
    lanes = _lanes(texts)
    margin = max(len(lane.label) for lane in lanes) + 2
    times = [article.at for lane in lanes for article in lane.articles]
    parts = time_axis(times, max(width - margin, _LEAST))
    for lane in lanes:
        yield f"{lane.label:<{margin}}{_marks(lane.articles, parts)}"
    yield " " * margin + scale(parts)
    if len(times) > len(lanes):
        yield " " * margin + "● one article · 2–9 that many · # ten or more"
    if len(parts) > 1:
        yield " " * margin + f"{BREAK.strip()} a long time without articles"


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


def _marks(articles: Sequence[StoryArticle], parts: Sequence[Part]) -> str:
    places = Counter(
        next(part for part in parts if part.first <= one.at <= part.last).place(one.at)
        for one in articles
    )
    low, high = min(places), max(places)
    between = ["─"] * (parts[-1].begin + parts[-1].width)
    for part, after in pairwise(parts):
        between[part.begin + part.width : after.begin] = BREAK.replace(" ", "─")
    return "".join(
        _mark(places[place]) if place in places else between[place] if low < place else " "
        for place in range(high + 1)
    )


def _mark(count: int) -> str:
    return "●" if count == 1 else str(count) if count < 10 else "#"
