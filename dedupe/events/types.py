"""What the event linker takes and finds. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class EventText:
    """One text of a story."""

    title: str
    text: str
    base_language: str
    """BCP 47 without region; und when unknown"""
    picture: str = ""
    """address of its lead picture; empty without one"""
    agencies: tuple[str, ...] = ()
    """agencies that it credits"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryProfile:
    """What a story shows that another language shows as well."""

    id: int
    base_language: str
    """that of most of its texts; a story of an unknown one (und) is never part of an event"""
    day: float
    """when it was told, in days since 1970"""
    marks: Mapping[str, float]
    """weight of its names, numbers, places, ... as `story_marks` has it: `kind value`, as in "name
    tkv", "place KZ" """
    rarity: Mapping[str, float] = field(default_factory=dict)
    """how rare each mark is among the stories of its language and time, 0 to 1; 1 where missing"""
    embedding: bytes = b""
    """mean direction of its texts' embeddings; empty without a model"""
    buckets: frozenset[int] = frozenset()
    """numbers that stories with like embeddings are likely to share: `dedupe.embedding_buckets`"""
    event: int | None = None
    """the event it belonged to so far"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMark:
    """A mark that two stories have in common."""

    kind: str
    """name, number, place, picture or agency"""
    value: str
    """skeleton, figure, code of a territory, file, agency"""
    a: str
    """as it stands in the one story"""
    b: str
    """as it stands in the other"""
    weight: float
    """its part of the likeness"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """What the event linker makes of two stories: 0 and more joins.

    score = likeness + embedding - delay - threshold.
    """

    likeness: float
    cosine: float | None
    """of their embeddings; None where one is not known"""
    embedding: float
    """what is added, or taken off, for how alike an embedding model finds the two"""
    days: float
    """time between the two"""
    delay: float
    """what is taken off for that"""
    threshold: float
    """what is taken off so that 0 is the bound: `EventScheme.threshold`"""
    score: float
    """minus infinity when they are of one language or too far apart in time"""
