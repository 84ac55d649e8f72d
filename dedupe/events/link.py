"""Stories of different languages joined to events, by what they share and few others show.

likeness(A, B) = sum over shared marks m of a_m b_m min(r_A(m), r_B(m)). a_m is the weight of a mark
in A (see `story_marks`), r_A(m) how rare it is: of the stories of A's language in the days around
A, 1 where it alone shows m, 0 where `rarity_cap` do, and in equal steps for each doubling between.
What chance gives two stories is so taken off before it counts: marks that many stories show.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import combinations
from math import inf, log2

from dedupe.event_scheme import EventScheme

from .types import PairScore, StoryProfile

Pair = tuple[int, int]
"""Ids of two stories, the lower first."""
Apart = Iterable[tuple[frozenset[int], frozenset[int]]]
"""Stories (ids) that are in no event with any of the others."""


def rarity(stories: int, scheme: EventScheme) -> float:
    """How much a mark says that this many stories of a language show at a time: 1 down to 0."""
    return max(0.0, 1 - (max(stories, 1).bit_length() - 1) / log2(scheme.rarity_cap))


def mark_weights(a: StoryProfile, b: StoryProfile) -> dict[str, float]:
    """What each shared mark adds to the likeness of two stories."""
    shared = sorted(a.marks.keys() & b.marks.keys())
    found = {
        mark: a.marks[mark] * b.marks[mark] * min(a.rarity.get(mark, 1.0), b.rarity.get(mark, 1.0))
        for mark in shared
    }
    return {mark: weight for mark, weight in found.items() if weight}


def pair_score(a: StoryProfile, b: StoryProfile, scheme: EventScheme) -> PairScore:
    """The score of two stories in its parts."""
    likeness = sum(mark_weights(a, b).values())
    alike, added = None, 0.0
    if a.embedding and b.embedding:
        from dedupe.vectors import cosine  # with numpy, which takes longer to load than to do this

        alike = cosine(a.embedding, b.embedding)
        added = scheme.embedding_weight * (alike - scheme.embedding_baseline)
    days = abs(a.day - b.day)
    delay = scheme.penalty_per_day * days
    score = likeness + added - delay - scheme.threshold
    return PairScore(
        likeness=likeness,
        cosine=alike,
        embedding=added,
        days=days,
        delay=delay,
        threshold=scheme.threshold,
        score=score if may_be_one(a, b, scheme) else -inf,
    )


def may_be_one(a: StoryProfile, b: StoryProfile, scheme: EventScheme) -> bool:
    """Whether two stories are of different known languages, and close in time."""
    languages = {a.base_language, b.base_language}
    return len(languages) > 1 and "und" not in languages and abs(a.day - b.day) <= scheme.max_days


def reaches(a: StoryProfile, b: StoryProfile, scheme: EventScheme) -> bool:
    """Whether an index leads from one story to the other, and their score is 0 or more.

    It does by what they share, or by a bucket of embeddings.
    """
    if not may_be_one(a, b, scheme):
        return False
    found = pair_score(a, b, scheme)
    in_reach = found.likeness >= least_likeness(scheme) or not a.buckets.isdisjoint(b.buckets)
    return in_reach and found.score >= 0


def least_likeness(scheme: EventScheme) -> float:
    """What two stories share at the least that the index of marks leads from one to the other."""
    return min(scheme.min_likeness, scheme.threshold)


def pair_scores(stories: Iterable[StoryProfile], scheme: EventScheme) -> dict[Pair, float]:
    """The scores of all pairs that reach each other."""
    by_key: defaultdict[str | int, list[StoryProfile]] = defaultdict(list)
    for story in sorted(stories, key=lambda story: story.id):
        keys: list[str | int] = [mark for mark in story.marks if story.rarity.get(mark, 1.0)]
        keys.extend(story.buckets)
        for key in keys:
            by_key[key].append(story)
    pairs = {
        (a.id, b.id): (a, b)
        for sharing in by_key.values()
        for a, b in combinations(sharing, 2)
        if a.base_language != b.base_language
    }
    return {
        pair: pair_score(a, b, scheme).score
        for pair, (a, b) in pairs.items()
        if reaches(a, b, scheme)
    }


def link_events(
    stories: Sequence[StoryProfile],
    scheme: EventScheme,
    *,
    together: Iterable[Collection[int]] = (),
    apart: Apart = (),
) -> list[tuple[int, ...]]:
    """Partition stories into events: ids, ascending; a story that no other tells is alone.

    Average linkage, the best pair of clusters first. Two stories of one language were kept apart by
    their words, and stay so; so do those that people put `apart`, while they join what they put
    `together`.
    """
    by_id = {story.id: story for story in stories}
    scores = pair_scores(stories, scheme)
    forbidden = {
        (min(a, b), max(a, b)) for ones, others in apart for a in ones for b in others if a != b
    }
    linkage = _Linkage(by_id, scores, forbidden, scheme)
    for group in together:
        linkage.join_all(sorted(by_id.keys() & set(group)))
    linkage.run()
    return sorted(tuple(sorted(members)) for members in linkage.clusters.values())


class _Linkage:
    """Average linkage of clusters that hold few stories, one of each language as a rule."""

    def __init__(
        self,
        stories: Mapping[int, StoryProfile],
        scores: Mapping[Pair, float],
        forbidden: AbstractSet[Pair],
        scheme: EventScheme,
    ) -> None:
        self.clusters = {story: [story] for story in sorted(stories)}
        """members by the first of them"""
        self._stories, self._forbidden, self._scheme = stories, forbidden, scheme
        self._scores = dict(scores)
        self._near: defaultdict[int, set[int]] = defaultdict(set)
        for a, b in scores:
            self._near[a].add(b)
            self._near[b].add(a)

    def join_all(self, stories: Sequence[int]) -> None:
        """Make one cluster of stories, whatever their scores."""
        homes = sorted({home for home, of in self.clusters.items() if set(of) & set(stories)})
        for other in homes[1:]:
            self._merge(homes[0], other)

    def run(self) -> None:
        """Join the best two clusters while their mean score is 0 or more."""
        waiting = [
            entry
            for a in self.clusters
            for b in self._near[a]
            if a < b
            for entry in self._entry(a, b)
        ]
        heapq.heapify(waiting)
        while waiting:
            _, a, b, sizes = heapq.heappop(waiting)
            # What has grown since has another mean, and another entry.
            if sizes != (len(self.clusters.get(a, ())), len(self.clusters.get(b, ()))):
                continue
            self._merge(a, b)
            for other in sorted(self._near[a]):
                for entry in self._entry(*sorted((a, other))):
                    heapq.heappush(waiting, entry)

    def _merge(self, kept: int, gone: int) -> None:
        self.clusters[kept] += self.clusters.pop(gone)
        near = (self._near[kept] | self._near.pop(gone, set())) - {kept, gone}
        self._near[kept] = near
        for other in near:
            self._near[other] = (self._near[other] - {gone}) | {kept}

    def _entry(self, a: int, b: int) -> Iterator[tuple[float, int, int, tuple[int, int]]]:
        """Two clusters, to be joined at their mean score; nothing where they may not be."""
        ones, others = self.clusters[a], self.clusters[b]
        pairs = [(min(x, y), max(x, y)) for x in ones for y in others]
        if self._forbidden and not self._forbidden.isdisjoint(pairs):
            return
        if {self._stories[x].base_language for x in ones} & {
            self._stories[y].base_language for y in others
        }:
            return
        mean = sum(map(self._score, pairs)) / len(pairs)
        if mean >= 0:
            yield -mean, a, b, (len(ones), len(others))

    def _score(self, pair: Pair) -> float:
        if pair not in self._scores:
            a, b = (self._stories[story] for story in pair)
            self._scores[pair] = pair_score(a, b, self._scheme).score
        return self._scores[pair]


def with_rarity(stories: Sequence[StoryProfile], scheme: EventScheme) -> list[StoryProfile]:
    """The stories with the rarity that their marks have among these."""
    days: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for story in stories:
        for mark in story.marks:
            days[mark, story.base_language].append(story.day)
    found = []
    for story in stories:
        near = {
            mark: sum(
                abs(day - story.day) <= scheme.max_days for day in days[mark, story.base_language]
            )
            for mark in story.marks
        }
        rare = {mark: rarity(count, scheme) for mark, count in near.items()}
        found.append(replace(story, rarity=rare))
    return found
