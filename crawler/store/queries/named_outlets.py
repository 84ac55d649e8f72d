"""Names and addresses of outlets that an answer knows by their slugs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from crawler.store.queries.rows import all_rows


class NamedOutlet(NamedTuple):
    """An outlet with its name and its address."""

    outlet: str
    name: str
    home: str | None


class NamedOutletQueries:
    """The question of whose slugs they are."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, outlets: Iterable[str]) -> list[NamedOutlet]:
        """Those of some slugs, in the order of the alphabet."""
        return all_rows(
            self._connection,
            NamedOutlet,
            """
            SELECT slug AS outlet, name, home FROM outlets
            WHERE slug IN (SELECT value FROM json_each(?)) ORDER BY slug
            """,
            (json.dumps(sorted(set(outlets))),),
        )
