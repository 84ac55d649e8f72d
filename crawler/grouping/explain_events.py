"""Why two stories of different languages are one event, or are not."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from crawler.grouping.event_linker import EventLinker
from crawler.grouping.explain_copies import CopyExplanation
from crawler.grouping.explain_stories import DecidingOverride
from crawler.grouping.file_schemes import file_schemes
from crawler.store import Store
from dedupe import SharedMark, pair_score, shared_marks


class EventExplanation(NamedTuple):
    """The score of two stories: see `dedupe.events.types.PairScore`."""

    stories: tuple[int, int]
    languages: tuple[str, str]
    """without region"""
    event: int | None
    """the event that both tell; None: they tell none together"""
    likeness: float
    cosine: float | None
    """of their embeddings; None without an embedding model"""
    embedding: float
    days: float
    max_days: float
    """stories further apart are never one event"""
    delay: float
    threshold: float
    score: float | None
    """None when the two are too far apart in time, or the language of one is unknown"""
    marks: list[SharedMark]
    """what both show, the weightiest first"""
    overrides: list[DecidingOverride]
    """what people decided about the two"""


def explain_events(store: Store, copies: CopyExplanation) -> EventExplanation | None:
    """Why the stories of two articles tell one event, or do not.

    None where there are no two stories, or where both are of one language.
    """
    one, two = copies.a.story, copies.b.story
    if one is None or two is None or one == two:
        return None
    scheme = file_schemes(store).events
    linker = EventLinker(store, scheme, run=0, now="")
    profiles = linker.profiles([one, two])
    a, b = profiles[one], profiles[two]
    if a.base_language == b.base_language:
        return None
    texts = {told.id: told.texts for told in store.event_links.read([one, two], scheme)}
    parts = pair_score(a, b, scheme)
    return EventExplanation(
        stories=(one, two),
        languages=(a.base_language, b.base_language),
        event=a.event if a.event == b.event else None,
        likeness=parts.likeness,
        cosine=parts.cosine,
        embedding=parts.embedding,
        days=parts.days,
        max_days=scheme.max_days,
        delay=parts.delay,
        threshold=parts.threshold,
        score=parts.score if parts.score != -inf else None,
        marks=shared_marks(a, b, texts[one], texts[two], scheme),
        overrides=[
            DecidingOverride(id=o.id, kind=o.kind, who=o.who, at=o.at, why=o.why)
            for o in store.overrides.about_events([one, two])
            if {one, two} <= store.overrides.stories(o.together + o.apart)
        ],
    )
