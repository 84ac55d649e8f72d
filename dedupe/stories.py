"""Linking copy groups that tell the same event in different words.

Plain lexical evidence: TF-IDF cosines of title and lead, less the cosine that chance gives the
pair in the stream of its language, linked on average (UPGMA, Sokal and Michener 1958) among texts
that are close in time. Chance is a rank-one model, e_ij = a_i a_j, as in the configuration model
of networks (Chung and Lu 2002): long texts expect more of each other than of headlines, so one
threshold serves a stream of both.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from .background import TERMS, Background
from .text import tokens
from .types import StoryChange, StoryNode, StoryScheme

_DAY = 86_400.0
# Distances for scipy: larger than any score can be, so that 1 - score stays positive.
_FAR = 4.0
_BLOCK = 512
_PART = 6_000
_STRICTER = 0.03


Backgrounds = Mapping[str, Background]
"""The background of each language."""


def link_stories(
    nodes: Sequence[StoryNode], scheme: StoryScheme, backgrounds: Backgrounds | None = None
) -> list[StoryChange]:
    """Partition the nodes into stories and say which story each cluster continues.

    `backgrounds` have learned these nodes; without them the nodes are a stream of their own. A
    cluster keeps the story that most of its groups belonged to (the lower id on a tie); when
    two clusters claim one story, the one with more of its groups keeps it and the other splits
    off. A story all of whose nodes went elsewhere is merged.
    """
    ordered = sorted(nodes, key=lambda node: node.id)
    if backgrounds is None:
        backgrounds = defaultdict(Background)
        learn(ordered, scheme, backgrounds)
    clusters = [
        found
        for language, stream in by_language(ordered).items()
        for found in _cluster_stream(stream, scheme, backgrounds[language])
    ]
    return _continue(clusters, ordered)


def by_language(nodes: Iterable[StoryNode]) -> dict[str, list[StoryNode]]:
    """The nodes of each language, without its region; of an unknown one under "und"."""
    found: defaultdict[str, list[StoryNode]] = defaultdict(list)
    for node in nodes:
        found[(node.language or "und").partition("-")[0]].append(node)
    return dict(sorted(found.items()))


def learn(nodes: Iterable[StoryNode], scheme: StoryScheme, backgrounds: Backgrounds) -> None:
    """Count texts in the backgrounds of their languages, each once."""
    for language, stream in by_language(nodes).items():
        backgrounds[language].learn(_weights(stream, scheme), scheme)


def heaviest_terms(
    nodes: Iterable[StoryNode], scheme: StoryScheme, backgrounds: Backgrounds
) -> dict[int, dict[int, float]]:
    """Numbers and weights of the `scheme.keys` heaviest terms of each node."""
    found = {}
    for language, stream in by_language(nodes).items():
        vectors = backgrounds[language].vectors(_weights(stream, scheme))
        kept = _heaviest(vectors, scheme.keys).multiply(vectors).tocsr()
        for row, node in enumerate(stream):
            part = slice(kept.indptr[row], kept.indptr[row + 1])
            terms, weights = kept.indices[part].tolist(), kept.data[part].tolist()
            found[node.id] = dict(zip(terms, weights, strict=True))
    return found


def _cluster_stream(
    nodes: list[StoryNode], scheme: StoryScheme, background: Background
) -> list[list[StoryNode]]:
    vectors = background.vectors(_weights(nodes, scheme))
    times = np.array([np.nan if n.at is None else n.at for n in nodes])
    chance = background.chance(vectors, scheme)
    stream = _Stream(vectors, _heaviest(vectors, scheme.keys), chance, times)
    pairs = _candidates(stream, scheme)
    found: list[list[StoryNode]] = []
    for part in _parts(len(nodes), pairs, scheme.threshold):
        found.extend([nodes[i] for i in cluster_] for cluster_ in _link(part, stream, scheme))
    return found


class _Stream(NamedTuple):
    """The texts of one language, a row each."""

    vectors: csr_matrix
    """unit TF-IDF"""
    keys: csr_matrix
    """1 where a term is one of the heaviest of the text"""
    chance: NDArray[np.float32]
    """see Background"""
    times: NDArray[np.float64]
    """POSIX seconds, NaN when unknown"""

    def rows(self, which: NDArray[np.int64]) -> _Stream:
        """The same for some texts."""
        return _Stream(self.vectors[which], self.keys[which], self.chance[which], self.times[which])


class _Pairs(NamedTuple):
    """Pairs of texts and their scores."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    score: NDArray[np.float32]


