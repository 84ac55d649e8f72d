"""What every KeyIndex must do: subclass it in your own tests; pytest runs it.

>>> from dedupe import MemoryIndex
>>> from dedupe.copies.testing import KeyIndexContract
>>> class TestMine(KeyIndexContract):
...     def index(self):
...         return MemoryIndex()
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from .index import KeyIndex


class KeyIndexContract(ABC):
    """Each test asks for an index of its own; documents have the numbers 0 to 199."""

    @abstractmethod
    def index(self) -> KeyIndex:
        """An empty index."""

    def test_documents_that_share_a_key_are_candidates(self) -> None:
        index = self.index()
        index.add(1, (10, 20, 30), max_per_key=64)
        index.add(2, (30, 40), max_per_key=64)
        assert index.candidates(3, (30,), limit=5) == [1, 2]
        assert index.candidates(3, (40,), limit=5) == [2]
        assert index.candidates(3, (50,), limit=5) == []

    def test_most_shared_keys_come_first_then_the_lowest_id(self) -> None:
        index = self.index()
        index.add(3, (10,), max_per_key=64)
        index.add(2, (10,), max_per_key=64)
        index.add(4, (10, 20), max_per_key=64)
        assert index.candidates(1, (10, 20), limit=5) == [4, 2, 3]
        assert index.candidates(1, (10, 20), limit=2) == [4, 2]

    def test_a_document_is_no_candidate_for_itself(self) -> None:
        index = self.index()
        index.add(1, (10,), max_per_key=64)
        assert index.candidates(1, (10,), limit=5) == []

    def test_adding_again_changes_nothing(self) -> None:
        index = self.index()
        index.add(1, (10, 10), max_per_key=64)
        index.add(1, (10,), max_per_key=64)
        assert index.candidates(2, (10, 10), limit=5) == [1]

    def test_keys_are_signed_64_bit_numbers(self) -> None:
        index = self.index()
        index.add(1, (-(2**63), 2**63 - 1), max_per_key=64)
        assert index.candidates(2, (-(2**63),), limit=5) == [1]
        assert index.candidates(2, (2**63 - 1,), limit=5) == [1]

    def test_a_hot_key_keeps_the_first_documents_only(self) -> None:
        index = self.index()
        for n in range(1, 10):
            index.add(n, (77, n), max_per_key=64)
        assert len(index.candidates(0, (77,), limit=100)) == 9
        for n in range(10, 200):
            index.add(n, (77,), max_per_key=64)
        assert index.candidates(0, (77,), limit=500) == list(range(1, 65))

    def test_half_of_the_places_go_to_the_lowest(self) -> None:
        index = self.index()
        for n in range(1, 10):
            index.add(n, (1, 2) if n > 4 else (1,), max_per_key=64)
        assert index.candidates(0, (1, 2), limit=4) == [5, 6, 1, 2]
