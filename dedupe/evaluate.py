"""How well a grouping agrees with a truth: pairwise, B-cubed, adjusted Rand index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

D = TypeVar("D", bound=Hashable)
"""What names a document."""


class Score(NamedTuple):
    """Precision, recall and their harmonic mean, each 0..1."""

    precision: float
    recall: float
    f1: float


def pairwise(found: Mapping[D, Hashable], truth: Mapping[D, Hashable]) -> Score:
    """Over all pairs of documents: together in `found` against together in `truth`."""
    both, in_found, in_truth = _tables(found, truth)
    right = _pairs(both)
    return _score(_ratio(right, _pairs(in_found)), _ratio(right, _pairs(in_truth)))


def pairwise_across(
    found: Mapping[D, Hashable], truth: Mapping[D, Hashable], kind: Mapping[D, Hashable]
) -> Score:
    """Over the pairs of documents of different kinds alone: of two languages."""
    both, by_found, by_truth = _tables(found, truth)
    right, in_found, in_truth = _pairs(both), _pairs(by_found), _pairs(by_truth)
    for each in set(kind.values()):
        inside = {document: label for document, label in truth.items() if kind[document] == each}
        both, by_found, by_truth = _tables(found, inside)
        right -= _pairs(both)
        in_found -= _pairs(by_found)
        in_truth -= _pairs(by_truth)
    return _score(_ratio(right, in_found), _ratio(right, in_truth))


def b_cubed(found: Mapping[D, Hashable], truth: Mapping[D, Hashable]) -> Score:
    """Averaged over documents (Bagga and Baldwin 1998)."""
    both, in_found, in_truth = _tables(found, truth)
    precision = sum(n * n / in_found[f] for (f, _), n in both.items()) / max(len(truth), 1)
    recall = sum(n * n / in_truth[t] for (_, t), n in both.items()) / max(len(truth), 1)
    return _score(precision, recall)


def adjusted_rand(found: Mapping[D, Hashable], truth: Mapping[D, Hashable]) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions, about 0 for chance."""
    both, in_found, in_truth = _tables(found, truth)
    total = len(truth) * (len(truth) - 1) / 2
    if total == 0:
        return 1.0
    expected = _pairs(in_found) * _pairs(in_truth) / total
    ceiling = (_pairs(in_found) + _pairs(in_truth)) / 2
    return 1.0 if ceiling == expected else (_pairs(both) - expected) / (ceiling - expected)


def _tables(
    found: Mapping[D, Hashable], truth: Mapping[D, Hashable]
) -> tuple[Counter[tuple[Hashable, Hashable]], Counter[Hashable], Counter[Hashable]]:
    both = Counter((found[d], truth[d]) for d in truth)
    return both, Counter(found[d] for d in truth), Counter(truth.values())


def _pairs(table: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> float:
    return sum(n * (n - 1) / 2 for n in table.values())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _score(precision: float, recall: float) -> Score:
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)
