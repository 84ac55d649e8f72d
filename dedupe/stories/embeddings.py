"""Embeddings of texts, as some model makes them: packed, indexed, and compared across languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.schemes import StoryScheme

from .score_to_explain import DAY
from .types import Cluster, StoryNode

_LARGEST = 127
"""Of a signed byte. An embedding takes a quarter of its size so, and its direction hardly moves."""
_FIRST_BUCKET = 1 << 32
"""Terms have smaller numbers, so that one index serves both."""


def pack_embeddings(vectors: NDArray[np.float32]) -> list[bytes]:
    """The direction of each row, a signed byte a dimension."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    largest[largest == 0] = 1
    return [row.tobytes() for row in np.rint(vectors / largest * _LARGEST).astype(np.int8)]


def unpack_embeddings(packed: Sequence[bytes]) -> NDArray[np.float32]:
    """Unit rows, zeros where there is nothing; no columns where there is nothing at all."""
    size = max(map(len, packed), default=0)
    found = np.zeros((len(packed), size), np.float32)
    for row, embedding in zip(found, packed, strict=True):
        row[: len(embedding)] = np.frombuffer(embedding, np.int8)
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    norms[norms == 0] = 1
    found /= norms
    return found


def embedding_buckets(embedding: bytes, scheme: StoryScheme) -> list[int]:
    """Numbers that texts with like embeddings are likely to share, for an index; none without one.

    Signs on random hyperplanes (Charikar 2002). By default two texts at a cosine of .7 share one
    of the sixteen buckets four times in five, at .5 every other time, and a story has several
    texts to be found by.
    """
    if not embedding:
        return []
    bands, bits = scheme.embedding_bands, scheme.embedding_bits
    planes = _planes(len(embedding), bands * bits)
    signs = np.frombuffer(embedding, np.int8).astype(np.float32) @ planes > 0
    found = signs.reshape(bands, bits) @ (1 << np.arange(bits))
    return [_FIRST_BUCKET + (band << bits) + int(bucket) for band, bucket in enumerate(found)]


def nearest_by_embedding(node: StoryNode, others: Sequence[StoryNode], count: int) -> list[int]:
    """Ids of those whose embedding is most like the node's: `count` of its language, and of others.

    Texts of its own language alone would take all the places.
    """
    found = []
    for here in (True, False):
        some = [other for other in others if (other.base_language == node.base_language) is here]
        embeddings = unpack_embeddings([node.embedding, *(other.embedding for other in some)])
        best = np.argsort(-(embeddings[1:] @ embeddings[0]), kind="stable")[:count]
        found += [some[place].id for place in best.tolist()]
    return found


def alike_across_languages(
    new: Sequence[StoryNode], others: Sequence[StoryNode], scheme: StoryScheme
) -> set[int]:
    """Ids of the others whose embedding is like that of a new node of another language."""
    embeddings = unpack_embeddings([node.embedding for node in (*new, *others)])
    alike = embeddings[: len(new)] @ embeddings[len(new) :].T >= scheme.embedding_cross_language
    return {
        others[b].id
        for a, b in np.argwhere(alike).tolist()
        if new[a].base_language != others[b].base_language
    }


def join_languages(
    clusters: Sequence[Cluster],
    scheme: StoryScheme,
    cannot_link: Iterable[tuple[AbstractSet[int], AbstractSet[int]]] = (),
) -> list[Cluster]:
    """Clusters of different languages joined where their embeddings are alike on average.

    The best pair first, less `scheme.penalty_per_day` for each day between them. Two of one
    language were kept apart by their words, and stay so; so do clusters with nodes (ids) that
    cannot link (see `Constraints.cannot_link`). Clusters that were not looked at (no `central`)
    stay as their stories have them.
    """
    if not _can_be_compared([node for cluster in clusters for node in cluster.nodes]):
        return list(clusters)
    given = _as_they_were(clusters)
    table = _Table.of(given)
    rows = _rows_alike(table, scheme)
    likeness = table.likeness(rows, rows, scheme)
    candidates = [given[row] for row in rows.tolist()]
    for ones, others in cannot_link:
        a, b = _with_nodes(candidates, ones), _with_nodes(candidates, others)
        likeness[np.ix_(a, b)] = -np.inf
        likeness[np.ix_(b, a)] = -np.inf
    joined = _joined(candidates, likeness, table.some(rows), scheme)
    merged = dict(zip(rows.tolist(), joined, strict=True))
    found = [merged.get(row, cluster) for row, cluster in enumerate(given)]
    return [cluster for cluster in found if cluster is not None]


def _can_be_compared(nodes: Sequence[StoryNode]) -> bool:
    """Whether there are embeddings, and more than one language to compare them across."""
    return any(node.embedding for node in nodes) and len({n.base_language for n in nodes}) > 1


def _rows_alike(table: _Table, scheme: StoryScheme) -> NDArray[np.int64]:
    """Rows that are alike enough to some other one, one of the two looked at.

    What is alike to no cluster is alike to no mean of some either, so the square matrix that
    average linkage needs has these rows only.
    """
    new = np.flatnonzero(table.looked_at)
    every = np.arange(len(table.looked_at))
    near = np.argwhere(table.likeness(new, every, scheme) >= scheme.embedding_cross_language)
    return np.unique(np.concatenate([new[near[:, 0]], near[:, 1]]))


def _with_nodes(clusters: Sequence[Cluster], ids: AbstractSet[int]) -> list[int]:
    """Places of the clusters that have some of these nodes."""
    return [
        place
        for place, cluster in enumerate(clusters)
        if any(node.id in ids for node in cluster.nodes)
    ]


