from __future__ import annotations

import random

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from dedupe import (
    CommonShingles,
    CopyEdge,
    CopyScheme,
    Document,
    MemoryIndex,
    OutletBoilerplate,
    Relation,
    SchemeMismatch,
    boilerplate_test,
    copy_edge,
    copy_groups,
    document,
    estimate,
    find_copies,
    group_of,
    longest_passage,
    shared_passage,
    shingled_text,
    signature,
)
from dedupe.copies.longest_run import longest_run

SCHEME = CopyScheme()
WORDS = [f"word{n}" for n in range(400)]


def text(*parts: tuple[int, int]) -> str:
    return " ".join(word for start, end in parts for word in WORDS[start:end])


def edges(texts: dict[int, str]) -> list[CopyEdge]:
    documents = [document(i, t, SCHEME, seed=1) for i, t in texts.items()]
    known = {d.id: [d] for d in documents}
    return list(find_copies(documents, MemoryIndex(), SCHEME, texts=known.__getitem__))


def groups(texts: dict[int, str], order: list[int], seed: int = 1) -> dict[int, int]:
    """Each text's group, the texts arriving in this order."""
    documents = [document(i, texts[i], SCHEME, seed=seed) for i in order]
    known = {d.id: d for d in documents}
    found = find_copies(documents, MemoryIndex(), SCHEME, texts=lambda i: [known[i]])
    made, _ = copy_groups(texts, found, lambda a, b: copy_edge(known[a], known[b], SCHEME))
    return group_of(made)


def test_copy_of_an_equal_text() -> None:
    (edge,) = edges({1: text((0, 100)), 2: text((0, 100)), 3: text((200, 300))})
    assert (edge.a, edge.b, edge.relation, edge.jaccard) == (1, 2, Relation.SAME, 1.0)
    assert edge.joined


def test_copy_truncated_found_by_its_anchors() -> None:
    (edge,) = edges({1: text((0, 240)), 2: text((0, 60))})
    assert edge.relation is Relation.CONTAINS
    assert edge.joined
    assert edge.jaccard < SCHEME.min_jaccard
    assert edge.containment_b == 1.0


def test_copy_embedded_is_contained() -> None:
    (edge,) = edges({1: text((100, 160)), 2: text((0, 240))})
    assert edge.relation is Relation.CONTAINED
    assert edge.containment_a == 1.0


def test_copy_edge_of_a_shared_passage_does_not_join() -> None:
    found = copy_edge(
        Document(id=1, shingled=shingled_text(text((0, 100)), SCHEME)),
        Document(id=2, shingled=shingled_text(text((70, 170)), SCHEME)),
        SCHEME,
    )
    assert found is not None
    assert found.relation is Relation.PARTIAL
    assert not found.joined


def test_copy_of_a_short_text_is_an_equal_one() -> None:
    short = {3: text((0, 15)), 4: text((0, 15)), 5: text((0, 14)), 6: "One", 7: "ONE!", 8: "Two"}
    found = edges({1: "", 2: "...", **short, 9: text((0, 40))})
    assert {(edge.a, edge.b, edge.relation) for edge in found} == {
        (3, 4, Relation.SAME), (6, 7, Relation.SAME),
    }  # fmt: skip


def test_copy_of_a_short_text_is_not_what_its_outlet_repeats() -> None:
    common, outlet = CommonShingles(SCHEME), OutletBoilerplate(SCHEME)
    notice = "Only subscribers can read this."
    every = shingled_text(notice, SCHEME).every
    for n in range(3):
        test = boilerplate_test(SCHEME, common, outlet)
        assert len(shingled_text(notice, SCHEME, test).shingles) == 1
        common.count(every, copy=n > 0)
        outlet.count(every, copy=n > 0)
    made = shingled_text(notice, SCHEME, boilerplate_test(SCHEME, common, outlet))
    assert not len(made.shingles)
    assert copy_edge(Document(id=1, shingled=made), Document(id=2, shingled=made), SCHEME) is None


def test_copy_of_a_brief_with_three_words_replaced() -> None:
    words = text((0, 40)).split()
    words[8] = words[19] = words[30] = "other"
    (edge,) = edges({1: text((0, 40)), 2: " ".join(words)})
    assert edge.relation is Relation.SAME
    assert edge.shared < SCHEME.min_passage


