from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import (
    CopyEdge,
    Document,
    InvalidScheme,
    MemoryIndex,
    Relation,
    Scheme,
    SchemeMismatch,
    compare,
    copy_groups,
    document,
    estimate,
    find_copies,
    longest_passage,
    signature,
)
from dedupe.evidence import _longest_run
from dedupe.text import shingles

SCHEME = Scheme()
WORDS = [f"word{n}" for n in range(400)]


def text(*parts: tuple[int, int]) -> str:
    return " ".join(word for start, end in parts for word in WORDS[start:end])


def edges(texts: dict[int, str]) -> list[CopyEdge]:
    documents = [document(i, t, SCHEME, seed=1) for i, t in texts.items()]
    known = {d.id: d.shingles for d in documents}
    return list(find_copies(documents, MemoryIndex(), SCHEME, shingles=known.__getitem__))


def test_the_same_text_is_a_copy() -> None:
    (edge,) = edges({1: text((0, 100)), 2: text((0, 100)), 3: text((200, 300))})
    assert (edge.a, edge.b, edge.relation, edge.jaccard) == (1, 2, Relation.SAME, 1.0)
    assert edge.joined


def test_a_truncated_text_is_found_by_its_anchors() -> None:
    (edge,) = edges({1: text((0, 240)), 2: text((0, 60))})
    assert edge.relation is Relation.CONTAINS
    assert edge.joined
    assert edge.jaccard < SCHEME.min_jaccard
    assert edge.containment_b == 1.0


def test_an_embedded_text_is_contained_from_the_other_side() -> None:
    (edge,) = edges({1: text((100, 160)), 2: text((0, 240))})
    assert edge.relation is Relation.CONTAINED
    assert edge.containment_a == 1.0


def test_a_shared_passage_is_evidence_without_joining() -> None:
    found = compare(
        Document(id=1, shingles=shingles(text((0, 100)), SCHEME), keys=()),
        Document(id=2, shingles=shingles(text((70, 170)), SCHEME), keys=()),
        SCHEME,
    )
    assert found is not None
    assert found.relation is Relation.PARTIAL
    assert not found.joined


def test_short_and_empty_texts_never_group() -> None:
    assert edges({1: "", 2: "", 3: text((0, 15)), 4: text((0, 15))}) == []


def test_longest_passage_is_the_longest_run_of_words() -> None:
    found = longest_passage(text((0, 50), (300, 310)), text((10, 40), (300, 320)), SCHEME)
    assert found == text((10, 40))
    assert longest_passage("nothing alike here at all", text((0, 30)), SCHEME) == ""


def test_signatures_of_two_seeds_are_not_comparable() -> None:
    one, two = (signature(shingles(text((0, 100)), SCHEME), SCHEME, seed=s) for s in (1, 2))
    with pytest.raises(SchemeMismatch, match="different schemes or seeds"):
        estimate(one, two)


def test_the_estimate_is_near_the_exact_similarity() -> None:
    scheme = Scheme(bands=128, rows=1)
    one, two = (shingles(text(part), scheme) for part in ((0, 300), (100, 400)))
    exact = len(one & two) / len(one | two)
    signs = [signature(s, scheme, seed=5) for s in (one, two)]
    assert abs(estimate(*signs) - exact) < 0.15  # 3.4 standard errors


def test_a_scheme_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidScheme, match="joining thresholds"):
        Scheme(min_evidence=0.9)


@given(st.permutations(range(12)), st.integers(0, 2**32 - 1))
def test_groups_do_not_depend_on_the_order_of_arrival(order: list[int], seed: int) -> None:
    texts = {i: text((i // 3 * 100, i // 3 * 100 + 60 + 10 * (i % 3))) for i in range(12)}
    documents = [document(i, texts[i], SCHEME, seed=seed) for i in order]
    known = {d.id: d.shingles for d in documents}
    found = find_copies(documents, MemoryIndex(), SCHEME, shingles=known.__getitem__)
    assert copy_groups(range(12), found) == {i: i // 3 * 3 for i in range(12)}


def test_incremental_equals_all_at_once() -> None:
    draw = random.Random(3)
    texts = {}
    for i in range(60):
        start = draw.randrange(0, 300, 25)
        texts[i] = text((start, start + draw.randrange(30, 90)))
    documents = [document(i, t, SCHEME, seed=9) for i, t in texts.items()]
    known = {d.id: d.shingles for d in documents}
    index = MemoryIndex()
    stepwise: list[CopyEdge] = []
    for n in range(0, 60, 7):
        part = documents[n : n + 7]
        stepwise += find_copies(part, index, SCHEME, shingles=known.__getitem__)
    at_once = list(find_copies(documents, MemoryIndex(), SCHEME, shingles=known.__getitem__))
    assert stepwise == at_once


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_the_longest_run_is_what_a_plain_search_finds(a: list[str], b: list[str]) -> None:
    start, length = _longest_run(a, b)
    runs = {tuple(b[i:j]) for i in range(len(b)) for j in range(i, len(b) + 1)}
    plain = max(
        (j - i for i in range(len(a)) for j in range(i, len(a) + 1) if tuple(a[i:j]) in runs),
        default=0,
    )
    assert length == plain
    assert not length or tuple(a[start : start + length]) in runs
