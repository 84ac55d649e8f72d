"""Who carries whose texts."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.store.queries.narrowed_views import network_of
from crawler.store.queries.rows import all_rows
from crawler.types import ALL, ArticleFilter


class NetworkEdge(NamedTuple):
    """A row of the export `network`: copies between two outlets."""

    earlier: str
    later: str
    copies: int
    tied: int
    """of these, copies whose order is not known"""
    lag_hours: float
    """median"""
    containment: float
    """mean"""


class NetworkQueries:
    """Questions about the copy network."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def heaviest(
        self, wanted: ArticleFilter = ALL, *, limit: int | None = None
    ) -> list[NetworkEdge]:
        """The edges between articles that pass the filter, those of most copies first."""
        network = network_of(self._connection, wanted)
        return all_rows(
            self._connection,
            NetworkEdge,
            f"""
            SELECT {", ".join(NetworkEdge._fields)} FROM {network.source}
            ORDER BY copies DESC, earlier, later LIMIT :limit
            """,
            network.values | {"limit": -1 if limit is None else limit},
        )