def test_copy_by_its_first_paragraph_alone() -> None:
    (edge,) = edges({1: f"Almaty, Wednesday {text((0, 400))}", 2: text((0, 30))})
    assert edge.relation is Relation.CONTAINS
    assert edge.containment_a < SCHEME.min_longer_containment


def test_copy_by_several_passages() -> None:
    mixed = text((0, 40), (200, 230), (50, 90), (240, 270))
    (edge,) = edges({1: text((0, 140)), 2: mixed})
    assert edge.joined
    assert max(edge.containment_a, edge.containment_b) < SCHEME.min_containment


def test_copy_of_long_prose_with_other_numbers() -> None:
    words = text((0, 400)).split()
    prints = []
    for first in (10, 500):
        for place in range(10, 400, 20):
            words[place] = str(first + place)
        prints.append(" ".join(words))
    (edge,) = edges(dict(enumerate(prints)))
    assert (edge.numbers_same, edge.numbers_changed) == (0, 20)
    assert edge.joined
    # Where names change as well it is a template.
    for place in range(20, 400, 20):
        words[place] = "Thorne"
    (edge,) = edges({1: prints[0], 2: " ".join(words)})
    assert not edge.joined


def test_longest_passage_of_two_runs() -> None:
    found = longest_passage(text((0, 50), (300, 310)), text((10, 40), (300, 320)), SCHEME)
    assert found == text((10, 40))
    assert longest_passage("nothing alike here at all", text((0, 30)), SCHEME) == ""


def test_signature_of_another_seed_refused() -> None:
    one, two = (
        signature(shingled_text(text((0, 100)), SCHEME).every, SCHEME, seed=s) for s in (1, 2)
    )
    with pytest.raises(SchemeMismatch, match="different schemes or seeds"):
        estimate(one, two)


def test_estimate_near_the_exact_similarity() -> None:
    scheme = CopyScheme(bands=128, rows=1)
    one, two = (shingled_text(text(part), scheme).every for part in ((0, 300), (100, 400)))
    exact = len(np.intersect1d(one, two)) / len(np.union1d(one, two))
    signs = [signature(s, scheme, seed=5) for s in (one, two)]
    assert abs(estimate(*signs) - exact) < 0.15  # 3.4 standard errors


