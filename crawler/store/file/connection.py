"""Opening a SQLite file, and saying what went wrong with it in a person's words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crawler.errors import NoSuchDatabase, NotAStore, StoreError, ValueRefused

APPLICATION_ID = 0x4E4C4F4D
"""`NLOM`: marks the file as a Newsloom store for `file` and for ourselves."""


def connect_for_writing(path: Path | str, *, version: int) -> sqlite3.Connection:
    """Open or make a file of schema `version` or older; WAL, so that readers never wait for the
    crawl.
    """
    # As an address, so that another store can be attached by one that says "for reading only".
    target = path if path == ":memory:" else f"{Path(path).absolute().as_uri()}?mode=rwc"
    with _opened(path, str(target), uri=True, isolation_level=None, timeout=10) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise NotAStore(
                f"{path} is a SQLite file of something else; name another with --db FILE"
            )
        refuse_newer(connection, path, version)
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL, NORMAL loses nothing when the process dies; only a power cut can cost the
        # last commits, and those pages are then still pending.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


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


def for_reading(path: Path) -> str:
    """The address by which SQLite opens a file without ever writing to it."""
    # A WAL file in a folder we cannot write to needs `immutable`: there is no place for its index.
    immutable = "" if os.access(path.absolute().parent, os.W_OK) else "&immutable=1"
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
def explained(path: Path | str) -> Iterator[None]:
    """Turn what SQLite reports about a file into an error that names it and the remedy."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.DataError, UnicodeError, OverflowError) as error:
        raise ValueRefused(f"{path}: {error}") from error
    except sqlite3.Error as error:
        if "not a database" in str(error):
            raise NotAStore(f"{path} is not a SQLite file; name another with --db FILE") from error
        raise StoreError(f"{path}: {_remedy(error)}") from error


def _remedy(error: sqlite3.Error) -> str:
    text = str(error)
    if "full" in text:
        return "the disk is full; free some space and run again, nothing saved is lost"
    if "I/O" in text:
        return "the disk refused; is it full, failing, or over your quota? Nothing saved is lost"
    if "malformed" in text:
        return (
            "the file is damaged; restore a backup, or save the rest with `sqlite3 FILE .recover`"
        )
    if "unable to open" in text:
        return "cannot be opened; does its folder exist, and may you write there?"
    if "readonly" in text:
        return "cannot be written to; check the file's and the folder's permissions"
    if "locked" in text:
        return "another program holds a lock on it; close that and run again"
    return text
