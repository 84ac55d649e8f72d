"""A store as a data set and back: equal, whole or not there, and without its secret."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pytest
from pyarrow import parquet

from crawler.cli.tables import as_json
from crawler.data_set.columns import TIME, arrow_type
from crawler.data_set.description import VERSION
from crawler.data_set.write import write_data_set
from crawler.grouping.overrides import Decision, merge, pin, undo
from crawler.grouping.run import group
from crawler.store import open_store, read_store
from crawler.store.file.migration_steps import VERSION as SCHEMA
from crawler.store.file.schema import wanted_tables
from crawler.store.file.whole_tables import LEFT_OUT, TABLES, Kind, Table, stored_columns
from crawler.types import Article, Moment, Precision
from tests.conftest import NOW, Crawled, Inside, ask, made_once
from tests.small_store import small_store

SECRET = 305_419_896
"""The seed of the store that has everything."""
CHANGED = "The bridge over the Tarn will be built again, the minister said. " * 9


def fill_up(folder: Path) -> None:
    """A small store with overrides and revisions, and a row in each table that is still empty."""
    small_store(folder)
    store = open_store(folder / "s.db")
    with store.batch():
        store.copies.set_scheme(store.copies.scheme()[0], seed=SECRET, seed_id="5eed1d")  # type: ignore[index]
        for text in ("A first text of it.", CHANGED):
            store.articles.save(
                Article(
                    url="https://gazette.example/9", outlet="", title="Bridge", text=text,
                    language="en", authors=("Ann Ôe",), fetched_at="2022-01-06T00:00:00Z",
                    published=Moment(
                        at="2022-01-05T00:00:00Z", precision=Precision.DAY, source="meta",
                        raw="5 January",
                    ),
                ),
                outlet=store.outlets.ensure("gazette"), run=1, now=NOW,
            )  # fmt: skip
    group(store, run=1, now=NOW)
    decision = Decision(who="ann", why="the same", now=NOW, run=1)
    pin(store, 1, decision)
    with store.batch():
        store.groupings.set_settings({"stories.granularity": "medium"})
    undo(store, merge(store, 1, 2, decision), decision)
    store.close()
    with closing(sqlite3.connect(folder / "s.db")) as connection, connection:
        connection.execute(
            "INSERT INTO credits VALUES (2, 'Reuters', 'copy', 'https://r.org', 0.9)"
        )
        for table in TABLES:
            if not connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]:
                _add_row(connection, table)
        connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")


def _add_row(connection: sqlite3.Connection, table: Table) -> None:
    values: list[object] = []
    for column in stored_columns(table):
        sql = wanted_tables()[table.name].columns[column.name].sql
        words = re.search(r"CHECK \(\w+ IN \('(.*?)'", sql)
        text = words[1] if words else NOW if arrow_type(table, column) == TIME else "Ô\x00 1"
        values.append({"INTEGER": 1, "REAL": 0.1, "BLOB": b"\x00\xff", "TEXT": text}[column.type])
    connection.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(values))})", values)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "full_store", fill_up) / "s.db"


@pytest.fixture(scope="session")
def data_set(tmp_path_factory: pytest.TempPathFactory, full: Path) -> Path:
    """A data set with the seed, for tests that only read or copy it."""

    def make(folder: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "crawler", "--db", full, "export", "--dataset", folder / "d",
             "--with-seed"],
            check=True,
        )  # fmt: skip

    return made_once(tmp_path_factory, "data_set", make) / "d"


@pytest.fixture
def own(data_set: Path, tmp_path: Path) -> Path:
    """A data set to change."""
    shutil.copytree(data_set, tmp_path / "d")
    return tmp_path / "d"


def differing(one: Path, two: Path, tables: tuple[Table, ...] = TABLES) -> list[str]:
    """Names of the tables whose rows are not equal."""

    def rows(file: Path, table: Table) -> list[str]:
        columns = ", ".join(column.name for column in stored_columns(table))
        return sorted(map(repr, ask(file, f"SELECT {columns} FROM {table.name}")))

    return [table.name for table in tables if rows(one, table) != rows(two, table)]


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    file = folder / "manifest.json"
    said = json.loads(file.read_text("utf-8"))
    change(said)
    file.write_text(json.dumps(said), "utf-8")


def replace_file(folder: Path, table: str, file: Path) -> None:
    """Have another Parquet file for a table, with its digest in the manifest."""

    def change(said: dict[str, Any]) -> None:
        body = file.read_bytes()
        entry = said["tables"][table]["files"][0]
        entry |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        shutil.copy(file, folder / entry["path"])

    change_manifest(folder, change)


def test_each_table_of_the_schema_is_in_a_data_set_or_left_out_for_a_reason() -> None:
    named = [table.name for table in TABLES]
    assert sorted([*named, *LEFT_OUT]) == sorted(wanted_tables())
    assert all(LEFT_OUT.values())


def test_there_and_back_every_table_is_equal(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    assert not [table.name for table in TABLES if not ask(full, f"SELECT 1 FROM {table.name}")]
    back = tmp_path / "back.db"
    done = inside("--db", back, "import", "--dataset", data_set, "--with-findings")
    assert done.stdout == f"{back}: 6 new articles, and all that was found of them\n", done.stderr
    assert differing(full, back) == []
    numbers = "SELECT name, seq FROM sqlite_sequence ORDER BY name"
    assert ask(back, numbers) == ask(full, numbers)
    for question in ("MATCH 'bridge'", "MATCH 'minister'"):
        found = f"SELECT rowid FROM articles_fts WHERE articles_fts {question} ORDER BY rowid"
        assert ask(back, found) == ask(full, found) != []
    check = inside("--db", back, "db", "check")
    assert check.returncode == inside("--db", full, "db", "check").returncode, check.stdout
    again = inside("--db", back, "import", "--dataset", data_set, "--with-findings")
    assert again.returncode == 2
    assert "exists already, and findings go into a new store only" in again.stderr


@pytest.mark.usefixtures("slow")
def test_the_town_there_and_back(crawled: Crawled, tmp_path: Path, inside: Inside) -> None:
    db = tmp_path / "town.db"
    with closing(sqlite3.connect(crawled.db)) as town:
        town.execute("VACUUM INTO ?", (str(db),))
    for command in (
        "topic add almaty --words almaty",
        "override merge 1 2 --why same --who ann",
        "override pin 3 --why whole --who ann",
        "group --rebuild --as fine --set stories.granularity=fine",
        "export --dataset d --with-seed",
        "export --dataset public",
    ):
        done = inside("--db", db, *command.split(), cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    whole, bare, public = (tmp_path / f"{name}.db" for name in ("whole", "bare", "public"))
    inside("--db", whole, "import", "--dataset", tmp_path / "d", "--with-findings")
    assert differing(db, whole) == []
    assert inside("--db", whole, "db", "check").stdout.endswith("no problem found\n")
    inside("--db", bare, "import", "--dataset", tmp_path / "public", "--seed-from", db)
    inside("--db", public, "import", "--dataset", tmp_path / "public", "--with-findings")
    assert differing(db, public, tuple(t for t in TABLES if t.kind is Kind.FACTS)) == []
    for other in (bare, public):
        assert inside("--db", other, "group").returncode == 0
        assert parts(other, "copy_group") == parts(db, "copy_group")
        assert parts(other, "story") == parts(db, "story")
        assert inside("--db", other, "db", "check").stdout.endswith("no problem found\n")
    assert differing(db, bare, (Table("copies", Kind.FINDINGS),)) == []
    named = "SELECT story, article FROM story_timeline ORDER BY article"
    assert ask(public, named) == ask(db, named), "story numbers stay"


def parts(db: Path, column: str) -> set[frozenset[str]]:
    """Addresses of the articles that are together, by a column of `memberships`."""
    found: dict[int, set[str]] = {}
    for url, number in ask(
        db, f"SELECT a.url, m.{column} FROM memberships m JOIN articles a ON a.id = m.article"
    ):
        found.setdefault(number, set()).add(url)
    return {frozenset(urls) for urls in found.values()}


def test_facts_alone_keep_their_numbers_and_wait_for_grouping(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    db = tmp_path / "facts.db"
    done = inside("--db", db, "import", "--dataset", data_set)
    assert "; grouped, because of 1 override\n" in done.stdout, done.stderr
    facts = tuple(t for t in TABLES if t.kind is Kind.FACTS and "override" not in t.name)
    assert differing(full, db, facts) == ["runs", "credits"]
    (run,) = ask(db, "SELECT command, outcome FROM runs ORDER BY id DESC LIMIT 1")
    assert run == (f"newsloom import --dataset {data_set}", "done")
    assert ask(db, "SELECT count(*) FROM credits WHERE via = 'copy'") == [(0,)]
    assert ask(db, "SELECT who, kind, undone_at FROM overrides") == [("ann", "pin", None)]
    assert parts(db, "copy_group") == parts(full, "copy_group")


def test_what_is_taken_in_twice_is_there_once(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    db = tmp_path / "other.db"
    rows = [{"url": "https://other.example/1", "title": "Ours", "text": "A text of our own."}]
    rows.append({"url": "https://gazette.example/9", "title": "Bridge", "text": CHANGED})
    (tmp_path / "l.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    inside("--db", db, "import", tmp_path / "l.jsonl")
    done = inside("--db", db, "import", "--dataset", data_set)
    assert done.stdout.startswith(f"{db}: 5 new articles; 1 known, "), done.stderr
    before = {
        table.name: ask(db, f"SELECT count(*) FROM {table.name}")
        for table in TABLES if table.kind is Kind.FACTS and table.name != "runs"
    }  # fmt: skip
    assert before["articles"] == [(7,)]
    again = inside("--db", db, "import", "--dataset", data_set)
    assert again.stdout.startswith(f"{db}: 0 new articles; 6 known, 0 of them changed")
    assert {name: ask(db, f"SELECT count(*) FROM {name}") for name in before} == before
    assert inside("--db", db, "db", "check").returncode == 0
    assert ask(db, "SELECT outcome FROM runs WHERE command LIKE '%--dataset%'") == [("done",)] * 2
    assert not list(tmp_path.glob(".newsloom-*"))


def test_the_seed_stays_at_home_unless_asked_for(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    done = inside("--db", full, "export", "--dataset", tmp_path / "d")
    assert done.stdout.endswith(", without the store's secret seed, signatures and keys\n")
    # Of 32 bits each of them would give the seed away: try all, and see which one makes it.
    assert {path.name for path in (tmp_path / "d").iterdir()} == {
        *(table.name for table in TABLES), "manifest.json",
    } - {"signatures", "keys", "recent_keys"}  # fmt: skip
    schemes = pandas.read_parquet(tmp_path / "d" / "schemes")
    assert set(schemes["kind"]) == {"stories", "events"}
    held = duckdb.sql(f"SELECT seed FROM '{data_set}/schemes/*.parquet' WHERE kind = 'copies'")
    assert held.fetchall() == [(SECRET,)]
    text = "".join(
        str(parquet.read_table(file).to_pylist()) for file in (tmp_path / "d").rglob("*.parquet")
    )
    assert "5eed1d" not in text
    assert str(SECRET) not in text + (tmp_path / "d" / "manifest.json").read_text("utf-8")


def test_with_its_seed_a_data_set_is_for_its_owner_alone(data_set: Path) -> None:
    assert data_set.stat().st_mode & 0o077 == 0


def test_all_of_a_data_set_is_of_one_moment(full: Path, tmp_path: Path) -> None:
    db = tmp_path / "s.db"
    shutil.copy(full, db)
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")

        def crawl_meanwhile(what: str, done: int, total: int) -> None:
            with connection:
                connection.execute("UPDATE articles SET title = title || '!'")
                connection.execute("DELETE FROM topics")

        store = read_store(db)
        write_data_set(
            store, tmp_path / "d", seed=True, now=NOW, to_json=as_json, progress=crawl_meanwhile
        )
        store.close()
    assert not ask(db, "SELECT * FROM topics")
    assert len(parquet.read_table(tmp_path / "d" / "topics")) == 1
    titles = parquet.read_table(tmp_path / "d" / "articles", columns=["title"])
    assert sorted(titles["title"].to_pylist()) == sorted(
        title for (title,) in ask(full, "SELECT title FROM articles")
    )


def test_a_store_gets_the_seed_of_another(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    public, new = tmp_path / "public", tmp_path / "new.db"
    inside("--db", full, "export", "--dataset", public)
    inside("--db", new, "import", "--dataset", public, "--with-findings", "--seed-from", full)
    assert ask(new, "SELECT seed FROM schemes WHERE kind = 'copies'") == [(SECRET,)]
    open_store(tmp_path / "bare.db").close()
    for arguments, said in (
        ((new, public, "--seed-from", full), "only a new store gets a seed"),
        ((tmp_path / "n.db", public, "--seed-from", tmp_path / "bare.db"), "has no seed yet"),
        ((tmp_path / "n.db", public, "--seed-from", tmp_path / "no.db"), "no such database"),
        ((tmp_path / "n.db", data_set, "--with-findings", "--seed-from", full), "its own seed"),
    ):
        db, folder, *options = arguments
        done = inside("--db", db, "import", "--dataset", folder, *options)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_other_programs_read_it(full: Path, data_set: Path) -> None:
    times = [
        row[0].replace("T", " ").removesuffix("Z")
        for row in ask(full, "SELECT published_at FROM articles WHERE published_at NOT NULL")
    ]
    articles = pandas.read_parquet(data_set / "articles")
    assert sorted(articles["published_at"].dropna().astype(str).str[:19]) == sorted(times)
    assert {"published_precision", "published_raw", "day"} <= set(articles.columns)
    lazy = polars.scan_parquet(data_set / "articles", hive_partitioning=True)
    days = lazy.select("day").collect()["day"]
    assert len(days) == len(articles)
    found = duckdb.sql(
        f"SELECT count(*), min(published_at)::VARCHAR FROM '{data_set}/articles/*/*.parquet' "
        "WHERE day = '2022-01-04'"
    )
    (row,) = found.fetchall()
    assert row[0] == 2


NAMED: dict[str, Callable[[dict[str, Any]], object]] = {
    f"made by a newer Newsloom (data set {VERSION + 1}": lambda said: said.update(
        data_set=VERSION + 1
    ),
    f"made by a newer Newsloom (schema {SCHEMA + 1}": lambda said: said.update(schema=SCHEMA + 1),
    "is damaged: its manifest has no table pages": lambda said: said["tables"].pop("pages"),
    "leads out of the folder": lambda said: said["tables"]["pages"]["files"][0].update(
        path="../x.parquet"
    ),
    "manifest.json is damaged ('grouping')": lambda said: said.pop("grouping"),
    "pages has 1 rows, its manifest says 2": lambda said: said["tables"]["pages"].update(rows=2),
    "has 1 rows, and 3 by its manifest": lambda said: said["tables"]["pages"]["files"][0].update(
        rows=3
    ),
    "is not the manifest of a data set": lambda said: said.pop("data_set"),
}


@pytest.mark.parametrize("said", NAMED)
def test_a_wrong_manifest_is_named(said: str, own: Path, tmp_path: Path, inside: Inside) -> None:
    change_manifest(own, NAMED[said])
    done = inside("--db", tmp_path / "n.db", "import", "--dataset", own)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("n.db"))
    assert not list(tmp_path.glob(".newsloom*"))


def test_a_damaged_data_set_makes_no_store(own: Path, tmp_path: Path, inside: Inside) -> None:
    file = next(own.glob("articles/day=2022-01-08/*"))
    body = bytearray(file.read_bytes())
    body[100] ^= 1

    def damage() -> None:
        file.write_bytes(body)

    def cut() -> None:
        file.write_bytes(body[:-1])

    for spoil, said in (
        (damage, "is damaged: it is not the file of the manifest"),
        (cut, "is damaged: it is not the file of the manifest"),
        (file.unlink, "cannot be read (No such file or directory)"),
        ((own / "manifest.json").unlink, "is not a data set, or its export did not end"),
        (lambda: shutil.rmtree(own), "there is no such folder"),
    ):
        spoil()
        done = inside("--db", tmp_path / "n.db", "import", "--dataset", own, "--with-findings")
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert {path.name for path in tmp_path.iterdir()} <= {"d", "n.db.lock"}


def test_files_made_by_others_are_checked(own: Path, tmp_path: Path, inside: Inside) -> None:
    file = next((own / "topics").iterdir())
    topics = parquet.read_table(file)
    made = tmp_path / "made.parquet"
    for table, said in (
        (topics.drop_columns(["at"]), "has no column at; a data set needs it"),
        (topics.set_column(0, "name", [[1] * len(topics)]), ""),
        (topics.set_column(2, "at", [["soon"] * len(topics)]), "cannot be read as topics"),
        (topics.set_column(0, "name", [[None] * len(topics)]), "the store cannot hold a row of it"),
    ):
        parquet.write_table(table, made)
        replace_file(own, "topics", made)
        done = inside("--db", tmp_path / "n.db", "import", "--dataset", own, "--with-findings")
        assert said in done.stderr
        assert (tmp_path / "n.db").exists() is not bool(said)
        (tmp_path / "n.db").unlink(missing_ok=True)
    parquet.write_table(topics, made)
    replace_file(own, "topics", made)
    pages = parquet.read_table(next((own / "pages").iterdir()))
    parquet.write_table(pages.set_column(1, "outlet", [[77] * len(pages)]), made)
    replace_file(own, "pages", made)
    done = inside("--db", tmp_path / "n.db", "import", "--dataset", own, "--with-findings")
    assert "a row of pages refers to a row of outlets that is not there" in done.stderr
    made.write_bytes(b"no Parquet")
    replace_file(own, "pages", made)
    done = inside("--db", tmp_path / "n.db", "import", "--dataset", own)
    assert "cannot be read as pages" in done.stderr


def test_a_data_set_of_an_older_schema_gets_the_defaults(
    own: Path, tmp_path: Path, inside: Inside
) -> None:
    file = next((own / "outlet_usage").iterdir())
    made = tmp_path / "made.parquet"
    parquet.write_table(parquet.read_table(file).drop_columns(["met"]), made)
    replace_file(own, "outlet_usage", made)
    refused = inside("--db", tmp_path / "n.db", "import", "--dataset", own)
    assert "has no column met" in refused.stderr

    def older(said: dict[str, Any]) -> None:
        said["schema"] = SCHEMA - 1
        said["tables"].pop("topics")

    change_manifest(own, older)
    done = inside("--db", tmp_path / "n.db", "import", "--dataset", own, "--with-findings")
    assert done.returncode == 0, done.stderr
    assert ask(tmp_path / "n.db", "SELECT met FROM outlet_usage") == [(None,)]
    assert ask(tmp_path / "n.db", "SELECT * FROM topics") == []


def test_a_value_that_is_no_time_is_named(full: Path, tmp_path: Path, inside: Inside) -> None:
    db = tmp_path / "s.db"
    for value, said in (
        ("2022-02-31T00:00:00Z", "articles.modified_at: '2022-02-31T00:00:00Z' is not a time"),
        ("soon", "articles.modified_at: 'soon' is not a time"),
    ):
        shutil.copy(full, db)
        with closing(sqlite3.connect(db)) as connection, connection:
            connection.execute("UPDATE articles SET modified_at = ? WHERE id = 2", (value,))
        done = inside("--db", db, "export", "--dataset", tmp_path / "d")
        assert said in done.stderr
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE articles SET published_at = '../../x' WHERE id = 2")
    done = inside("--db", db, "export", "--dataset", tmp_path / "d")
    assert "articles: '../../x' is not a day written YYYY-MM-DD" in done.stderr
    assert not (tmp_path / "d").exists()


def test_what_cannot_be_combined_is_refused(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    (tmp_path / "file").touch()
    for arguments, said in (
        ("export --with-seed articles", "add --dataset DIR"),
        ("export articles --dataset x", "--dataset takes no WHAT"),
        ("export --dataset x --since 2022-01-01", "--dataset takes no --since"),
        ("export --dataset file", "file is a file; name a new folder"),
        (f"export --dataset {data_set}", "is not empty; name a new folder"),
        ("export --dataset no/where/x", "there is no folder"),
        ("import l.jsonl --with-findings", "add --dataset DIR"),
        ("import --seed-from s.db l.jsonl", "add --dataset DIR"),
        (f"import l.jsonl --dataset {data_set}", "--dataset takes no FILE"),
        (f"import --dataset {data_set} --workers 2", "--dataset takes no --workers"),
        ("import", "Missing argument 'FILE...'"),
        ("export", "Missing argument 'WHAT'"),
    ):
        done = inside("--db", full, *arguments.split(), cwd=tmp_path)
        assert (done.returncode, said in done.stderr) == (2, True), (arguments, done.stderr)
    assert {path.name for path in tmp_path.iterdir()} == {"file"}


def test_without_pyarrow_the_extra_is_named(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    shutil.copy(full, tmp_path / "s.db")
    for arguments in (
        ("export", "--dataset", tmp_path / "d"),
        ("import", "--dataset", data_set),
    ):
        done = inside("--db", tmp_path / "s.db", *arguments)
        assert (done.returncode, "(extra `parquet`)" in done.stderr) == (2, True), done.stderr
    assert ask(tmp_path / "s.db", "SELECT command FROM runs WHERE command LIKE '%import%'") == []


KILLED = """
import os, signal, sys
from contextlib import contextmanager
from crawler.cli import data_set, run
where = sys.argv.pop(1)
def progress(what, done, total):
    if what == where:
        os.kill(os.getpid(), signal.SIGKILL)
