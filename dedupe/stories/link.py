"""Linking copy groups that tell the same event in different words.

Plain lexical evidence: TF-IDF cosines of title and lead, less the cosine that chance gives the
pair in the stream of its language, linked on average (UPGMA, Sokal and Michener 1958) among texts
that are close in time. Chance is a rank-one model, e_ij = a_i a_j, as in the configuration model
of networks (Chung and Lu 2002): long texts expect more of each other than of headlines, so one
threshold serves a stream of both.

Where the nodes have embeddings, their cosine is added to the score, and clusters of different
languages are joined by it alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from dedupe.schemes import StoryScheme

from .background import Background
from .constraints import apply_constraints, with_distant
from .dendrogram import flat_clusters
from .embeddings import alike_across_languages, join_languages
from .score_few import DAY, by_language
from .score_many import (
    Pairs,
    StreamTexts,
    concatenated,
    distances,
    linkable_pairs,
    stream_texts,
    top_term_mask,
)
from .term_matrix import term_matrix
from .types import Cluster, Constraints, StoryChange, StoryNode

_OUTVOTES = 1 << 32


NO_CONSTRAINTS = Constraints()

Backgrounds = Mapping[str, Background]
"""The background of each language."""
Sides = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows, and rows that are in no story with any of those."""


def link_stories(
    nodes: Sequence[StoryNode],
    scheme: StoryScheme,
    backgrounds: Backgrounds | None = None,
    *,
    settled: Collection[int] = (),
    constraints: Constraints = NO_CONSTRAINTS,
) -> list[StoryChange]:
    """Partition the nodes into stories and say which story each cluster continues.

    Without `backgrounds` the nodes are a stream of their own, which is learned first. A
    story of `settled` nodes (ids) is looked at again only when another node reaches it; those too
    far in time from all others stay where their story goes on. A cluster
    keeps the story that most of its groups belonged to (the lower id on a tie); when two clusters
    claim one story, the one with more of its groups keeps it and the other splits off. A story
    all of whose nodes went elsewhere is merged.
    """
    ordered = sorted(nodes, key=lambda node: node.id)
    if backgrounds is None:
        backgrounds = defaultdict(lambda: Background(scheme))
        learn_backgrounds(ordered, scheme, backgrounds)
    near, far = _within_reach(ordered, settled, scheme)
    clusters = [
        found
        for language, texts in by_language(near).items()
        for found in _cluster(texts, settled, constraints, scheme, backgrounds[language])
    ]
    clusters = join_languages(clusters, scheme, constraints.cannot_link)
    clusters = apply_constraints(with_distant(clusters, far, constraints), constraints)
    return continue_stories(clusters, pinned=constraints.pinned)


def linkable_ids(
    new: Iterable[StoryNode],
    others: Iterable[StoryNode],
    scheme: StoryScheme,
    backgrounds: Backgrounds,
) -> set[int]:
    """Ids of those others that some new node may be linked with."""
    new, others = list(new), list(others)
    texts = by_language(others)
    found = alike_across_languages(new, others, scheme)
    for language, own in by_language(new).items():
        both = own + texts.get(language, [])
        # Names only take off, and most of these texts come no nearer: they are read when linking.
        rows = stream_texts(both, scheme, backgrounds[language], with_names=False)
        pairs = linkable_pairs(np.arange(len(own)), rows, scheme)
        found.update(both[row].id for row in np.unique(pairs.b).tolist() if row >= len(own))
    return found


def learn_backgrounds(
    nodes: Iterable[StoryNode],
    scheme: StoryScheme,
    backgrounds: Backgrounds,
    story_sizes: Mapping[int, int] | None = None,
) -> None:
    """Count texts in the backgrounds of their languages, each once.

    `story_sizes` has for each node (by id) how many are in its story, itself included: together
    they count as little as the scheme says. Without it each counts as a whole text.
    """
    for language, texts in by_language(nodes).items():
        background = backgrounds[language]
        most = max(scheme.story_texts, scheme.story_share * background.texts)
        sizes = np.array([1 if story_sizes is None else story_sizes[node.id] for node in texts])
        background.learn(term_matrix(texts, scheme), np.minimum(1.0, most / sizes), scheme)


