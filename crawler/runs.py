"""One run at a time on a store: the lock, the run row, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from crawler import limits
from crawler.clock import now
from crawler.errors import NewsloomError, StoreBusy, UsageError
from crawler.files import is_special
from crawler.store import Store, open_store, read_store
from crawler.visible import one_line


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the store's lock; StoreBusy, saying who has it, when another run does.

    A lock of the kernel: it ends with its process, however that ends.
    """
    if not path.absolute().parent.is_dir():
        raise NewsloomError(
            f"{path}: there is no folder {path.absolute().parent}; make it, or name another file "
            "with --db"
        )
    if is_special(path):
        raise UsageError(f"{path} is a device or a pipe; a store is a file, name one with --db")
    guard = FileLock(f"{path}.lock", timeout=0)
    try:
        guard.acquire()
    except Timeout:
        raise StoreBusy(f"{path} is in use{_holder(path)}; nothing was done") from None
    except OSError as error:
        raise NewsloomError(f"{path}.lock cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        guard.release()


@dataclass
class Run:
    """A run that goes on."""

    number: int
    store: Store
    outcome: str = "done"
    """how it ends, unless it breaks off"""
    summary: dict[str, Any] = field(default_factory=dict)
    """what it did, in figures"""


@contextmanager
def recorded(path: Path, command: str) -> Iterator[Run]:
    """The store, locked and open for writing, for a run whose row says how it ended.

    Broken off by the keyboard it is partial, by an error of ours failed; by any other it stays open
    and the next run marks it as crashed.
    """
    with lock(path):
        number = begin(path, command, now=now())
        run = Run(number, open_store(path))
        try:
            yield run
        except (NewsloomError, KeyboardInterrupt) as error:
            run.outcome = "partial" if isinstance(error, KeyboardInterrupt) else "failed"
            with suppress(NewsloomError):  # the store itself may be what failed
                _close(run)
            raise
        else:
            _close(run)
        finally:
            run.store.close()


def _close(run: Run) -> None:
    with run.store.batch():
        run.store.runs.close(run.number, now=now(), outcome=run.outcome, summary=run.summary)


def begin(path: Path, command: str, *, now: str) -> int:
    """Open a run row, with the lock held; marks runs that crashed before. The run's number."""
    store = open_store(path)
    try:
        with store.batch():
            store.runs.mark_crashed()
            # File names may be bytes that are no text, and hundreds.
            said = one_line(command[: limits.LINE])
            return store.runs.open(said, now=now, pid=os.getpid())
    finally:
        store.close()


def end(path: Path, run: int, *, now: str, outcome: str, summary: dict[str, Any]) -> None:
    """Close a run row."""
    store = open_store(path)
    try:
        with store.batch():
            store.runs.close(run, now=now, outcome=outcome, summary=summary)
    finally:
        store.close()


def _holder(path: Path) -> str:
    try:
        store = read_store(path)
    except NewsloomError:
        return " by another run"
    with store.explained():
        run = store.runs.unfinished()
    store.close()
    if run is None:
        return " by another run"
    return f" by `{run.command}` (process {run.pid}, since {run.started_at})"
