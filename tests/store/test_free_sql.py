"""SQL of others: it reads this file and does nothing else, and what is refused is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import StoreError, TookTooLong, UsageError
from crawler.store import Store, open_store, read_store
from crawler.types import Article
from tests.conftest import NOW


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Store]:
    """A file with one article, open for reading."""
    made = open_store(tmp_path / "s.db")
    with made.batch():
        made.runs.open("test", now=NOW, pid=1)
        article = Article(url="https://g.org/1", outlet="", title="Bridge", text="The bridge fell.")
        made.articles.save(article, outlet=made.outlets.ensure("g.org"), run=1, now=NOW)
    made.close()
    opened = read_store(tmp_path / "s.db")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT title FROM article_overview", [("Bridge",)]),
        ("SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'bridge'", [(1,)]),
        ("SELECT count(*) FROM article_parts", [(0,)]),
        ("SELECT value FROM json_each('[1, 2]')", [(1,), (2,)]),
        ("SELECT name FROM pragma_table_info('topics') LIMIT 1", [("name",)]),
        ("PRAGMA table_info(topics)", None),
        ("WITH n AS (SELECT 1) SELECT * FROM n -- a comment", [(1,)]),
        ("SELECT 1.5, NULL, x'00ff'", [(1.5, None, "<2 bytes>")]),
        ("EXPLAIN QUERY PLAN SELECT 1", None),
    ],
)
def test_what_reads_is_answered(reader: Store, query: str, rows: list[object] | None) -> None:
    found = reader.queries.free_sql.select(query, limit=10)
    assert found.rows == rows or (rows is None and found.rows)
    assert len(found.columns) == len(found.rows[0])
    assert not found.more


def test_the_secret_of_the_file_is_not_read(reader: Store) -> None:
    connection = sqlite3.connect(reader.path)
    with connection:
        connection.execute("INSERT INTO schemes (kind, scheme, seed) VALUES ('copies', 'x', 4711)")
    connection.close()
    for query in ("SELECT seed FROM schemes", "SELECT max(seed) FROM schemes",
                  "SELECT 1 FROM schemes WHERE seed = 4711"):  # fmt: skip
        found = reader.queries.free_sql.select(query, limit=1)
        assert found.rows in ([(None,)], [])


def test_rows_beyond_the_limit_are_left_out(reader: Store) -> None:
    found = reader.queries.free_sql.select("SELECT 1 UNION ALL SELECT 2", limit=1)
    assert (found.rows, found.more) == ([(1,)], True)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ATTACH '{folder}/x.db' AS x", "it attaches another file"),
        ("DETACH main", "it detaches a file"),
        ("VACUUM INTO '{folder}/x.db'", "it attaches another file"),
        ("PRAGMA journal_mode = DELETE", "it uses a PRAGMA"),
        ("PRAGMA query_only = 0", "it uses a PRAGMA"),
        ("BEGIN IMMEDIATE", "it begins or ends a transaction"),
        ("SELECT load_extension('x')", "it uses a function that loads code"),
        ("SELECT fts3_tokenizer('simple')", "it uses a function that loads code"),
        ("DELETE FROM articles", "it writes"),
        ("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')", "it writes"),
        ("CREATE TEMP TABLE x (a)", "it writes"),
        ("DROP VIEW article_overview", "it writes"),
        ("SELECT 1; DELETE FROM articles", "only execute one statement"),
        ("SELECT nosuch FROM articles", "no such column: nosuch"),
        ("SELEC", "syntax error"),
        ("SELECT CAST(x'ff' AS TEXT)", "Could not decode to UTF-8"),
        ("SELECT 1" + ", 1" * 10_000, "query string is too large"),
        ("SELECT hex(randomblob(1000000000))", "makes a value of over 20,000,000 bytes"),
        ("", "there is no query; write one SELECT"),
        ("-- nothing", "there is no query; write one SELECT"),
    ],
)
def test_anything_else_is_refused(reader: Store, tmp_path: Path, query: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        reader.queries.free_sql.select(query.format(folder=tmp_path), limit=10)
    assert said in str(refused.value)
    assert not (tmp_path / "x.db").exists()
    # Afterwards the store itself asks as before.
    assert reader.queries.articles.get(1) is not None


def test_a_query_without_end_is_broken_off(reader: Store) -> None:
    endless = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT max(n) FROM n"
    with pytest.raises(TookTooLong), reader.within(0.05):
        reader.queries.free_sql.select(endless, limit=1)
    assert reader.queries.free_sql.select("SELECT 1", limit=1).rows == [(1,)]


def test_what_sqlite_itself_cannot_do_stays_an_error_of_the_store(reader: Store) -> None:
    reader.close()
    with pytest.raises(StoreError, match="closed"), reader.explained():
        reader.queries.free_sql.select("SELECT 1", limit=1)


def test_outlets_have_names_and_addresses(reader: Store) -> None:
    (found,) = reader.queries.named_outlets.of(["g.org", "nosuch"])
    assert (found.outlet, found.name, found.home) == ("g.org", "g.org", None)


def test_a_story_opens_with_its_first_article(reader: Store) -> None:
    assert reader.queries.stories.openings([1]) == {}
    (row,) = reader.queries.exports.articles(text=True, limit=-1)
    assert (row.text, row.authors, row.story) == ("The bridge fell.", (), None)
    (row,) = reader.queries.exports.articles(text=False, limit=1)
    assert row.text is None
    assert list(reader.queries.exports.articles(text=True, limit=0)) == []
