"""The values of the library: what goes in, what is found. All frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # numpy loads when something is compared, not when a result is read
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    Hashes: TypeAlias = NDArray[np.uint64]
    """one 64-bit number for each word, shingle or key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A MinHash signature, with what must be equal for two to be comparable."""

    scheme: str
    seed_id: str
    values: bytes
    """`Scheme.permutations` unsigned 32-bit integers, little-endian: the same on every machine"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shingled:
    """A text as sets of 64-bit numbers."""

    shingles: Hashes
    """the shingles that it is compared by, distinct and ascending: all but the common ones"""
    every: Hashes
    """all of its shingles, distinct and ascending"""
    ordered: Hashes
    """all of its shingles as they follow each other"""
    anchors: Hashes
    """the long shingles in which no common one stands, as they follow each other"""
    slots: Hashes
    """places where a number stands, by the words around it; distinct and ascending"""
    numbers: Hashes
    """which number stands in each of these"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A text as the copy finder sees it."""

    id: int
    shingled: Shingled
    revision: int = 0
    """number of this text among those that the document had"""
    keys: tuple[int, ...] = ()
    """signed 64-bit keys; texts that share one are candidates. None for a text too short"""
    signature: Signature | None = None
    """what the keys were made of"""


class Relation(StrEnum):
    """How the text of `a` stands to the text of `b`."""

    SAME = "same"
    CONTAINS = "contains"
    CONTAINED = "contained"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEdge:
    """Two texts compared on their real shingles: the evidence of a copy."""

    a: int
    b: int
    """a < b"""
    relation: Relation
    jaccard: float
    """shared shingles / all shingles of both, 0..1"""
    containment_a: float
    """share of a's shingles that stand in b, 0..1"""
    containment_b: float
    """share of b's shingles that stand in a, 0..1"""
    shared: int
    """number of shared shingles"""
    numbers_same: int = 0
    """numbers that stand in the same place of both texts and are equal"""
    numbers_changed: int = 0
    """numbers that stand in the same place and differ: many of them mark a template"""
    revision_a: int = 0
    revision_b: int = 0
    """which texts of the two these figures are of"""
    joined: bool
    """whether the scheme puts the two into one copy group"""


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
    meaning: bytes = b""
    """direction of its embedding, as `dedupe.pack_meanings` has it; empty without a voice"""
    learned: bool = True
    """whether the background has counted it"""

    @property
    def tongue(self) -> str:
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
class Orders:
    """What people have decided about copy groups, by their ids."""

    together: tuple[tuple[int, ...], ...] = ()
    """groups that are one story"""
    apart: tuple[tuple[frozenset[int], frozenset[int]], ...] = ()
    """groups that are in no story with any of the others; these go before `together`"""
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
    """What the story linker makes of two texts: cosine - chance - no_name - delay + voice.

    Where they are not `related`, cosine - chance counts as `StoryScheme.unrelated` at the most.
    """

    cosine: float
    chance: float
    """what is taken off because chance gives it to any such pair"""
    no_name: float
    """what is taken off because they have no name in common"""
    days: float
    """time between the two"""
    delay: float
    """what is taken off for that"""
    voice: float
    """what is added, or taken off, for what an embedding model makes of their meanings"""
    related: bool
    """whether they share one of their heaviest terms; otherwise the score is kept low"""
    score: float
    """minus infinity when they are too far apart in time"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvidence(PairScore):
    """The same, and what carried it."""

    terms: tuple[SharedTerm, ...]
    """terms in common, the weightiest first"""
