"""Train the judge of blocks. It runs in an environment of its own: bench/train_blocks.py.

    python -m bench.peers.block_training PAGES TRAINED

reads a pickled list of BlockPage and writes a pickled Trained. First two logistic regressions,
over names and over words; then boosted trees over all columns. What the trees learn from holds
scores of regressions that had not seen the host, since scores of one's own pages are too good.
"""

from __future__ import annotations

import pickle
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bench.corpora.block_pages import BlockPage, Trained
from crawler.parsing.blocks.features import Column, all_columns, learned_table
from crawler.parsing.blocks.walk import LEVELS

FOLDS, INNER_FOLDS = 5, 3
HOSTS_OF_A_NAME, HOSTS_OF_A_WORD = 6, 8
"""Hosts that must use a name or a word for it to get a weight."""
TREES, DEPTH = 120, 6
PROBES = 64
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 31, "max_depth": DEPTH,
    "min_data_in_leaf": 40, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1,
    "lambda_l2": 5.0, "verbose": -1, "seed": 7, "deterministic": True, "num_threads": 1,
}  # fmt: skip
Rows = NDArray[np.int64]
T = TypeVar("T")


class Corpus(NamedTuple):
    """All blocks of all pages in one table, and which names and words each has."""

    pages: Sequence[BlockPage]
    bounds: Rows
    """the first row of each page, and behind the last"""
    hosts: Rows
    """number of the host of each block"""
    truth: NDArray[np.float32]
    sizes: NDArray[np.float32]
    names: csr_matrix
    name_list: list[tuple[int, str]]
    words: csr_matrix
    word_list: list[str]

    @classmethod
    def of(cls, pages: Sequence[BlockPage]) -> Corpus:
        """Number the names and words."""
        counts = [len(page.truth) for page in pages]
        known: dict[str, int] = {}
        hosts = [known.setdefault(page.host, len(known)) for page in pages]
        names, name_list = _table([row for page in pages for row in page.names])
        words, word_list = _table([row for page in pages for row in page.words])
        return cls(
            pages,
            np.concatenate([[0], np.cumsum(counts)]),
            np.repeat(hosts, counts),
            np.concatenate([page.truth for page in pages]),
            np.concatenate([page.base["size"] for page in pages]),
            names,
            name_list,
            words,
            word_list,
        )

    def rows(self, pages: Rows) -> Rows:
        """Of some pages."""
        return np.concatenate([np.arange(*self.bounds[page : page + 2]) for page in pages])


def _table(rows: Sequence[Sequence[T]]) -> tuple[csr_matrix, list[T]]:
    known: dict[T, int] = {}
    columns: list[int] = []
    bounds = [0]
    for row in rows:
        columns.extend({known.setdefault(item, len(known)) for item in row})
        bounds.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    table = csr_matrix((ones, np.array(columns), np.array(bounds)), shape=(len(rows), len(known)))
    return table, list(known)


class Weighed(NamedTuple):
    """Weights of all names and words; 0 for those of few hosts."""

    names: NDArray[np.float32]
    words: NDArray[np.float32]


def weigh(corpus: Corpus, rows: Rows) -> Weighed:
    rows = rows[~np.isnan(corpus.truth[rows])]
    # A long paragraph says more of its container than a caption.
    weights = np.minimum(1 + np.log1p(corpus.sizes), 6)
    names = _regression(corpus, corpus.names, rows, weights, HOSTS_OF_A_NAME, strength=0.05)
    ones = np.ones_like(weights)
    words = _regression(corpus, corpus.words, rows, ones, HOSTS_OF_A_WORD, strength=0.1)
    return Weighed(names, words)


def _regression(
    corpus: Corpus,
    table: csr_matrix,
    rows: Rows,
    weights: NDArray[np.float32],
    hosts: int,
    *,
    strength: float,
) -> NDArray[np.float32]:
    columns = np.flatnonzero(_hosts_of(corpus, table, rows) >= hosts)
    part = table[rows][:, columns]
    some = np.flatnonzero(np.diff(part.indptr))
    fitted = LogisticRegression(
        C=strength, solver="liblinear", max_iter=200, tol=1e-3, random_state=0
    ).fit(part[some], corpus.truth[rows][some] >= 0.5, sample_weight=weights[rows][some])
    found = np.zeros(table.shape[1], dtype=np.float32)
    found[columns] = fitted.coef_[0]
    return found


