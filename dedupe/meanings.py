"""Embeddings of texts, as some model makes them: packed, indexed, and compared across languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .types import Cluster, StoryNode, StoryScheme

_LARGEST = 127
# Signs on random hyperplanes (Charikar 2002). Two texts at a cosine of .7 share one of the sixteen
# buckets four times in five, and a story has several texts to be found by.
_BANDS, _BITS = 16, 8
# Terms have smaller numbers, so that one index serves both.
_FIRST_BUCKET = 1 << 32
_DAY = 86_400.0


def pack_meanings(vectors: NDArray[np.float32]) -> list[bytes]:
    """The direction of each row, a signed byte a dimension."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    largest[largest == 0] = 1
    return [row.tobytes() for row in np.rint(vectors / largest * _LARGEST).astype(np.int8)]


def unpack_meanings(packed: Sequence[bytes]) -> NDArray[np.float32]:
    """Unit rows, zeros where there is nothing; no columns where there is nothing at all."""
    size = max(map(len, packed), default=0)
    found = np.zeros((len(packed), size), np.float32)
    for row, meaning in zip(found, packed, strict=True):
        row[: len(meaning)] = np.frombuffer(meaning, np.int8)
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    norms[norms == 0] = 1
    found /= norms
    return found


def buckets(meaning: bytes) -> list[int]:
    """Numbers that texts of like meaning are likely to share, for an index; none without one."""
    if not meaning:
        return []
    signs = np.frombuffer(meaning, np.int8).astype(np.float32) @ _planes(len(meaning)) > 0
    bits = signs.reshape(_BANDS, _BITS) @ (1 << np.arange(_BITS))
    return [_FIRST_BUCKET + (band << _BITS) + int(bucket) for band, bucket in enumerate(bits)]


def alike_across(
    new: Sequence[StoryNode], others: Sequence[StoryNode], scheme: StoryScheme
) -> set[int]:
    """Ids of those others that mean what a new node of another language does."""
    meanings = unpack_meanings([node.meaning for node in (*new, *others)])
    alike = meanings[: len(new)] @ meanings[len(new) :].T >= scheme.voice_across
    return {
        others[b].id for a, b in np.argwhere(alike).tolist() if new[a].tongue != others[b].tongue
    }


def join_languages(
    clusters: Sequence[Cluster], scheme: StoryScheme, apart: Iterable[tuple[int, int]] = ()
) -> list[Cluster]:
    """Clusters of different languages joined where their meanings are alike on average.

    The best pair first, less `scheme.day` for each day between them. Two of one language were kept
    apart by their words, and stay so; so do clusters with nodes (ids) that are to be `apart`.
    """
    found: list[Cluster | None] = list(clusters)
    tongues = [{node.tongue for node in cluster.nodes} for cluster in clusters]
    sizes = [len(cluster.nodes) for cluster in clusters]
    if not any(node.meaning for cluster in clusters for node in cluster.nodes):
        return list(clusters)
    likeness = _likeness(clusters, scheme)
    for row, ours in enumerate(tongues):
        likeness[row, [not ours.isdisjoint(theirs) for theirs in tongues]] = -np.inf
    place = {node.id: row for row, cluster in enumerate(clusters) for node in cluster.nodes}
    for a, b in apart:
        if a in place and b in place:
            likeness[place[a], place[b]] = likeness[place[b], place[a]] = -np.inf
    while True:
        one, two = divmod(int(likeness.argmax()), len(found))
        first, second = found[one], found[two]
        if likeness[one, two] < scheme.voice_across or first is None or second is None:
            return [cluster for cluster in found if cluster is not None]
        larger = max(first, second, key=lambda cluster: len(cluster.nodes))
        found[one] = Cluster(nodes=first.nodes + second.nodes, central=larger.central)
        found[two] = None
        # The mean over all pairs, as in average linkage.
        weighted = sizes[one] * likeness[one] + sizes[two] * likeness[two]
        sizes[one] += sizes[two]
        tongues[one] |= tongues[two]
        weighted[[not tongues[one].isdisjoint(theirs) for theirs in tongues]] = -np.inf
        likeness[one] = likeness[:, one] = weighted / sizes[one]
        likeness[two] = likeness[:, two] = -np.inf


def _likeness(clusters: Sequence[Cluster], scheme: StoryScheme) -> NDArray[np.float32]:
    """Mean cosine of the meanings of each two, less what the time between them takes off."""
    nodes = [node for cluster in clusters for node in cluster.nodes]
    starts = np.cumsum([0, *(len(cluster.nodes) for cluster in clusters)])[:-1]
    meanings = unpack_meanings([node.meaning for node in nodes])
    known = np.add.reduceat(meanings.any(axis=1), starts, dtype=np.int64)
    # The product of two means of unit vectors is the mean of their cosines.
    centres = np.add.reduceat(meanings, starts) / np.maximum(known, 1)[:, None]
    days = np.array([np.nan if node.at is None else node.at / _DAY for node in nodes])
    dated = np.add.reduceat(np.isfinite(days), starts, dtype=np.int64)
    middle = np.add.reduceat(np.nan_to_num(days), starts) / np.where(dated, dated, np.nan)
    apart = np.nan_to_num(np.abs(np.subtract.outer(middle, middle)))
    found = (centres @ centres.T - scheme.day * apart).astype(np.float32)
    found[apart > scheme.max_days] = -np.inf
    return found


@cache
def _planes(size: int) -> NDArray[np.float32]:
    # A file's index is made of them, and only the old generator promises the same for ever.
    random = np.random.RandomState(0)
    return random.standard_normal((size, _BANDS * _BITS)).astype(np.float32)
