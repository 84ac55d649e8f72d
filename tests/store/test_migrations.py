"""A new file and an earlier one end with one schema; what is the user's own stays."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.errors import NotAStore, SchemaRefused
from crawler.store import migrate_store, open_store, read_store
from crawler.store.file.migration_steps import STEPS, VERSION
from crawler.store.file.table_definitions import parse_table
from tests.conftest import ask
from tests.store.old import SCHEMAS, old_store

EARLIER = range(1, VERSION)
FACTS = (
    "INSERT INTO outlets (id, slug, name) VALUES (1, 'g', 'Gazette'), (2, 'h', 'Herald')",
    "INSERT INTO sources (id, outlet, url, kind) VALUES (1, 1, 'https://g.org/feed', 'feed')",
    "INSERT INTO runs (id, command, version, pid, started_at) VALUES (1, 'x', '', 1, '')",
    *(
        "INSERT INTO articles (id, outlet, url, title, text, words, first_seen_at, text_hash, run) "
        f"VALUES ({n}, 1, 'https://g.org/{n}', 'Bridge {n}', 'almaty', 1, '2022-01-05', '{n}', 1)"
        for n in (1, 2, 3)
    ),
    "INSERT INTO stories (id, title) VALUES (7, 'before'), (9, 'gone')",
    "INSERT INTO copy_groups (id, story, articles, at) VALUES (1, 7, 2, '2022'), (3, NULL, 1, '')",
    "INSERT INTO memberships (article, copy_group) VALUES (1, 1), (2, 1), (3, 3)",
    "DELETE FROM stories WHERE id = 9",
)
OWN = (
    "ALTER TABLE sources ADD COLUMN note TEXT",
    "UPDATE sources SET note = 'ask Anna'",
    "ALTER TABLE articles ADD COLUMN coded TEXT CHECK (coded IN ('yes', 'no', '--'))",
    "ALTER TABLE articles ADD COLUMN shout TEXT AS (upper(title)) VIRTUAL",
    "UPDATE articles SET coded = 'yes' WHERE id = 2",
    "ALTER TABLE memberships ADD COLUMN checked INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX my_coded ON articles (coded)",
    "CREATE VIEW my_view AS SELECT id, coded, shout FROM articles WHERE coded IS NOT NULL",
    "CREATE TABLE my_codes (article INTEGER REFERENCES articles (id), code TEXT)",
    "INSERT INTO my_codes VALUES (2, 'crisis')",
    "CREATE TRIGGER my_trigger AFTER UPDATE OF coded ON articles BEGIN "
    "INSERT INTO my_codes VALUES (new.id, new.coded); END",
)


TRANSFORMED = {
    "articles": 2, "sources": 2, "stories": 2, "memberships": 2, "outlets": 2, "copies": 3,
    "sightings": 3,
}  # fmt: skip
"""Tables, each 2 when it is STRICT, and 1 more when it is WITHOUT ROWID."""


def schema(file: Path) -> dict[tuple[str, str], str]:
    """Everything that the file defines."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'"
        )
        return {(kind, name): sql for kind, name, sql in rows}


