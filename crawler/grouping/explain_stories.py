"""Why two articles are one story, or are not, and which stories are next to theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from crawler.grouping.common_words import common_words
from crawler.grouping.explain_copies import CopyExplanation
from crawler.grouping.file_schemes import file_schemes
from crawler.store import Store
from crawler.store.facts.overrides import Override
from dedupe import (
    PackedBackground,
    ScoredText,
    SharedTerm,
    StoryNode,
    StoryScheme,
    average_score,
    by_language,
    needed_score,
    scored_texts,
    story_evidence,
)

NEAR = 3
"""Other stories named that almost joined."""


class PairExplanation(NamedTuple):
    """The score of two texts: see `dedupe.PairScore`."""

    cosine: float
    chance: float
    details: float
    days: float
    delay: float
    embedding: float
    threshold: float
    related: bool
    template: bool
    score: float | None
    """None when the two are too far apart in time to be linked"""
    terms: tuple[SharedTerm, ...]


class NearStory(NamedTuple):
    """A story that almost joined."""

    story: int
    title: str
    average: float
    """score of all pairs of the two stories"""
    needed: float
    """average at which the two would be one"""


class DecidingOverride(NamedTuple):
    """What a person decided about the two articles."""

    id: int
    kind: str
    who: str
    at: str
    why: str


class StoryExplanation(NamedTuple):
    """The link of two articles that have stories, in the linker's own figures."""

    languages: tuple[str, str]
    """without region"""
    max_days: float
    """texts further apart are never linked"""
    pair: PairExplanation | None
    """the texts that stand for their copy groups; None: one group, or two languages"""
    average: float | None
    """score of all pairs of their two stories; None when they are one, or too far apart"""
    needed: float | None
    """average that makes two stories one: 0, or more where the texts inside of each are much more
    alike (0 as long as that is not reached)"""
    average_a: float | None
    """score of a's text with the others of their one story"""
    average_b: float | None
    overrides: list[DecidingOverride]
    """what holds their one story together, or keeps the two apart"""
    almost: list[NearStory]
    """stories next to that of a, the nearest first"""


def explain_stories(store: Store, copies: CopyExplanation) -> StoryExplanation | None:
    """Why two articles are in one story or in two; None for one article, or one without a story."""
    a, b = copies.a, copies.b
    if a.article == b.article or None in (a.story, b.story):
        return None
    return _explain(store, a.article, b.article, file_schemes(store).stories)


def _explain(store: Store, a: int, b: int, scheme: StoryScheme) -> StoryExplanation:
    one, two = (_node(store, article) for article in (a, b))
    ours, theirs = (_story(store, node, scheme) for node in (one, two))

    @cache
    def background(language: str) -> PackedBackground:
        return store.story_links.background(language, common_words(language))

    near = _near(store, one, scheme, background)
    compared = [*ours, *theirs, *(node for story in near.values() for node in story)]
    scores = _Scores(_scored(compared, scheme, background), scheme)
    one_story = one.story == two.story
    pair = scores.pair(one, two)
    average, needed = (None, None) if one_story else scores.across(pair, ours, theirs)
    return StoryExplanation(
        languages=(one.base_language, two.base_language),
        max_days=scheme.max_days,
        pair=pair,
        average=average,
        needed=needed,
        average_a=scores.with_others(one, ours) if one_story else None,
        average_b=scores.with_others(two, theirs) if one_story else None,
        overrides=_deciding(store, one, two, {node.id for node in (*ours, *theirs)}),
        almost=_almost(store, ours, near, scores),
    )


def _node(store: Store, article: int) -> StoryNode:
    """The copy group of an article that has one."""
    group = store.queries.articles.placed([article])[article].copy_group
    assert group is not None  # it has a story
    return store.story_links.nodes([group])[0]