def top_terms(
    nodes: Iterable[StoryNode], scheme: StoryScheme, backgrounds: Backgrounds
) -> dict[int, dict[int, float]]:
    """Numbers and weights of the `scheme.top_terms` heaviest terms of each node."""
    found = {}
    for language, texts in by_language(nodes).items():
        weighed = term_matrix(texts, scheme)
        vectors = backgrounds[language].vectors(weighed, scheme)
        kept = top_term_mask(vectors, scheme.top_terms).multiply(vectors).tocsr()
        for row, node in enumerate(texts):
            part = slice(kept.indptr[row], kept.indptr[row + 1])
            terms, weights = weighed.terms[kept.indices[part]].tolist(), kept.data[part].tolist()
            found[node.id] = dict(zip(terms, weights, strict=True))
    return found


def _within_reach(
    nodes: list[StoryNode], settled: Collection[int], scheme: StoryScheme
) -> tuple[list[StoryNode], list[StoryNode]]:
    """The nodes that some new one may be linked with, new ones included, and the others."""
    times = [node.at for node in nodes if node.id not in settled]
    known = [at for at in times if at is not None]
    if len(known) < len(times) or not times:
        return nodes, []
    first, last = (end(known) for end in (min, max))
    reach = scheme.max_days * DAY
    far = {
        node.id
        for node in nodes
        if node.id in settled
        and node.at is not None
        and not first - reach <= node.at <= last + reach
    }
    return [n for n in nodes if n.id not in far], [n for n in nodes if n.id in far]


def _cluster(
    nodes: list[StoryNode],
    settled: Collection[int],
    constraints: Constraints,
    scheme: StoryScheme,
    background: Background,
) -> list[Cluster]:
    texts = stream_texts(nodes, scheme, background)
    cannot_link = [
        (_rows(nodes, ones), _rows(nodes, others)) for ones, others in constraints.cannot_link
    ]
    new = np.array([row for row, node in enumerate(nodes) if node.id not in settled], np.int64)
    pairs = concatenated([linkable_pairs(new, texts, scheme), _same_story(nodes, settled)])
    found = []
    for part in _parts(len(nodes), pairs, scheme.threshold, scheme):
        if np.isin(part, new).any():
            found += [
                Cluster(nodes=tuple(nodes[row] for row in rows), central=nodes[central].id)
                for rows, central in _link(part, texts, cannot_link, scheme)
            ]
        else:
            found.append(Cluster(nodes=tuple(nodes[row] for row in part)))
    return found


def _rows(nodes: list[StoryNode], ids: AbstractSet[int]) -> NDArray[np.int64]:
    return np.array([row for row, node in enumerate(nodes) if node.id in ids], np.int64)


def _same_story(nodes: list[StoryNode], settled: Collection[int]) -> Pairs:
    """Settled rows, each paired with the first of its story."""
    first: dict[int | None, int] = {}
    pairs = [
        (row, first.setdefault(node.story, row))
        for row, node in enumerate(nodes)
        if node.id in settled
    ]
    a, b = np.array(pairs, np.int64).reshape(-1, 2).T
    return Pairs(a, b, np.full(len(a), np.inf, np.float32))


