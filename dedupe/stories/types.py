"""What the story linker takes and finds. All frozen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryNode:
    """A copy group as the story linker sees it."""

    id: int
    title: str
    text: str
    language: str | None = None
    at: float | None = None
    """when it was published, POSIX seconds; None when unknown"""
    story: int | None = None
    """the story it belonged to so far"""
    embedding: bytes = b""
    """direction of its embedding, as `dedupe.pack_embeddings` has it; empty without a model"""
    learned: bool = True
    """whether the background has counted it"""
    place: int = 0
    """ties are broken by this, and then by `id`"""

    @property
    def base_language(self) -> str:
        """Its language without region, BCP 47; und when unknown. Texts of one are one stream."""
        return (self.language or "").partition("-")[0] or "und"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBackground:
    """What is usual in the texts of a language, as it is kept; see `dedupe.Background`."""

    texts: float = 0.0
    """texts counted"""
    chance: float = 0.0
    """sum of what `Background.chance` gave them"""
    counts: bytes = b""
    """counters of terms, compressed; empty before the first text"""
    common_words: tuple[str, ...] = ()
    """the common words of the language, the most frequent first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What people have decided about copy groups, by their ids (Wagstaff et al. 2001)."""

    must_link: tuple[tuple[int, ...], ...] = ()
    """groups that are one story"""
    cannot_link: tuple[tuple[frozenset[int], frozenset[int]], ...] = ()
    """groups that are in no story with any of the others; these go before `must_link`"""
    pinned: tuple[tuple[int, frozenset[int]], ...] = ()
    """stories that keep their number, and the groups that have it, whoever else does"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Nodes of one story."""

    nodes: tuple[StoryNode, ...]
    central: int | None = None
    """id of the node most like the others; None when it was not looked for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """One cluster of copy groups and the story it should be from now on."""

    story: int | None
    """the story whose id it keeps; None asks for a new one"""
    groups: tuple[int, ...]
    """ids of its copy groups, ascending"""
    merged: tuple[int, ...] = ()
    """stories that end in this one"""
    split_from: int | None = None
    """the story that these groups leave, for a new one"""
    central: int | None = None
    """the group most like the others; None when they were not looked at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTerm:
    """A term that two texts have in common."""

    term: str
    weight: float
    """its part of the cosine"""
    kind: str
    """name, number or word"""
    heavy: bool
    """whether it is one of the heaviest of both"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """What the story linker makes of two texts: 0 and more joins.

    score = cosine - chance - details + embedding - delay - threshold. Where they are not `related`,
    cosine - chance counts as `StoryScheme.unrelated_cap` at the most.
    """

    cosine: float
    chance: float
    """what is taken off because chance gives it to any such pair"""
    details: float
    """what is taken off because their names and numbers differ"""
    days: float
    """time between the two"""
    delay: float
    """what is taken off for that"""
    embedding: float
    """what is added, or taken off, for how alike an embedding model finds the two"""
    threshold: float
    """what is taken off so that 0 is the bound: `StoryScheme.threshold`"""
    related: bool
    """whether they share one of their heaviest terms; otherwise the score is kept low"""
    template: bool
    """whether most numbers in the same places of both differ; the score is kept low as well"""
    score: float
    """minus infinity when they are too far apart in time"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvidence(PairScore):
    """The score of two texts, and what carried it."""

    terms: tuple[SharedTerm, ...]
    """terms in common, the weightiest first"""
