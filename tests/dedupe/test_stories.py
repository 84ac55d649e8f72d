from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from dedupe import (
    Background,
    Cluster,
    Constraints,
    InvalidScheme,
    PackedBackground,
    StoryNode,
    StoryScheme,
    average_score,
    continue_stories,
    learn_backgrounds,
    link_stories,
    scored_texts,
    story_evidence,
)
from dedupe.stories.score_to_link import Pairs, strongest

SCHEME = StoryScheme()
DAY = 86_400.0
QUAKE = "Earthquake of magnitude six shakes Tangerang, rescuers search collapsed market hall"
QUAKE_TOO = "Rescuers dig in ruins of market hall after Tangerang earthquake of magnitude six"
BUDGET = "Ruritanian deputies pass yearly spending plan despite pensions dispute"


def nodes(*told: tuple[str, float | None, int | None]) -> list[StoryNode]:
    return [
        StoryNode(id=n, title=title, text="", language="en", at=at, story=story)
        for n, (title, at, story) in enumerate(told, start=1)
    ]


def stories(found: Sequence[StoryNode]) -> dict[tuple[int, ...], int | None]:
    return {change.groups: change.story for change in link_stories(found, SCHEME)}


def pair(one: int, other: int) -> tuple[frozenset[int], frozenset[int]]:
    return frozenset({one}), frozenset({other})


def test_link_one_event_in_other_words() -> None:
    assert stories(nodes((QUAKE, 0.0, None), (QUAKE_TOO, DAY, None), (BUDGET, 0.0, None))) == {
        (1, 2): None,
        (3,): None,
    }


def test_link_not_weeks_apart() -> None:
    assert stories(nodes((QUAKE, 0.0, None), (QUAKE_TOO, 30 * DAY, None))) == {
        (1,): None,
        (2,): None,
    }


def test_link_with_an_unknown_time() -> None:
    assert stories(nodes((QUAKE, 0.0, None), (QUAKE_TOO, None, None))) == {(1, 2): None}


def test_link_to_a_story_that_is_there() -> None:
    found = nodes((QUAKE, 0.0, 7), (QUAKE_TOO, DAY, None), (BUDGET, 0.0, 9))
    assert stories(found) == {(1, 2): 7, (3,): 9}


def test_link_merges_into_the_lower_number() -> None:
    (change,) = link_stories(nodes((QUAKE, 0.0, 8), (QUAKE_TOO, DAY, 5)), SCHEME)
    assert (change.story, change.merged) == (5, (8,))


def test_link_split_leaves_the_number_to_the_larger_part() -> None:
    found = link_stories(nodes((QUAKE, 0.0, 4), (QUAKE_TOO, DAY, 4), (BUDGET, 0.0, 4)), SCHEME)
    assert [(c.groups, c.story, c.split_from) for c in found] == [
        ((1, 2), 4, None),
        ((3,), None, 4),
    ]


def test_link_not_without_a_word_in_common() -> None:
    found = nodes(("Alpha beta", 0.0, None), ("Gamma delta", 0.0, None), ("", None, None))
    assert len(stories(found)) == 3


@pytest.mark.parametrize("name", ["inner_contrast", "threshold", "embedding_baseline"])
def test_scheme_number_not_finite_refused(name: str) -> None:
    wrong: dict[str, Any] = {name: float("nan")}
    with pytest.raises(InvalidScheme, match=f"^{name}: a finite number is needed"):
        replace(SCHEME, **wrong)


def test_link_no_nodes() -> None:
    assert link_stories([], SCHEME) == []


def test_constraints_join_and_part() -> None:
    found = nodes((QUAKE, 0.0, None), (QUAKE_TOO, DAY, None), (BUDGET, 0.0, None))
    must_link = link_stories(found, SCHEME, constraints=Constraints(must_link=((1, 3),)))
    assert [change.groups for change in must_link] == [(1, 2, 3)]
    cannot_link = link_stories(found, SCHEME, constraints=Constraints(cannot_link=(pair(1, 2),)))
    assert [change.groups for change in cannot_link] == [(1,), (2,), (3,)]


def test_constraints_cannot_link_goes_before_must_link() -> None:
    found = nodes((QUAKE, 0.0, None), (BUDGET, 0.0, None))
    constraints = Constraints(must_link=((1, 2),), cannot_link=(pair(1, 2),))
    assert [c.groups for c in link_stories(found, SCHEME, constraints=constraints)] == [(1,), (2,)]


