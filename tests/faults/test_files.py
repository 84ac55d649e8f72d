"""Damaged, foreign and read-only files: a sentence, an exit code, and nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from crawler.errors import StoreInaccessible
from crawler.store import open_store, read_store
from crawler.store.file.connection import explained, require_wal
from tests.conftest import ask
from tests.store.told import Told

ROOT = Path(__file__).parents[2]
PAGE = 4096
DAMAGED = "the file is damaged; restore a backup"
NO_STORE = "is not a SQLite file, or its first page is damaged; name another"


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """A store of forty articles, all in the file itself."""
    told = Told(tmp_path / "s.db")
    for n in range(40):
        told.article("herald", title=f"Bridge {n}", text=f"almaty {n} " * 300)
    told.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    told.connection.close()
    (tmp_path / "l.jsonl").write_text('{"url": "https://g.org/1", "title": "Bridge"}\n')
    shutil.copy(told.path, tmp_path / "sound.db")
    return told.path


def write_at(file: Path, offset: int, data: bytes) -> None:
    with file.open("r+b") as stream:
        stream.seek(offset)
        stream.write(data)


def damage_header(file: Path) -> None:
    write_at(file, 0, b"\xff" * 100)


def damage_schema(file: Path) -> None:
    write_at(file, 100, b"\xff" * (PAGE - 100))


def damage_tables(file: Path) -> None:
    roots = ask(
        file, "SELECT rootpage FROM sqlite_schema WHERE name IN ('articles', 'runs', 'topics')"
    )
    for (root,) in roots:
        write_at(file, (root - 1) * PAGE, b"\xff" * PAGE)


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 3)


COMMANDS = (
    "stories", "search almaty", "article 1", "health", "db check", "export articles -o x.csv",
    "db backup b.db", "import l.jsonl", "topic add t --words almaty", "db migrate",
)  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "code", "says"),
    [
        (damage_header, 2, NO_STORE),
        (damage_schema, 1, DAMAGED),
        (damage_tables, 1, DAMAGED),
        (cut_off, 1, DAMAGED),
    ],
)
def test_a_damaged_store_is_named_and_left_alone(
    store_file: Path, inside: Callable[..., subprocess.CompletedProcess[str]],
    damage: Callable[[Path], None], code: int, says: str,
) -> None:  # fmt: skip
    damage(store_file)
    before = store_file.read_bytes()
    names = {file.name for file in store_file.parent.iterdir()}
    for command in COMMANDS:
        done = inside("--db", "s.db", *command.split(), cwd=store_file.parent)
        if damage is damage_tables and done.returncode == 0:
            # What it does not read it cannot miss.
            assert command in ("stories", "search almaty", "health", "db migrate"), command
            continue
        assert (done.returncode, done.stdout) == (code, ""), command
        assert done.stderr.startswith(("Error: s.db: ", "Error: s.db is ")), command
        assert says in done.stderr, command
        assert done.stderr.count("\n") == 1, command
    assert store_file.read_bytes() == before
    new = {file.name for file in store_file.parent.iterdir()} - names
    assert new <= {"s.db.lock", "s.db-wal", "s.db-shm"}


def test_of_stores_that_are_merged_the_damaged_one_is_named(
    store_file: Path, inside: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    damage_tables(store_file)
    for files in (("sound.db", "s.db"), ("s.db", "sound.db")):
        done = inside("merge", *files, "-o", "all.db", cwd=store_file.parent)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: s.db: the file is damaged")
        assert not (store_file.parent / "all.db").exists()


def test_an_index_out_of_step_is_found_with_its_remedy(
    store_file: Path, inside: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with closing(sqlite3.connect(store_file)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        row = connection.execute(
            "SELECT * FROM sqlite_schema WHERE name = 'articles_when'"
        ).fetchone()
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'articles_when'")
    with closing(sqlite3.connect(store_file)) as connection, connection:
        connection.execute("UPDATE articles SET published_at = '2022-01-05T12:00:00Z'")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
    done = inside("--db", store_file, "db", "check")
    assert done.returncode == 1
    assert "index articles_when; `sqlite3 FILE REINDEX` makes the indexes again" in done.stdout
    with closing(sqlite3.connect(store_file)) as connection, connection:
        connection.execute("REINDEX")
    assert inside("--db", store_file, "db", "check").returncode == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_foreign_file_is_refused_and_left_alone(
    tmp_path: Path, inside: Callable[..., subprocess.CompletedProcess[str]], command: str
) -> None:
    file = tmp_path / "s.db"
    (tmp_path / "l.jsonl").write_text("{}")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = file.read_bytes()
    done = inside("--db", "s.db", *command.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "name " in done.stderr
    assert "--db FILE" in done.stderr
    assert file.read_bytes() == before


# Root may write everywhere: without these two it obeys permissions like anybody else.
OBEYING = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if not os.geteuid() else []


def obeying(folder: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """A command in a folder whose permissions hold for it; skips where root cannot obey them."""
    if OBEYING and (
        shutil.which("setpriv") is None
        or subprocess.run([*OBEYING, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("root cannot give up its rights here (no setpriv)")
    return subprocess.run(
        [*OBEYING, sys.executable, "-m", "crawler", *command], cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "command", "code", "says"),
    [
        (0o444, 0o755, "stories", 0, ""),
        (0o444, 0o755, "topic add t --words almaty", 2, "Error: s.db: cannot be written to; check"),
        (0o644, 0o555, "stories", 0, ""),
        (0o644, 0o555, "import l.jsonl", 2, "Error: s.db: s.db.lock cannot be written (Permission"),
        (0o644, 0o555, "db backup b.db", 2, "Error: b.db: cannot be written (Permission denied)"),
    ],
)
def test_a_file_or_a_folder_that_is_read_only(
    store_file: Path, file_mode: int, folder_mode: int, command: str, code: int, says: str
) -> None:
    before = store_file.read_bytes()
    store_file.chmod(file_mode)
    store_file.parent.chmod(folder_mode)
    try:
        done = obeying(store_file.parent, ["--db", "s.db", *command.split()])
    finally:
        store_file.parent.chmod(0o755)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith(says)
    assert "Traceback" not in done.stderr
    assert store_file.read_bytes() == before


def test_a_reader_who_may_not_write_sees_what_only_the_log_has(
    store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with closing(sqlite3.connect(store_file, isolation_level=None)) as writer:
        writer.execute("UPDATE articles SET title = 'Ferry' WHERE id = 1")
        reader = read_store(store_file)
        assert reader.queries.articles.number("1") == 1
        found = reader.queries.articles.get(1)
        assert found is not None
        assert found.title == "Ferry"
        # And what comes while it reads.
        writer.execute("UPDATE articles SET title = 'Tunnel' WHERE id = 1")
        found = reader.queries.articles.get(1)
        assert found is not None
        assert found.title == "Tunnel"
        reader.close()


def test_a_file_system_that_cannot_keep_the_log_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    open_store(file).close()
    # This way of locking has no shared memory, as a network drive has none.
    address = f"{file.as_uri()}?vfs=unix-dotfile"
    with (
        closing(sqlite3.connect(address.replace("s.db", "new.db"), uri=True)) as new,
        pytest.raises(StoreInaccessible, match="put the store on a disk of this machine"),
    ):
        require_wal(new, tmp_path / "new.db")
    with (
        closing(sqlite3.connect(address, uri=True)) as there,
        pytest.raises(StoreInaccessible, match="is it a disk of this machine"),
        explained(file),
    ):
        require_wal(there, file)
