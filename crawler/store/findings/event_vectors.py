"""Embeddings of stories, where the file has an embedding model."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from dedupe import EventScheme


class EventVectors:
    """The vectors and buckets of the event linker."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def forget(self) -> None:
        """Drop all of them: the file has another embedding model, or none."""
        for table in ("event_vectors", "event_buckets"):
            self._connection.execute(f"DELETE FROM {table}")

    def replace(self, days: Mapping[int, float], scheme: EventScheme) -> None:
        """Make the vectors of these stories, told on these days, of those of their texts."""
        # With numpy, which commands that only read do without.
        from dedupe import embedding_buckets, mean_direction

        self.drop(days)
        for story, embeddings in self._texts(days, scheme).items():
            vector = mean_direction(embeddings)
            self._connection.execute(
                "INSERT INTO event_vectors (story, vector) VALUES (?, ?)", (story, vector)
            )
            buckets = embedding_buckets(
                vector, bands=scheme.embedding_bands, bits=scheme.embedding_bits
            )
            self._connection.executemany(
                "INSERT INTO event_buckets (bucket, day, story) VALUES (?, ?, ?)",
                ((bucket, days[story], story) for bucket in buckets),
            )

    def drop(self, stories: Iterable[int]) -> None:
        """Take the vectors of stories out."""
        for table in ("event_vectors", "event_buckets"):
            self._connection.execute(
                f"DELETE FROM {table} WHERE story IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(stories)),),
            )

    def of(self, stories: Iterable[int]) -> dict[int, tuple[bytes, frozenset[int]]]:
        """Vector and buckets of each of these stories that has one."""
        rows = self._connection.execute(
            """
            SELECT v.story, v.vector, (SELECT json_group_array(b.bucket) FROM event_buckets b
              WHERE b.story = v.story) AS buckets
            FROM json_each(?) j CROSS JOIN event_vectors v ON v.story = j.value
            """,
            (json.dumps(sorted(stories)),),
        )
        return {
            row["story"]: (row["vector"], frozenset(json.loads(row["buckets"]))) for row in rows
        }

    def candidates(self, story: int, scheme: EventScheme) -> set[int]:
        """Stories close in time that share a bucket with one."""
        rows = self._connection.execute(
            """
            SELECT DISTINCT o.story FROM event_buckets b CROSS JOIN event_buckets o
              ON o.bucket = b.bucket AND o.day BETWEEN b.day - :days AND b.day + :days
            WHERE b.story = :story AND o.story <> b.story
            """,
            {"story": story, "days": scheme.max_days},
        )
        return {row["story"] for row in rows}

    def _texts(self, stories: Collection[int], scheme: EventScheme) -> dict[int, list[bytes]]:
        """Embeddings of the texts of stories, the same sample as the event linker reads."""
        rows = self._connection.execute(
            """
            SELECT drawn.story, v.vector FROM (
              SELECT g.id, g.story, row_number() OVER (PARTITION BY g.story
                ORDER BY g.id * 2654435761 % 4294967296) AS place
              FROM json_each(:stories) j CROSS JOIN copy_groups g ON g.story = j.value) drawn
            CROSS JOIN embeddings v ON v.copy_group = drawn.id
            WHERE drawn.place <= :texts ORDER BY drawn.story, drawn.id
            """,
            {"stories": json.dumps(sorted(stories)), "texts": scheme.story_texts},
        )
        found: defaultdict[int, list[bytes]] = defaultdict(list)
        for row in rows:
            found[row["story"]].append(row["vector"])
        return dict(found)
