"""Why two texts are, or are not, linked as one story: the linker's own sums, term by term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import inf

from dedupe.schemes import StoryScheme

from .dendrogram import average_linkage, cohesion
from .details import name_terms
from .score_to_explain import ScoredText, joining_bound, pair_scores
from .terms import spelled_terms
from .types import SharedTerm, StoryEvidence, StoryNode


def story_evidence(a: ScoredText, b: ScoredText, scheme: StoryScheme) -> StoryEvidence:
    """The score of two texts of one language in its parts."""
    (parts,) = pair_scores([a], [b], scheme)
    weights = {
        term: weight * b.vector[term] for term, weight in a.vector.items() if term in b.vector
    }
    spelled: dict[int, str] = {}
    for text in (b, a):
        spelled |= spelled_terms(text.node.title, text.node.text, scheme)
    named = _names(a.node) & _names(b.node)
    return StoryEvidence(
        **asdict(parts),
        terms=tuple(
            SharedTerm(
                term=spelled[term],
                weight=weight,
                kind=_kind(term, spelled[term], named),
                heavy=term in a.top_terms & b.top_terms,
            )
            for term, weight in sorted(weights.items(), key=lambda item: -item[1])
        ),
    )


def average_score(
    ones: Sequence[ScoredText], others: Sequence[ScoredText], scheme: StoryScheme
) -> float:
    """The mean score of all pairs, which is what the linker goes by."""
    found = _bounded_scores(ones, others, scheme)
    return sum(found) / len(found)


def needed_score(
    ones: Sequence[ScoredText], others: Sequence[ScoredText], scheme: StoryScheme
) -> float:
    """The mean score of all pairs from which on two stories are one, 0 at least.

    Takes n^3 steps.
    """
    return joining_bound([_cohesion(texts, scheme) for texts in (ones, others)], scheme)


def _cohesion(texts: Sequence[ScoredText], scheme: StoryScheme) -> float:
    """How alike the texts are inside, as the linker has it; minus infinity of a single one."""
    if len(texts) == 1:
        return -inf
    scores = iter(_bounded_scores(texts, texts, scheme))
    rows = [[1.0 - scheme.threshold - next(scores) for _ in texts] for _ in texts]
    return cohesion(average_linkage(rows), scheme)


def _bounded_scores(
    ones: Sequence[ScoredText], others: Sequence[ScoredText], scheme: StoryScheme
) -> list[float]:
    """Scores of all pairs as they count in a mean: none is minus infinity."""
    return [max(pair.score, scheme.min_score) for pair in pair_scores(ones, others, scheme)]


def _names(node: StoryNode) -> frozenset[int]:
    return name_terms(node.text or node.title, node.base_language)


def _kind(term: int, spelled: str, named: frozenset[int]) -> str:
    if any(sign.isdigit() for sign in spelled):
        return "number"
    return "name" if term in named else "word"
