"""Who carries whose texts."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.store.queries.narrowed_views import network_of, pair_network_of
from crawler.store.queries.rows import all_rows
from crawler.types import ALL, ArticleFilter

WEEK = 7
"""Days before the newest article that are looked at by default: a large store takes seconds."""


class NetworkEdge(NamedTuple):
    """A row of the exports `network` and `network-pairs`: copies between two outlets."""

    earlier: str
    later: str
    copies: int
    """of stars: texts; of all pairs: pairs of articles"""
    tied: int
    """of these, copies whose order is not known"""
    lag_hours: float
    """median; negative where an agency states a later time than an outlet that ran its text"""
    containment: float | None
    """mean; None: no two of these articles were compared"""


class NetworkQueries:
    """Questions about the copy network."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def heaviest(
        self,
        wanted: ArticleFilter = ALL,
        *,
        all_pairs: bool = False,
        min_copies: int = 1,
        limit: int | None = None,
    ) -> list[NetworkEdge]:
        """The edges between articles that pass the filter, those of most copies first.

        By default a star for each text: from its agency or first holder to every other outlet.
        With `all_pairs` every two articles that carry one text and were compared.
        """
        edges = pair_network_of if all_pairs else network_of
        network = edges(self._connection, wanted)
        return all_rows(
            self._connection,
            NetworkEdge,
            f"""
            SELECT {", ".join(NetworkEdge._fields)} FROM {network.source}
            WHERE copies >= :min_copies ORDER BY copies DESC, earlier, later LIMIT :limit
            """,
            network.values | {"min_copies": min_copies, "limit": -1 if limit is None else limit},
        )
