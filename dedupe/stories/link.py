"""Linking copy groups that tell the same event in different words.

Plain lexical evidence: TF-IDF cosines of title and lead, less the cosine that chance gives the
pair in the stream of its language, linked on average (UPGMA, Sokal and Michener 1958) among texts
that are close in time. Chance is a rank-one model, e_ij = a_i a_j, as in the configuration model
of networks (Chung and Lu 2002): long texts expect more of each other than of headlines, so one
threshold serves a stream of both. docs/explanation/story-score.md has the formula.

Where the nodes have embeddings, their cosine is added to the score. Stories are of one language;
`dedupe.events` links those of different ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from .continuity import continue_stories
from .dendrogram import flat_clusters
from .score_to_explain import DAY, by_language
from .score_to_link import (
    Pairs,
    StreamTexts,
    concatenated,
    distances,
    linkable_pairs,
    stream_texts,
    strongest,
    top_term_mask,
)
from .term_matrix import term_matrix
from .types import Cluster, Constraints, StoryChange, StoryNode

NO_CONSTRAINTS = Constraints()

Backgrounds = Mapping[str, Background]
"""The background of each language."""
Rows = NDArray[np.int64]
Sides = tuple[Rows, Rows]
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

    Without `backgrounds` the nodes are a stream of their own, which is learned first. A story of
    `settled` nodes (ids) is looked at again only when another node reaches it; those too far in
    time from all others stay where their story goes on. `continue_stories` says which cluster
    keeps which story.
    """
    ordered = sorted(nodes, key=lambda node: (node.place, node.id))
    if backgrounds is None:
        backgrounds = defaultdict(lambda: Background(scheme))
        learn_backgrounds(ordered, scheme, backgrounds)
    near, distant = _within_reach(ordered, settled, scheme)
    clusters: list[Cluster] = []
    for language, texts in by_language(near).items():
        clusters += _clusters(texts, settled, constraints, scheme, backgrounds[language])
    clusters = with_distant(clusters, distant, settled, constraints)
    return continue_stories(apply_constraints(clusters, constraints), pinned=constraints.pinned)


def linkable_ids(
    new: Iterable[StoryNode],
    others: Iterable[StoryNode],
    scheme: StoryScheme,
    backgrounds: Backgrounds,
) -> set[int]:
    """Ids of those others that some new node may be linked with."""
    new, others = list(new), list(others)
    texts = by_language(others)
    found: set[int] = set()
    for language, own in by_language(new).items():
        both = own + texts.get(language, [])
        # Details only take off, and most of these texts come no nearer: they are read when linking.
        rows = stream_texts(both, scheme, backgrounds[language], with_details=False)
        for pairs in linkable_pairs(np.arange(len(own)), rows, scheme):
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
        matrix = term_matrix(texts, scheme)
        background = backgrounds[language]
        vectors = background.vectors(matrix, scheme)
        mask = top_term_mask(vectors, background.is_usual(matrix.terms, scheme), scheme.top_terms)
        kept = mask.multiply(vectors).tocsr()
        for row, node in enumerate(texts):
            part = slice(kept.indptr[row], kept.indptr[row + 1])
            terms, weights = matrix.terms[kept.indices[part]].tolist(), kept.data[part].tolist()
            found[node.id] = dict(zip(terms, weights, strict=True))
    return found


def _within_reach(
    nodes: list[StoryNode], settled: Collection[int], scheme: StoryScheme
) -> tuple[list[StoryNode], list[StoryNode]]:
    """The nodes that some new one may be linked with, new ones included, and the others."""
    span = _span([node.at for node in nodes if node.id not in settled], scheme)
    if span is None:
        return nodes, []
    first, last = span
    near: list[StoryNode] = []
    distant: list[StoryNode] = []
    for node in nodes:
        may_link = node.id not in settled or node.at is None or first <= node.at <= last
        (near if may_link else distant).append(node)
    return near, distant


def _span(times: Sequence[float | None], scheme: StoryScheme) -> tuple[float, float] | None:
    """First and last POSIX second of what may be linked with nodes of these times; None: any."""
    known = [at for at in times if at is not None]
    # A new node whose time is unknown may be linked with any.
    if len(known) < len(times) or not times:
        return None
    reach = scheme.max_days * DAY
    return min(known) - reach, max(known) + reach


