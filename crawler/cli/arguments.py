"""Arguments that name files, articles, stories and outlets, and the store that they are in."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import UsageError
from crawler.store import Store, read_store


def command_line() -> str:
    """The command as it was typed, for the table of runs."""
    return " ".join(["newsloom", *sys.argv[1:]])


def require_files(files: Iterable[Path]) -> None:
    """Raises UsageError for a file that is not there; `-` is standard input."""
    for file in files:
        if str(file) != "-" and not file.is_file():
            what = "a folder; name the files in it" if file.is_dir() else "no such file"
            raise UsageError(f"{file}: {what}")


@contextmanager
def reading(db: Path) -> Iterator[Store]:
    """Open the store read-only for a block."""
    store = read_store(db)
    try:
        with store.explained():
            yield store
    finally:
        store.close()


def this_user() -> str:
    """The name of whoever runs the command, as this machine has it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