def test_constraints_hold_when_a_cannot_link_joins_one_side() -> None:
    found = nodes(
        (QUAKE, 0.0, None), (QUAKE_TOO, DAY, None), (BUDGET, 0.0, None),
        ("Yearly spending plan passed by Ruritanian deputies despite pensions dispute", 0.0, None),
    )  # fmt: skip
    assert [c.groups for c in link_stories(found, SCHEME)] == [(1, 2), (3, 4)]
    for cannot_link, expected in (
        ((2, 3), [(1, 3, 4), (2,)]),
        ((1, 4), [(1, 2, 3), (4,)]),
        ((2, 4), [(1, 2, 3), (4,)]),
    ):
        constraints = Constraints(must_link=((1, 3),), cannot_link=(pair(*cannot_link),))
        assert [c.groups for c in link_stories(found, SCHEME, constraints=constraints)] == expected


def test_constraints_hold_through_each_other() -> None:
    found = nodes(
        ("Quake shakes Tangerang", 0.0, None), ("Choir festival opens", 0.0, None),
        (BUDGET, 0.0, None), (f"{BUDGET} again", 0.0, None),
    )  # fmt: skip
    for must_link in (((1, 2), (2, 3)), ((2, 3), (1, 2))):
        constraints = Constraints(must_link=must_link, cannot_link=(pair(1, 4),))
        linked = link_stories(found, SCHEME, constraints=constraints)
        assert [c.groups for c in linked] == [(1, 2, 3), (4,)]


def test_constraints_in_conflict_join_the_others() -> None:
    found = nodes(*((f"{word} alone", 0.0, None) for word in ("quake", "choir", "budget", "ferry")))
    constraints = Constraints(must_link=((1, 2, 3, 4),), cannot_link=(pair(1, 4),))
    assert [c.groups for c in link_stories(found, SCHEME, constraints=constraints)] == [
        (1, 2, 3),
        (4,),
    ]


def test_pinned_story_keeps_its_number() -> None:
    large = tuple(StoryNode(id=n, title="", text="", story=21) for n in range(1, 6))
    small = StoryNode(id=9, title="", text="", story=22)
    both = [Cluster(nodes=(*large, small))]
    assert [(c.story, c.merged) for c in continue_stories(both)] == [(21, (22,))]
    pinned = continue_stories(both, pinned=[(22, frozenset({99}))])
    assert [(c.story, c.merged) for c in pinned] == [(22, (21,))]
    # Where it falls apart the part that was pinned has the number.
    parts = [Cluster(nodes=large), Cluster(nodes=(small,))]
    found = continue_stories(parts, pinned=[(21, frozenset({9}))])
    assert {c.groups: c.story for c in found} == {(1, 2, 3, 4, 5): None, (9,): 21}


def test_settled_story_that_nothing_reaches() -> None:
    found = nodes((QUAKE, 0.0, 4), (BUDGET, 0.0, 4), ("Choir festival opens", 0.0, None))
    kept = {c.groups: c.story for c in link_stories(found, SCHEME, settled={1, 2})}
    assert kept == {(1, 2): 4, (3,): None}
    looked_at = {c.groups: c.story for c in link_stories(found, SCHEME)}
    assert looked_at == {(1,): 4, (2,): None, (3,): None}


def test_settled_text_out_of_reach_stays_with_its_story() -> None:
    found = nodes((QUAKE, 0.0, 4), (QUAKE_TOO, 30 * DAY, 4), (QUAKE, 31 * DAY, None))
    changes = link_stories(found, SCHEME, settled={1, 2})
    assert [(c.groups, c.story) for c in changes] == [((1, 2, 3), 4)]


@pytest.mark.parametrize(("largest", "expected"), [(6_000, [(1, 2, 3, 4)]), (3, [(1, 2), (3, 4)])])
def test_component_too_large_parted_at_its_weakest_pairs(
    largest: int, expected: list[tuple[int, ...]]
) -> None:
    twice = "Volcano on the island of Tavara sends ash over the harbour"
    found = nodes(
        (f"{twice} town", 0.0, None), (f"{twice} town", 0.0, None),
        (f"{twice} cinema orchestra", 0.0, None), (f"{twice} cinema orchestra", 0.0, None),
    )  # fmt: skip
    changes = link_stories(
        found, StoryScheme(max_component=largest, threshold=-0.3, inner_contrast=9.0)
    )
    assert [change.groups for change in changes] == expected


def test_component_of_a_settled_story_not_parted() -> None:
    found = nodes((QUAKE, 0.0, 5), (BUDGET, 0.0, 5), ("Choir sings", 0.0, 5), (QUAKE, 0.0, None))
    changes = link_stories(found, StoryScheme(max_component=1), settled={1, 2, 3})
    assert [change.groups for change in changes] == [(1, 2, 3), (4,)]


