"""Why two articles are copies or not, in one story or in two, and what almost joined it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crawler.linking import Backgrounds
from crawler.store import Store
from dedupe import (
    Document,
    Scheme,
    StoryNode,
    StoryScheme,
    average_score,
    compare,
    cut,
    heaviest_terms,
    is_template,
    longest_passage,
    story_evidence,
    unpack_meanings,
)
from dedupe.text import shingles

NEAR = 3
"""Other stories named that almost joined."""

Row = dict[str, Any]


def text_compared(store: Store, article: int, revision: int | None) -> str:
    """The text that was compared, or the newest."""
    texts = store.copies.texts(store.copies.article(article))
    return next((text.text for text in texts if text.revision == revision), texts[-1].text)


def explain_copies(store: Store, a: int, b: int, scheme: Scheme) -> Row:
    """Whether two articles, the lower number first, are copies, and by which figures.

    The figures are those stored when they were compared; None when they were not, or when they
    share too little.
    """

    first, second = store.reading.article(a), store.reading.article(b)
    assert first is not None  # their numbers were looked up
    assert second is not None
    left, right = (shingles(row["text"], scheme) for row in (first, second))
    stored = store.reading.edge(a, b)
    numbers: tuple[int, int] = (
        (stored["numbers_same"], stored["numbers_changed"]) if stored else (0, 0)
    )
    if not stored and len(left & right) >= scheme.min_evidence * min(len(left), len(right), 1):
        # Pairs of a template are not stored: there would be more of them than of anything else.
        numbers = _compare_numbers(first["text"], second["text"], scheme)
    kept = ("relation", "jaccard", "containment_a", "containment_b", "shared",
            "revision_a", "revision_b")  # fmt: skip
    return {
        "a": _named(first),
        "b": _named(second),
        "same_copy_group": first["copy_group"] is not None
        and first["copy_group"] == second["copy_group"],
        "same_story": first["story"] is not None and first["story"] == second["story"],
        **{key: stored[key] if stored else None for key in kept},
        "numbers_same": numbers[0],
        "numbers_changed": numbers[1],
        "joined": bool(stored and stored["joined"]),
        "template": is_template(*numbers, scheme),
        "shared_whole": len(left & right),
        "shingles_a": len(left),
        "shingles_b": len(right),
        "passage": stored["passage"]
        if stored
        else longest_passage(first["text"], second["text"], scheme),
        "stored": stored is not None,
        "scheme": scheme.id,
        "min_shingles": scheme.min_shingles,
        "min_jaccard": scheme.min_jaccard,
        "min_containment": scheme.min_containment,
        "min_part": scheme.min_part,
        "passage_needed": scheme.passage,
    }


def _compare_numbers(a: str, b: str, scheme: Scheme) -> tuple[int, int]:
    one, two = (Document(id=n, shingled=cut(text, scheme)) for n, text in enumerate((a, b)))
    edge = compare(one, two, scheme)
    return (edge.numbers_same, edge.numbers_changed) if edge else (0, 0)


def _named(row: Row) -> Row:
    return {
        key: row[key] for key in ("article", "outlet", "title", "copy_group", "story", "revisions")
    }


def verdict(found: Row) -> str:
    """What explain_copies() found, in a sentence."""
    if found["a"]["article"] == found["b"]["article"]:
        return "This is one and the same article."
    shorter = min(found["shingles_a"], found["shingles_b"])
    # An earlier text may have been long enough: then there is evidence.
    if shorter < found["min_shingles"] and not found["stored"]:
        return (
            f"Not compared: the shorter text has {shorter} runs of words, "
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
        f"{found['min_jaccard']:.0%} of all runs of words must be shared, "
        f"or {found['min_containment']:.0%} of the shorter text's "
        f"and {found['min_part']:.0%} of the longer one's"
    )
    together = " They are in one copy group through others." if found["same_copy_group"] else ""
    if found["template"]:
        return f"Not copies but one template: most numbers in it differ.{together}"
    if found["relation"] == "partial" and found["jaccard"] >= found["min_jaccard"]:
        return (
            f"Not copies: what they share is short and scattered, and no passage of "
            f"{found['passage_needed']} runs of words.{together}"
        )
    if found["relation"] == "partial":
        return f"Not copies, though they share passages: {limits}.{together}"
    return f"Not copies: {limits}.{together}"


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
        "across": scheme.voice_across,
        "meaning": None,
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
    if one.meaning and two.meaning:
        meanings = unpack_meanings([one.meaning, two.meaning])
        found["meaning"] = float(meanings[0] @ meanings[1])
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