def contents(file: Path) -> list[str]:
    """The whole file as SQL."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def entries(sql: str) -> set[str]:
    """Lines of a CREATE TABLE, whichever of them is the last."""
    return {re.sub(r",(?= --|$)", "", line) for line in sql.splitlines()}


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    file = tmp_path_factory.mktemp("new") / "s.db"
    open_store(file).close()
    return schema(file)


def test_the_earlier_schemas_are_all_there() -> None:
    assert [int(file.stem) for file in sorted(SCHEMAS.glob("*.sql"))] == list(EARLIER)


@pytest.mark.parametrize("version", EARLIER)
def test_both_roads_end_with_one_text(
    version: int, tmp_path: Path, today: dict[tuple[str, str], str]
) -> None:
    file = tmp_path / "s.db"
    old_store(file, version, FACTS)
    with pytest.raises(NotAStore, match="db migrate`"):
        read_store(file)
    assert migrate_store(file) == [step.name for step in STEPS[version:]]
    assert schema(file) == today
    assert migrate_store(file) == []
    with closing(read_store(file)) as store:
        assert store.upkeep.problems() == []
    assert ask(file, "SELECT slug, articles FROM outlets") == [("g", 3), ("h", 0)]
    assert ask(file, "SELECT article, story FROM memberships") == [(1, 7), (2, 7), (3, None)]
    assert ask(file, "SELECT seq FROM sqlite_sequence WHERE name = 'stories'") == [(9,)]
    assert ask(file, "SELECT articles, copy_groups FROM stories") == (
        [(2, 1)] if version < 5 else [(0, 0)]
    )


@pytest.mark.parametrize("version", EARLIER)
def test_what_the_user_added_stays(
    version: int, tmp_path: Path, today: dict[tuple[str, str], str]
) -> None:
    file = tmp_path / "s.db"
    old_store(file, version, (*FACTS, *OWN))
    before = schema(file)
    migrate_store(file)
    after = schema(file)
    with closing(read_store(file)) as store:
        assert store.upkeep.problems() == []
    for key, sql in before.items():
        if key[1].startswith("my_"):
            assert after[key] == sql
    for key, sql in today.items():
        if key[0] == "table":
            assert entries(sql) <= entries(after[key])
        else:
            assert after[key] == sql
    assert ask(file, "SELECT note, due_at FROM sources") == [("ask Anna", None)]
    assert ask(file, "SELECT * FROM my_view") == [(2, "yes", "BRIDGE 2")]
    assert ask(file, "SELECT DISTINCT tags, text_from, kind FROM articles") == [
        ("[]", "page", None)
    ]
    assert ask(file, "SELECT story, checked FROM memberships") == [(7, 0), (7, 0), (None, 0)]
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE articles SET coded = 'no' WHERE id = 1")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute("UPDATE articles SET coded = 'maybe'")
        codes = connection.execute("SELECT code FROM my_codes").fetchall()
        assert codes == [("crisis",), ("no",)]


@pytest.mark.parametrize("version", EARLIER)
def test_tables_rewritten_by_sqlite_utils_are_brought_back(
    version: int, tmp_path: Path, today: dict[tuple[str, str], str]
) -> None:
    """`transform` drops triggers and WITHOUT ROWID, quotes names, and may move columns."""
    file = tmp_path / "s.db"
    old_store(file, version, FACTS)
    database = Database(file)
    for table in TRANSFORMED:
        last = list(database[table].columns_dict)[-1]
        database[table].transform(column_order=[last])
    database.conn.execute("DELETE FROM articles WHERE id = 3")  # no trigger sees it
    database.conn.commit()
    database.close()
    migrate_store(file)
    after = schema(file)
    for key, sql in today.items():
        if key[1] in TRANSFORMED:
            assert entries(sql) == entries(after[key])
        else:
            assert after[key] == sql
    assert ask(file, "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'bridge'") == [
        (2,)
    ]
    assert ask(file, "PRAGMA integrity_check") == [("ok",)]
    kinds = ask(file, "SELECT name, strict * 2 + wr FROM pragma_table_list")
    assert {(str(name), kind) for name, kind in kinds} >= set(TRANSFORMED.items())


@pytest.mark.parametrize(
    ("version", "own", "says"),
    [
        (5, "CREATE TABLE robots (name TEXT)", "ALTER TABLE robots RENAME TO my_robots"),
        (5, "CREATE TABLE Robots (name TEXT)", "ALTER TABLE Robots RENAME TO my_Robots"),
        (5, "ALTER TABLE sources ADD COLUMN DUE_AT TEXT", "RENAME COLUMN due_at TO my_due_at"),
        (5, "CREATE VIEW copy_pairs AS SELECT 1", "has its own view named copy_pairs"),
        (7, "CREATE INDEX articles_when ON articles (url)", "has its own index named"),
        (5, "ALTER TABLE articles ADD COLUMN tags TEXT", "RENAME COLUMN tags TO my_tags"),
        (5, "ALTER TABLE sources RENAME COLUMN etag TO tag", "sources has no column etag"),
        (5, "ALTER TABLE fetches RENAME TO polls", "its table fetches is missing"),
    ],
)
def test_what_stands_in_the_way_is_named_and_nothing_changed(
    version: int, own: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "s.db"
    old_store(file, version, (*FACTS, own, "PRAGMA journal_mode = WAL"))
    before = contents(file)
    with pytest.raises(SchemaRefused, match=re.escape(says)):
        open_store(file)
    assert contents(file) == before
    assert ask(file, "PRAGMA user_version") == [(version,)]


def test_rows_that_today_s_table_cannot_hold_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    old_store(file, 6, FACTS)
    database = Database(file)
    database["sources"].transform(types={"failures": str}, strict=False)
    database.conn.execute("UPDATE sources SET failures = 'many'")
    database.conn.commit()
    database.close()
    before = contents(file)
    with pytest.raises(SchemaRefused, match="its table sources holds rows"):
        open_store(file)
    assert contents(file) == before


def test_a_step_names_what_it_brought() -> None:
    """Otherwise a table of the user's own would be taken for ours."""

    def names(version: int) -> set[str]:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript((SCHEMAS / f"{version:02d}.sql").read_text("utf-8"))
            rows = connection.execute(
                "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL "
                "AND name NOT GLOB 'articles_fts_*' AND name NOT GLOB '*sqlite_*' "
                "AND name NOT GLOB 'article_parts_*'"
            ).fetchall()
        columns = {
            f"{name}.{column}"
            for name, kind, sql in rows
            if kind == "table" and not sql.startswith("CREATE VIRTUAL")
            for column in parse_table(sql).columns
        }
        return {name for name, _, _ in rows} | columns

    for before, after in pairwise(EARLIER):
        step = STEPS[after - 1]
        new = names(after) - names(before)
        tables = {name for name in step.objects if f"{name}." in "".join(f"{n} " for n in new)}
        expected = {name for name in new if name.partition(".")[0] not in tables or "." not in name}
        assert {*step.objects, *step.columns} == expected, step.name


