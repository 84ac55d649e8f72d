"""The score of a few pairs of texts of one stream, and its parts, in plain Python.

docs/explanation/story-score.md has the formula; comments here name its symbols. What `background`
and `score_to_link` work out for thousands of texts at once is worked out here a term at a time: to
explain a link, neither numpy nor 8 MiB of counters need be read, which would take longer than all
the rest. A test holds the two to the same numbers.
"""

from __future__ import annotations

import struct
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import inf, log, sqrt
from operator import mul
from typing import NamedTuple

from dedupe.schemes import StoryScheme

from .details import detail_terms
from .templates import NumbersByPlace, numbers_by_place
from .terms import common_word_rates, term_weights
from .types import PackedBackground, PairScore, StoryNode

DAY = 86_400.0
"""Seconds."""
_FLOAT = struct.Struct("<f")
_PIECE = 4_096
"""Bytes of packed counters that are unpacked at a time."""

Weights = dict[int, float]
"""By the numbers of terms."""


class ScoredText(NamedTuple):
    """A text as its stream has it."""

    node: StoryNode
    vector: Weights
    """unit TF-IDF (v)"""
    top_terms: frozenset[int]
    """its heaviest terms (T)"""
    details: Weights
    """unit TF-IDF of the names and numbers in its body (D)"""
    numbers: NumbersByPlace
    """the numbers in its body"""
    chance: float
    """what chance gives it (a), see `Background.chance`"""
    embedding: tuple[float, ...]
    """unit embedding (u); empty when unknown"""


class Counted(NamedTuple):
    """What the background has counted of a term."""

    texts: float
    """texts that have it (f), those that the common words of the language stand for included"""
    direction: float
    """sum of the unit vectors of all texts at it"""


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
    weighted = {node.id: (node, term_weights(node.title, node.text, scheme)) for node in nodes}
    terms = {term for _, weights in weighted.values() for term in weights}
    shares = _common_word_shares(background, scheme)
    counted = _counted(background, terms, shares, scheme)
    return {
        number: _scored(node, weights, counted, shares, scheme, background)
        for number, (node, weights) in weighted.items()
    }


def pair_scores(
    ones: Sequence[ScoredText], others: Sequence[ScoredText], scheme: StoryScheme
) -> Iterator[PairScore]:
    """Scores of all pairs, those of the first of `ones` first."""
    # By term, so that a pair costs only the terms that it shares.
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


def joining_bound(inside: Iterable[float], scheme: StoryScheme) -> float:
    """The mean score across two clusters from which on they are one story, 0 at least.

    `inside` has the mean scores inside of each, minus infinity of a single text.
    """
    return max(0.0, min(inside, default=-inf) - scheme.inner_contrast)


def embedding_cosine(one: ScoredText, other: ScoredText) -> float:
    """The cosine of two known embeddings."""
    return float(sum(map(mul, one.embedding, other.embedding)))


def _pair_score(
    one: ScoredText, other: ScoredText, cosine: float, scheme: StoryScheme
) -> PairScore:
    chance = scheme.chance_weight * one.chance * other.chance  # e = kappa a a'
    details = cosine * _disagreement(one, other, scheme)  # n
    score = cosine - details - chance
    related = not one.top_terms.isdisjoint(other.top_terms)
    if not related:
        # Without a heavy term in common there is no evidence, however untypical the two are.
        score = min(score, scheme.unrelated_cap)
    template = _is_of_one_template(one, other, scheme)
    if template:
        score = min(score, scheme.template_cap)
    embedding = 0.0
    if one.embedding and other.embedding:
        beyond = embedding_cosine(one, other) - scheme.embedding_baseline
        embedding = scheme.embedding_weight * beyond  # m
        score = min(score + embedding, 1.0)
    # A time that is unknown takes nothing off and forbids nothing.
    at, other_at = one.node.at, other.node.at
    if at is None or other_at is None:
        days, delay = 0.0, scheme.unknown_delay
    else:
        days = abs(at - other_at) / DAY
        delay = scheme.delay_penalty * sqrt(days)  # d
    score = -inf if days > scheme.max_days else score - delay - scheme.threshold
    return PairScore(
        cosine=cosine, chance=chance, details=details, days=days, delay=delay,
        embedding=embedding, threshold=scheme.threshold, related=related, template=template,
        score=score,
    )  # fmt: skip


def _disagreement(one: ScoredText, other: ScoredText, scheme: StoryScheme) -> float:
    """Share of the words in common that counts nothing, since the details differ."""
    alike = sum(
        weight * other.details[term]
        for term, weight in one.details.items()
        if term in other.details
    )
    told = min(len(one.details), len(other.details), scheme.enough_details)
    return told / scheme.enough_details * max(0.0, 1 - alike / scheme.agreeing_details)


