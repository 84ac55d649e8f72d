"""Embeddings of the texts of copy groups, where the file has an embedding model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dedupe import StoryNode, StoryScheme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embeddings:
    """The `embeddings` of the file; `story_terms` has the buckets that they are found by."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known(self, texts: Mapping[int, str]) -> dict[int, bytes]:
        """What the embedding model made of these copy groups (hash of the text of each)."""
        rows = self._connection.execute(
            """
            SELECT v.copy_group, v.vector FROM json_each(?) j
            CROSS JOIN embeddings v
              ON v.copy_group = CAST(j.key AS INTEGER) AND v.text_hash = j.value
            """,
            (json.dumps(texts),),
        )
        return {row["copy_group"]: row["vector"] for row in rows}

    def keep(self, embeddings: Iterable[tuple[int, str, bytes]]) -> None:
        """Keep what an embedding model makes of copy groups: (group, hash of its text, vector)."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO embeddings (copy_group, text_hash, vector) VALUES (?, ?, ?)",
            embeddings,
        )

    def less_their_language(
        self, vectors: NDArray[np.float32], languages: Sequence[str]
    ) -> NDArray[np.float32]:
        """Directions of vectors (a row each) less the mean of all of their language so far.

        Texts of a language point into one quarter whatever they tell, more so with some models:
        without it they can be compared neither across languages nor by one threshold. The mean is
        drawn towards 0, for one text is not what is usual.
        """
        import numpy as np

        from dedupe import directions

        rows = directions(vectors)
        for language in sorted(set(languages)):
            own = np.array([one == language for one in languages])
            kept = self._connection.execute(
                "SELECT texts, total FROM embedding_centres WHERE language = ?", (language,)
            ).fetchone()
            texts, total = int(own.sum()), rows[own].sum(axis=0)
            if kept is not None:
                texts, total = texts + kept["texts"], total + np.frombuffer(kept["total"], "f4")
            self._connection.execute(
                "INSERT OR REPLACE INTO embedding_centres (language, texts, total)"
                " VALUES (?, ?, ?)",
                (language, texts, total.astype("f4").tobytes()),
            )
            rows[own] -= total / np.float32(texts + 1)
        return rows

    def alike(
        self, node: StoryNode, buckets: Iterable[int], scheme: StoryScheme
    ) -> list[StoryNode]:
        """Others of its language, close in time, that share a bucket of embeddings: without text.

        The newest, if there are more than the scheme looks at.
        """
        rows = self._connection.execute(
            """
            WITH here AS (SELECT unixepoch(at) / 86400 AS day FROM copy_groups WHERE id = :group)
            SELECT g.id, g.language, v.vector
            FROM (SELECT DISTINCT s.place FROM here CROSS JOIN json_each(:buckets) j
              CROSS JOIN story_terms s ON s.term = j.value AND s.day BETWEEN here.day - :days
                AND here.day + :days) near
            CROSS JOIN copy_groups g ON g.place = near.place AND g.story IS NOT NULL
            CROSS JOIN embeddings v ON v.copy_group = g.id
            ORDER BY g.id DESC LIMIT :most
            """,
            {
                "group": node.id,
                "buckets": json.dumps(list(buckets)),
                "days": scheme.max_days,
                "most": scheme.embedding_max_candidates,
            },
        )
        found = [
            StoryNode(
                id=row["id"], title="", text="", language=row["language"], embedding=row["vector"]
            )
            for row in rows
        ]
        return [
            other
            for other in found
            if other.id != node.id and other.base_language == node.base_language
        ]
