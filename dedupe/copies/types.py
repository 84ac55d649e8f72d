"""What the search for copies takes and finds. All frozen."""

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
    """`CopyScheme.permutations` unsigned 32-bit integers, little-endian on every machine"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShingledText:
    """A text as sets of 64-bit numbers. One too short for shingles is one shingle as a whole."""

    size: int
    """words in a shingle, characters in scripts without spaces"""
    shingles: Hashes
    """the shingles that it is compared by, distinct and ascending: all but boilerplate"""
    every: Hashes
    """all of its shingles, distinct and ascending"""
    ordered: Hashes
    """all of its shingles as they follow each other"""
    anchors: Hashes
    """the long shingles in which no boilerplate stands, as they follow each other"""
    is_number: NDArray[np.bool_]
    """of each word, whether it begins with a digit"""
    number_contexts: Hashes
    """places where a number stands, by the words around it; distinct and ascending"""
    numbers: Hashes
    """which number stands in each of these"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A text as the copy finder sees it."""

    id: int
    shingled: ShingledText
    revision: int = 0
    """number of this text among those that the document had"""
    keys: tuple[int, ...] = ()
    """signed 64-bit keys; texts that share one are candidates. None for a text without words"""
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
