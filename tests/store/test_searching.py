from __future__ import annotations

import pytest

from crawler.store import Store
from crawler.store.queries import search
from crawler.types import Article
from tests.conftest import NOW

TEXTS = (
    "bridge bridge bridge opens over the river",
    "the council talks of a bridge, of schools, of roads and of much else that it has talked of",
    "the orchestra opens its season",
    "the ferry sails",
)


@pytest.fixture
def filled(store: Store) -> Store:
    with store.batch():
        outlet = store.outlets.ensure("g.org")
        for number, text in enumerate(TEXTS):
            article = Article(url=f"https://g.org/{number}", outlet="", title="", text=text)
            store.articles.save(article, outlet=outlet, run=1, now=NOW)
    return store


def found(store: Store, words: str) -> tuple[list[int], list[int]]:
    """What the command line and the desk find."""
    rows, _ = store.queries.search.faceted(words, limit=9)
    listed = store.queries.search.best(words, limit=9)
    return [row.article for row in listed], [row.article for row in rows]


def test_the_best_match_comes_first(filled: Store) -> None:
    assert found(filled, "bridge") == ([1, 2], [1, 2])
    assert found(filled, "the bridge") == ([1, 2], [1, 2])
    assert found(filled, "bridge \0") == ([1, 2], [1, 2])


def test_of_a_word_that_very_many_articles_hold_the_newest_come_first(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COMMON", 1)
    assert found(filled, "bridge") == ([2, 1], [2, 1])
    # A common word makes it so for all of them.
    assert found(filled, "ferry") == ([4], [4])
    assert found(filled, "the bridge") == ([2, 1], [2, 1])
