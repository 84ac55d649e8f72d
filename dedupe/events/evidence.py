"""Why two stories of different languages are, or are not, one event: mark by mark."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from dedupe.event_scheme import EventScheme

from .link import mark_weights
from .profile import text_marks
from .types import EventText, SharedMark, StoryProfile


def shared_marks(
    a: StoryProfile,
    b: StoryProfile,
    texts_of_a: Sequence[EventText],
    texts_of_b: Sequence[EventText],
    scheme: EventScheme,
) -> list[SharedMark]:
    """What two stories share, the weightiest first, each as most often spelled in their texts."""
    weights = mark_weights(a, b)
    spelled = [_spellings(texts, weights.keys(), scheme) for texts in (texts_of_a, texts_of_b)]
    found = []
    for mark, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        kind, _, value = mark.partition(" ")
        ours, theirs = (spellings.get(mark, value) for spellings in spelled)
        found.append(SharedMark(kind=kind, value=value, a=ours, b=theirs, weight=weight))
    return found


def _spellings(
    texts: Sequence[EventText], marks: Collection[str], scheme: EventScheme
) -> dict[str, str]:
    """How each of these marks is spelled most often, the longest on a tie: the whole name."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for mark, spelling in text_marks(text, scheme):
            if mark in marks:
                found[mark][spelling] += 1
    return {
        mark: max(counts, key=lambda spelling: (counts[spelling], len(spelling), spelling))
        for mark, counts in found.items()
    }
