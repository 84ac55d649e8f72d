"""What the story linker reads and keeps: copy groups as nodes, steps, heavy terms, backgrounds."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crawler.clock import posix
from crawler.store.findings.numbered_stories import earliest_article
from dedupe import PackedBackground, StoryNode, StoryScheme

_DAY = 86_400


class Step(NamedTuple):
    """Copy groups to be linked together."""

    number: int | None
    """None when all of them were linked before and have changed"""
    nodes: list[StoryNode]


class StoryLinks:
    """The linker's side of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def scheme(self) -> str | None:
        """What stories are linked with; None before the first time."""
        row = self._connection.execute(
            "SELECT scheme FROM schemes WHERE kind = 'stories'"
        ).fetchone()
        return row["scheme"] if row else None

    def set_scheme(self, scheme: str) -> None:
        """Say what stories are linked with."""
        self._connection.execute(
            """
            INSERT INTO schemes (kind, scheme) VALUES ('stories', ?)
            ON CONFLICT (kind) DO UPDATE SET scheme = excluded.scheme
            """,
            (scheme,),
        )

    def embedding_model(self) -> str:
        """The embedding model that helps to link stories; empty without one."""
        row = self._connection.execute(
            "SELECT embedding_model FROM schemes WHERE kind = 'stories'"
        ).fetchone()
        return (row and row["embedding_model"]) or ""

    def set_embedding_model(self, embedding_model: str) -> None:
        """Set the embedding model; embeddings of another one are dropped."""
        if embedding_model != self.embedding_model():
            self._connection.execute("DELETE FROM embeddings")
            self._connection.execute("DELETE FROM embedding_centres")
        self._connection.execute(
            "UPDATE schemes SET embedding_model = nullif(?, '') WHERE kind = 'stories'",
            (embedding_model,),
        )

    def story_scheme(self) -> StoryScheme:
        """The numbers that link stories of this file: the defaults, and its embedding model."""
        return StoryScheme(embedding_model=self.embedding_model())

    # Steps

    def count_waiting(self) -> int:
        """Copy groups whose place is to be looked at."""
        return int(
            self._connection.execute(
                "SELECT count(*) FROM copy_groups WHERE linked_at IS NULL"
            ).fetchone()[0]
        )

    def next_step(self, scheme: StoryScheme, *, rebuilding: bool) -> Step | None:
        """What is to be linked next: what changed; then new ones in the steps of their arrival.

        The partition depends on the steps, so a rebuild takes those that were taken before;
        nothing has changed since it forgot everything.
        """
        if not rebuilding:
            changed = self._ids(
                """
                SELECT id FROM copy_groups INDEXED BY copy_groups_step
                WHERE linked_at IS NULL AND step IS NOT NULL
                  AND id IN (SELECT copy_group FROM learned_groups) ORDER BY id LIMIT ?
                """,
                scheme.max_step_size,
            )
            if changed:
                return Step(None, self.nodes(changed))
        taken = self._connection.execute(
            """
            SELECT min(step) FROM copy_groups INDEXED BY copy_groups_step
            WHERE linked_at IS NULL AND step IS NOT NULL
            """
        ).fetchone()[0]
        if taken is not None:
            again = self._ids(
                "SELECT id FROM copy_groups WHERE linked_at IS NULL AND step = ? ORDER BY id", taken
            )
            return Step(taken, self.nodes(again))
        new = self._ids(
            """
            SELECT id FROM copy_groups INDEXED BY copy_groups_step
            WHERE linked_at IS NULL AND step IS NULL ORDER BY id LIMIT ?
            """,
            self._size_of_step(scheme),
        )
        last = self._connection.execute("SELECT max(step) FROM copy_groups").fetchone()[0]
        return Step((last or 0) + 1, self.nodes(new)) if new else None

    def _size_of_step(self, scheme: StoryScheme) -> int:
        """No more than were taken in before: what a new file is full of is one story at first."""
        row = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM learned_groups LIMIT ?)",
            (scheme.max_step_size,),
        ).fetchone()
        return min(scheme.max_step_size, max(scheme.first_step_size, int(row[0])))

    def look_again(self, stories: Iterable[int]) -> None:
        """Have the places of these stories' copy groups looked at again."""
        self._connection.execute(
            "UPDATE copy_groups SET linked_at = NULL"
            " WHERE story IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(stories)),),
        )

    def set_step(self, step: Step) -> None:
        """Remember which copy groups were linked together first."""
        self._connection.execute(
            "UPDATE copy_groups SET step = ? WHERE id IN (SELECT value FROM json_each(?))",
            (step.number, json.dumps([node.id for node in step.nodes])),
        )

    def _ids(self, sql: str, value: int) -> list[int]:
        return [row["id"] for row in self._connection.execute(sql, (value,))]

    # Nodes: each copy group is represented by its earliest article

    def nodes(self, groups: Iterable[int]) -> list[StoryNode]:
        """These copy groups."""
        return self._nodes(
            "SELECT value AS id FROM json_each(:groups)", {"groups": json.dumps(sorted(groups))}
        )

    def with_stories(
        self, own: Iterable[int], near: Iterable[int], scheme: StoryScheme, *, days: float
    ) -> list[StoryNode]:
        """The groups `own` and `near`, and a sample of the others of each of their stories.

        These are drawn by their number, so that a story is seen whole and a rebuild sees the same;
        of a very large one its latest `pool`, for to look through all would take ever longer.
        Members further from all of `own` than so many days are no matter. The least of those in
        each decision that merged or split come along, however old.
        """
        return self._nodes(
            """
            WITH own AS (SELECT value AS id FROM json_each(:own)),
              near AS (SELECT value AS id FROM json_each(:near)),
              span AS (SELECT unixepoch(min(g.at)) - :reach AS first,
                unixepoch(max(g.at)) + :reach AS last
                FROM own CROSS JOIN copy_groups g ON g.id = own.id),
              told AS (SELECT DISTINCT g.story FROM (SELECT id FROM own UNION SELECT id FROM near) j
                CROSS JOIN copy_groups g ON g.id = j.id WHERE g.story IS NOT NULL)
            SELECT id FROM own
            UNION SELECT id FROM near
            UNION SELECT id FROM (
              SELECT g.id,
                row_number() OVER (PARTITION BY g.story
                  ORDER BY g.id * 2654435761 % 4294967296) AS place
              FROM told CROSS JOIN copy_groups g ON g.story = told.story
                AND g.id > coalesce((SELECT late.id FROM copy_groups late
                  WHERE late.story = told.story ORDER BY late.id DESC LIMIT 1 OFFSET :pool), 0)
              WHERE g.linked_at IS NOT NULL
                AND unixepoch(g.at) BETWEEN (SELECT first FROM span) AND (SELECT last FROM span))
            WHERE place <= max(:least, min(:most, :all / (SELECT max(count(*), 1) FROM told)))
            UNION SELECT copy_group FROM (
              SELECT m.copy_group, row_number() OVER (PARTITION BY o.id, g.story
                ORDER BY g.id * 2654435761 % 4294967296) AS place
              FROM overrides o CROSS JOIN override_articles oa ON oa.override = o.id
              CROSS JOIN memberships m ON m.article = oa.article
              CROSS JOIN copy_groups g ON g.id = m.copy_group
              WHERE o.kind IN ('merge', 'split') AND g.story IN (SELECT story FROM told))
            WHERE place <= :least
            """,
            {
                "own": json.dumps(sorted(own)),
                "near": json.dumps(sorted(near)),
                "reach": days * _DAY,
                "least": scheme.story_sample_min,
                "most": scheme.story_sample_max,
                "all": scheme.story_sample_total,
                "pool": scheme.story_sample_pool,
            },
        )

    def _nodes(self, ids: str, values: Mapping[str, str | float]) -> list[StoryNode]:
        rows = self._connection.execute(
            f"""
            SELECT g.id, g.story, g.at, a.title, a.text, a.language, a.published_at, v.vector,
              EXISTS (SELECT 1 FROM learned_groups l WHERE l.copy_group = g.id) AS learned
            FROM ({ids}) wanted JOIN copy_groups g ON g.id = wanted.id
            LEFT JOIN embeddings v ON v.copy_group = g.id
            JOIN articles a ON a.id = {earliest_article("g.id")}
            """,
            values,
        )
        return [
            StoryNode(
                id=row["id"],
                title=row["title"],
                text=row["text"],
                language=row["language"],
                # A time of first sight says when we looked, not when it happened.
                at=None if row["published_at"] is None else posix(row["at"]),
                story=row["story"],
                embedding=row["vector"] or b"",
                learned=bool(row["learned"]),
            )
            for row in rows
        ]

    # What was learned

    def story_sizes(self, groups: Iterable[int]) -> dict[int, int]:
        """How many copy groups are in the story of each of these."""
        rows = self._connection.execute(
            """
            WITH these AS (SELECT g.id, g.story
                FROM json_each(?) j CROSS JOIN copy_groups g ON g.id = j.value),
              sizes AS (SELECT g.story, count(*) AS size
                FROM (SELECT DISTINCT story FROM these) s CROSS JOIN copy_groups g USING (story)
                GROUP BY g.story)
            SELECT these.id, sizes.size FROM these JOIN sizes USING (story)
            """,
            (json.dumps(sorted(groups)),),
        )
        return {row["id"]: row["size"] for row in rows}

    def set_learned(self, groups: Iterable[int]) -> None:
        """The backgrounds have taken in these copy groups."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO learned_groups (copy_group) VALUES (?)",
            [(group,) for group in groups],
        )

    def index(self, terms: Mapping[int, Iterable[int]]) -> None:
        """Have these copy groups be found by these terms.

        A group whose text changed is found by its earlier terms as well.
        """
        self._connection.executemany(
            """
            INSERT OR IGNORE INTO story_terms (term, day, copy_group)
            SELECT j.value, unixepoch(g.at) / 86400, g.id
            FROM copy_groups g CROSS JOIN json_each(?) j WHERE g.id = ?
            """,
            [(json.dumps(list(numbers)), group) for group, numbers in terms.items()],
        )

    def candidates(self, group: int, terms: Mapping[int, float], scheme: StoryScheme) -> list[int]:
        """Copy groups close in time that share heavy terms: those that share most weight."""
        shared: defaultdict[int, float] = defaultdict(float)
        day = self._connection.execute(
            "SELECT unixepoch(at) / 86400 FROM copy_groups WHERE id = ?", (group,)
        ).fetchone()[0]
        for term, weight in terms.items():
            # The latest only: a term that half of the stream has tells little anyway.
            rows = self._connection.execute(
                """
                SELECT copy_group FROM story_terms WHERE term = ? AND day BETWEEN ? AND ?
                ORDER BY day DESC LIMIT ?
                """,
                (term, day - scheme.max_days, day + scheme.max_days, scheme.max_postings),
            )
            for row in rows:
                shared[row["copy_group"]] += weight**2
        shared.pop(group, None)
        best = sorted(shared, key=lambda other: (-shared[other], other))
        rows = self._connection.execute(
            "SELECT id FROM copy_groups"
            " WHERE id IN (SELECT value FROM json_each(?)) AND story IS NOT NULL",
            (json.dumps(best[: scheme.max_candidates]),),
        )
        return [row["id"] for row in rows]

    def background(self, language: str, common_words: tuple[str, ...]) -> PackedBackground:
        """What is usual in a language, of which these words are known beforehand."""
        row = self._connection.execute(
            "SELECT texts, chance, counts FROM backgrounds WHERE language = ?", (language,)
        ).fetchone()
        return PackedBackground(**(row or {}), common_words=common_words)

    def save_background(self, language: str, background: PackedBackground) -> None:
        """Keep what is usual in a language."""
        self._connection.execute(
            "INSERT OR REPLACE INTO backgrounds (language, texts, chance, counts)"
            " VALUES (?, ?, ?, ?)",
            (language, background.texts, background.chance, background.counts),
        )
