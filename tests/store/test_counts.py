"""Counts that are kept say what counting all would say, whatever has changed since."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from crawler.store import open_store
from crawler.store.findings.agency_evidence import count_all
from crawler.types import ALL, ArticleFilter
from tests.store.told import Told

COUNTED = """SELECT o.slug, substr(coalesce(a.published_at, a.first_seen_at), 1, 10), count(*)
  FROM articles a JOIN outlets o ON o.id = a.outlet GROUP BY 1, 2 ORDER BY 1, 2"""
KEPT = """SELECT o.slug, d.day, d.articles FROM outlet_days d JOIN outlets o ON o.id = d.outlet
  ORDER BY 1, 2"""
SHARED = """SELECT outlet, sum(articles), sum(attributed), sum(contained), sum(twin),
  sum(agency_copy), round(1.0 * sum(agency_copy) / sum(articles), 3)
  FROM agency_share GROUP BY outlet ORDER BY outlet"""
CHANGES = (
    "UPDATE articles SET published_at = '2022-02-0{n}T10:00:00Z' WHERE id = {article}",
    "UPDATE articles SET published_at = NULL WHERE id = {article}",
    "UPDATE articles SET outlet = {n} WHERE id = {article}",
    "DELETE FROM credits WHERE article = {article}",
    "UPDATE credits SET confidence = 0.3 WHERE article = {article}",
    "INSERT OR IGNORE INTO credits VALUES ({article}, 'AP', 'byline', 'AP', 0.9)",
    "INSERT INTO credits VALUES ({article}, 'AP', 'copy', 'AP', 0.8)"
    " ON CONFLICT DO UPDATE SET confidence = 0.8",
    "UPDATE memberships SET copy_group = {other} WHERE article = {article}",
    "DELETE FROM memberships WHERE article = {article}",
    "INSERT OR IGNORE INTO memberships (article, copy_group) VALUES ({article}, {other})",
    "UPDATE copies SET joined = 1 - joined WHERE b = {article}",
    "UPDATE copies SET containment_a = 0.1, containment_b = 0.1 WHERE a = {article}",
    "DELETE FROM copies WHERE b = {article}",
    "UPDATE outlets SET agency = 1 - agency WHERE id = {n}",
)
"""All that the counts depend on."""


@pytest.fixture
def town(tmp_path: Path) -> Told:
    """Forty articles of five outlets, one of them an agency, some of them copies of others."""
    told, chance = Told(tmp_path / "s.db"), random.Random(3)
    told.outlet("wire", agency=True)
    for n in range(40):
        number = told.article(
            chance.choice(("wire", "herald", "gazette", "courier", "post")),
            published=f"2022-01-{chance.randint(1, 9):02}T10:00:00Z",
            copy_of=chance.choice((1, 2, 3)) if n >= 3 and n % 2 else None,
        )
        if chance.random() < 0.3:
            told.credit(number, chance.choice(("byline", "copy")))
    return told


def equal_counts(told: Told) -> None:
    assert told.rows(KEPT) == told.rows(COUNTED)
    store = open_store(told.path)
    shares = sorted(tuple(row) for row in store.queries.agency_copy.shares(limit=99))
    assert shares == told.rows(SHARED)
    every = ArticleFilter(since="2021-01-01T00:00:00Z")
    assert shares == sorted(map(tuple, store.queries.agency_copy.shares(every, limit=99)))
    totals = store.queries.attention.totals(ALL)
    assert totals.articles == 40
    days = ArticleFilter(since="2022-01-03T00:00:00Z", until="2022-01-06T23:59:59Z")
    hours = ArticleFilter(since="2022-01-03T00:00:01Z", until="2022-01-06T23:59:58Z")
    rows = [store.queries.attention.by_day(wanted) for wanted in (days, hours)]
    assert [row[:4] for row in rows[0] if row.published] == [
        row[:4] for row in rows[1] if row.published
    ]
    store.close()


def test_counts_hold_through_every_change(town: Told) -> None:
    chance = random.Random(5)
    equal_counts(town)
    for change in (*CHANGES, *chance.sample(CHANGES, len(CHANGES))):
        for _ in range(3):
            article, other = chance.randint(1, 40), chance.choice((1, 2, 3))
            town.connection.execute(
                change.format(article=article, other=other, n=chance.randint(1, 5))
            )
        equal_counts(town)
        if chance.random() < 0.5:
            recount(town)
            equal_counts(town)
    town.connection.close()


def test_a_recount_leaves_nothing_to_count(town: Told) -> None:
    recount(town)
    assert town.rows("SELECT * FROM agency_recount") == []
    counted = town.rows("SELECT * FROM agency_copy")
    assert counted
    town.connection.execute("DELETE FROM agency_copy")
    town.connection.execute("DELETE FROM outlet_days")
    count_all(town.connection)
    assert town.rows("SELECT * FROM agency_copy") == counted
    equal_counts(town)
    town.connection.close()


def recount(told: Told) -> None:
    store = open_store(told.path)
    with store.batch():
        store.agency_evidence.recount()
    store.close()


def test_check_finds_keys_of_articles_that_are_gone(town: Told) -> None:
    town.connection.execute("INSERT INTO keys VALUES (1, 1), (2, 40)")
    store = open_store(town.path)
    assert not [found for found in store.upkeep.problems() if "keys" in found]
    for article in (41, 0, -7):
        town.connection.execute("UPDATE keys SET article = ? WHERE key = 2", (article,))
        assert [found for found in store.upkeep.problems() if "keys" in found] == [
            "table keys, row None: refers to no row of articles"
        ]
    store.close()
    town.connection.close()