def _parts(
    count: int, pairs: Pairs, threshold: float, scheme: StoryScheme
) -> list[NDArray[np.int64]]:
    """Texts that pairs connect; each part is clustered by itself, so none is larger than `part`.

    A merge at the threshold implies one pair at the threshold, so the clusters lie within the
    connected components: nothing is lost. Where headlines of a language are all connected, the
    weakest pairs are left out until the parts are small enough.
    """
    graph = csr_matrix((np.ones(len(pairs.a)), (pairs.a, pairs.b)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    found: list[NDArray[np.int64]] = []
    order = np.argsort(labels, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        # No score is above one: what is still together then is one story.
        if len(part) <= scheme.max_component or threshold > 1:
            found.append(part)
            continue
        stricter = threshold + scheme.threshold_step
        kept = np.isin(pairs.a, part) & (pairs.score >= stricter)
        place = np.zeros(count, np.int64)
        place[part] = np.arange(len(part))
        inside = Pairs(place[pairs.a[kept]], place[pairs.b[kept]], pairs.score[kept])
        found.extend(part[piece] for piece in _parts(len(part), inside, stricter, scheme))
    return found


def _link(
    part: NDArray[np.int64],
    texts: StreamTexts,
    cannot_link: Sequence[Sides],
    scheme: StoryScheme,
) -> list[tuple[NDArray[np.int64], int]]:
    """Clusters of some rows, each with its most central row."""
    if len(part) == 1:
        return [(part, int(part[0]))]
    distance = distances(texts.rows(part), scheme)
    for ones, others in cannot_link:
        a, b = (np.flatnonzero(np.isin(part, side)) for side in (ones, others))
        low, high = np.minimum.outer(a, b), np.maximum.outer(a, b)
        # So far that no average of any two clusters with such a pair reaches the threshold.
        distance[_condensed(low, high, len(part))] = scheme.max_distance * len(part) ** 2
    terms = np.diff(texts.vectors.indptr)[part].tolist()
    found = []
    for story in flat_clusters(linkage(distance, "average"), terms, scheme):
        inside = np.array(story)
        found.append((part[inside], int(part[_central(inside, distance, len(part))])))
    return found


def _central(inside: NDArray[np.int64], distance: NDArray[np.float64], count: int) -> int:
    """The place most like the others of `inside`, by condensed distances; of two the first."""
    a, b = inside[:, None], inside[None, :]
    low, high = np.minimum(a, b), np.maximum(a, b)
    found = np.where(a == b, 0.0, distance[_condensed(low, high, count) * (a != b)])
    return int(inside[found.sum(axis=1).argmin()])


def _condensed(low: Any, high: Any, count: int) -> Any:
    """Where the distance of two places stands, as scipy condenses the upper triangle."""
    return count * low - low * (low + 1) // 2 + high - low - 1


def continue_stories(
    clusters: Sequence[Cluster], *, pinned: Iterable[tuple[int, AbstractSet[int]]] = ()
) -> list[StoryChange]:
    """Which story each cluster goes on, by the `story` of its nodes.

    A pinned story outvotes others, and its pinned groups (see `Orders.pinned`) outvote the rest.
    """
    votes = [
        Counter(node.story for node in cluster.nodes if node.story is not None)
        for cluster in clusters
    ]
    pins = dict(pinned)
    pins_of: defaultdict[int, list[int]] = defaultdict(list)
    for story, groups in pins.items():
        for group in groups:
            pins_of[group].append(story)
    for cluster, counted in zip(clusters, votes, strict=True):
        for story in counted.keys() & pins.keys():
            counted[story] += _OUTVOTES
        for node in cluster.nodes:
            for story in pins_of.get(node.id, ()):
                counted[story] += _OUTVOTES**2
    owner = _owners(votes)
    kept = set(owner.values())
    home: dict[int, tuple[int, int]] = {}
    for number, counted in enumerate(votes):
        for story, count in counted.items():
            if story not in kept:
                home[story] = max(home.get(story, (0, 0)), (count, -number))
    merged: defaultdict[int, list[int]] = defaultdict(list)
    for story, (_, number) in home.items():
        merged[-number].append(story)
    changes = []
    for number, cluster in enumerate(clusters):
        continued = owner.get(number)
        largest = min(votes[number], key=lambda s: (-votes[number][s], s), default=None)
        changes.append(
            StoryChange(
                story=continued,
                groups=tuple(sorted(node.id for node in cluster.nodes)),
                merged=tuple(sorted(merged[number])),
                split_from=largest if continued is None else None,
                central=cluster.central,
            )
        )
    return sorted(changes, key=lambda change: change.groups)


def _owners(votes: list[Counter[int]]) -> dict[int, int]:
    """Which earlier story each cluster continues: the largest claims are served first."""
    claims = sorted(
        (-count, story, number)
        for number, counted in enumerate(votes)
        for story, count in counted.items()
    )
    owner: dict[int, int] = {}
    given: set[int] = set()
    for _, story, number in claims:
        if number not in owner and story not in given:
            owner[number] = story
            given.add(story)
    return owner
