"""The one filter: what SQL lets pass is what its fields say, everywhere alike."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import NotInStore, UsageError
from crawler.store import Store, read_store
from crawler.store.queries import passing as passing_module
from crawler.store.queries import windows
from crawler.store.queries.exports import EXPORTS, NETWORKS
from crawler.types import ALL, ArticleFilter
from tests.store.told import Told

OUTLETS = ("wire", "herald", "courier")
LANGUAGES = (None, "en", "pt-BR", "pt")
DAYS = tuple(f"2022-01-{day:02}T10:00:00Z" for day in (3, 5, 9))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Told(tmp_path_factory.mktemp("passing") / "told.db")
    made.outlet("wire", agency=True)
    made.connection.execute("UPDATE outlets SET country = 'KZ'")
    made.connection.execute("INSERT INTO stories (id, title) VALUES (2, 'another')")
    first = None
    for number in range(36):
        article = made.article(
            OUTLETS[number % 3],
            published=DAYS[number // 3 % 3] if number % 7 else None,
            seen=DAYS[number % 2],
            text="almaty airport" if number % 5 == 0 else "the ferry",
            story=(1, 2, None)[number // 9 % 3],
            copy_of=first if number % 4 == 1 else None,
        )
        first = first or article
        made.connection.execute(
            "UPDATE articles SET language = ? WHERE id = ?", (LANGUAGES[number % 4], article)
        )
        if number % 6 == 1:
            made.credit(article, "byline", confidence=0.9 if number % 4 else 0.3)
    made.connection.execute(
        "UPDATE stories SET (outlets, first_at, last_at) = (SELECT count(DISTINCT a.outlet),"
        " min(coalesce(published_at, first_seen_at)), max(coalesce(published_at, first_seen_at))"
        " FROM memberships m JOIN articles a ON a.id = m.article WHERE m.story = stories.id)"
    )
    made.connection.execute("UPDATE stories SET outlets = 2 WHERE id = 2")
    made.connection.close()
    opened = read_store(made.path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def articles(store: Store) -> list[dict[str, Any]]:
    rows = store._connection.execute(
        "SELECT v.*, o.country, s.outlets, a.text, coalesce(v.published_at, v.first_seen_at) AS at"
        " FROM article_overview v JOIN articles a ON a.id = v.article"
        " JOIN outlets o ON o.slug = v.outlet LEFT JOIN stories s ON s.id = v.story"
    )
    return [dict(row) for row in rows]


def passes(row: dict[str, Any], wanted: ArticleFilter) -> bool:
    """The oracle."""
    return all((
        not wanted.words or wanted.words in row["text"],
        wanted.since is None or row["at"] >= wanted.since,
        wanted.until is None or row["at"] <= wanted.until,
        not wanted.outlet or row["outlet"] in wanted.outlet,
        not wanted.country or row["country"] in wanted.country,
        not wanted.language
        or any(
            (row["language"] or "und") == tag or str(row["language"]).startswith(f"{tag}-")
            for tag in wanted.language
        ),
        wanted.agency is None or wanted.agency == bool(row["agency"] or row["agencies"] != "[]"),
        wanted.story is None or row["story"] == wanted.story,
        wanted.min_outlets == 1 or (row["outlets"] or 0) >= wanted.min_outlets,
    ))  # fmt: skip


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


FILTERS = st.builds(
    ArticleFilter,
    words=st.sampled_from([None, None, "almaty", "ferry"]),
    since=st.sampled_from([None, *DAYS]),
    until=st.sampled_from([None, *DAYS]),
    outlet=some(OUTLETS),
    country=some(("KZ",)),
    language=some(("en", "pt", "pt-BR", "und")),
    agency=st.sampled_from([None, None, True, False]),
    story=st.sampled_from([None, None, 1, 2]),
    min_outlets=st.sampled_from([1, 1, 2, 3]),
)


@given(wanted=FILTERS)
def test_articles_and_stories_pass_as_the_filter_says(
    store: Store, articles: list[dict[str, Any]], wanted: ArticleFilter
) -> None:
    expected = [row for row in articles if passes(row, wanted)]
    exported = store.queries.exports.export("articles", wanted)
    assert {row[0] for row in exported.rows} == {row["article"] for row in expected}
    stories = {row["story"] for row in expected} - {None}
    listed = store.queries.stories.matching(wanted, limit=9)
    assert {row.story for row in listed} == (stories if wanted.given else {1, 2})
    assert {row.story for row in store.queries.events.matching(wanted, limit=9)} >= stories
    shares = store.queries.agency_copy.shares(wanted, limit=9)
    assert sum(row.articles for row in shares) == sum(row["outlet"] != "wire" for row in expected)
    counts = store.queries.front.left_out("2022-01-04T00:00:00Z", wanted)
    assert counts.articles == (len(expected) if wanted.given else 36)


@given(wanted=FILTERS)
def test_stories_gone_through_are_those_looked_up(store: Store, wanted: ArticleFilter) -> None:
    looked_up = store.queries.stories.matching(wanted, limit=9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passing_module, "FEW", -1)
        patch.setattr(passing_module, "RECENT", -1)
        assert store.queries.stories.matching(wanted, limit=9) == looked_up


@given(wanted=FILTERS)
def test_both_ends_of_an_edge_pass_or_one_where_there_is_one_outlet(
    store: Store, articles: list[dict[str, Any]], wanted: ArticleFilter
) -> None:
    one = {row["article"] for row in articles if passes(row, wanted)}
    other = one
    if len(wanted.outlet) == 1:
        wide = replace(wanted, outlet=())
        other = {row["article"] for row in articles if passes(row, wide)}
    pairs = {
        (row.earlier_article, row.later_article) for row in store.queries.exports.pairs(wanted)
    }
    assert pairs == {
        (a, b)
        for row in store.queries.exports.pairs()
        for a, b in [(row.earlier_article, row.later_article)]
        if (a in one and b in other) or (a in other and b in one)
    }
    edges = store.queries.network.heaviest(wanted, all_pairs=True)
    assert sum(edge.copies for edge in edges) == len(pairs)


@given(wanted=FILTERS)
def test_stars_are_those_of_the_articles_that_pass(
    store: Store, articles: list[dict[str, Any]], wanted: ArticleFilter
) -> None:
    wide = replace(wanted, outlet=()) if len(wanted.outlet) == 1 else wanted
    texts: defaultdict[int, dict[str, tuple[bool, str]]] = defaultdict(dict)
    for row in articles:
        if passes(row, wide):
            held = texts[row["copy_group"]]
            own = (not row["agency"], row["at"])  # an agency's before all others
            held[row["outlet"]] = min(own, held.get(row["outlet"], own))
    expected = Counter(
        (text, frozenset({first, other}))
        for text, held in texts.items()
        for first, other in combinations(sorted(held, key=lambda slug: held[slug]), 2)
        if held[first] == min(held.values())
        and (len(wanted.outlet) != 1 or wanted.outlet[0] in (first, other))
    )
    exported = store.queries.exports.export("stars", wanted)
    rows = [dict(zip(exported.columns, row, strict=True)) for row in exported.rows]
    assert expected == Counter(
        (row["copy_group"], frozenset({row["earlier"], row["later"]})) for row in rows
    )
    for row in rows:
        held = texts[row["copy_group"]]
        assert held[row["earlier"]] == min(held.values())
        assert row["tied"] == (Counter(held.values())[min(held.values())] > 1)
    edges = store.queries.network.heaviest(wanted)
    assert sum(edge.copies for edge in edges) == len(rows)
    assert store.queries.network.heaviest(wanted, min_copies=2) == [
        edge for edge in edges if edge.copies >= 2
    ]


@given(wanted=FILTERS)
def test_every_export_takes_the_filter(store: Store, wanted: ArticleFilter) -> None:
    for what in EXPORTS:
        if what in ("days", "outlets"):
            continue
        everything = set(store.queries.exports.export(what).rows)
        narrowed = store.queries.exports.export(what, wanted)
        rows = list(narrowed.rows)
        if what not in (
            "first",
            "stars",
            *NETWORKS,
            "agencies",
            "attention",
        ):  # among those that pass
            assert set(rows) <= everything, what


@given(one=FILTERS, two=FILTERS)
def test_a_narrowed_filter_lets_pass_what_passes_both(
    articles: list[dict[str, Any]], one: ArticleFilter, two: ArticleFilter
) -> None:
    assert ArticleFilter.of(one.given) == one
    both = [row for row in articles if passes(row, one) and passes(row, two)]
    try:
        narrowed = one.narrowed_by(replace(two, words=None))
    except ValueError:
        assert both == []
        return
    assert [row for row in articles if passes(row, replace(narrowed, words=None))] == [
        row for row in articles if passes(row, replace(one, words=None))
        and passes(row, replace(two, words=None))
    ]  # fmt: skip


def test_filters_narrow_each_other() -> None:
    one, two = ArticleFilter(words="a OR b"), ArticleFilter(words="c", language=("pt-BR",))
    assert one.narrowed_by(two).words == "(a OR b) (c)"
    assert ArticleFilter(language=("pt",)).narrowed_by(two).language == ("pt-BR",)
    with pytest.raises(ValueError, match="outlet x is not among y"):
        ArticleFilter(outlet=("y",)).narrowed_by(ArticleFilter(outlet=("x",)))
    assert ALL.given == {}


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (ArticleFilter(outlet=("herold",)), "did you mean herald"),
        (ArticleFilter(words="outlet:herold x"), "did you mean herald"),
        (ArticleFilter(country=("XX",)), "there are KZ"),
        (ArticleFilter(story=9), "there is no story 9"),
        (ArticleFilter(language=("e%",)), "is no language"),
        (ArticleFilter(since=DAYS[1], until=DAYS[0]), "swap since and until"),
        (ArticleFilter(words="(x"), "not closed"),
    ],
)
def test_what_the_store_does_not_have_is_named(
    store: Store, wanted: ArticleFilter, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        store.queries.filters.checked(wanted)
    assert isinstance(raised.value, NotInStore) == says.startswith(("did", "there"))


def test_a_checked_filter_is_the_store_s_own(store: Store) -> None:
    assert store.queries.filters.checked(ArticleFilter(words=" ", country=("kz",))) == (
        ArticleFilter(country=("KZ",))
    )


def test_a_default_period_counts_back_from_what_the_filter_leaves(tmp_path: Path) -> None:
    made = Told(tmp_path / "told.db")
    for number in range(40):
        made.article(f"paper-{number % 4}", published=f"2022-01-{1 + number // 4:02}T10:00:00Z")
        made.article(f"old-{number % 4}", published=f"2021-06-{1 + number // 4:02}T10:00:00Z")
    made.article("old-1", published="2022-01-20T10:00:00Z")  # misdated
    made.connection.close()
    opened = read_store(made.path)
    now = "2022-02-01T00:00:00Z"
    old = ArticleFilter(outlet=("old-1", "old-2", "old-3"))
    assert opened.queries.front.newest(now) == "2022-01-10T10:00:00Z"
    assert opened.queries.front.newest(now, old) == "2021-06-10T10:00:00Z"
    assert opened.queries.front.left_out("2021-06-05T00:00:00Z", old) == (12, 31, "2021-06-01")
    assert opened.queries.front.newest(now, ArticleFilter(language=("xx",))) is None
    opened.close()


def test_texts_are_not_read_to_say_what_passes(store: Store) -> None:
    """A row of `articles` has the text in it; a store of a million has 3.5 GB of them."""
    for wanted in (
        ALL,
        ArticleFilter(since=DAYS[0], until=DAYS[2]),
        ArticleFilter(until=DAYS[2], agency=False, min_outlets=2),
        ArticleFilter(outlet=("wire", "herald"), since=DAYS[0], agency=True),
        ArticleFilter(country=("KZ",), language=("en", "und")),
        ArticleFilter(words="almaty -outlet:wire", language=("en",), outlet=("herald",)),
        ArticleFilter(story=1, words="ferry OR 阿拉木图"),
    ):
        among = passing_module.passing(store._connection, wanted)
        plan = store._connection.execute(f"EXPLAIN QUERY PLAN {among.numbers}", among.values)
        of_articles = [row[3] for row in plan if re.match(r"(SCAN|SEARCH) a\b", row[3])]
        assert of_articles
        assert all("COVERING INDEX" in step for step in of_articles), (wanted, of_articles)


def test_very_many_older_articles_are_not_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MANY", 3)
    found = store.queries.front.left_out("2022-01-09T00:00:00Z", ArticleFilter(country=("KZ",)))
    assert found == (3, None, "2022-01-03")
