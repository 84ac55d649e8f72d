"""Where keys are looked up: the protocol, and the index in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol


class KeyIndex(Protocol):
    """Finds documents that share keys. `tests/contracts` holds what every index must do."""

    def add(self, document: int, keys: Sequence[int]) -> None:
        """Store the keys of a document; adding them again changes nothing."""

    def candidates(self, document: int, keys: Sequence[int], *, limit: int) -> list[int]:
        """Other documents that share a key: most shared keys first, then lowest id first."""


class MemoryIndex:
    """A KeyIndex in a dictionary, for tests and for using the library alone."""

    def __init__(self) -> None:
        self._documents: defaultdict[int, set[int]] = defaultdict(set)

    def add(self, document: int, keys: Sequence[int]) -> None:
        """See KeyIndex."""
        for key in keys:
            self._documents[key].add(document)

    def candidates(self, document: int, keys: Sequence[int], *, limit: int) -> list[int]:
        """See KeyIndex."""
        shared = Counter(
            other
            for key in set(keys)
            for other in self._documents.get(key, ())
            if other != document
        )
        return sorted(shared, key=lambda other: (-shared[other], other))[:limit]
