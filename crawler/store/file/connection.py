"""Opening a SQLite file, and saying what went wrong with it in a person's words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from crawler.errors import (
    NoSuchDatabase,
    NotAStore,
    StoreError,
    StoreInaccessible,
    ValueRefused,
)

APPLICATION_ID = 0x4E4C4F4D
"""`NLOM`: marks the file as a Newsloom store for `file` and for ourselves."""


def connect_for_writing(
    path: Path | str, *, version: int, named: Path | str | None = None
) -> sqlite3.Connection:
    """Open or make a file of schema `version` or older; WAL, so that readers never wait for the
    crawl. Errors name the file `named`, for which it is made.
    """
    if path != ":memory:":
        _make_private(Path(path))
    # As an address, so that another store can be attached by one that says "for reading only".
    target = path if path == ":memory:" else f"{Path(path).absolute().as_uri()}?mode=rwc"
    path = named or path
    with _opened(path, str(target), uri=True, isolation_level=None, timeout=10) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise NotAStore(
                f"{path} is a SQLite file of something else; name another with --db FILE"
            )
        refuse_newer(connection, path, version)
        require_wal(connection, path)
        # With WAL, NORMAL loses nothing when the process dies; only a power cut can cost the
        # last commits, and those pages are then still pending.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def _make_private(path: Path) -> None:
    """Make a file that is not there yet, for its owner alone: it has the secret seed of copies.

    SQLite gives its log and index the permissions of the file. What cannot be made it explains.
    """
    with suppress(OSError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def connect_for_reading(path: Path, *, version: int) -> sqlite3.Connection:
    """Open an existing store of schema `version` without ever writing to it or making a file."""
    if not path.is_file():
        raise NoSuchDatabase(path)
    with _opened(path, for_reading(path), uri=True) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise NotAStore(f"{path} is not a Newsloom store; name one with --db FILE")
        if found < version:
            raise NotAStore(
                f"{path} was made by an older Newsloom (schema {found}, now {version}); "
                f"bring it up to date with `newsloom --db {path} db migrate`"
            )
        refuse_newer(connection, path, version)
        return connection


def refuse_newer(connection: sqlite3.Connection, path: Path | str, version: int) -> None:
    """Raise NotAStore for a file of a later schema than `version`, before anything is written."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > version:
        raise NotAStore(
            f"{path} was made by a newer Newsloom (schema {found}, this one knows {version}); "
            "upgrade Newsloom to use it. Nothing was changed."
        )


def require_wal(connection: sqlite3.Connection, path: Path | str) -> None:
    """Have writers and readers not wait for each other. Raises StoreInaccessible where the file
    system cannot: it has no memory that processes share.
    """
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode not in ("wal", "memory"):
        raise StoreInaccessible(
            f"{path}: its file system cannot keep SQLite's write-ahead log, as network drives "
            "cannot; put the store on a disk of this machine"
        )


def for_reading(path: Path) -> str:
    """The address by which SQLite opens a file without ever writing to it."""
    # In a folder that we cannot write to there is no place for the index of a write-ahead log.
    # Where there is a log, it has rows that `immutable` would leave out; its writer made the index.
    real = Path(os.path.realpath(path))
    log, index = (real.with_name(f"{real.name}-{end}") for end in ("wal", "shm"))
    has_log = log.exists() and (log.stat().st_size > 0 or index.exists())
    immutable = "" if has_log or os.access(real.parent, os.W_OK) else "&immutable=1"
    return f"{path.absolute().as_uri()}?mode=ro{immutable}"


def quoted(name: str) -> str:
    """A name for SQL, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def is_database(path: Path) -> bool:
    """Whether a file is one of SQLite's, ours or another's: not to be written over."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


@contextmanager
def _opened(path: Path | str, target: str, **how: Any) -> Iterator[sqlite3.Connection]:
    """A connection that is closed again when something about the file is wrong."""
    with explained(path):
        connection = sqlite3.connect(target, **how)
        connection.row_factory = sqlite3.Row
        try:
            yield connection
        except BaseException:
            connection.close()
            raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. IMMEDIATE: in WAL a read that turns into a write fails at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def explained(path: Path | str, *, written: Path | str | None = None) -> Iterator[None]:
    """Turn what SQLite reports about a file into an error that names it and the remedy.

    `written` is a file that is made of it, which is what the disk then refuses.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.DataError, UnicodeError, OverflowError) as error:
        raise ValueRefused(f"{written or path}: {error}") from error
    except sqlite3.Error as error:
        code = _code(error)
        subject = path if code in _OF_THE_SOURCE else written or path
        if code == sqlite3.SQLITE_NOTADB:
            raise NotAStore(
                f"{subject} is not a SQLite file, or its first page is damaged; name another with "
                "--db FILE, or restore a backup"
            ) from error
        if code in _FORBIDDEN:
            raise StoreInaccessible(f"{subject}: {_FORBIDDEN[code]}") from error
        raise StoreError(f"{subject}: {_REMEDIES.get(code, error)}") from error


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; the text of an error may speak of something else."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


_OF_THE_SOURCE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""Codes that are never about a file that is being written."""
_READ_ONLY = "cannot be written to; check the file's and the folder's permissions"
_FORBIDDEN = {
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened; does its folder exist, may you write there, and is it a disk of this "
        "machine?"
    ),
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
}
_LOCKED = "another program holds a lock on it; close that and run again"
_REMEDIES = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and run again, nothing saved is lost",
    sqlite3.SQLITE_IOERR: (
        "the disk refused; is it full, failing, or over your quota? Nothing saved is lost"
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the file is damaged; restore a backup, or save the rest with `sqlite3 FILE .recover`"
    ),
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
}
