"""The score of two texts of one stream, and its parts, in plain Python.

What `background` and `likeness` work out for thousands of texts at once is worked out here for a
few, a term at a time: to explain a link, neither numpy nor 8 MiB of counters need be read, which
would take longer than all the rest. A test holds the two to the same numbers.
"""

from __future__ import annotations

import struct
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import inf, log, sqrt
from operator import mul
from typing import NamedTuple

from dedupe.schemes import StoryScheme

from .names import names
from .terms import common_word_rates, term_weights
from .types import PackedBackground, PairScore, StoryNode

DAY = 86_400.0
"""Seconds."""
_FLOAT = struct.Struct("<f")
_PIECE = 4_096

Weights = dict[int, float]
"""By the numbers of terms."""


class ScoredText(NamedTuple):
    """A text as its stream has it."""

    node: StoryNode
    vector: Weights
    """unit TF-IDF"""
    keys: frozenset[int]
    """its heaviest terms"""
    names: frozenset[int]
    """those of its terms that are names in its body"""
    chance: float
    """see `Background.chance`"""
    embedding: tuple[float, ...]
    """unit embedding; empty when unknown"""


def by_language(nodes: Iterable[StoryNode]) -> dict[str, list[StoryNode]]:
    """The nodes of each language, without its region; of an unknown one under "und"."""
    found: defaultdict[str, list[StoryNode]] = defaultdict(list)
    for node in nodes:
        found[node.base_language].append(node)
    return dict(sorted(found.items()))


def scored_texts(
    nodes: Iterable[StoryNode], scheme: StoryScheme, background: PackedBackground
) -> dict[int, ScoredText]:
    """The nodes, by their ids, as the background of their language has them."""
    weighed = {node.id: (node, term_weights(node.title, node.text, scheme)) for node in nodes}
    terms = {term for _, weights in weighed.values() for term in weights}
    counted = _counted(background, terms, scheme)
    return {
        number: _scored(node, weights, counted, scheme, background)
        for number, (node, weights) in weighed.items()
    }


def pair_scores(
    ones: Sequence[ScoredText], others: Sequence[ScoredText], scheme: StoryScheme
) -> Iterator[PairScore]:
    """Scores of all pairs."""
    postings: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for place, other in enumerate(others):
        for term, weight in other.vector.items():
            postings[term].append((place, weight))
    for one in ones:
        cosines = [0.0] * len(others)
        for term in one.vector.keys() & postings.keys():
            for place, weight in postings[term]:
                cosines[place] += one.vector[term] * weight
        for other, cosine in zip(others, cosines, strict=True):
            yield _pair_score(one, other, cosine, scheme)


def joining_bound(inside: Iterable[float], terms: float, scheme: StoryScheme) -> float:
    """The mean score across two clusters at which they are one story.

    `inside` has the mean scores inside of each, minus infinity of a single text, and `terms` how
    many terms their texts have on average: the fewer, the more do scores vary by chance.
    """
    return max(
        scheme.threshold, min(inside, default=-inf) - scheme.inner_contrast / sqrt(max(terms, 1))
    )


def embedding_cosine(one: ScoredText, other: ScoredText) -> float:
    """The cosine of two known embeddings."""
    return float(sum(map(mul, one.embedding, other.embedding)))