@contextmanager
def stages(**_):
    yield progress
data_set.stages = stages
run()
"""


@pytest.mark.slow
def test_killed_at_any_table_and_run_again_all_is_there(
    full: Path, data_set: Path, tmp_path: Path, inside: Inside
) -> None:
    def killed(where: str, *arguments: object) -> None:
        done = subprocess.run([sys.executable, "-c", KILLED, where, *map(str, arguments)])
        assert done.returncode == -signal.SIGKILL

    out, new, old = tmp_path / "out", tmp_path / "new.db", tmp_path / "old.db"
    killed("copies", "--db", full, "export", "--dataset", out, "--with-seed")
    assert not out.exists()
    assert inside("--db", full, "export", "--dataset", out, "--with-seed").returncode == 0
    for where in ("articles", "partitions"):
        killed(where, "--db", new, "import", "--dataset", out, "--with-findings")
        assert not new.exists()
    assert inside("--db", new, "import", "--dataset", out, "--with-findings").returncode == 0
    assert differing(full, new) == []
    open_store(old).close()
    for where in ("articles", "taking in"):
        killed(where, "--db", old, "import", "--dataset", out)
        assert ask(old, "SELECT count(*) FROM articles") == [(0,)]
    assert inside("--db", old, "import", "--dataset", out).returncode == 0
    outcomes = ask(old, "SELECT outcome FROM runs WHERE command LIKE '%--dataset%' ORDER BY id")
    assert outcomes == [("crashed",), ("crashed",), ("done",)]
    assert ask(old, "SELECT count(*) FROM articles") == [(6,)]