class _Scores(NamedTuple):
    """What the linker goes by, of texts that were read."""

    texts: dict[int, ScoredText]
    scheme: StoryScheme

    def pair(self, one: StoryNode, two: StoryNode) -> PairExplanation | None:
        """None of one copy group, or of two languages: these are not scored."""
        if one.id == two.id or one.base_language != two.base_language:
            return None
        found = story_evidence(self.texts[one.id], self.texts[two.id], self.scheme)
        return PairExplanation(
            cosine=found.cosine,
            chance=found.chance,
            details=found.details,
            days=found.days,
            delay=found.delay,
            embedding=found.embedding,
            threshold=found.threshold,
            related=found.related,
            template=found.template,
            score=found.score if found.days <= self.scheme.max_days else None,
            terms=found.terms,
        )

    def with_others(self, node: StoryNode, story: list[StoryNode]) -> float | None:
        """The average score of a text with the others of its story; None: there is no other."""
        others = [other for other in story if other.id != node.id]
        return self.average([node], others) if others else None

    def across(
        self, pair: PairExplanation | None, ones: list[StoryNode], others: list[StoryNode]
    ) -> tuple[float | None, float | None]:
        """Average and needed score of two stories; None where their pair cannot be linked."""
        if pair is None or pair.score is None:
            return None, None
        average = self.average(ones, others)
        return average, self.needed(average, ones, others)

    def average(self, ones: list[StoryNode], others: list[StoryNode]) -> float:
        return average_score(self._of(ones), self._of(others), self.scheme)

    def needed(self, average: float, ones: list[StoryNode], others: list[StoryNode]) -> float:
        if average < 0:
            return 0.0  # what more it would take is slow to tell, and no matter
        return needed_score(self._of(ones), self._of(others), self.scheme)

    def _of(self, nodes: list[StoryNode]) -> list[ScoredText]:
        return [self.texts[node.id] for node in nodes]


def _almost(
    store: Store, ours: list[StoryNode], near: dict[int, list[StoryNode]], scores: _Scores
) -> list[NearStory]:
    averages = sorted((-scores.average(ours, nodes), story) for story, nodes in near.items())
    return [
        NearStory(
            story=story,
            title=_title(store, story),
            average=-score,
            needed=scores.needed(-score, ours, near[story]),
        )
        for score, story in averages[:NEAR]
    ]


def _title(store: Store, story: int) -> str:
    found = store.queries.stories.get(story)
    assert found is not None  # a node is in it
    return found.title


def _deciding(
    store: Store, one: StoryNode, two: StoryNode, around: set[int]
) -> list[DecidingOverride]:
    """Overrides that hold the one story of both together, or keep the two apart."""
    story = around if one.story == two.story else None
    return [
        DecidingOverride(id=found.id, kind=found.kind, who=found.who, at=found.at, why=found.why)
        for found in store.overrides.about(around)
        if _decides(store, found, {one.id, two.id}, story)
    ]


def _decides(store: Store, override: Override, pair: set[int], story: set[int] | None) -> bool:
    """Whether an override holds the story of both together or, of two, keeps the pair apart."""
    together, apart = (
        store.overrides.copy_groups(side) for side in (override.together, override.apart)
    )
    if story is not None:
        return len(together & story) > 1
    return len(pair & together) == len(pair & apart) == 1 and not pair & together & apart


def _story(store: Store, node: StoryNode, scheme: StoryScheme) -> list[StoryNode]:
    """The node and what the linker would read of its story beside it, in the same language."""
    nodes = store.story_links.with_stories([node.id], [], scheme, days=float("inf"))
    return [other for other in nodes if other.base_language == node.base_language]


def _near(
    store: Store,
    node: StoryNode,
    scheme: StoryScheme,
    background: Callable[[str], PackedBackground],
) -> dict[int, list[StoryNode]]:
    """Other stories with texts that share heavy terms with the node's."""
    text = _scored([node], scheme, background)[node.id]
    terms = {term: text.vector[term] for term in text.top_terms}
    near = store.story_links.nodes(store.story_links.candidates(node, terms, scheme))
    # The first met of each stands for it.
    return {
        other.story: _story(store, other, scheme)
        for other in reversed(near)
        if other.base_language == node.base_language and other.story not in (None, node.story)
    }


def _scored(
    nodes: Iterable[StoryNode],
    scheme: StoryScheme,
    background: Callable[[str], PackedBackground],
) -> dict[int, ScoredText]:
    """The nodes, by their ids, as the background of each language has them."""
    found: dict[int, ScoredText] = {}
    for language, texts in by_language(nodes).items():
        found |= scored_texts(texts, scheme, background(language))
    return found
