"""Lines that an outlet repeats: learned as texts are compared, left out where they are shown."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from crawler.grouping.run import group
from crawler.parsing.texts import storable
from crawler.store import Store, open_store
from crawler.types import Article
from tests.conftest import NOW

BIO = "Ann Lee has written of bridges for twenty years."


def save(store: Store, number: int, text: str, outlet: str = "g") -> None:
    article = Article(url=f"https://{outlet}.org/{number}", outlet=outlet, title="T", text=text)
    with store.batch():
        store.articles.save(article, outlet=store.outlets.ensure(outlet), run=1, now=NOW)


def words(seed: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"wort{draw.randrange(5_000)}" for _ in range(80))


def shown(store: Store, article: int) -> str:
    found = store.queries.articles.get(article)
    assert found is not None
    return str(found.text)


def test_what_five_texts_of_an_outlet_repeat_is_left_out_and_the_text_itself_is_kept(
    store: Store,
) -> None:
    for number in range(1, 6):
        save(store, number, f"{words(number)}\n{BIO}")
    save(store, 6, f"{words(6)}\n{BIO}", outlet="other")
    group(store, run=1, now=NOW)
    assert shown(store, 1) == words(1)
    assert shown(store, 6) == f"{words(6)}\n{BIO}"
    columns, rows, *_ = store.queries.exports.export("articles")
    assert all(BIO not in row[columns.index("text")] for row in list(rows)[:5])
    # Made anew, it is the same.
    group(store, run=1, now=NOW, rebuild=True)
    assert shown(store, 1) == words(1)


def test_prints_of_one_text_in_one_outlet_make_no_boilerplate(store: Store) -> None:
    for number in range(1, 8):
        save(store, number, f"{words(0)}\n{BIO}")
    group(store, run=1, now=NOW)
    assert shown(store, 1) == f"{words(0)}\n{BIO}"


@given(st.text(max_size=80).map(storable))
def test_without_boilerplate_a_text_is_shown_as_it_is(text: str) -> None:
    store = open_store(":memory:")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    save(store, 1, text)
    assert shown(store, 1) == text
    store.close()
