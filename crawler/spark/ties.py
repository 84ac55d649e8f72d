"""Which articles are compared together: those that keys connect.

Each key ties its holders to the lowest of them, so the ties of a key are as many as its holders
and not their square. All texts that an article can be compared with are in its component.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crawler.spark.packing import packed

Numbers = NDArray[np.int64]

MAX_COMPONENT = 20_000
"""Articles that one task can hold with their shingles, 12 kB each, beside their texts."""
MAX_HOLDERS = 64
"""Holders of a key, beyond which it ties nothing in a component that is too large."""


class Packs(NamedTuple):
    """The task of each article."""

    articles: Numbers
    """those that something ties, ascending"""
    tasks_of: NDArray[np.int32]
    """the task of each of these"""
    tasks: int
    """in all; others are dealt out by their numbers"""
    ties: int
    """that the driver held"""
    largest: int
    """articles of the largest component that is compared by one task"""
    split: int
    """components that were too large, and are compared in parts"""

    def of(self, articles: Numbers) -> NDArray[np.int32]:
        """The task of each of these articles."""
        dealt = (articles % self.tasks).astype(np.int32)
        if not len(self.articles):
            return dealt
        at = np.minimum(np.searchsorted(self.articles, articles), len(self.articles) - 1)
        return np.where(self.articles[at] == articles, self.tasks_of[at], dealt)


def ties_of(keys: Any) -> Any:
    """Spark's part: of a frame of (key, article) the ties (article, lowest, holders), each once.

    `holders` are those of the rarest key that ties the two.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    same = Window.partitionBy("key")
    tied = keys.distinct().select(
        "article", f.min("article").over(same).alias("lowest"), f.count("*").over(same).alias("n")
    )
    apart = tied.where("article <> lowest")
    return apart.groupBy("article", "lowest").agg(f.min("n").alias("holders"))


def pack(
    ones: Numbers, others: Numbers, holders: Numbers, *, tasks: int, most: int = MAX_COMPONENT
) -> Packs:
    """The driver's part: connected components of the ties, packed so that tasks are about equal.

    A component of more than `most` articles loses the ties of keys that more than MAX_HOLDERS
    have; what is still too large is cut in the order of its numbers.
    """
    articles = np.unique(np.concatenate((ones, others)))
    a, b = np.searchsorted(articles, ones), np.searchsorted(articles, others)
    labels = _components(len(articles), a, b)
    sizes = np.bincount(labels, minlength=1)
    large = sizes > most
    split = int(np.count_nonzero(large))
    if split:
        kept = ~large[labels[a]] | (holders <= MAX_HOLDERS)
        labels = _cut(_components(len(articles), a[kept], b[kept]), most)
        sizes = np.bincount(labels, minlength=1)
    places = packed(dict(enumerate(sizes.tolist())), tasks)
    task = np.array([places[label] for label in range(len(sizes))], np.int32)
    return Packs(articles, task[labels], tasks, len(ones), int(sizes.max()), split)


def _components(count: int, a: Numbers, b: Numbers) -> Numbers:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    graph = csr_matrix((np.ones(len(a), np.bool_), (a, b)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    found: Numbers = labels.astype(np.int64)
    return found


def _cut(labels: Numbers, most: int) -> Numbers:
    """The components, each in parts of `most` at most."""
    order = np.argsort(labels, kind="stable")
    begins = np.append(True, np.diff(labels[order]) != 0)
    starts = np.flatnonzero(begins)
    place = np.arange(len(labels)) - starts[np.cumsum(begins) - 1]
    begins |= place % most == 0
    found = np.empty(len(labels), np.int64)
    found[order] = np.cumsum(begins) - 1
    return found
