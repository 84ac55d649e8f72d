from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from crawler.errors import SchemeChanged
from crawler.grouping.run import group
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision
from dedupe import CopyScheme
from tests.conftest import NOW

Filled = Callable[[list[list[tuple[int, str]]]], Store]
WORDS = [f"wort{n}" for n in range(900)]


def texts(count: int) -> list[str]:
    """Texts of which some overlap: whole, cut, embedded."""
    draw = random.Random(5)
    found = []
    for _ in range(count):
        start = draw.choice([0, 150, 300, 450, 600])
        found.append(" ".join(WORDS[start : start + draw.choice([40, 80, 150])]))
    return found


def save(store: Store, number: int, text: str) -> None:
    day = Moment(at="2022-01-05T10:00:00Z", precision=Precision.SECOND, source="feed", raw="")
    article = Article(
        url=f"https://g{number % 7}.org/{number}", outlet="", title=f"Titel {text[:20]}",
        text=text, language="de", published=day,
    )  # fmt: skip
    with store.batch():
        outlet = store.outlets.ensure(f"g{number % 7}.org")
        store.articles.save(article, outlet=outlet, run=1, now=NOW)


@pytest.fixture
def filled() -> Iterator[Filled]:
    """Makes stores, one grouping after each part; closes them."""
    made: list[Store] = []

    def fill(parts: list[list[tuple[int, str]]]) -> Store:
        made.append(open_store(":memory:"))
        return _fill(made[-1], parts)

    yield fill
    for store in made:
        store.close()


def _fill(store: Store, parts: list[list[tuple[int, str]]]) -> Store:
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        store.copies.set_scheme(CopyScheme().id, seed=7, seed_id="seven")
    for part in parts:
        for number, text in part:
            save(store, number, text)
        group(store, run=1, now=NOW)
    return store


def partition(store: Store, key: str) -> set[frozenset[str]]:
    found: dict[int | None, set[str]] = {}
    for row in store.queries.articles.all_placed():
        found.setdefault(getattr(row, key), set()).add(row.url)
    return {frozenset(members) for members in found.values()}


def test_incremental_equals_all_at_once_in_any_order(filled: Filled) -> None:
    numbered = list(enumerate(texts(60)))
    shuffled = numbered[:]
    random.Random(1).shuffle(shuffled)
    at_once = filled([numbered])
    stepwise = filled([shuffled[n : n + 9] for n in range(0, 60, 9)])
    assert partition(at_once, "copy_group") == partition(stepwise, "copy_group")
    assert len(partition(at_once, "copy_group")) < 20


def test_grouping_twice_does_nothing_the_second_time(filled: Filled) -> None:
    store = filled([list(enumerate(texts(20)))])
    before = list(store.queries.articles.all_placed())
    assert group(store, run=1, now=NOW).compared == 0
    assert list(store.queries.articles.all_placed()) == before


def test_a_rebuild_gives_the_same_groups_and_keeps_story_numbers(filled: Filled) -> None:
    store = filled([list(enumerate(texts(30)))])
    before = list(store.queries.articles.all_placed())
    done = group(store, run=1, now=NOW, rebuild=True)
    assert done.compared == 30
    assert list(store.queries.articles.all_placed()) == before


def test_an_article_is_grouped_by_the_revision_that_matched(filled: Filled) -> None:
    first, second = " ".join(WORDS[:80]), " ".join(WORDS[500:580])
    store = filled([[(1, first), (2, first)]])
    save(store, 1, second)
    save(store, 3, second)
    group(store, run=1, now=NOW)
    assert store.upkeep.problems() == []
    evidence = {
        pair: (edge.revision_a, edge.revision_b, edge.joined)
        for pair in ((1, 2), (1, 3), (2, 3))
        if (edge := store.queries.articles.evidence(*pair))
    }
    assert evidence == {(1, 2): (0, 0, 1), (1, 3): (1, 0, 1)}
    before = partition(store, "copy_group")
    assert before == {frozenset(f"https://g{n}.org/{n}" for n in (1, 2, 3))}
    group(store, run=1, now=NOW, rebuild=True)
    assert partition(store, "copy_group") == before


