"""Where keys are looked up: the protocol, and the index in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol


class KeyIndex(Protocol):
    """Finds documents that share keys. `tests/contracts` holds what every index must do."""

    def add(self, document: int, keys: Sequence[int], *, max_per_key: int) -> None:
        """Store the keys of a document, each unless `max_per_key` others have it.

        To add a document again changes nothing.
        """

    def candidates(self, document: int, keys: Sequence[int], *, limit: int) -> list[int]:
        """Other documents that share a key, chosen and ordered by `best_candidates`."""


def best_candidates(shared: Iterable[tuple[int, int]], limit: int) -> list[int]:
    """Of pairs (document, keys shared) the `limit` best: those that share most, then the lowest.

    Half of the places go to the lowest of all: they are what every text of a large group is
    compared with, and so what holds it together.
    """
    best = [document for document, _ in sorted(shared, key=lambda pair: (-pair[1], pair[0]))]
    if len(best) <= limit:
        return best
    close = best[: limit - limit // 2]
    return close + sorted(best[len(close) :])[: limit // 2]


class MemoryIndex:
    """A KeyIndex in a dictionary, for tests and for using the library alone."""

    def __init__(self) -> None:
        self._documents: defaultdict[int, dict[int, None]] = defaultdict(dict)

    def add(self, document: int, keys: Sequence[int], *, max_per_key: int) -> None:
        """See KeyIndex."""
        for key in keys:
            if len(self._documents[key]) < max_per_key:
                self._documents[key][document] = None

    def candidates(self, document: int, keys: Sequence[int], *, limit: int) -> list[int]:
        """See KeyIndex."""
        shared = Counter(other for key in set(keys) for other in self._documents.get(key, ()))
        del shared[document]
        return best_candidates(shared.items(), limit)