def _hosts_of(corpus: Corpus, table: csr_matrix, rows: Rows) -> NDArray[np.float32]:
    """How many hosts use each column."""
    ones = np.ones(len(rows), dtype=np.float32)
    by_host = csr_matrix((ones, (corpus.hosts[rows], np.arange(len(rows)))))
    counts: NDArray[np.float32] = np.asarray((by_host @ table[rows] > 0).sum(axis=0)).ravel()
    return counts


def columns_of(corpus: Corpus, pages: Rows, weighed: Weighed) -> dict[int, dict[str, Column]]:
    """All columns of some pages, by number of page."""
    levels = np.array([level for level, _ in corpus.name_list])
    by_level = [np.where(levels == level, weighed.names, 0) for level in range(len(LEVELS))]
    found = {}
    for page in pages:
        rows = np.arange(*corpus.bounds[page : page + 2])
        sums = np.stack([corpus.names[rows] @ weights for weights in by_level], axis=1)
        learned = learned_table(sums.astype(np.float32), corpus.words[rows] @ weighed.words)
        found[int(page)] = all_columns(corpus.pages[page].base, learned)
    return found


class Judge(NamedTuple):
    """A trained judge."""

    weighed: Weighed
    columns: list[str]
    trees: lightgbm.Booster

    def probabilities(self, columns: dict[str, Column]) -> NDArray[np.float64]:
        """Of the blocks of a page."""
        table = np.stack([columns[name] for name in self.columns], axis=1)
        found: NDArray[np.float64] = self.trees.predict(table, num_threads=1)
        return found


def train(corpus: Corpus, pages: Rows) -> Judge:
    unseen: dict[int, dict[str, Column]] = {}
    inner = fold_of(corpus, pages, INNER_FOLDS, salt="inner")
    for fold in range(INNER_FOLDS):
        weighed = weigh(corpus, corpus.rows(pages[inner != fold]))
        unseen |= columns_of(corpus, pages[inner == fold], weighed)
    columns = list(unseen[int(pages[0])])
    known = [~np.isnan(corpus.pages[page].truth) for page in pages]
    table = np.concatenate([
        np.stack([unseen[int(page)][name] for name in columns], axis=1)[is_known]
        for page, is_known in zip(pages, known, strict=True)
    ])  # fmt: skip
    truth = np.concatenate([
        corpus.pages[page].truth[is_known] for page, is_known in zip(pages, known, strict=True)
    ])  # fmt: skip
    weights = np.concatenate([
        _block_weights(corpus.pages[page], is_known)
        for page, is_known in zip(pages, known, strict=True)
    ])  # fmt: skip
    data = lightgbm.Dataset(table, (truth >= 0.5).astype(np.float32), weight=weights)
    trees = lightgbm.train(PARAMETERS, data, num_boost_round=TREES)
    return Judge(weigh(corpus, corpus.rows(pages)), columns, trees)


