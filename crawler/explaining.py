"""Why two articles are in one story or in two, and what almost joined it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crawler.linking import Backgrounds
from crawler.store import Store
from dedupe import StoryNode, StoryScheme, average_score, heaviest_terms, story_evidence

NEAR = 3
"""Other stories named that almost joined."""

Row = dict[str, Any]


def explain_stories(store: Store, a: int, b: int, scheme: StoryScheme) -> Row:
    """The link of two articles that have stories, in the linker's own figures.

    `pair` compares the texts that stand for their copy groups; None when they are of one group or
    of two languages. `average` is what decides: for one story the mean scores of each text with
    the others of it, for two that of all pairs. `almost` has the stories next to that of `a`.
    """
    places = store.reading.places((a, b))
    groups = [places[article]["copy_group"] for article in (a, b)]
    one, two = (store.linking.nodes([group])[0] for group in groups)
    ours, theirs = (_others(store, node) for node in (one, two))
    backgrounds = Backgrounds(store)
    found: Row = {
        "languages": [one.tongue, two.tongue],
        "threshold": scheme.threshold,
        "max_days": scheme.max_days,
        "pair": None,
        "average": None,
        "average_a": None,
        "average_b": None,
        "overrides": [
            {"id": o.id, "kind": o.kind, "who": o.who, "at": o.at, "why": o.why}
            for o in store.overrides.about(groups)
        ],
        "almost": _almost(store, one, ours, scheme, backgrounds),
    }
    same = one.tongue == two.tongue
    if one.id != two.id and same:
        background = backgrounds[one.tongue]
        found["pair"] = asdict(story_evidence(one, two, scheme, background))
        if one.story != two.story:
            found["average"] = average_score([one, *ours], [two, *theirs], scheme, background)
    if one.story == two.story:
        for side, node, rest in (("average_a", one, ours), ("average_b", two, theirs)):
            if rest:
                found[side] = average_score([node], rest, scheme, backgrounds[node.tongue])
    return found


def _others(store: Store, node: StoryNode) -> list[StoryNode]:
    """What the linker would read of the node's story beside it, in the same language."""
    nodes = store.linking.with_stories([node.id], [], days=float("inf"))
    return [other for other in nodes if other.id != node.id and other.tongue == node.tongue]


def _almost(
    store: Store,
    node: StoryNode,
    ours: list[StoryNode],
    scheme: StoryScheme,
    backgrounds: Backgrounds,
) -> list[Row]:
    terms = heaviest_terms([node], scheme, backgrounds)[node.id]
    near = store.linking.nodes(store.linking.candidates(node.id, terms, days=scheme.max_days))
    # The first met of each other story stands for it.
    members = {
        other.story: other
        for other in reversed(near)
        if other.tongue == node.tongue and other.story not in (None, node.story)
    }
    found = []
    for story, member in members.items():
        theirs = [member, *_others(store, member)]
        average = average_score([node, *ours], theirs, scheme, backgrounds[node.tongue])
        found.append(
            {
                "story": story,
                "title": (store.reading.story(story) or {})["title"],
                "average": average,
            }
        )
    return sorted(found, key=lambda row: (-row["average"], row["story"]))[:NEAR]
