"""What tools stand on: the store, opened for one call, and arguments that several of them take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from crawler.clock import now
from crawler.library.conditions import Conditions, filter_of
from crawler.store import Store, read_store
from crawler.types import ALL, ArticleFilter

SECONDS = 10.0
"""CPU time of SQLite for a tool."""
SQL_SECONDS = 5.0
"""CPU time of a query of the assistant's own."""
BESIDE = 50
"""Rows of what stands beside the answer: copies, credits, earlier texts."""


def at_most(most: int) -> AfterValidator:
    """Makes an argument no larger: who asks for everything gets a part, and where to go on."""
    return AfterValidator(lambda value: min(value, most))


Limit = Annotated[int, Field(ge=1, description="Rows of the answer, 100 at most."), at_most(100)]
ManyRows = Annotated[
    int, Field(ge=1, description="Rows of the answer, 1,000 at most."), at_most(1_000)
]
Offset = Annotated[
    int, Field(ge=0, le=1_000_000, description="Rows to leave out: `next_offset` of an answer.")
]


class StorePerCall:
    """A store that each call opens for reading."""

    def __init__(self, db: Path) -> None:
        self._db = db

    @contextmanager
    def _reading(self, seconds: float = SECONDS) -> Iterator[Store]:
        """The store, open for one call: in its own thread, and as it is now."""
        store = read_store(self._db)
        try:
            with store.within(seconds):
                yield store
        finally:
            store.close()

    @contextmanager
    def _among(
        self, conditions: Conditions, also: ArticleFilter = ALL, *, days: int | None = None
    ) -> Iterator[tuple[Store, ArticleFilter]]:
        """The store, and the filter as it knows it, of the last `days` where it names no period."""
        wanted = filter_of(conditions).narrowed_by(also)
        with self._reading() as store:
            wanted = store.queries.filters.checked(wanted)
            if days is not None:
                wanted = store.queries.front.window(now(), wanted, days=days).wanted
            yield store, wanted


def next_offset(rows: Sequence[object], limit: int, offset: int) -> int | None:
    """Where to go on, of rows that were asked for with one more than the limit."""
    return offset + limit if len(rows) > limit else None
