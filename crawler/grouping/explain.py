"""Why two articles are copies or not, in one story or in two, and what almost joined it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cache
from typing import Any, NamedTuple

from crawler.limits import PASSAGE
from crawler.parsing.common_words import common_words
from crawler.store import Store
from crawler.store.findings.overrides import Override
from crawler.store.queries.articles import ArticleDetail
from dedupe import (
    CopyScheme,
    PackedBackground,
    ScoredText,
    StoryNode,
    StoryScheme,
    average_score,
    by_language,
    compare_numbers,
    embedding_cosine,
    is_template,
    longest_passage,
    needed_score,
    scored_texts,
    story_evidence,
)
from dedupe.copies.word_shingles import word_shingles

NEAR = 3
"""Other stories named that almost joined."""

Row = dict[str, Any]


def text_compared(store: Store, article: int, revision: int | None, scheme: CopyScheme) -> str:
    """The text that was compared, or the newest."""
    texts = store.copies.texts(store.copies.article(article), scheme.max_revisions)
    return next((text.text for text in texts if text.revision == revision), texts[-1].text)


def explain_copies(store: Store, a: int, b: int, scheme: CopyScheme) -> Row:
    """Whether two articles are copies, and by which figures.

    The figures are those stored when they were compared; None when they were not, or when they
    share too little.
    """
    if a > b:  # pairs are stored with the lower number first
        return _turned(explain_copies(store, b, a, scheme))
    first, second = store.queries.articles.get(a), store.queries.articles.get(b)
    assert first is not None  # their numbers were looked up
    assert second is not None
    left, right = (word_shingles(row.text, scheme) for row in (first, second))
    stored = store.queries.articles.evidence(a, b)
    numbers: tuple[int, int] = (stored.numbers_same, stored.numbers_changed) if stored else (0, 0)
    if not stored and len(left & right) >= scheme.min_evidence * min(len(left), len(right), 1):
        # Pairs of a template are not stored: there would be more of them than of anything else.
        numbers = compare_numbers(first.text, second.text, scheme)
    kept = ("relation", "jaccard", "containment_a", "containment_b", "shared",
            "revision_a", "revision_b")  # fmt: skip
    return {
        "a": _named(first),
        "b": _named(second),
        "same_copy_group": first.copy_group is not None and first.copy_group == second.copy_group,
        "same_story": first.story is not None and first.story == second.story,
        **{key: getattr(stored, key) if stored else None for key in kept},
        "numbers_same": numbers[0],
        "numbers_changed": numbers[1],
        "joined": bool(stored and stored.joined),
        "template": is_template(*numbers, scheme),
        "shared_whole": len(left & right),
        "shingles_a": len(left),
        "shingles_b": len(right),
        "passage": stored.passage if stored else longest_passage(first.text, second.text, scheme),
        "passage_cut": stored is not None and len(stored.passage) == PASSAGE,
        "stored": stored is not None,
        "scheme": scheme.id,
        "min_shingles": scheme.min_shingles,
        "min_jaccard": scheme.min_jaccard,
        "min_containment": scheme.min_containment,
        "min_longer_containment": scheme.min_longer_containment,
        "min_passage": scheme.min_passage,
    }


def _turned(found: Row) -> Row:
    """The same with the two articles in the other order."""
    names = {"a": "b", "containment_a": "containment_b", "revision_a": "revision_b",
             "shingles_a": "shingles_b"}  # fmt: skip
    names |= {theirs: ours for ours, theirs in names.items()}
    relations = {"contains": "contained", "contained": "contains"}
    turned = {key: found[names.get(key, key)] for key in found}
    return {**turned, "relation": relations.get(found["relation"], found["relation"])}


def _named(row: ArticleDetail) -> Row:
    return {
        key: getattr(row, key)
        for key in ("article", "outlet", "title", "copy_group", "story", "revisions")
    }


def verdict(found: Row) -> str:
    """What explain_copies() found, in a sentence."""
    if found["a"]["article"] == found["b"]["article"]:
        return "This is one and the same article."
    shorter = min(found["shingles_a"], found["shingles_b"])
    # An earlier text may have been long enough: then there is evidence.
    if shorter < found["min_shingles"] and not found["stored"]:
        return (
            f"Not compared: the shorter text has {shorter} shingles, "
            f"{found['min_shingles']} are needed."
        )
    if None in (found["a"]["copy_group"], found["b"]["copy_group"]):
        return "Not compared yet; `newsloom group` does it."
    if found["joined"]:
        return {
            "same": "Copies: the same text.",
            "contains": "Copies: A contains B.",
            "contained": "Copies: A is contained in B.",
        }[found["relation"]]
    limits = (
        f"{found['min_jaccard']:.0%} of all shingles must be shared, "
        f"or {found['min_containment']:.0%} of the shorter text's "
        f"and {found['min_longer_containment']:.0%} of the longer one's"
    )
    together = " They are in one copy group through others." if found["same_copy_group"] else ""
    if found["template"]:
        return f"Not copies but one template: most numbers in it differ.{together}"
    if found["relation"] == "partial" and found["jaccard"] >= found["min_jaccard"]:
        return (
            f"Not copies: what they share is short and scattered, and no passage of "
            f"{found['min_passage']} shingles.{together}"
        )
    if found["relation"] == "partial":
        return f"Not copies, though they share passages: {limits}.{together}"
    return f"Not copies: {limits}.{together}"


def explain_stories(store: Store, a: int, b: int, scheme: StoryScheme) -> Row:
    """The link of two articles that have stories, in the linker's own figures.

    `pair` compares the texts that stand for their copy groups; None when they are of one group or
    of two languages. `average` is what decides: for one story the mean scores of each text with
    the others of it, for two that of all pairs, and `needed` what would make them one: 0, or more
    where the texts inside of each are much more alike (it is 0 as long as that is not reached).
    Texts too far apart in time have no score and no average. `almost` has the stories next to that
    of `a`, `overrides` what holds the story of both together, or keeps the two apart.
    """
    places = store.queries.articles.placed((a, b))
    groups = [place.copy_group for place in (places[a], places[b]) if place.copy_group is not None]
    one, two = (store.linking.nodes([group])[0] for group in groups)
    ours, theirs = (_story(store, node, scheme) for node in (one, two))
    around = {node.id for node in (*ours, *theirs)}

    @cache
    def background(language: str) -> PackedBackground:
        return store.linking.background(language, common_words(language))

    near = _near(store, one, scheme, background)
    compared = [*ours, *theirs, *(node for story in near.values() for node in story)]
    texts = _scored(compared, scheme, background)
    scores = _Scores(texts, scheme)
    found: Row = {
        "languages": [one.base_language, two.base_language],
        "max_days": scheme.max_days,
        "across": scheme.embedding_cross_language,
        "embedding_cosine": None,
        "pair": None,
        "average": None,
        "needed": None,
        "average_a": None,
        "average_b": None,
        "overrides": [
            {"id": o.id, "kind": o.kind, "who": o.who, "at": o.at, "why": o.why}
            for o in store.overrides.about(around)
            if _decides(store, o, {one.id, two.id}, around if one.story == two.story else None)
        ],
        "almost": _almost(store, ours, near, scores),
    }
    if one.embedding and two.embedding:
        found["embedding_cosine"] = embedding_cosine(texts[one.id], texts[two.id])
    same = one.base_language == two.base_language
    if one.id != two.id and same:
        found["pair"] = pair = asdict(story_evidence(texts[one.id], texts[two.id], scheme))
        if pair["days"] > scheme.max_days:
            pair["score"] = None
        elif one.story != two.story:
            found["average"] = scores.average(ours, theirs)
            found["needed"] = scores.needed(found["average"], ours, theirs)
    if one.story == two.story:
        for side, node, story in (("average_a", one, ours), ("average_b", two, theirs)):
            if len(story) > 1:
                others = [other for other in story if other.id != node.id]
                found[side] = scores.average([node], others)
    return found


class _Scores(NamedTuple):
    """What the linker goes by, of texts that were read."""

    texts: dict[int, ScoredText]
    scheme: StoryScheme

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
) -> list[Row]:
    averages = sorted((-scores.average(ours, nodes), story) for story, nodes in near.items())
    return [
        {
            "story": story,
            "title": _title(store, story),
            "average": -score,
            "needed": scores.needed(-score, ours, near[story]),
        }
        for score, story in averages[:NEAR]
    ]


def _title(store: Store, story: int) -> str:
    found = store.queries.stories.get(story)
    return found.title if found else ""


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
    nodes = store.linking.with_stories([node.id], [], scheme, days=float("inf"))
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
    near = store.linking.nodes(store.linking.candidates(node.id, terms, scheme))
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
