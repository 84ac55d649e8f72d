"""Embeddings of stories, where the file has an embedding model, each less that of its language."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from dedupe import EventScheme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EventVectors:
    """The vectors, buckets and centres of the event linker."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def forget(self) -> None:
        """Drop all of them: the file has another embedding model, or none."""
        for table in ("event_vectors", "event_buckets", "event_centres"):
            self._connection.execute(f"DELETE FROM {table}")

    def replace(self, stories: Mapping[int, tuple[str, float]], scheme: EventScheme) -> set[int]:
        """Make the vectors of these stories (language and day by id) of those of their texts.

        Where that makes the centre of a language another, all its other stories wait for the linker
        again; they are given back.
        """
        # With numpy, which commands that only read do without.
        from dedupe import embedding_buckets, mean_direction, pack_embeddings

        texts = self._texts(stories, scheme)
        moved = self._count({story: stories[story][0] for story in texts}, texts, scheme)
        rows = self._connection.execute(
            "SELECT story FROM event_vectors WHERE language IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(moved)),),
        )
        stale = {row["story"] for row in rows} - stories.keys()
        self.drop(stories)
        for story, embeddings in texts.items():
            language, day = stories[story]
            direction = mean_direction(embeddings, self._centre(language))
            (vector,) = pack_embeddings(direction[None, :])
            self._connection.execute(
                "INSERT INTO event_vectors (story, language, vector) VALUES (?, ?, ?)",
                (story, language, vector),
            )
            buckets = embedding_buckets(
                vector, bands=scheme.embedding_bands, bits=scheme.embedding_bits
            )
            self._connection.executemany(
                "INSERT INTO event_buckets (bucket, day, story) VALUES (?, ?, ?)",
                ((bucket, day, story) for bucket in buckets),
            )
        return stale

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

    def _count(
        self, languages: Mapping[int, str], texts: Mapping[int, list[bytes]], scheme: EventScheme
    ) -> set[str]:
        """Count stories that are new; languages whose centre was made again."""
        import numpy as np

        from dedupe import mean_direction

        new: defaultdict[str, list[int]] = defaultdict(list)
        known = self.of(languages)
        for story in sorted(languages.keys() - known.keys()):
            new[languages[story]].append(story)
        moved = set()
        for language, stories in sorted(new.items()):
            size = len(texts[stories[0]][0])
            nothing = np.zeros(size, np.float32)
            count, total, taken, centre = self._kept(language, nothing)
            if taken >= scheme.centre_stories:
                continue
            for story in stories:
                total = total + mean_direction(texts[story], nothing)
            count += len(stories)
            if count >= 2 * taken:
                # One more that points nowhere: a single story is not what is usual.
                taken, centre = count, total / np.float32(count + 1)
                moved.add(language)
            self._connection.execute(
                "INSERT OR REPLACE INTO event_centres (language, stories, total, taken, centre)"
                " VALUES (?, ?, ?, ?, ?)",
                (language, count, total.tobytes(), taken, centre.tobytes()),
            )
        return moved

    def _centre(self, language: str) -> NDArray[np.float32]:
        import numpy as np

        (centre,) = self._connection.execute(
            "SELECT centre FROM event_centres WHERE language = ?", (language,)
        ).fetchone()
        return np.frombuffer(centre, np.float32)

    def _kept(
        self, language: str, nothing: NDArray[np.float32]
    ) -> tuple[int, NDArray[np.float32], int, NDArray[np.float32]]:
        """Stories counted in a language, their sum, those that its centre is made of, and this."""
        import numpy as np

        row = self._connection.execute(
            "SELECT stories, total, taken, centre FROM event_centres WHERE language = ?",
            (language,),
        ).fetchone()
        if row is None:
            return 0, nothing, 0, nothing
        total, centre = (np.frombuffer(row[name], np.float32) for name in ("total", "centre"))
        return row["stories"], total, row["taken"], centre