def _clusters(
    nodes: list[StoryNode],
    settled: Collection[int],
    constraints: Constraints,
    scheme: StoryScheme,
    background: Background,
) -> Iterator[Cluster]:
    """Stories of the nodes of one language."""
    texts = stream_texts(nodes, scheme, background)
    cannot_link = [
        (_rows(nodes, ones), _rows(nodes, others)) for ones, others in constraints.cannot_link
    ]
    new = np.array([row for row, node in enumerate(nodes) if node.id not in settled], np.int64)
    # Settled texts were compared before: only what a new one reaches is worked out again.
    pairs = concatenated([])
    for block in linkable_pairs(new, texts, scheme):
        pairs = strongest(concatenated([pairs, block]), len(nodes))
    pairs = concatenated([pairs, _same_story(nodes, settled)])
    for component in _components(len(nodes), pairs, 0.0, scheme):
        if not np.isin(component, new).any():
            yield Cluster(nodes=tuple(nodes[row] for row in component))
            continue
        for rows, central in _average_linkage(component, texts, cannot_link, scheme):
            yield Cluster(nodes=tuple(nodes[row] for row in rows), central=nodes[central].id)


def _rows(nodes: list[StoryNode], ids: AbstractSet[int]) -> Rows:
    return np.array([row for row, node in enumerate(nodes) if node.id in ids], np.int64)


def _same_story(nodes: list[StoryNode], settled: Collection[int]) -> Pairs:
    """Settled rows, each paired with the first of its story, at a score that nothing parts."""
    first: dict[int | None, int] = {}
    pairs = [
        (row, first.setdefault(node.story, row))
        for row, node in enumerate(nodes)
        if node.id in settled
    ]
    a, b = np.array(pairs, np.int64).reshape(-1, 2).T
    return Pairs(a, b, np.full(len(a), np.inf, np.float32))


def _components(count: int, pairs: Pairs, bound: float, scheme: StoryScheme) -> list[Rows]:
    """Rows that pairs connect; each component is clustered by itself.

    A merge at a mean of 0 implies one pair at 0, so the clusters lie within the connected
    components: nothing is lost, and the dense matrix of distances stays small. Where headlines of
    a language are all connected, the weakest pairs are left out until no component is larger than
    `max_component`: pairs below `bound` + `threshold_step` first, and so on.
    """
    graph = csr_matrix((np.ones(len(pairs.a)), (pairs.a, pairs.b)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    # No similarity is above one: what is still together then is one story.
    highest = 1.0 - scheme.threshold
    found: list[Rows] = []
    for component in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        if len(component) <= scheme.max_component or bound > highest:
            found.append(component)
            continue
        higher = bound + scheme.threshold_step
        kept = np.isin(pairs.a, component) & (pairs.score >= higher)
        place = np.zeros(count, np.int64)
        place[component] = np.arange(len(component))
        inside = Pairs(place[pairs.a[kept]], place[pairs.b[kept]], pairs.score[kept])
        pieces = _components(len(component), inside, higher, scheme)
        found += [component[piece] for piece in pieces]
    return found


def _average_linkage(
    component: Rows, texts: StreamTexts, cannot_link: Sequence[Sides], scheme: StoryScheme
) -> list[tuple[Rows, int]]:
    """Stories among the rows of a component, each with its most central row."""
    count = len(component)
    if count == 1:
        return [(component, int(component[0]))]
    distance = distances(texts.rows(component), scheme)
    for ones, others in cannot_link:
        a, b = (np.flatnonzero(np.isin(component, side)) for side in (ones, others))
        low, high = np.minimum.outer(a, b), np.maximum.outer(a, b)
        # So far that no mean over any two clusters with such a pair reaches the threshold.
        distance[_condensed(low, high, count)] = scheme.max_distance * count**2
    found = []
    for story in flat_clusters(linkage(distance, "average"), scheme):
        inside = np.array(story)
        found.append((component[inside], int(component[_central(inside, distance, count)])))
    return found


def _central(inside: Rows, distance: NDArray[np.float64], count: int) -> int:
    """The place most like the others of `inside`, by condensed distances; of two the first."""
    if len(inside) == 1:
        return int(inside[0])
    # Place by place: the matrix of all would be larger than the distances themselves.
    total = [_distances_from(place, inside, distance, count).sum() for place in inside]
    return int(inside[np.argmin(total)])


def _distances_from(
    place: np.int64, inside: Rows, distance: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Distances of a place to all others of `inside`."""
    others = inside[inside != place]
    low, high = np.minimum(place, others), np.maximum(place, others)
    found: NDArray[np.float64] = distance[_condensed(low, high, count)]
    return found


def _condensed(low: Any, high: Any, count: int) -> Any:
    """Where the distance of two places stands, as scipy condenses the upper triangle."""
    return count * low - low * (low + 1) // 2 + high - low - 1
