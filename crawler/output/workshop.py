"""Hidden folders for what is being made, beside the place where it will stand.

Each is locked by the process that fills it. The kernel drops the lock when that process ends, so
a folder without a lock is what a kill left behind, and the next writer in that place removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = re.compile(r"\.newsloom-[0-9a-f]{12}")


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """An empty folder in the folder `beside`, there until the end of the block.

    A name is moved in one step only within a file system, so what is made in it can take its place
    at once. Raises OSError where no folder can be made.
    """
    remove_abandoned(beside)
    folder, lock = _made(beside)
    try:
        yield folder
    finally:
        # What cannot be removed now is abandoned.
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_abandoned(beside: Path) -> None:
    """Remove the workshops in a folder whose processes have ended, as far as that is allowed."""
    with suppress(OSError), os.scandir(beside) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                with suppress(OSError):
                    _remove_unless_held(Path(entry.path))


def _made(beside: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock."""
    while True:
        folder = beside / f".newsloom-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue  # taken for abandoned before it was locked
        # Some file systems have no locks; there, nothing is ever taken for abandoned.
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)


def _remove_unless_held(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(lock)
