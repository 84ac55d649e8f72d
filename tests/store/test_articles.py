from __future__ import annotations

import pytest

from crawler.errors import ValueRefused
from crawler.store import Saved, Store
from crawler.store.facts.revisions import FAR_BACK
from crawler.types import Article, ArticleFilter, ArticleKind, Moment, Precision
from tests.conftest import NOW

WHEN = Moment(at="2022-01-05T10:00:00Z", precision=Precision.SECOND, source="feed", raw="x")


def article(text: str = "The bridge closes.", **given: object) -> Article:
    fields: dict[str, object] = {
        "url": "https://g.org/1", "outlet": "g", "title": "Bridge", "published": WHEN,
        "authors": ("Ann Lee",), "language": "en",
    }  # fmt: skip
    return Article(text=text, **(fields | given))  # type: ignore[arg-type]


def save(store: Store, what: Article, *, now: str = NOW) -> Saved:
    with store.batch():
        return store.articles.save(what, outlet=store.outlets.ensure("g"), run=1, now=now)


def test_the_same_again_changes_nothing(store: Store) -> None:
    assert save(store, article()) is Saved.NEW
    assert save(store, article()) is Saved.SAME
    assert store.queries.articles.revisions(1) == []


def test_a_changed_text_keeps_the_old_one(store: Store) -> None:
    save(store, article())
    later = "2022-01-21T12:00:00Z"
    changed = article("The bridge stays open.", published=None, fetched_at=later)
    assert save(store, changed, now=later) is Saved.REVISED
    (old,) = store.queries.articles.revisions(1)
    assert (old.text, old.replaced_at) == ("The bridge closes.", later)
    new = store.queries.articles.get(1)
    assert new is not None
    assert (new.text, new.revisions) == ("The bridge stays open.", 1)
    # the new text said nothing of a date: what was known stays
    assert new.published_at == WHEN.at


def test_a_doubt_about_the_time_goes_with_the_time_it_was_about(store: Store) -> None:
    save(store, article(published_doubt="meta says 2021-01-01"))
    save(store, article("The bridge stays open."))
    columns, (row,), *_ = store.queries.exports.export("articles", text=False)
    assert row[columns.index("published_doubt")] is None


def test_a_doubt_of_the_crawl_stays_when_the_same_time_is_read_again(store: Store) -> None:
    save(store, article(published_doubt=f"{FAR_BACK} (2024-01-05)"))
    save(store, article("The bridge stays open."))
    (doubt,) = store._connection.execute("SELECT published_doubt FROM articles").fetchone()
    assert doubt == f"{FAR_BACK} (2024-01-05)"


def kind_of(store: Store) -> str | None:
    found = store.queries.articles.get(1)
    assert found is not None
    return found.kind


@pytest.mark.parametrize("kind", [None, *ArticleKind])
def test_every_kind_can_be_kept(store: Store, kind: ArticleKind | None) -> None:
    save(store, article(kind=kind))
    assert kind_of(store) == kind


def test_the_kinds_are_a_closed_set(store: Store) -> None:
    with pytest.raises(ValueRefused, match="CHECK"):
        save(store, article(kind="sponsored"))


def test_a_kind_stays_until_another_is_stated(store: Store) -> None:
    save(store, article(kind=ArticleKind.LIVE_BLOG))
    save(store, article("The bridge stays open."))
    assert kind_of(store) == "live-blog"
    save(store, article("The bridge was never closed.", kind=ArticleKind.REPORT))
    assert kind_of(store) == "report"


def test_a_kind_that_is_stated_later_is_no_revision(store: Store) -> None:
    save(store, article())
    assert save(store, article(kind=ArticleKind.OPINION)) is Saved.SAME
    assert kind_of(store) == "opinion"
    assert store.queries.articles.revisions(1) == []


def test_bytes_older_than_the_text_are_not_read_anew(store: Store) -> None:
    with store.batch():
        store._connection.execute(
            "INSERT INTO pages (id, outlet, url, state)"
            " VALUES (1, ?, 'https://g.org/1', 'article')",
            (store.outlets.ensure("g"),),
        )
    save(store, article(page=1, extraction=0, fetched_at="2022-02-01T00:00:00Z"))
    assert store.articles.is_newer(1, than="2022-01-01T00:00:00Z")
    assert not store.articles.is_newer(1, than="2022-02-01T00:00:00Z")


def test_unknown_is_null_and_a_fetch_time_never_stands_in(store: Store) -> None:
    save(store, article(published=None, fetched_at=NOW))
    found = store.queries.articles.get(1)
    assert found is not None
    assert found.published_at is None
    assert found.published_precision is None


def test_full_text_search_finds_words_without_accents_and_after_a_revision(store: Store) -> None:
    save(store, article("Der Rat prüft die Brücke."))
    found = store.queries.search.best(ArticleFilter(words="brucke PRUFT"), limit=5)
    assert [row.article for row in found.hits] == [1]
    save(store, article("Der Rat schweigt."))
    assert store.queries.search.best(ArticleFilter(words="brucke"), limit=5).hits == []


def test_a_headline_without_body_is_an_article_of_no_words(store: Store) -> None:
    save(store, article(""))
    found = store.queries.articles.get(1)
    assert found is not None
    assert found.words == 0
