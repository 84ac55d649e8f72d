"""The near-duplicate index: a `dedupe.KeyIndex` in two tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from dedupe.copies.index import best_candidates

MERGE_AT = 1_000_000
"""Rows of `recent_keys` that are merged into `keys` together: few enough that looking both up
costs little, many enough that a page of `keys` is rewritten for several of them."""


class StoredKeyIndex:
    """The `keys` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, document: int, keys: Sequence[int], *, max_per_key: int) -> None:
        """See dedupe.KeyIndex."""
        self._connection.execute(
            """
            INSERT OR IGNORE INTO recent_keys (key, article)
            SELECT j.value, :document FROM json_each(:keys) j
            WHERE :hot > (SELECT count(*) FROM keys k WHERE k.key = j.value)
              + (SELECT count(*) FROM recent_keys r WHERE r.key = j.value)
              AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.key = j.value AND k.article = :document)
            """,
            {"document": document, "keys": json.dumps(sorted(keys)), "hot": max_per_key},
        )

    def candidates(self, document: int, keys: Sequence[int], *, limit: int) -> list[int]:
        """See dedupe.KeyIndex."""
        # CROSS JOIN keeps SQLite from scanning `keys`; the fastest of five ways measured.
        rows = self._connection.execute(
            """
            SELECT article, count(*) FROM (
              SELECT k.article FROM json_each(:keys) j CROSS JOIN keys k ON k.key = j.value
              UNION ALL
              SELECT r.article FROM json_each(:keys) j CROSS JOIN recent_keys r ON r.key = j.value)
            WHERE article <> :document GROUP BY article
            """,
            {"document": document, "keys": json.dumps(sorted(set(keys)))},
        )
        return best_candidates(((row[0], row[1]) for row in rows), limit)

    def merge_recent(self) -> None:
        """Move the recent keys to the others when there are many."""
        count = self._connection.execute("SELECT count(*) FROM recent_keys").fetchone()[0]
        if count >= MERGE_AT:
            self._connection.execute(
                "INSERT OR IGNORE INTO keys (key, article)"
                " SELECT key, article FROM recent_keys ORDER BY key"
            )
            self._connection.execute("DELETE FROM recent_keys")