def _pair_score(
    one: ScoredText, other: ScoredText, cosine: float, scheme: StoryScheme
) -> PairScore:
    chance = scheme.chance_weight * one.chance * other.chance
    related = not one.keys.isdisjoint(other.keys)
    # Without a heavy term in common there is no evidence, however untypical the two texts are.
    score = cosine - chance if related else min(cosine - chance, scheme.unrelated_cap)
    no_name = 0.0
    if one.names.isdisjoint(other.names):
        no_name = min(
            scheme.no_name_penalty * len(one.names) * len(other.names), scheme.no_name_penalty_max
        )
    score -= no_name
    embedding = 0.0
    if one.embedding and other.embedding:
        embedding = scheme.embedding_weight * (
            embedding_cosine(one, other) - scheme.embedding_baseline
        )
        score = min(score + embedding, 1.0)
    # A time that is unknown takes nothing off and forbids nothing.
    at, other_at = one.node.at, other.node.at
    days = 0.0 if at is None or other_at is None else abs(at - other_at) / DAY
    delay = scheme.penalty_per_day * days
    score = -inf if days > scheme.max_days else score - delay
    return PairScore(
        cosine=cosine, chance=chance, no_name=no_name, days=days, delay=delay, embedding=embedding,
        related=related, score=score,
    )  # fmt: skip


def _scored(
    node: StoryNode,
    weights: Weights,
    counted: dict[int, tuple[float, float]],
    scheme: StoryScheme,
    background: PackedBackground,
) -> ScoredText:
    """See `Background.vectors` and `Background.chance`."""
    texts = background.texts + scheme.common_word_texts * bool(background.common_words)
    ceiling = max(scheme.max_df * texts, scheme.max_df_texts)
    vector = {
        term: weight * (log((1 + texts) / (1 + counted[term][0])) + 1)
        for term, weight in weights.items()
        if counted[term][0] <= ceiling
    }
    norm = sqrt(sum(weight**2 for weight in vector.values())) or 1.0
    vector = {term: weight / norm for term, weight in vector.items()}
    prior = sqrt(scheme.chance_prior * sqrt(max(len(vector), 1)))
    alike = sum(weight * counted[term][1] for term, weight in vector.items())
    chance = prior
    for _ in range(scheme.chance_iterations):
        others = max(background.chance - node.learned * chance, 0.0)
        chance = (max(alike - node.learned, 0.0) + scheme.chance_prior_texts * prior**2) / (
            others + scheme.chance_prior_texts * prior
        )
    return ScoredText(
        node=node,
        vector=vector,
        names=names(node.text[: scheme.lead_chars], node.base_language) & vector.keys(),
        keys=frozenset(sorted(vector, key=lambda term: (-vector[term], term))[: scheme.top_terms]),
        chance=min(chance, scheme.chance_max_ratio * prior),
        embedding=_unit(node.embedding),
    )


def _unit(embedding: bytes) -> tuple[float, ...]:
    values = struct.unpack(f"{len(embedding)}b", embedding)
    norm = sqrt(sum(map(mul, values, values)))
    return tuple(value / norm for value in values) if norm else ()


def _counted(
    background: PackedBackground, terms: Collection[int], scheme: StoryScheme
) -> dict[int, tuple[float, float]]:
    """How many texts have each of the terms, and the sum of their unit vectors at it."""
    counters = [term % scheme.background_counters for term in terms]
    # First all frequencies, then all directions.
    directions = {scheme.background_counters + counter for counter in counters}
    read = dict(_read(background.counts, sorted({*counters, *directions})))
    rates = common_word_rates(background.common_words, scheme)
    return {
        term: (
            read[counter]
            + scheme.common_word_texts
            * (1 - (1 - rates.get(term, 0.0)) ** scheme.common_word_length),
            read[scheme.background_counters + counter],
        )
        for term, counter in zip(terms, counters, strict=True)
    }


def _read(packed: bytes, places: Iterable[int]) -> Iterator[tuple[int, float]]:
    """The counters at these ascending places, of which a small piece is unpacked at a time."""
    unpacker = zlib.decompressobj()
    piece, begin, taken = b"", 0, 0
    for place in places:
        while place * 4 + 4 > begin + len(piece) and taken < len(packed):
            whole = len(piece) // 4 * 4
            begin += whole
            piece = piece[whole:] + unpacker.decompress(packed[taken : taken + _PIECE])
            taken += _PIECE
        here = place * 4 - begin
        yield place, _FLOAT.unpack_from(piece, here)[0] if packed else 0.0
