"""A store that is made beside its place, and is there when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.output.files import replacing
from crawler.run_lock import lock
from crawler.store import Store, open_store


@contextmanager
def new_store(
    target: Path, *, begun_with: Callable[[Path], None] = lambda _part: None
) -> Iterator[Store]:
    """A store to fill, which becomes `target` when nothing is raised; locked meanwhile.

    `begun_with` writes what it begins with. Raises UsageError for a target that is there, StoreBusy
    while a run makes it.
    """
    with lock(target), replacing(target, new=True) as part:
        begun_with(part)
        store = open_store(part, named=target)
        try:
            yield store
            with store.explained():
                store.upkeep.fold()
        finally:
            store.close()
