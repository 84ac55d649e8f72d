"""Passages of a text that stand in another: runs of shared shingles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .types import Hashes


class Passages(NamedTuple):
    """Where runs of shared shingles begin and where they end, in a text's order of shingles."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    @property
    def longest(self) -> int:
        """Shingles of the longest."""
        return int((self.ends - self.starts).max(initial=0))

    def at_least(self, shingles: int) -> Passages:
        """Those that are so long."""
        long = self.ends - self.starts >= shingles
        return Passages(self.starts[long], self.ends[long])

    def words(self, size: int) -> int:
        """Words that they cover, where a shingle has this many words."""
        import numpy as np

        # The last shingle of a run reaches `size` - 1 words on, where the next may have begun.
        gaps = np.append(self.starts[1:] - self.ends[:-1], size - 1)[: len(self.starts)]
        return int((self.ends - self.starts + np.minimum(gaps, size - 1)).sum())


def passages(ordered: Hashes, shared: Hashes) -> Passages:
    """The passages of a text whose shingles, in their order, are among these."""
    import numpy as np

    inside = np.concatenate(([False], np.isin(ordered, shared), [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return Passages(edges[::2], edges[1::2])
