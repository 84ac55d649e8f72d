from __future__ import annotations

import re
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.errors import NoSuchDatabase, NotAStore
from crawler.grouping.run import group
from crawler.store import Store, migrate_store, open_store, read_store
from crawler.store.file.schema import script
from crawler.types import Article
from tests.store.old import old_store


def test_every_table_view_and_column_has_a_comment(store: Store) -> None:
    """The schema is the codebook: SQLite keeps the comments, researchers read them."""
    names = store.queries.codebook.names()
    assert {"articles", "article_overview"} <= set(names)
    for statement in store.upkeep.schema().split(";\n\n"):
        made = re.match(r"CREATE (?:TABLE|VIEW) (\w+)", statement)
        if made:
            assert made[1] in names, made[1]
    for name in names:
        described = store.queries.codebook.describe(name)
        assert described is not None
        assert described.comment
        assert described.columns
        for column in described.columns:
            assert column.comment, (name, column.name)


def test_every_table_is_strict(store: Store) -> None:
    for statement in store.upkeep.schema().split(";\n\n"):
        if statement.startswith("CREATE TABLE "):
            assert "STRICT" in statement.rpartition(")")[2], statement[:60]


def test_every_index_says_which_query_it_serves() -> None:
    for before, line in pairwise(script().splitlines()):
        if line.startswith("CREATE INDEX"):
            assert before.startswith("-- serves:"), line


