"""What `newsloom compare` says of two stories of different languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crawler.output.visible import one_line, visible

if TYPE_CHECKING:
    from crawler.grouping.explain_events import EventExplanation
    from dedupe import SharedMark

MARKS = 10
"""Names, numbers and places named that carried the link."""


def about_events(why: EventExplanation) -> Iterator[str]:
    """Whether two stories tell one event, and what that was seen by."""
    (one, two), (first, second) = why.stories, why.languages
    both = f"Stories {one} ({first}) and {two} ({second})"
    yield f"{both} tell one event, {why.event}." if why.event else f"{both} are not one event."
    for override in why.overrides:
        yield (
            f"Override {override.id} ({override.kind}) of {one_line(override.who)}, "
            f"{override.at[:10]}, says so: {one_line(override.why)}"
        )
    yield from _about_score(why)
    if marks := why.marks[:MARKS]:
        yield f"What both show: {', '.join(map(_mark, marks))}"
    else:
        yield "They show no name, number or place in common that few other stories show."


def _about_score(why: EventExplanation) -> Iterator[str]:
    if why.score is None:
        yield (
            "The language of one is unknown, so they are not compared."
            if "und" in why.languages
            else f"They are {span(why.days)} apart; stories more than {why.max_days:g} days apart "
            "are never one event."
        )
        return
    parts = [
        (why.likeness, "for what both show"),
        (why.embedding, "by their embeddings"),
        (-why.delay, f"for {span(why.days)} between them"),
        (-why.threshold, "by the threshold"),
    ]
    shown = " ".join(
        f"{'-' if value < 0 else '+'} {abs(value):.2f} {what}" for value, what in parts if value
    )
    yield f"They score {why.score:.3f}, one event needs 0.000 or more: {shown.removeprefix('+ ')}"
    if why.event and why.score < 0 and not why.overrides:
        yield "Stories of other languages hold the event together: all pairs count on average."


def _mark(mark: SharedMark) -> str:
    spelled = mark.a if mark.a == mark.b else f"{mark.a} = {mark.b}"
    return f"{visible(spelled)} ({mark.kind} {visible(mark.value)}) {mark.weight:.3f}"


def span(days: float) -> str:
    """A length of time in words: 40 minutes, 7 hours, 3.5 days."""
    if days >= 2:
        return f"{days:.1f} days"
    return f"{days * 24:.0f} hours" if days * 24 >= 2 else f"{days * 1440:.0f} minutes"