@given(st.permutations(range(12)), st.integers(0, 2**32 - 1))
def test_groups_in_any_order_of_arrival(order: list[int], seed: int) -> None:
    texts = {i: text((i // 3 * 100, i // 3 * 100 + 60 + 10 * (i % 3))) for i in range(12)}
    assert groups(texts, order, seed) == {i: i // 3 * 3 for i in range(12)}


PARTS = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(
    lambda part: (10 * part[0], 10 * (part[0] + part[1]))
)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=3), min_size=2, max_size=7), st.randoms())
def test_find_copies_in_any_order_gives_the_same_edges(
    made: list[list[tuple[int, int]]], draw: random.Random
) -> None:
    texts = {n: text(*parts) for n, parts in enumerate(made)}
    shuffled = list(texts.items())
    draw.shuffle(shuffled)
    by_pair = [
        sorted(edges(dict(order)), key=lambda edge: (edge.a, edge.b))
        for order in (texts.items(), shuffled)
    ]
    assert by_pair[0] == by_pair[1]


@given(st.lists(PARTS, min_size=1, max_size=3), st.lists(PARTS, min_size=1, max_size=3))
def test_copy_edge_does_not_depend_on_the_lower_number(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    a, b = (shingled_text(text(*parts), SCHEME) for parts in (one, other))
    edge = copy_edge(Document(id=1, shingled=a), Document(id=2, shingled=b), SCHEME)
    turned = copy_edge(Document(id=2, shingled=a), Document(id=1, shingled=b), SCHEME)
    assert (edge is None) == (turned is None)
    if edge and turned:
        assert (edge.joined, edge.jaccard) == (turned.joined, turned.jaccard)
        assert (edge.containment_a, edge.containment_b) == (
            turned.containment_b, turned.containment_a,
        )  # fmt: skip


def test_find_copies_incremental_equals_all_at_once() -> None:
    draw = random.Random(3)
    texts = {}
    for i in range(60):
        start = draw.randrange(0, 300, 25)
        texts[i] = text((start, start + draw.randrange(30, 90)))
    documents = [document(i, t, SCHEME, seed=9) for i, t in texts.items()]
    known = {d.id: [d] for d in documents}
    index = MemoryIndex()
    stepwise: list[CopyEdge] = []
    for n in range(0, 60, 7):
        part = documents[n : n + 7]
        stepwise += find_copies(part, index, SCHEME, texts=known.__getitem__)
    at_once = list(find_copies(documents, MemoryIndex(), SCHEME, texts=known.__getitem__))
    assert stepwise == at_once


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_longest_run_equals_a_plain_search(a: list[str], b: list[str]) -> None:
    start, length = longest_run(a, b)
    runs = {tuple(b[i:j]) for i in range(len(b)) for j in range(i, len(b) + 1)}
    plain = max(
        (j - i for i in range(len(a)) for j in range(i, len(a) + 1) if tuple(a[i:j]) in runs),
        default=0,
    )
    assert length == plain
    assert not length or tuple(a[start : start + length]) in runs


@given(st.text(alphabet="ab ", max_size=80), st.text(alphabet="ab ", max_size=80))
def test_shared_passage_equals_the_longest(a: str, b: str) -> None:
    scheme = CopyScheme(shingle_words=2, min_shingles=1)
    fast = shared_passage(shingled_text(a, scheme), shingled_text(b, scheme), (a, b), scheme)
    plain = longest_passage(a, b, scheme)
    assert len(fast.split()) == len(plain.split())
    assert f" {fast} " in f" {' '.join(b.split())} " or not fast


@pytest.mark.parametrize(
    ("a", "b", "passage"),
    [
        (((0, 80),), ((20, 60), (100, 120)), (20, 60)),
        (((0, 30), (100, 160)), ((90, 150), (10, 30)), (100, 150)),
        (((0, 80),), ((0, 80),), (0, 80)),
        (((0, 80),), ((200, 280),), None),
        (((0, 80),), ((0, 3),), None),
        (((0, 30), (50, 60)), ((0, 10), (0, 20), (50, 60)), (0, 20)),
    ],
    ids=["inside", "the longer of two", "equal", "nothing", "too short", "repeated"],
)
def test_shared_passage_of_plain_cases(
    a: tuple[tuple[int, int], ...],
    b: tuple[tuple[int, int], ...],
    passage: tuple[int, int] | None,
) -> None:
    one, other = text(*a), text(*b)
    found = shared_passage(
        shingled_text(one, SCHEME), shingled_text(other, SCHEME), (one, other), SCHEME
    )
    assert found == (text(passage) if passage else "")
    assert found == longest_passage(one, other, SCHEME)


def test_signature_equals_that_of_datasketch() -> None:
    draw = random.Random(8)
    for _ in range(1_000):
        made = shingled_text(" ".join(draw.choices(WORDS, k=draw.randrange(5, 90))), SCHEME).every
        plain = MinHash(num_perm=SCHEME.permutations, seed=77, hashfunc=int, scheme="affine32")
        plain.update_batch((made & np.uint64(0xFFFFFFFF)).tolist())
        ours = np.frombuffer(signature(made, SCHEME, seed=77).values, "<u4")
        assert (ours == plain.hashvalues).all()


def test_groups_of_a_chain_stay_short() -> None:
    texts = {i: text((25 * i, 25 * i + 100)) for i in range(12)}
    found = groups(texts, list(texts))
    assert len(set(found.values())) >= 3
    for a, b in ((a, b) for a in texts for b in texts if a < b and found[a] == found[b]):
        assert b - a <= 4


def test_groups_of_a_digest_of_three_leave_it_alone() -> None:
    reports = [text((start, start + 60)) for start in (0, 100, 200)]
    texts = dict(enumerate([*reports, " ".join(reports)]))
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        assert groups(texts, order) == {0: 0, 1: 1, 2: 2, 3: 3}


def test_groups_of_a_text_between_two_centres() -> None:
    """It joins what holds most of it, not what was found first."""
    whole, part = text((0, 200)), text((0, 120))
    texts = {1: whole, 2: whole, 3: part, 4: f"{text((60, 120))} {text((300, 390))}"}
    texts |= dict.fromkeys((5, 6, 7), texts[4])
    found = groups(texts, list(texts))
    assert found[1] == found[3] != found[4] == found[7]


def test_groups_of_a_digest_keep_its_reports_apart() -> None:
    one, two = text((0, 80)), text((200, 280))
    found = groups({1: one, 2: one, 3: two, 4: two, 5: f"{one} {two}"}, [5, 1, 2, 3, 4])
    assert found[1] == found[2] != found[3] == found[4]
    assert found[5] in (found[1], found[3])


def test_copy_edge_of_a_paragraph_does_not_join() -> None:
    (edge,) = edges({1: text((0, 400)), 2: text((180, 216))})
    assert edge.containment_b == 1.0
    assert edge.relation is Relation.PARTIAL


REPORT = (
    "Stocks closed {} points higher in busy trading on Monday afternoon, a change of {} percent "
    "since the end of last week. Volume was {} million shares in all, with banks ahead of all. Oil "
    "traded at {} dollars a barrel as the market waited for word from the producers, and gold went "
    "for {} an ounce. Advancing issues outnumbered falling ones on the main board by {} to one."
)


def test_template_with_other_numbers_is_no_copy() -> None:
    (edge,) = edges({1: REPORT.format(*range(6)), 2: REPORT.format(*range(50, 56))})
    assert (edge.numbers_same, edge.numbers_changed) == (0, 6)
    assert edge.relation is Relation.PARTIAL
    assert edge.jaccard > SCHEME.min_jaccard


def test_template_not_by_one_corrected_number() -> None:
    (edge,) = edges({1: REPORT.format(*range(6)), 2: REPORT.format(99, *range(1, 6))})
    assert (edge.numbers_same, edge.numbers_changed) == (5, 1)
    assert edge.joined


@pytest.mark.parametrize(
    "hostile",
    [
        "a", "five words and no more", "12 " * 400, "word " * 100_000, "\u202eabc " * 50,
        "\u0e01\u0e31 \u05d0\u05d1 " * 3, "", "\x00" * 500, "\ud800 \udfff" * 300, "🎈🎉" * 400,
    ],
)  # fmt: skip
def test_keys_at_most_one_for_hostile_texts(hostile: str) -> None:
    has_words = any(letter.isalnum() for letter in hostile)
    assert len(document(1, hostile, SCHEME, seed=1).keys) == has_words


def test_copy_of_five_million_characters() -> None:
    long = " ".join(f"w{n}" for n in range(650_000))
    (edge,) = edges({1: long, 2: long[: len(long) // 5]})
    assert edge.relation is Relation.CONTAINS


def test_groups_of_two_hundred_reports_of_a_template() -> None:
    draw = random.Random(4)
    texts = {n: REPORT.format(*(draw.randrange(1, 10_000) for _ in range(6))) for n in range(200)}
    assert len(set(groups(texts, list(texts)).values())) == 200


def test_groups_of_texts_that_share_a_notice() -> None:
    notice = text((350, 400))
    draw = random.Random(6)
    texts = {
        n: f"{' '.join(str(draw.getrandbits(40)) + 'x' for _ in range(120))} {notice}"
        for n in range(300)
    }
    assert len(set(groups(texts, list(texts)).values())) == 300


def test_groups_of_edited_copies_hold_together_in_any_order() -> None:
    draw = random.Random(12)
    original = text((0, 300)).split()
    texts = {0: " ".join(original)}
    for n in range(1, 150):
        kept = [w if draw.random() > 0.02 else f"x{draw.getrandbits(20)}" for w in original]
        texts[n] = " ".join(kept[: draw.choice((100, 200, 300))])
    order = list(texts)
    sizes = set()
    for _ in range(3):
        draw.shuffle(order)
        found = groups(texts, order)
        assert len(set(found.values())) <= 3
        sizes.add(sum(group == found[0] for group in found.values()))
    assert min(sizes) >= 145