def test_every_view_answers(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    open_store(file).close()
    connection = sqlite3.connect(file)
    views = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    assert len(views) == 17
    for view in views:
        connection.execute(f"SELECT * FROM {view}").fetchall()
    overview = connection.execute("SELECT * FROM article_overview").description
    assert {
        "article", "url", "outlet", "title", "language", "published_at", "first_seen_at", "words",
        "copy_group", "story",
    } <= {column[0] for column in overview}  # fmt: skip
    connection.close()


def test_reading_a_missing_file_makes_none(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    with pytest.raises(NoSuchDatabase, match="no such database"):
        read_store(missing)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    before = other.read_bytes()
    with pytest.raises(NotAStore, match="something else"):
        open_store(other)
    with pytest.raises(NotAStore, match="not a Newsloom store"):
        read_store(other)
    assert other.read_bytes() == before


def test_a_newer_or_older_store_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    open_store(file).close()
    for version, says in ((99, "newer Newsloom"), (0, "db migrate`")):
        connection = sqlite3.connect(file)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        with pytest.raises(NotAStore, match=says):
            read_store(file)


def test_evidence_of_the_second_schema_is_of_the_newest_texts(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    article = (
        "INSERT INTO articles (id, outlet, url, title, text, words, first_seen_at, text_hash, run, "
        "revision) VALUES ({0}, 1, 'https://g.org/{0}', '', '', 0, '', '{0}', 1, {1})"
    )
    old_store(
        file,
        2,
        [
            "INSERT INTO outlets (id, slug, name) VALUES (1, 'g', 'Gazette')",
            "INSERT INTO runs (id, command, version, pid, started_at) VALUES (1, 'x', '', 1, '')",
            article.format(1, 0),
            article.format(2, 3),
            "INSERT INTO copies VALUES (1, 2, 'same', 1, 1, 1, 20, 0, 0, 'p', 1, 's')",
        ],
    )
    migrate_store(file)
    store = read_store(file)
    edge = store.queries.articles.evidence(1, 2)
    assert edge is not None
    assert (edge.revision_a, edge.revision_b, edge.joined) == (0, 3, 1)
    store.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    file.write_text("this is a letter, not a database" * 100)
    with pytest.raises(Exception, match="not a SQLite file") as caught:
        open_store(file)
    assert str(file) in str(caught.value)


def test_readers_cannot_write(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    open_store(file).close()
    store = read_store(file)
    with pytest.raises(Exception, match="cannot be written to"), store.batch():
        store.runs.open("x", now="2022-01-01T00:00:00Z", pid=1)
    store.close()


def test_stories_of_the_fourth_schema_say_their_languages(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    article = (
        "INSERT INTO articles (id, outlet, url, title, text, words, language, first_seen_at, "
        "text_hash, run) VALUES ({0}, 1, 'https://g.org/{0}', 't{0}', '', 0, {1}, '2022', '', 1)"
    )
    old_store(
        file,
        4,
        [
            "INSERT INTO outlets (id, slug, name) VALUES (1, 'g', 'Gazette')",
            "INSERT INTO runs (id, command, version, pid, started_at) VALUES (1, 'x', '', 1, '')",
            *(article.format(n, tag) for n, tag in enumerate(("'ru'", "'en'", "'ru'", "NULL"), 1)),
            "INSERT INTO stories (id, title) VALUES (7, 'before')",
            *(f"INSERT INTO copy_groups VALUES ({n}, 7, 1, NULL, '2022', '2022')"
              for n in range(1, 5)),
            *(f"INSERT INTO memberships (article, copy_group) VALUES ({n}, {n})"
              for n in range(1, 5)),
        ],
    )  # fmt: skip
    migrate_store(file)
    store = read_store(file)
    story = store.queries.stories.get(7)
    assert story is not None
    assert (story.languages, story.articles, story.title) == (("ru", "en"), 4, "t1")
    assert store.upkeep.problems() == []
    store.close()


def test_articles_of_an_outlet_are_counted_as_they_come_and_go(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    article = (
        "INSERT INTO articles (id, outlet, url, title, text, words, first_seen_at, text_hash, run) "
        "VALUES ({0}, {1}, 'https://g.org/{0}', '', '', 0, '', '{0}', 1)"
    )
    old_store(
        file,
        1,
        [
            "INSERT INTO outlets (id, slug, name) VALUES (1, 'g', 'Gazette'), (2, 'h', 'Herald')",
            "INSERT INTO runs (id, command, version, pid, started_at) VALUES (1, 'x', '', 1, '')",
            *(article.format(number, 1) for number in (1, 2, 3)),
        ],
    )
    migrate_store(file)
    connection = sqlite3.connect(file)

    def counted() -> list[int]:
        rows = connection.execute("SELECT articles FROM outlet_health ORDER BY outlet")
        return [row[0] for row in rows]

    assert counted() == [3, 0]
    for statement, expected in (
        (article.format(4, 2), [3, 1]),
        ("UPDATE articles SET outlet = 2 WHERE id < 3", [1, 3]),
        ("UPDATE articles SET title = 'x'", [1, 3]),
        ("DELETE FROM articles WHERE id = 4", [1, 2]),
    ):
        connection.execute(statement)
        assert counted() == expected
    connection.close()


def test_the_story_of_an_article_keeps_in_step_with_its_copy_group(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    migrate_store(file)
    connection = sqlite3.connect(file, isolation_level=None)
    article = (
        "INSERT INTO articles (id, outlet, url, title, text, words, first_seen_at, text_hash, run) "
        "VALUES ({0}, 1, 'https://g.org/{0}', '', '', 0, '', '{0}', 1)"
    )
    connection.execute("INSERT INTO outlets (id, slug, name) VALUES (1, 'g', 'Gazette')")
    connection.execute(
        "INSERT INTO runs (id, command, version, pid, started_at) VALUES (1, 'x', '', 1, '')"
    )
    for number in (1, 2):
        connection.execute(article.format(number))
    placed = "INSERT INTO memberships (article, copy_group) VALUES ({}, {})"
    moved = f"{placed} ON CONFLICT (article) DO UPDATE SET copy_group = excluded.copy_group"
    made = "INSERT INTO copy_groups (id, story, articles, at) VALUES ({}, {}, 1, '2022')"
    grown = f"{made} ON CONFLICT (id) DO UPDATE SET story = excluded.story"
    for statement, expected in (
        (made.format(1, 7), []),
        (placed.format(1, 1), [7]),
        (made.format(2, "NULL"), [7]),
        (placed.format(2, 2), [7, None]),
        ("UPDATE copy_groups SET story = 8 WHERE id = 1", [8, None]),
        (grown.format(2, 9), [8, 9]),
        (moved.format(2, 1), [8, 8]),
        ("UPDATE copy_groups SET story = NULL", [None, None]),
    ):
        connection.execute(statement)
        rows = connection.execute("SELECT story FROM memberships ORDER BY article")
        assert [row[0] for row in rows] == expected
    connection.close()


def test_figures_that_are_out_of_step_are_named(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    store = open_store(file)
    with store.batch():
        store.runs.open("test", now="2022-01-05T12:00:00Z", pid=1)
        outlet = store.outlets.ensure("g.org")
        article = Article(url="https://g.org/1", outlet="", title="", text="A bridge opens.")
        store.articles.save(article, outlet=outlet, run=1, now="2022-01-05T12:00:00Z")
    group(store, run=1, now="2022-01-05T12:00:00Z")
    assert store.upkeep.problems() == []
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("UPDATE memberships SET story = 99")
    connection.execute("UPDATE outlets SET articles = 99")
    connection.close()
    assert store.upkeep.problems() == [
        "1 articles are not in the story of their copy group",
        "1 outlets do not have as many articles as is said of them",
    ]
    store.close()
