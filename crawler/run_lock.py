"""One run at a time on a store: the lock, the run row, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from crawler.clock import now
from crawler.errors import NewsloomError, StoreBusy, StoreInaccessible, UsageError
from crawler.interrupts import RESUMES, came, held, note
from crawler.output.files import DISK_REFUSES, is_special
from crawler.output.visible import one_line
from crawler.output.workshop import remove_abandoned
from crawler.store import Store, open_store, read_store
from crawler.types import limits


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the store's lock; StoreBusy, saying who has it, when another run does.

    A lock of the kernel: it ends with its process, however that ends.
    """
    if not path.absolute().parent.is_dir():
        raise UsageError(
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
        if error.errno in DISK_REFUSES:
            raise NewsloomError(
                f"{path}.lock: {error.strerror}; free some space and run again, nothing was done"
            ) from error
        raise StoreInaccessible(
            f"{path}: {path}.lock cannot be written ({error.strerror}); check the folder's "
            "permissions, or name another file with --db"
        ) from error
    try:
        remove_abandoned(path.absolute().parent)
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
    summary: Mapping[str, int] = field(default_factory=dict)
    """what it did, in figures"""


@contextmanager
def recorded(path: Path, command: str) -> Iterator[Run]:
    """The store, locked and open for writing, for a run whose row says how it ended.

    Broken off by a signal it is interrupted, by an error of ours failed; by any other it stays open
    and the next run marks it as crashed.
    """
    with lock(path), closing(path, command) as number:
        store = open_store(path)
        try:
            run = Run(number, store)
            yield run
            with held(), store.batch():
                store.runs.close(number, now=now(), outcome=run.outcome, summary=run.summary)
                note(f"run {number} had ended; all of it is saved")
        finally:
            store.close()


@contextmanager
def closing(path: Path, command: str) -> Iterator[int]:
    """A run, by its number, whose row is closed also when the run is broken off or fails.

    The row of one that goes well is closed inside; with the lock held.
    """
    number = None
    try:
        with held():
            number = begin(path, command, now=now())
            note(f"run {number} is closed as interrupted; {RESUMES}")
        yield number
    except (Exception, KeyboardInterrupt) as error:
        with held():
            if number is not None and (outcome := _broken_off(error)):
                with suppress(NewsloomError):  # the store itself may be what failed
                    end(path, number, now=now(), outcome=outcome, summary={}, unless_ended=True)
        raise


def _broken_off(error: BaseException) -> str | None:
    """How a run ended that this broke off; None: a mistake of ours, which looks like a crash."""
    if isinstance(error, KeyboardInterrupt) or came():
        return "interrupted"
    return "failed" if isinstance(error, NewsloomError) else None


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


def end(
    path: Path,
    run: int,
    *,
    now: str,
    outcome: str,
    summary: Mapping[str, int],
    unless_ended: bool = False,
) -> None:
    """Close a run row."""
    store = open_store(path)
    try:
        with store.batch():
            if not unless_ended or store.runs.is_open(run):
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