def test_texts_that_were_never_current_at_a_grouping_are_compared_too(filled: Filled) -> None:
    store = filled([[(1, " ".join(WORDS[:80])), (2, " ".join(WORDS[300:380]))]])
    save(store, 1, " ".join(WORDS[300:380]))
    save(store, 1, " ".join(WORDS[600:680]))
    group(store, run=1, now=NOW)
    edge = store.queries.articles.evidence(1, 2)
    assert edge is not None
    assert (edge.revision_a, edge.joined) == (1, 1)


def test_another_scheme_is_refused_by_name_and_a_rebuild_is_the_remedy(filled: Filled) -> None:
    store = filled([list(enumerate(texts(12)))])
    stricter = CopyScheme(min_jaccard=0.99, min_containment=1.0)
    with pytest.raises(SchemeChanged) as refused:
        group(store, run=1, now=NOW, scheme=stricter)
    for part in (CopyScheme().id, stricter.id, "newsloom group --rebuild"):
        assert part in str(refused.value)
    assert group(store, run=1, now=NOW, scheme=stricter, rebuild=True).compared == 12


def test_articles_that_join_later_do_not_rename_a_story(filled: Filled) -> None:
    numbered = list(enumerate(texts(40)))
    store = filled([numbered[:20]])
    before = {row.url: row.story or 0 for row in store.queries.articles.all_placed()}
    for number, text in numbered[20:]:
        save(store, number, text)
    group(store, run=1, now=NOW)
    for row in store.queries.articles.all_placed():
        if row.url in before:
            assert store.stories.resolve(before[row.url]) == row.story


def test_a_grouping_that_is_out_of_time_goes_on_where_it_was(store: Store) -> None:
    """Beyond the articles that are compared in one go; fewer here, as in a file of a million."""
    scheme = CopyScheme(warm_up_articles=30, batch_size=20)
    for number, text in enumerate(texts(100)):
        save(store, number, text)
    first = group(store, run=1, now=NOW, scheme=scheme, is_over=lambda: True)
    assert (first.compared, first.linked) == (20, 0)
    assert first.waiting == 80 + store.story_links.count_waiting() > 80
    second = group(store, run=1, now=NOW, scheme=scheme)
    assert (second.compared, second.waiting) == (80, 0)
    assert store.copies.count_waiting() == store.story_links.count_waiting() == 0


def test_a_small_file_is_compared_in_one_go_however_late_it_is(store: Store) -> None:
    """Broken off, it would begin again each time: it is compared again when it has doubled."""
    for number, text in enumerate(texts(40)):
        save(store, number, text)
    assert group(store, run=1, now=NOW, is_over=lambda: True).compared == 40


def test_one_text_under_many_addresses_is_compared_with_few_of_them(store: Store) -> None:
    for number in range(200):
        save(store, 7 * number, " ".join(WORDS[:120]))
    done = group(store, run=1, now=NOW)
    # 32 candidates each, not 200.
    assert done.edges < 200 * 40
    (groups,) = store._connection.execute("SELECT count(*) FROM copy_groups").fetchone()
    assert groups == 1


def test_texts_that_many_others_hardly_differ_from_are_counted(store: Store) -> None:
    """They are taken for a template, since no two are near enough to be prints of one text."""
    draw = random.Random(1)
    frame = [f"word{draw.randrange(5_000)}" for _ in range(200)]
    for number in range(60):
        words = list(frame)
        for place in draw.sample(range(200), 12):
            words[place] = f"own{number}at{place}"
        save(store, number, " ".join(words))
    for number, text in enumerate(texts(20), start=100):
        save(store, number, text)
    assert group(store, run=1, now=NOW).repeated == 60
