"""Which agencies articles carry, as comparing their texts shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection


class CopyCredits:
    """The `credits` of the file that are found by comparing (`via` copy).

    They share a table with what pages state, since both answer one question, which agency an
    article carries, and are read together. `via` is in the primary key, so neither side can write
    the other's rows.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def save(self, articles: Collection[int]) -> None:
        """Write which of these articles, and of those they were compared with, carry an agency's.

        An agency's text that appeared over a day after the article is not where it is from.
        """
        self._connection.execute(
            """
            WITH edges AS (
              SELECT e.* FROM json_each(:numbers) j CROSS JOIN copies e ON e.a = j.value
              UNION
              SELECT e.* FROM json_each(:numbers) j CROSS JOIN copies e ON e.b = j.value
            ), ends AS (
              SELECT a AS article, b AS source, relation, containment_a, containment_b FROM edges
              UNION ALL
              SELECT b, a, relation, containment_b, containment_a FROM edges
            )
            INSERT INTO credits (article, agency, via, evidence, confidence)
            SELECT x.id, o.name, 'copy', y.url, max(e.containment_a, e.containment_b)
            FROM ends e
            JOIN articles y ON y.id = e.source JOIN outlets o ON o.id = y.outlet AND o.agency = 1
            JOIN articles x ON x.id = e.article JOIN outlets p ON p.id = x.outlet AND p.agency = 0
            WHERE e.relation <> 'partial'
              AND julianday(coalesce(y.published_at, y.first_seen_at))
                <= julianday(coalesce(x.published_at, x.first_seen_at)) + 1
            ORDER BY max(e.containment_a, e.containment_b)
            ON CONFLICT (article, agency, via) DO UPDATE
              SET evidence = excluded.evidence, confidence = excluded.confidence
            """,
            {"numbers": json.dumps(list(articles))},
        )

    def forget(self) -> None:
        """Drop these credits; the next comparison finds them again."""
        self._connection.execute("DELETE FROM credits WHERE via = 'copy'")