def _block_weights(page: BlockPage, is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Long blocks weigh more, and long pages hardly more than short ones."""
    weights = np.sqrt(np.minimum(page.base["size"][is_known], 150)).astype(np.float64)
    if not is_known.all():  # people have marked a few sentences of it
        return np.full(len(weights), 0.5)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares * min(len(weights), 120)


def fold_of(corpus: Corpus, pages: Rows, folds: int, *, salt: str = "") -> Rows:
    """The fold of each page: a hash of its host."""
    hosts = [salt + corpus.pages[page].host for page in pages]
    return np.array([zlib.crc32(host.encode()) % folds for host in hosts])


def left_out(corpus: Corpus, groups: Rows, name: str) -> list[NDArray[np.float64]]:
    """Probabilities of the blocks of each page from a judge trained without its group."""
    found: dict[int, NDArray[np.float64]] = {}
    pages = np.arange(len(corpus.pages))
    for group in np.unique(groups):
        print(
            f"{name} left out: {group + 1} of {len(np.unique(groups))}", file=sys.stderr, flush=True
        )
        trained = train(corpus, pages[groups != group])
        for page, columns in columns_of(corpus, pages[groups == group], trained.weighed).items():
            found[page] = trained.probabilities(columns)
    return [found[page] for page in range(len(pages))]


def arrays_of(corpus: Corpus, trained: Judge) -> dict[str, NDArray[np.generic]]:
    """The judge as crawler.parsing.blocks.model reads it."""
    parts = dict.fromkeys(part for _, part in corpus.name_list)
    by_name = dict(zip(corpus.name_list, trained.weighed.names.tolist(), strict=True))
    table = {
        part: [by_name.get((level, part), 0.0) for level in range(len(LEVELS))] for part in parts
    }
    table = {part: weights for part, weights in sorted(table.items()) if any(weights)}
    words = dict(zip(corpus.word_list, trained.weighed.words.tolist(), strict=True))
    words = {word: weight for word, weight in sorted(words.items()) if weight}
    return {
        "names": np.array(list(table)),
        "name_weights": np.array(list(table.values()), dtype=np.float32),
        "words": np.array(list(words)),
        "word_weights": np.array(list(words.values()), dtype=np.float32),
        **_trees_in_arrays(trained),
    }


def _trees_in_arrays(trained: Judge) -> dict[str, NDArray[np.generic]]:
    """Trees made complete: below an early leaf all leaves are equal."""
    inner = 2**DEPTH - 1
    dumped = [one["tree_structure"] for one in trained.trees.dump_model()["tree_info"]]
    used = sorted({int(one) for one in np.flatnonzero(trained.trees.feature_importance())})
    number = {column: at for at, column in enumerate(used)}
    columns = np.zeros((len(dumped), inner), dtype=np.int16)
    thresholds = np.full((len(dumped), inner), np.inf, dtype=np.float32)
    leaves = np.zeros((len(dumped), inner + 1), dtype=np.float32)

    def fill(tree: int, node: int, part: Mapping[str, Any], leaf: float | None) -> None:
        value = part.get("leaf_value", leaf) if leaf is None else leaf
        if node >= inner:
            leaves[tree, node - inner] = value
        elif "split_feature" in part and leaf is None:
            columns[tree, node] = number[part["split_feature"]]
            thresholds[tree, node] = _rounded_down(part["threshold"])
            fill(tree, 2 * node + 1, part["left_child"], None)
            fill(tree, 2 * node + 2, part["right_child"], None)
        else:
            fill(tree, 2 * node + 1, part, value)
            fill(tree, 2 * node + 2, part, value)

    for tree, root in enumerate(dumped):
        fill(tree, 0, root, None)
    names = np.array([trained.columns[column] for column in used])
    return {"columns": names, "tree_columns": columns, "thresholds": thresholds, "leaves": leaves}


def _rounded_down(threshold: float) -> np.float32:
    """A threshold that parts the same single-precision numbers."""
    single = np.float32(threshold)
    return np.nextafter(single, np.float32(-np.inf)) if single > threshold else single


def probes_of(corpus: Corpus, trained: Judge) -> dict[str, NDArray[np.generic]]:
    """Blocks whose columns are drawn each by itself from all blocks, and their probabilities."""
    unseen = columns_of(corpus, np.arange(0, len(corpus.pages), 10), trained.weighed)
    chance = np.random.default_rng(7)
    values = {
        name: chance.choice(np.concatenate([one[name] for one in unseen.values()]), PROBES)
        for name in trained.columns
    }
    used = arrays_of(corpus, trained)["columns"].tolist()
    table = np.stack([values[name] for name in used], axis=1)
    return {"table": table, "likely": trained.probabilities(values)}


def main(pages_file: str, trained_file: str) -> None:
    """Train, with each fold and each set left out and then on all."""
    corpus = Corpus.of(pickle.loads(Path(pages_file).read_bytes()))  # noqa: S301 (our own)
    everything = np.arange(len(corpus.pages))
    sets = sorted({page.name for page in corpus.pages})
    by_set = np.array([sets.index(page.name) for page in corpus.pages])
    folds = {"hosts": fold_of(corpus, everything, FOLDS), "sets": by_set}
    unseen = {name: left_out(corpus, groups, name) for name, groups in folds.items()}
    judge = train(corpus, everything)
    trained = Trained(unseen, arrays_of(corpus, judge), probes_of(corpus, judge))
    Path(trained_file).write_bytes(pickle.dumps(trained))


if __name__ == "__main__":
    main(*sys.argv[1:3])
