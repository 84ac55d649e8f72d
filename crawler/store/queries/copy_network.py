"""Who carries whose texts."""

from __future__ import annotations

import sqlite3

from crawler.store.queries.exports import NetworkEdge
from crawler.store.queries.narrowed_views import network_over, pairs_among
from crawler.store.queries.rows import Values, all_rows


class NetworkQueries:
    """Questions about the copy network."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def heaviest(self, *, limit: int) -> list[NetworkEdge]:
        """The heaviest edges."""
        return self._edges("copy_network", {"limit": limit})

    def heaviest_of(self, outlet: str, *, limit: int) -> list[NetworkEdge]:
        """The heaviest edges of an outlet."""
        articles = "SELECT id FROM articles WHERE outlet = (SELECT id FROM outlets WHERE slug = :o)"
        pairs = pairs_among(self._connection, articles, both=False)
        return self._edges(network_over(self._connection, pairs), {"o": outlet, "limit": limit})

    def _edges(self, network: str, values: Values) -> list[NetworkEdge]:
        return all_rows(
            self._connection,
            NetworkEdge,
            f"""
            SELECT earlier, later, copies, tied, lag_hours, containment FROM {network}
            ORDER BY copies DESC, earlier, later LIMIT :limit
            """,
            values,
        )