def _candidates(stream: _Stream, scheme: StoryScheme) -> _Pairs:
    """Pairs that have one of their heaviest terms in common and reach the threshold."""
    found = []
    for start in range(0, stream.vectors.shape[0], _BLOCK):
        block = np.arange(start, min(start + _BLOCK, stream.vectors.shape[0]))
        score = _scores(stream.rows(block), stream, scheme)
        a, b = np.nonzero(score >= scheme.threshold)
        found.append((a + start, b, score[a, b]))
    return _Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _parts(count: int, pairs: _Pairs, threshold: float) -> list[NDArray[np.int64]]:
    """Texts that pairs connect; each part is clustered by itself, so none is larger than _PART.

    A merge at the threshold implies one pair at the threshold, so the clusters lie within the
    connected components: nothing is lost. Where headlines of a language are all connected, the
    weakest pairs are left out until the parts are small enough.
    """
    graph = csr_matrix((np.ones(len(pairs.a)), (pairs.a, pairs.b)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    found: list[NDArray[np.int64]] = []
    order = np.argsort(labels, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        if len(part) <= _PART:
            found.append(part)
            continue
        stricter = threshold + _STRICTER
        kept = np.isin(pairs.a, part) & (pairs.score >= stricter)
        place = np.zeros(count, np.int64)
        place[part] = np.arange(len(part))
        inside = _Pairs(place[pairs.a[kept]], place[pairs.b[kept]], pairs.score[kept])
        found.extend(part[piece] for piece in _parts(len(part), inside, stricter))
    return found


def _link(part: NDArray[np.int64], stream: _Stream, scheme: StoryScheme) -> list[NDArray[np.int64]]:
    if len(part) == 1:
        return [part]
    own = stream.rows(part)
    # A pair too far apart in time counts as quite unlike, so an average cannot bridge it.
    distance = 1.0 - _scores(own, own, scheme).clip(min=1.0 - _FAR)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average")
    labels = fcluster(tree, 1.0 - scheme.threshold, criterion="distance")
    return [part[labels == label] for label in np.unique(labels)]


def _scores(ones: _Stream, others: _Stream, scheme: StoryScheme) -> NDArray[np.float32]:
    """Scores of all pairs; minus infinity for those too far apart in time."""
    score = (ones.vectors @ others.vectors.T).toarray()
    score -= np.outer(scheme.background * ones.chance, others.chance)
    # Without a heavy term in common there is no evidence, however untypical the two texts are.
    related = (ones.keys @ others.keys.T).toarray() > 0
    score = np.where(related, score, np.minimum(score, scheme.unrelated))
    # A time that is unknown takes nothing off and forbids nothing.
    days = np.nan_to_num(np.abs(ones.times[:, None] - others.times[None, :]) / _DAY)
    score -= (scheme.day * days).astype(np.float32)
    score[days > scheme.max_days] = -np.inf
    found: NDArray[np.float32] = score
    return found


def _heaviest(vectors: csr_matrix, count: int) -> csr_matrix:
    """1 for the heaviest terms of each text, so many of them."""
    rows = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
    order = np.lexsort((-vectors.data, rows))
    rank = np.arange(len(rows)) - vectors.indptr[rows]
    kept = order[rank < count]
    ones = np.ones(len(kept), np.float32)
    return csr_matrix((ones, (rows[kept], vectors.indices[kept])), shape=vectors.shape)


def _weights(nodes: list[StoryNode], scheme: StoryScheme) -> csr_matrix:
    """Sub-linear weights of the terms of each node, a row each."""
    data: list[float] = []
    columns: list[int] = []
    ends = [0]
    for node in nodes:
        numbered: defaultdict[int, float] = defaultdict(float)
        for term, weight in _terms(node, scheme).items():
            numbered[zlib.crc32(term.encode("utf-8", "surrogatepass")) % TERMS] += weight
        columns += sorted(numbered)
        data += [numbered[column] for column in sorted(numbered)]
        ends.append(len(columns))
    shape = (len(nodes), TERMS)
    return csr_matrix((np.log2(1 + np.array(data, np.float64)), columns, ends), shape=shape)


def _terms(node: StoryNode, scheme: StoryScheme) -> dict[str, float]:
    """Words of title and lead with their weights."""
    title, body = tokens(node.title), tokens(node.text[: scheme.lead_chars])
    places = [float(scheme.title_weight)] * len(title)
    places += [1 / (1 + place / scheme.lead_words) for place in range(len(body))]
    words = title + body
    found: defaultdict[str, float] = defaultdict(float)
    for word, weight in zip(words, places, strict=True):
        if len(word) > 1 or word.isdigit():
            found[word] += weight
    # Scripts without spaces come as single characters, which say little; pairs of them are words.
    for (a, b), weight in zip(pairwise(words), places, strict=False):
        if len(a) == len(b) == 1:
            found[a + b] += weight
    return found


def _continue(clusters: list[list[StoryNode]], nodes: Sequence[StoryNode]) -> list[StoryChange]:
    owner = _owners(clusters)
    gone = {node.story for node in nodes if node.story is not None} - set(owner.values())
    changes = []
    for number, members in enumerate(clusters):
        votes = Counter(node.story for node in members if node.story is not None)
        story = owner.get(number)
        heaviest = min(votes, key=lambda s: (-votes[s], s)) if votes else None
        changes.append(
            StoryChange(
                story=story,
                groups=tuple(sorted(node.id for node in members)),
                merged=tuple(
                    sorted(s for s in gone if s in votes and _home(s, clusters) == number)
                ),
                split_from=heaviest if story is None else None,
            )
        )
    return sorted(changes, key=lambda change: change.groups)


def _owners(clusters: list[list[StoryNode]]) -> dict[int, int]:
    """Which earlier story each cluster continues: the largest claims are served first."""
    claims = sorted(
        (-votes, story, number)
        for number, members in enumerate(clusters)
        for story, votes in Counter(n.story for n in members if n.story is not None).items()
    )
    owner: dict[int, int] = {}
    given: set[int] = set()
    for _, story, number in claims:
        if number not in owner and story not in given:
            owner[number] = story
            given.add(story)
    return owner


def _home(story: int, clusters: list[list[StoryNode]]) -> int:
    """The cluster that took most of a story's groups."""
    votes = [sum(node.story == story for node in members) for members in clusters]
    return votes.index(max(votes))
