"""The trained model: weights of names and words, and boosted trees over the columns of blocks.

`weights.npz` holds numbers, and single words and names that many hosts use; no text of any page.
bench/train_blocks.py makes it, and says how right it is on hosts that it has not seen. The file
also has the SHA-256 of the pages that it was trained on, `trained_on`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crawler.parsing.blocks.features import Column, Weights


class Trees(NamedTuple):
    """Binary trees of one depth in arrays: a row a tree, a column a node, breadth first."""

    columns: NDArray[np.int64]
    """the column that an inner node looks at: [trees, 2**depth - 1]"""
    thresholds: NDArray[np.float32]
    """a value up to it goes left, one above it goes right: [trees, 2**depth - 1]"""
    leaves: NDArray[np.float32]
    """log odds that are added: [trees, 2**depth]"""

    def log_odds(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The sum of all trees for each row of a table of blocks and columns."""
        trees, inner = self.columns.shape
        offsets = np.arange(trees) * inner
        columns, thresholds = self.columns.ravel(), self.thresholds.ravel()
        rows = np.arange(len(table))[:, None] * table.shape[1]
        values = table.ravel()
        nodes = np.zeros((len(table), trees), dtype=np.int64)
        for _ in range(int(np.log2(inner + 1))):
            at = nodes + offsets
            nodes = 2 * nodes + 1 + (values[rows + columns[at]] > thresholds[at])
        leaves = nodes - inner + np.arange(trees) * (inner + 1)
        odds: NDArray[np.float64] = self.leaves.ravel()[leaves].sum(axis=1, dtype=np.float64)
        return odds


class Model(NamedTuple):
    """What was learned."""

    weights: Weights
    columns: tuple[str, ...]
    """names of the columns that the trees look at"""
    trees: Trees

    def probabilities(self, columns: dict[str, Column]) -> NDArray[np.float64]:
        """How likely each block is the article's."""
        table = np.stack([columns[name] for name in self.columns], axis=1)
        likely: NDArray[np.float64] = 1 / (1 + np.exp(-self.trees.log_odds(table)))
        return likely


@cache
def model() -> Model:
    """The model of the package; it is read once."""
    with (
        resources.files("crawler.parsing.blocks").joinpath("weights.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        names = map(tuple, arrays["name_weights"].tolist())
        weights = Weights(
            dict(zip(arrays["names"].tolist(), names, strict=True)),
            dict(zip(arrays["words"].tolist(), arrays["word_weights"].tolist(), strict=True)),
        )
        trees = Trees(
            arrays["tree_columns"].astype(np.int64), arrays["thresholds"], arrays["leaves"]
        )
        return Model(weights, tuple(arrays["columns"].tolist()), trees)
