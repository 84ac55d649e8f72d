"""Stories on labelled sets, each with the numbers that the other sets would have chosen.

Every set is imported and grouped in a store of its own, without a language, in two orders, and in
ten parts; B-cubed F. Beside it TF-IDF with average linkage: at one threshold, chosen on the other
sets, and at the best threshold of the set itself. Claims: ahead of TF-IDF left out on the mean of
the sets; the same stories in every order.
"""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix

from bench.corpora.labelled_stories import (
    StorySet,
    grouped,
    human_pairs,
    incident_sets,
    story_sets,
)
from crawler.grouping.linker import STORIES
from dedupe import Score, StoryScheme, adjusted_rand, b_cubed
from dedupe.text import tokens

SEEDS = (1, 2)
PARTS = 10
GRID = [
    replace(STORIES, chance_weight=chance, threshold=threshold)
    for chance, threshold in itertools.product(
        (2.5, STORIES.chance_weight, 3.5), (-0.06, STORIES.threshold, -0.02)
    )
]
"""Settings that a set could choose from: those next to the defaults."""
TFIDF_THRESHOLDS = np.arange(0.05, 0.8, 0.05)


class Measured(NamedTuple):
    """What came of a set."""

    score: Score
    orders: float
    """ARI of the stories of two orders of arrival"""
    parts: float
    """ARI of the stories of ten parts, each grouped as it came, with those of all at once"""
    of_grid: list[float]
    """F of each setting"""
    tfidf: list[float]
    """F of TF-IDF at each threshold"""


def measure(stories: StorySet) -> Measured:
    truth = stories.truth
    found = [grouped(stories.texts, seed=seed) for seed in SEEDS]
    in_parts = grouped(stories.texts, seed=SEEDS[-1], parts=PARTS)
    return Measured(
        score=b_cubed(found[0], truth),
        orders=adjusted_rand(*found),
        parts=adjusted_rand(in_parts, found[0]),
        of_grid=[b_cubed(grouped(stories.texts, scheme), truth).f1 for scheme in GRID],
        tfidf=tfidf(stories),
    )


def tfidf(stories: StorySet) -> list[float]:
    """Average linkage of TF-IDF cosines, the field's baseline."""
    texts = stories.texts
    counted = [tokens(f"{text.title} {text.text}") for text in texts]
    columns: dict[str, int] = {}
    rows = np.repeat(np.arange(len(texts)), [len(words) for words in counted])
    places = [columns.setdefault(word, len(columns)) for words in counted for word in words]
    counts = csr_matrix((np.ones(len(places)), (rows, places)), shape=(len(texts), len(columns)))
    counts.data = 1 + np.log(counts.data)
    holders = np.bincount(counts.indices, minlength=counts.shape[1])
    weighted = counts.multiply(np.log((1 + len(texts)) / (1 + holders)) + 1).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    vectors = csr_matrix(weighted.multiply(1 / norms[:, None]))
    distance = 1 - (vectors @ vectors.T).toarray()
    merges = linkage(distance[np.triu_indices(len(texts), 1)].clip(min=0), "average")
    found = []
    for threshold in TFIDF_THRESHOLDS:
        labels = fcluster(merges, 1 - threshold, criterion="distance")
        placed = {text.number: int(label) for text, label in zip(texts, labels, strict=True)}
        found.append(b_cubed(placed, stories.truth).f1)
    return found


def left_out(of_sets: dict[str, list[float]], families: dict[str, str]) -> dict[str, float]:
    """For each set, its value at the setting that is best on the mean of the other families."""
    found = {}
    for name, family in families.items():
        by_family: defaultdict[str, list[list[float]]] = defaultdict(list)
        for other, values in of_sets.items():
            if families[other] != family:
                by_family[families[other]].append(values)
        means = np.mean([np.mean(values, axis=0) for values in by_family.values()], axis=0)
        found[name] = of_sets[name][int(np.argmax(means))]
    return found


def mean_of_families(values: dict[str, float], families: dict[str, str]) -> float:
    by_family: defaultdict[str, list[float]] = defaultdict(list)
    for name, value in values.items():
        by_family[families[name]].append(value)
    return statistics.mean(map(statistics.mean, by_family.values()))


def report(sets: Sequence[StorySet], measured: Sequence[Measured]) -> None:
    families = {one.name: one.family for one in sets}
    by_name = dict(zip(families, measured, strict=True))
    chosen = left_out({name: one.of_grid for name, one in by_name.items()}, families)
    plain = left_out({name: one.tfidf for name, one in by_name.items()}, families)
    print("set                       texts      P     R     F | left out | TF-IDF: left out, tuned"
          " on the set | ARI of two orders, of ten parts")  # fmt: skip
    for stories in sets:
        one = by_name[stories.name]
        print(
            f"{stories.name:24} {len(stories.texts):6}   {one.score.precision:.3f} "
            f"{one.score.recall:.3f} {one.score.f1:.3f} | {chosen[stories.name]:.3f} "
            f"| {plain[stories.name]:.3f} {max(one.tfidf):.3f} "
            f"| {one.orders:.3f} {one.parts:.3f}"
        )
    columns = (
        {name: one.score.f1 for name, one in by_name.items()},
        chosen,
        plain,
        {name: max(one.tfidf) for name, one in by_name.items()},
    )
    means = [mean_of_families(column, families) for column in columns]
    print("mean of the families: F {:.4f}, left out {:.4f}; TF-IDF left out {:.4f}, tuned {:.4f}"
          .format(*means))  # fmt: skip


def report_pairs(scheme: StoryScheme = STORIES) -> None:
    right = {True: 0, False: 0}
    pairs = human_pairs()
    for one, other, same in pairs:
        found = grouped([one, other], scheme)
        right[same] += (found[one.number] == found[other.number]) is same
    told = {same: sum(pair[2] is same for pair in pairs) for same in right}
    print(
        f"pairs judged by people, a file each: right of one story {right[True]} of {told[True]}, "
        f"of two {right[False]} of {told[False]}"
    )


def main() -> None:
    sets = story_sets() + incident_sets()
    if len({one.family for one in sets}) < 3:
        print("skipped: no labelled stories beside the checkout")
        return
    with ProcessPoolExecutor() as pool:
        largest_first = sorted(sets, key=lambda one: -len(one.texts))
        found = dict(
            zip(
                (one.name for one in largest_first),
                pool.map(measure, largest_first),
                strict=True,
            )
        )
    report(sets, [found[one.name] for one in sets])
    report_pairs()


if __name__ == "__main__":
    main()