def test_background_halved_after_twice_its_memory() -> None:
    scheme = StoryScheme(memory_texts=2)
    backgrounds = {"en": Background(scheme)}
    for _ in range(2):
        learn_backgrounds(nodes((QUAKE, 0.0, None), (BUDGET, 0.0, None)), scheme, backgrounds)
    assert backgrounds["en"].texts == 4
    before = backgrounds["en"].total_chance
    learn_backgrounds(nodes((QUAKE, 0.0, None)), scheme, backgrounds)
    assert backgrounds["en"].texts == 3
    assert backgrounds["en"].total_chance < before


def test_evidence_adds_up() -> None:
    one, two = nodes((QUAKE, 0.0, None), (QUAKE_TOO, DAY, None))
    background = Background(SCHEME)
    learn_backgrounds([one, two], SCHEME, {"en": background})
    left, right = scored_texts([one, two], SCHEME, background.pack()).values()
    found = story_evidence(left, right, SCHEME)
    assert found.related
    assert found.score == pytest.approx(
        found.cosine - found.chance - found.delay - SCHEME.threshold, abs=1e-5
    )
    assert found.cosine == pytest.approx(sum(term.weight for term in found.terms))
    assert {"tangerang", "earthquake"} <= {term.term for term in found.terms}
    assert next(t.kind for t in found.terms if t.term == "tangerang") == "name"
    assert found.score == pytest.approx(average_score([left], [right], SCHEME))


def test_evidence_kinds_of_terms() -> None:
    texts = ("The quake of 2022 shook Tangerang", "Quake shook the coast of Tangerang in 2022")
    both = [StoryNode(id=n, title="", text=text, language="en") for n, text in enumerate(texts)]
    left, right = scored_texts(both, SCHEME, PackedBackground()).values()
    kinds = {term.term: term.kind for term in story_evidence(left, right, SCHEME).terms}
    assert (kinds["tangerang"], kinds["2022"], kinds["shook"]) == ("name", "number", "word")


def test_background_counts_a_story_as_few_texts() -> None:
    told = [
        StoryNode(id=n, title=title, text="", language="en")
        for n, (title, _, _) in enumerate([(QUAKE, 0.0, None)] * 100 + [(BUDGET, 0.0, None)])
    ]
    one, plain = Background(SCHEME), Background(SCHEME)
    learn_backgrounds(
        told, SCHEME, {"en": one}, {node.id: 100 if node.id < 100 else 1 for node in told}
    )
    learn_backgrounds(told, SCHEME, {"en": plain})
    assert one.texts == pytest.approx(SCHEME.story_texts + 1)
    assert plain.texts == 101
    # Of a large stream they count as a share.
    learn_backgrounds(told[:100], SCHEME, {"en": plain}, dict.fromkeys(range(100), 100))
    assert plain.texts == pytest.approx(101 * (1 + SCHEME.story_share))


# Four events that share no more than any English texts do.
UNRELATED = (
    ("Council votes on budget", "The council voted on the budget for this year, after a debate."),
    ("Orchestra opens season", "The orchestra opened the season with a concert that was sold out."),
    ("Storm closes harbour", "The storm closed the harbour for a day, and the ferry did not run."),
    (
        "Striker signs for club",
        "The striker signed for the club as he was on the coast with it.",
    ),
)
COMMON = "the of and in to a was is for as on with by that from at his he not this after out it"


def test_link_not_by_common_words() -> None:
    found = [
        StoryNode(id=n, title=title, text=text, language="en")
        for n, (title, text) in enumerate(UNRELATED)
    ]
    partitions = []
    for words in ("", COMMON):
        packed = PackedBackground(common_words=tuple(words.split()))
        backgrounds = {"en": Background(SCHEME, packed)}
        learn_backgrounds(found, SCHEME, backgrounds)
        changes = link_stories(found, SCHEME, backgrounds)
        partitions.append([change.groups for change in changes])
    without, with_them = partitions
    assert len(without) < len(with_them) == len(found)


@given(seed=st.integers(0, 1_000), bound=st.floats(0, 1))
def test_strongest_pairs_connect_the_same_rows_at_every_bound(seed: int, bound: float) -> None:
    draw = np.random.default_rng(seed)
    a, b = draw.integers(0, 12, 40), draw.integers(0, 12, 40)
    _, first = np.unique(a * 12 + b, return_index=True)
    pairs = Pairs(a[first], b[first], draw.uniform(0, 1, len(first)).astype(np.float32))

    def connected(some: Pairs) -> list[int]:
        kept = some.score >= np.float32(bound)
        graph = csr_matrix((np.ones(kept.sum()), (some.a[kept], some.b[kept])), (12, 12))
        return list(connected_components(graph, directed=False)[1])

    assert connected(strongest(pairs, 12)) == connected(pairs)
