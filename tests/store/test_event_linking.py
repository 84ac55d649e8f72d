"""Events over time: what is found does not depend on how the stories came."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.grouping.event_linker import EventLinker
from crawler.grouping.linker import STORIES, Linker
from crawler.grouping.run import group
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision
from dedupe import EventScheme, pack_embeddings
from tests.conftest import NOW

# Names that a few stories share, as each language spells them.
NAMES = {
    "en": ("Tokayev", "Almaty", "Mirziyoyev", "Djokovic", "Kulibayev", "Karaganda"),
    "ru": ("Токаев", "Алматы", "Мирзиёев", "Джокович", "Кулибаев", "Караганда"),
    "de": ("Tokajew", "Almaty", "Mirsijojew", "Djokovic", "Kulibajew", "Karaganda"),
}
SCHEME = EventScheme(rarity_cap=8)
"""Low, so that a dozen stories make a name common."""
WORDS = {
    "en": "storm parliament budget orchestra harvest railway museum election hospital bridge",
    "ru": "буря парламент бюджет оркестр урожай дорога музей выборы больница мост",
    "de": "sturm parlament haushalt orchester ernte bahn museum wahl krankenhaus brücke",
}


class Told(NamedTuple):
    """An article that is a story of its own."""

    number: int
    language: str
    names: tuple[int, ...]
    day: int


def save(store: Store, told: Sequence[Told]) -> None:
    with store.batch():
        for article in told:
            named = [NAMES[article.language][n] for n in article.names]
            words = WORDS[article.language].split()
            # Words of its own keep the articles of one language apart.
            own = " ".join(
                f"{words[k % 10]}{chr(97 + article.number)}{chr(97 + k % 26)}" for k in range(30)
            )
            at = f"2022-01-{article.day:02d}T10:00:00Z"
            value = Article(
                url=f"https://o{article.number}.org/a", outlet="",
                title=" ".join([*named, words[article.number % 10]]), text=own,
                language=article.language,
                published=Moment(at=at, precision=Precision.SECOND, source="feed", raw=""),
            )  # fmt: skip
            outlet = store.outlets.ensure(f"o{article.number}.org")
            store.articles.save(value, outlet=outlet, run=1, now=NOW)


def new_store() -> Store:
    store = open_store(":memory:")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    return store


def events(store: Store) -> set[frozenset[str]]:
    """Addresses of the articles of each event."""
    rows = connection(store).execute(
        """
        SELECT s.event, a.url FROM stories s JOIN memberships m ON m.story = s.id
        JOIN articles a ON a.id = m.article WHERE s.event IS NOT NULL
        """
    )
    found: dict[int, set[str]] = {}
    for event, url in rows:
        found.setdefault(event, set()).add(url)
    return {frozenset(urls) for urls in found.values()}


def connection(store: Store) -> sqlite3.Connection:
    return store._connection


articles = st.lists(
    st.tuples(
        st.sampled_from(sorted(NAMES)),
        st.lists(st.integers(0, 5), min_size=0, max_size=4).map(tuple),
        st.integers(1, 12),
    ),
    min_size=2,
    max_size=24,
).map(lambda told: [Told(n, *one) for n, one in enumerate(told)])


@settings(max_examples=40)
@given(articles, st.lists(st.integers(0, 24), max_size=3), st.data())
def test_events_bit_by_bit_are_those_of_a_rebuild(
    told: list[Told], cuts: list[int], data: st.DataObject
) -> None:
    store = new_store()
    ends = sorted({*(cut for cut in cuts if cut < len(told)), len(told)})
    for start, end in zip([0, *ends], ends, strict=False):
        save(store, told[start:end])
        group(store, run=1, now=NOW, event_scheme=SCHEME)
    # Some say something else, at another time, later.
    changed = data.draw(st.lists(st.sampled_from(told), max_size=3, unique=True))
    save(store, [one._replace(names=one.names[1:], day=one.day % 12 + 1) for one in changed])
    group(store, run=1, now=NOW, event_scheme=SCHEME)
    before = events(store)
    numbers = dict(connection(store).execute("SELECT id, event FROM stories"))
    index = connection(store).execute("SELECT * FROM event_marks ORDER BY mark, story").fetchall()
    EventLinker(store, SCHEME, run=1, now=NOW).work(lambda _done, _total: None, rebuild=True)
    assert events(store) == before
    counts = connection(store).execute(
        "SELECT count(*), count(DISTINCT languages) FROM stories WHERE event IS NOT NULL"
        " GROUP BY event"
    )
    assert all(count == languages > 1 for count, languages in counts)
    assert dict(connection(store).execute("SELECT id, event FROM stories")) == numbers
    again = connection(store).execute("SELECT * FROM event_marks ORDER BY mark, story").fetchall()
    assert [tuple(row) for row in again] == [tuple(row) for row in index]
    store.close()


HEARD = replace(SCHEME, embedding_model="any")
VECTORS = pack_embeddings(np.random.RandomState(3).standard_normal((6, 16)).astype(np.float32))


def link_with_embeddings(store: Store) -> None:
    """Group, with what a model might say of each text: it knows its first name."""
    group(store, run=1, now=NOW, stories=False)
    with store.batch():
        if store.story_links.scheme() is None:
            store.story_links.set_scheme(STORIES.id)
    Linker(store, STORIES, run=1, now=NOW).work(lambda _done, _total: None)
    rows = connection(store).execute("SELECT id, title FROM articles").fetchall()
    with store.batch():
        for number, title in rows:
            known = [n for n in range(6) if title.startswith(tuple(of[n] for of in NAMES.values()))]
            if known:
                store.embeddings.keep([(number, "", VECTORS[known[0]])])
    EventLinker(store, HEARD, run=1, now=NOW).work(lambda _done, _total: None)


@settings(max_examples=25)
@given(articles, st.integers(0, 24))
def test_events_with_embeddings_bit_by_bit_are_those_of_a_rebuild(
    told: list[Told], cut: int
) -> None:
    store = new_store()
    for part in (told[:cut], told[cut:]):
        save(store, part)
        link_with_embeddings(store)
    before = events(store)
    EventLinker(store, HEARD, run=1, now=NOW).work(lambda _done, _total: None, rebuild=True)
    assert events(store) == before
    assert store.event_links.count_waiting() == 0
    store.close()


@settings(max_examples=20)
@given(articles)
def test_events_do_not_depend_on_the_order_of_arrival(told: list[Told]) -> None:
    found = []
    for order in (told, told[::-1]):
        store = new_store()
        for one in order:
            save(store, [one])
        group(store, run=1, now=NOW, event_scheme=SCHEME)
        found.append(events(store))
        store.close()
    assert found[0] == found[1]


EN, RU, DE = (Told(n, language, (0, 1, 2), 5) for n, language in enumerate(("en", "ru", "de")))


def url(told: Told) -> str:
    return f"https://o{told.number}.org/a"


def log(store: Store) -> list[tuple[int, str, int | None]]:
    rows = connection(store).execute("SELECT event, change, other FROM event_log ORDER BY id")
    return [tuple(row) for row in rows]


def test_events_are_created_grow_and_end() -> None:
    store = new_store()
    for told in (EN, RU, DE):
        save(store, [told])
        group(store, run=1, now=NOW)
    assert events(store) == {frozenset(map(url, (EN, RU, DE)))}
    assert log(store) == [(1, "created", None), (1, "grew", None)]
    # Corrected: it tells something else.
    save(store, [RU._replace(names=(3, 4, 5))])
    group(store, run=1, now=NOW)
    assert events(store) == {frozenset(map(url, (EN, DE)))}
    save(store, [DE._replace(names=())])
    group(store, run=1, now=NOW)
    assert events(store) == set()
    assert log(store)[2:] == [(1, "shrank", None), (1, "ended", None)]
    save(store, [DE])
    group(store, run=1, now=NOW)
    assert log(store)[4:] == [(2, "created", None)]
    assert store.event_links.count_waiting() == 0
    store.close()


def test_events_that_become_one_leave_a_redirect() -> None:
    store = new_store()
    uk = Told(3, "uk", (0, 1, 2), 5)
    NAMES["uk"], WORDS["uk"] = NAMES["ru"], WORDS["ru"]
    save(store, [EN, RU, DE._replace(names=(0, 3, 4)), uk._replace(names=(0, 3, 4))])
    group(store, run=1, now=NOW)
    assert len(events(store)) == 2
    save(store, [DE, uk])
    group(store, run=1, now=NOW)
    assert events(store) == {frozenset(map(url, (EN, RU, DE, uk)))}
    kept = store.events.resolve(2)
    assert kept == store.events.resolve(1)
    assert ("merged", kept) in {(change, other) for _, change, other in log(store)}
    store.close()


def test_events_nothing_changes_when_nothing_is_new() -> None:
    store = new_store()
    save(store, [EN, RU, DE])
    group(store, run=1, now=NOW)
    before = log(store), events(store)
    group(store, run=1, now=NOW)
    group(store, run=1, now=NOW, rebuild=True)
    assert (log(store), events(store)) == before
    store.close()