def _joined(
    clusters: Sequence[Cluster],
    likeness: NDArray[np.float32],
    table: _Table,
    scheme: StoryScheme,
) -> list[Cluster | None]:
    """The clusters, joined; None in the place of one that another took in.

    Average linkage by hand, on a matrix that is changed in place: scipy's knows no pairs that may
    never be joined, and here two of one language may not, nor what was joined with one of them.
    """
    found: list[Cluster | None] = [*clusters]
    languages, weight = table.languages, table.known
    while len(clusters):
        one, two = divmod(int(likeness.argmax()), len(clusters))
        first, second = found[one], found[two]
        # A likeness that is no number ends it as well.
        if not likeness[one, two] >= scheme.embedding_cross_language:
            break
        assert first is not None  # what was taken in is unlike all
        assert second is not None
        found[one], found[two] = _union(first, second), None
        # The mean over all pairs of nodes whose embedding is known.
        mean = (weight[one] * likeness[one] + weight[two] * likeness[two]) / (
            weight[one] + weight[two]
        )
        weight[one] += weight[two]
        languages[one] |= languages[two]
        mean[languages @ languages[one]] = -np.inf
        likeness[one] = likeness[:, one] = mean
        likeness[two] = likeness[:, two] = -np.inf
    return found


def _union(first: Cluster, second: Cluster) -> Cluster:
    """Both in one; the larger, if it was looked at, says what is central."""
    larger, other = sorted((first, second), key=lambda c: len(c.nodes), reverse=True)
    return Cluster(
        nodes=first.nodes + second.nodes,
        central=other.central if larger.central is None else larger.central,
    )


def _as_they_were(clusters: Iterable[Cluster]) -> list[Cluster]:
    """What was not looked at, of one story in several languages, as one cluster."""
    found: list[Cluster] = []
    at: dict[int, int] = {}
    for cluster in clusters:
        story = cluster.nodes[0].story if cluster.central is None else None
        if story is not None and story in at:
            found[at[story]] = Cluster(nodes=found[at[story]].nodes + cluster.nodes)
            continue
        if story is not None:
            at[story] = len(found)
        found.append(cluster)
    return found


class _Table(NamedTuple):
    """Clusters, a row each."""

    centres: NDArray[np.float32]
    """means of the embeddings; the product of two is the mean of their cosines"""
    known: NDArray[np.int64]
    """nodes whose embedding is known"""
    days: NDArray[np.float32]
    """mean POSIX day, from the first on; NaN when unknown"""
    languages: NDArray[np.bool_]
    """which languages, a column each"""
    looked_at: NDArray[np.bool_]

    @classmethod
    def of(cls, clusters: Sequence[Cluster]) -> _Table:
        nodes = [node for cluster in clusters for node in cluster.nodes]
        starts = np.cumsum([0, *(len(cluster.nodes) for cluster in clusters)])[:-1]
        embeddings = unpack_embeddings([node.embedding for node in nodes])
        known = np.add.reduceat(embeddings.any(axis=1), starts, dtype=np.int64)
        days = _days(nodes)
        dated = np.add.reduceat(np.isfinite(days), starts, dtype=np.int64)
        middle = np.add.reduceat(np.nan_to_num(days), starts) / np.where(dated, dated, np.nan)
        return cls(
            centres=(np.add.reduceat(embeddings, starts).T / np.maximum(known, 1)).T.astype("f4"),
            known=known,
            days=middle.astype(np.float32),
            languages=_languages(clusters),
            looked_at=np.array([cluster.central is not None for cluster in clusters]),
        )

    def some(self, rows: NDArray[np.int64]) -> _Table:
        """Some of the clusters."""
        return _Table(
            self.centres[rows], self.known[rows], self.days[rows], self.languages[rows],
            self.looked_at[rows],
        )  # fmt: skip

    def likeness(
        self, ones: NDArray[np.int64], others: NDArray[np.int64], scheme: StoryScheme
    ) -> NDArray[np.float32]:
        """Mean cosine of each two, less what the time between them takes off; -inf: never."""
        days = np.nan_to_num(np.abs(np.subtract.outer(self.days[ones], self.days[others])))
        delays = np.float32(0.02) * days
        found = self.centres[ones] @ self.centres[others].T - delays
        never = self.languages[ones] @ self.languages[others].T
        never |= ~np.logical_or.outer(self.looked_at[ones], self.looked_at[others])
        found[never | (days > scheme.max_days)] = -np.inf
        return found.astype(np.float32)


def _days(nodes: Sequence[StoryNode]) -> NDArray[np.float64]:
    """The day of each node, from the earliest on; NaN when unknown."""
    days = np.array([np.nan if node.at is None else node.at / DAY for node in nodes])
    days -= np.nanmin(days) if np.isfinite(days).any() else 0
    return days


def _languages(clusters: Sequence[Cluster]) -> NDArray[np.bool_]:
    """Which languages the nodes of each cluster have: a row a cluster, a column a language."""
    names = sorted({node.base_language for cluster in clusters for node in cluster.nodes})
    columns = {name: column for column, name in enumerate(names)}
    found = np.zeros((len(clusters), len(columns)), np.bool_)
    for row, cluster in enumerate(clusters):
        found[row, [columns[node.base_language] for node in cluster.nodes]] = True
    return found


@cache
def _planes(size: int, count: int) -> NDArray[np.float32]:
    # A file's index is made of them, and only the old generator promises the same for ever.
    random = np.random.RandomState(0)
    return random.standard_normal((size, count)).astype(np.float32)