def _is_of_one_template(one: ScoredText, other: ScoredText, scheme: StoryScheme) -> bool:
    places = one.numbers.keys() & other.numbers.keys()
    same = sum(1 for place in places if one.numbers[place] == other.numbers[place])
    changed = len(places) - same
    return changed >= scheme.template_numbers and changed > same


def _scored(
    node: StoryNode,
    weights: Weights,
    counted: dict[int, Counted],
    shares: Mapping[int, float],
    scheme: StoryScheme,
    background: PackedBackground,
) -> ScoredText:
    vector = _unit_vector(weights, counted, scheme, background)
    rare = [term for term in vector if shares.get(term, 0.0) <= scheme.top_term_max_share]
    return ScoredText(
        node=node,
        vector=vector,
        details=_details(node, vector, shares.keys(), scheme),
        numbers=numbers_by_place(node.text[: scheme.lead_chars], scheme),
        top_terms=frozenset(
            sorted(rare, key=lambda term: (-vector[term], term))[: scheme.top_terms]
        ),
        chance=_chance(node, vector, counted, scheme, background),
        embedding=_unit(node.embedding),
    )


def _details(
    node: StoryNode, vector: Weights, common: AbstractSet[int], scheme: StoryScheme
) -> Weights:
    terms = detail_terms(node.text[: scheme.lead_chars], node.base_language) - common
    found = {term: weight for term, weight in vector.items() if term in terms}
    norm = sqrt(sum(weight**2 for weight in found.values()))
    return {term: weight / norm for term, weight in found.items()}


def _unit_vector(
    weights: Weights,
    counted: dict[int, Counted],
    scheme: StoryScheme,
    background: PackedBackground,
) -> Weights:
    """v, see `Background.vectors`."""
    texts = background.texts
    if background.common_words:
        texts += scheme.common_word_texts
    most = max(scheme.max_df * texts, scheme.max_df_texts)
    vector = {
        term: weight * (log((1 + texts) / (1 + counted[term].texts)) + 1)
        for term, weight in weights.items()
        if counted[term].texts <= most
    }
    norm = sqrt(sum(weight**2 for weight in vector.values())) or 1.0
    return {term: weight / norm for term, weight in vector.items()}


def _chance(
    node: StoryNode,
    vector: Weights,
    counted: dict[int, Counted],
    scheme: StoryScheme,
    background: PackedBackground,
) -> float:
    """a, see `Background.chance`."""
    prior = sqrt(scheme.chance_prior * sqrt(max(len(vector), 1)))  # p
    own = float(node.learned)
    cosines = max(sum(weight * counted[term].direction for term, weight in vector.items()) - own, 0)
    found = prior
    for _ in range(scheme.chance_iterations):
        others = max(background.chance - own * found, 0.0)
        found = (cosines + scheme.chance_prior_texts * prior**2) / (
            others + scheme.chance_prior_texts * prior
        )
    return min(max(found, prior), scheme.chance_max_ratio * prior)


def _unit(embedding: bytes) -> tuple[float, ...]:
    values = struct.unpack(f"{len(embedding)}b", embedding)
    norm = sqrt(sum(map(mul, values, values)))
    return tuple(value / norm for value in values) if norm else ()


def _common_word_shares(background: PackedBackground, scheme: StoryScheme) -> dict[int, float]:
    """The share of texts that have each common word, as the language has it."""
    rates = common_word_rates(background.common_words, scheme)
    return {term: 1 - (1 - rate) ** scheme.common_word_length for term, rate in rates.items()}


def _counted(
    background: PackedBackground,
    terms: Collection[int],
    shares: Mapping[int, float],
    scheme: StoryScheme,
) -> dict[int, Counted]:
    counters = [term % scheme.background_counters for term in terms]
    # First come all frequencies, then all directions.
    directions = {scheme.background_counters + counter for counter in counters}
    read = dict(_read(background.counts, sorted({*counters, *directions})))
    found = {}
    for term, counter in zip(terms, counters, strict=True):
        found[term] = Counted(
            texts=read[counter] + scheme.common_word_texts * shares.get(term, 0.0),
            direction=read[scheme.background_counters + counter],
        )
    return found


def _read(packed: bytes, places: Iterable[int]) -> Iterator[tuple[int, float]]:
    """The counters at these ascending places, of which a small piece is unpacked at a time."""
    unpacker = zlib.decompressobj()
    piece, begin, taken = b"", 0, 0
    for place in places:
        while place * 4 + 4 > begin + len(piece) and taken < len(packed):
            # A counter that lies across two pieces is kept until the next one is here.
            whole = len(piece) // 4 * 4
            begin += whole
            piece = piece[whole:] + unpacker.decompress(packed[taken : taken + _PIECE])
            taken += _PIECE
        here = place * 4 - begin
        yield place, _FLOAT.unpack_from(piece, here)[0] if packed else 0.0
