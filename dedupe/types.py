"""The values of the library: what goes in, what is found. All frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .errors import InvalidScheme

if TYPE_CHECKING:  # numpy loads when something is compared, not when a result is read
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    Hashes: TypeAlias = NDArray[np.uint64]
    """one 64-bit number for each word, shingle or key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Every number that decides whether two texts are copies.

    The defaults were measured on 334 wire articles with site clutter and their labelled pairs, and
    on a corpus with planted copies; `tests/quality/test_copies.py` pins what they reach.
    """

    shingle: int = 5
    """words in a shingle, the unit that texts are compared by"""
    shingle_chars: int = 7
    """the same for scripts written without spaces, in characters"""
    anchor: int = 8
    """words in an anchor shingle; long, so that chance overlap is rare"""
    anchors: int = 13
    """smallest anchor hashes kept as keys: they find truncated and embedded copies"""
    bands: int = 4
    rows: int = 4
    """the MinHash signature has bands x rows values; one equal band makes a candidate"""
    min_shingles: int = 20
    """texts with fewer distinct shingles never group: too little to go by"""
    min_jaccard: float = 0.30
    min_containment: float = 0.75
    """a pair is joined at either: share of all shingles, or share of the shorter text's"""
    min_part: float = 0.10
    """a text contained in another joins it only when it is this share of the other: a paragraph
    of a long digest is not a copy of it"""
    sure_jaccard: float = 0.50
    """a pair that shares this much (or `min_containment`) is another print of one text: what it
    repeats is not counted as furniture, and it needs no `passage`"""
    scattered: int = 40
    passage: int = 30
    """a pair that is not sure and shares fewer than `scattered` shingles is joined only when
    `passage` of them follow each other: sentences here and there are what templates share"""
    min_evidence: float = 0.20
    """edges whose containment reaches this are kept as evidence without joining"""
    template_numbers: int = 3
    """a pair is never joined when this many numbers, and most, differ in the same places: two
    weather reports are one template with other figures, not one text"""
    outlet_texts: int = 3
    outlet_share: float = 0.02
    """shingles in at least this many texts of their outlet, and this share, are its furniture,
    unless others print them as well; in four times as many prints they are in any case"""
    common_texts: int = 20
    common_share: float = 0.0005
    """shingles in more texts than this, and this share of all, are common"""
    max_candidates: int = 32
    """candidates verified for each text, those with most keys in common first"""
    patience: int = 6
    """after this many in a row that are no copies the rest are left"""

    def __post_init__(self) -> None:
        if min(self.shingle, self.shingle_chars, self.anchor, self.bands, self.rows) < 1:
            raise InvalidScheme("shingle, anchor, bands and rows start at 1")
        if not 0 < self.min_evidence <= min(self.min_jaccard, self.min_containment) <= 1:
            raise InvalidScheme("0 < min_evidence <= the joining thresholds <= 1")

    @property
    def permutations(self) -> int:
        """Number of values in a signature."""
        return self.bands * self.rows

    @property
    def id(self) -> str:
        """All the numbers in one word; equal ids give equal results for equal seeds."""
        return (
            f"w{self.shingle}c{self.shingle_chars}-b{self.bands}x{self.rows}"
            f"-a{self.anchor}x{self.anchors}-m{self.min_shingles}"
            f"-j{self.min_jaccard:g}-c{self.min_containment:g}-p{self.min_part:g}"
            f"-s{self.sure_jaccard:g}-r{self.passage}/{self.scattered}"
            f"-e{self.min_evidence:g}-t{self.template_numbers}"
            f"-o{self.outlet_texts}/{self.outlet_share:g}"
            f"-f{self.common_texts}/{self.common_share:g}-n{self.max_candidates}/{self.patience}"
        )


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
class StoryScheme:
    """Every number that decides whether two copy groups tell the same event."""

    lead_chars: int = 2500
    """characters of the body that are read"""
    lead_words: int = 150
    """the word at place p of it counts 1 / (1 + p / lead_words): news tells the event first"""
    title_weight: int = 3
    """how often each word of the title counts"""
    max_days: float = 6.0
    """groups further apart than this are never linked to each other directly"""
    day: float = 0.02
    """taken off a pair's score for each day between them"""
    background: float = 4.75
    """how much of the cosine that is expected of a pair by chance is taken off its cosine"""
    threshold: float = -0.02
    """average score at which two clusters become one"""
    contrast: float = 1.5
    """two clusters stay two, whatever the threshold says, when texts of the same are more alike
    than texts of both by so much, over the square root of their terms: two events of one kind"""
    keys: int = 20
    """heaviest terms of a text: a pair that shares none of them is unrelated, and ..."""
    unrelated: float = -0.07
    """... its score at most this, however untypical both texts are"""
    name: float = 0.001
    names: float = 0.05
    """taken off the score of two bodies without a name in common for each name of one and each of
    the other, and at the most: the more they name, the less is that chance"""
    prior: float = 0.0038
    """cosine that is expected of a text with another of its length before the stream is known, for
    each square root of its distinct terms: .003 to .006 in streams of headlines and of articles"""
    prior_weight: float = 300.0
    """how many texts of the stream that expectation is worth"""
    common_texts: float = 100.0
    common_length: int = 200
    """the common words of a language count as if so many texts of so many words had been seen"""
    most: float = 1.6
    """what the stream makes of a text is at most so many times what its length does: the texts of
    a very large story would otherwise take what they share for usual"""
    story_texts: int = 3
    story_share: float = 0.05
    """the texts of one story count as at most so many of the stream, or as such a share of it if
    that is more: what one event has in common is not usual, however many tell it"""
    voice: str = ""
    """embedding model that made the meanings of the nodes; none when empty"""
    voice_weight: float = 0.08
    voice_usual: float = 0.35
    """so much of the cosine of two meanings, less what is usual, is added to the score of a pair"""
    voice_across: float = 0.5
    """mean cosine of meanings at which clusters of two languages become one"""

    def __post_init__(self) -> None:
        counts = (
            "lead_chars",
            "lead_words",
            "title_weight",
            "keys",
            "common_length",
            "story_texts",
        )
        weights = (
            "max_days",
            "day",
            "background",
            "contrast",
            "name",
            "names",
            "prior_weight",
            "common_texts",
            "story_share",
        )
        if min(getattr(self, name) for name in counts) < 1:
            raise InvalidScheme(f"{', '.join(counts)} start at 1")
        if min(getattr(self, name) for name in weights) < 0:
            raise InvalidScheme(f"{', '.join(weights)} start at 0")
        if min(self.prior, self.most) <= 0:
            raise InvalidScheme("prior and most are larger than 0")
        voice = ("voice_weight", "voice_usual", "voice_across")
        finite = (*weights, *voice, "threshold", "unrelated", "prior", "most")
        endless = [name for name in finite if not math.isfinite(getattr(self, name))]
        if endless:
            raise InvalidScheme(f"{', '.join(endless)}: a finite number is needed")

    @property
    def id(self) -> str:
        """All the numbers in one word."""
        voice = f"-v{self.voice_weight:g}x{self.voice_usual:g}/{self.voice_across:g}:{self.voice}"
        return (
            f"tfidf32-l{self.lead_chars}/{self.lead_words}-t{self.title_weight}"
            f"-d{self.max_days:g}x{self.day:g}-b{self.background:g}-s{self.threshold:g}x{self.contrast:g}"
            f"-u{self.unrelated:g}x{self.keys}-n{self.name:g}/{self.names:g}-p{self.prior:g}x{self.prior_weight:g}-m{self.most:g}"
            f"-c{self.common_texts:g}x{self.common_length}-g{self.story_texts}/{self.story_share:g}"
            f"{voice * bool(self.voice)}"
        )


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