def test_definitions_come_apart_and_together_unchanged() -> None:
    for version in EARLIER:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript((SCHEMAS / f"{version:02d}.sql").read_text("utf-8"))
            for (sql,) in connection.execute(
                "SELECT sql FROM sqlite_schema WHERE sql GLOB 'CREATE TABLE * ( -- *'"
            ):
                assert parse_table(sql).sql() == sql


def test_a_definition_of_any_style_is_understood() -> None:
    table = parse_table(
        """CREATE TABLE "t" -- about it
(a INT /* one */, [b c] TEXT CHECK ("b c" IN (',', ')')), -- two
  -- more
`d``e` REAL DEFAULT (1 + (2)), FOREIGN KEY (a) REFERENCES t (a)) STRICT"""
    )
    assert list(table.columns) == ["a", "b c", "d`e"]
    assert [entry.comment for entry in table.columns.values()] == ["one", "two more", ""]
    assert table.columns["d`e"].sql == "`d``e` REAL DEFAULT (1 + (2))"
    assert [entry.sql for entry in table.constraints] == ["FOREIGN KEY (a) REFERENCES t (a)"]
    assert table.tail == ") STRICT"


def rewrite_runs(file: Path) -> None:
    """Put another statement in the place of the one that made the table."""
    with closing(sqlite3.connect(file)) as connection:
        Database(connection)["runs"].transform()


def damage(*statements: str) -> Callable[[Path], None]:
    def run(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return run


@pytest.mark.parametrize(
    ("how", "names"),
    [
        (damage("DROP VIEW copy_network"), ["copy_network"]),
        (damage("DROP INDEX articles_when", "DROP TRIGGER articles_ai"),
         ["articles_when", "articles_ai"]),
        (rewrite_runs, ["runs"]),
    ],
)  # fmt: skip
def test_a_file_of_today_that_was_taken_apart_is_named_and_mended(
    how: Callable[[Path], None], names: list[str], tmp_path: Path,
    today: dict[tuple[str, str], str],
) -> None:  # fmt: skip
    file = tmp_path / "s.db"
    open_store(file).close()
    how(file)
    with closing(read_store(file)) as store:
        assert sorted(p.partition(":")[0] for p in store.upkeep.problems()) == sorted(names)
    assert sorted(migrate_store(file)) == sorted(names)
    assert migrate_store(file) == []
    assert schema(file) == today


def test_the_codebook_knows_columns_of_any_name(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    open_store(file).close()
    damage(
        'ALTER TABLE articles ADD COLUMN "a(b" TEXT /* coded by Anna */',
        "CREATE VIRTUAL TABLE my_search USING fts5 (title, -- headlines\n text)",
    )(file)
    with closing(read_store(file)) as store:
        assert store.upkeep.problems() == []
        described = store.queries.codebook.describe("articles")
        assert described is not None
        assert described.columns[-1].comment == "coded by Anna"
        assert described.columns[3].comment == "canonical address"
        assert "my_search" in store.queries.codebook.names()
        assert store.queries.codebook.describe("my_search") is not None
