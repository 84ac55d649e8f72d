"""The numbers that decide which stories of different languages are one event.

docs/explanation/events.md has the formulas that they stand in.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from hashlib import blake2b

from .errors import InvalidScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScheme:
    """Every number that decides whether two stories of different languages tell one event.

    The defaults were measured on the town and on headlines of the Tokyo Games in nine languages;
    `tests/quality/test_events.py` pins what they reach.
    """

    lead_chars: int = 800
    """characters of a body that are read: news names its event first"""
    story_texts: int = 20
    """texts of a story that are read"""
    min_share: float = 0.1
    """what fewer of them show is not the story's"""
    min_consonants: int = 3
    """names with a shorter skeleton are too alike in all languages"""
    max_run: int = 5
    """characters of the longest name read out of a script without spaces"""
    rarity_cap: int = 64
    """a mark that this many stories of one language show at a time says nothing; a power of two"""
    max_days: float = 4.0
    """stories further apart are never one event, and are not counted for what is rare"""
    penalty_per_day: float = 0.1
    """taken off the likeness of two stories for each day between them"""
    heavy_marks: int = 6
    """a story weighs what its heaviest marks do: a long text shows many, and they are not shared"""
    weight_prior: float = 1.0
    """added to what a story weighs: one mark in common is little where each shows but few"""
    threshold: float = 0.2
    """taken off the likeness, so that two stories become one event where their score is 0"""
    embedding_model: str = ""
    """what makes vectors of texts, as further evidence; empty: nothing does"""
    embedding_weight: float = 0.8
    embedding_baseline: float = 0.2
    """this much of the cosine of two stories, less its baseline, is added to the likeness"""
    embedding_bands: int = 16
    embedding_bits: int = 8
    """stories whose vectors are on one side of all `embedding_bits` planes of a band are found
    together"""
    min_likeness: float = 0.08
    """stories that share less are compared only where their vectors are"""
    recipe: int = field(default=1, init=False)
    """version of what no number here says: letters, words, formulas"""

    def __post_init__(self) -> None:
        numbers = asdict(self)
        counts = [name for name, value in numbers.items() if isinstance(value, int)]
        small = [name for name in counts if numbers[name] < 1]
        if small:
            raise InvalidScheme(f"{', '.join(small)}: numbers start at 1")
        if self.rarity_cap < 2 or self.rarity_cap & (self.rarity_cap - 1):
            raise InvalidScheme("rarity_cap is a power of two")
        wrong = [
            name
            for name, n in numbers.items()
            if not isinstance(n, str) and (not math.isfinite(n) or n < 0)
        ]
        if wrong:
            raise InvalidScheme(f"{', '.join(wrong)}: finite numbers from 0 on")
        if not (self.weight_prior and self.threshold):
            raise InvalidScheme("weight_prior and threshold are larger than 0")

    @property
    def id(self) -> str:
        """All the numbers in one word."""
        packed = json.dumps(asdict(self), sort_keys=True).encode()
        model = f"-v:{self.embedding_model}" if self.embedding_model else ""
        return f"skeletons-s{self.threshold!r}{model}-x{blake2b(packed, digest_size=6).hexdigest()}"
