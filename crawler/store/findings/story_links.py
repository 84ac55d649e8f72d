"""What the story linker reads and keeps: copy groups as nodes, steps, heavy terms, backgrounds."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crawler.clock import posix
from crawler.store.findings.numbered_stories import first_article
from dedupe import PackedBackground, StoryNode, StoryScheme

_DAY = 86_400


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

    # Steps

    def count_waiting(self) -> int:
        """Copy groups whose place is to be looked at."""
        return int(
            self._connection.execute(
                "SELECT count(*) FROM copy_groups WHERE linked_at IS NULL"
            ).fetchone()[0]
        )

    def place_new(self) -> None:
        """Put what has no place yet behind all others, by time and address.

        So neither the order in which articles arrived nor their numbers decide anything.
        """
        self._connection.execute(
            f"""
            WITH last AS (SELECT coalesce(max(place), 0) AS place FROM copy_groups)
            UPDATE copy_groups SET place = (SELECT place FROM last) + new.number
            FROM (SELECT g.id, row_number() OVER (ORDER BY g.at IS NULL, g.at, a.url) AS number
              FROM copy_groups g JOIN articles a ON a.id = {first_article("g.id")}
              WHERE g.place IS NULL) new
            WHERE new.id = copy_groups.id
            """
        )

    def next_step(self, scheme: StoryScheme) -> list[StoryNode]:
        """The copy groups that are linked next, in the order of their places.

        They are close in time, so that a story which goes on for long is linked as it went on.
        """
        rows = self._connection.execute(
            """
            WITH waiting AS (SELECT id, at, place
              FROM copy_groups INDEXED BY copy_groups_waiting
              WHERE linked_at IS NULL ORDER BY place LIMIT :most),
            first AS (SELECT at FROM waiting ORDER BY place LIMIT 1)
            SELECT waiting.id FROM waiting CROSS JOIN first
            WHERE waiting.at IS first.at
              OR abs(unixepoch(waiting.at) - unixepoch(first.at)) <= :span
            """,
            {"most": scheme.step_size, "span": scheme.step_days * _DAY},
        )
        return self.nodes(row["id"] for row in rows)

    def in_order(self, count: int) -> Iterator[list[int]]:
        """All copy groups in the order of their places, `count` at a time."""
        last = 0
        while rows := self._connection.execute(
            "SELECT id, place FROM copy_groups WHERE place > ? ORDER BY place LIMIT ?",
            (last, count),
        ).fetchall():
            yield [row["id"] for row in rows]
            last = rows[-1]["place"]

    def count_learned(self, most: int) -> int:
        """Copy groups that were linked before, `most` at most."""
        return int(
            self._connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM learned_groups LIMIT ?)", (most,)
            ).fetchone()[0]
        )

    def look_again(self, stories: Iterable[int]) -> None:
        """Have the places of these stories' copy groups looked at again."""
        self._connection.execute(
            "UPDATE copy_groups SET linked_at = NULL"
            " WHERE story IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(stories)),),
        )

    # Nodes: each copy group is represented by its first article

    def nodes(self, groups: Iterable[int]) -> list[StoryNode]:
        """These copy groups."""
        return self._nodes(
            "SELECT value AS id FROM json_each(:groups)", {"groups": json.dumps(sorted(groups))}
        )

    def with_stories(
        self, own: Iterable[int], near: Iterable[int], scheme: StoryScheme, *, days: float
    ) -> list[StoryNode]:
        """The groups `own` and `near`, and a sample of the others of each of their stories.

        These are drawn by their place, so that a story is seen whole and a rebuild sees the same;
        of a very large one its latest `pool`, for to look through all would take ever longer.
        Members further than `days` from all of `own` are left out, but for some of the
        stories that `own` were in: their texts may have changed. The least of those in each
        decision that merged or split come along, however old.
        """
        return self._nodes(
            _WITH_STORIES,
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
            SELECT g.id, g.story, g.at, g.place, g.language, a.title, a.text, v.vector,
              EXISTS (SELECT 1 FROM learned_groups l WHERE l.copy_group = g.id) AS learned
            FROM ({ids}) wanted JOIN copy_groups g ON g.id = wanted.id
            LEFT JOIN embeddings v ON v.copy_group = g.id
            JOIN articles a ON a.id = {first_article("g.id")}
            """,
            values,
        )
        return [
            StoryNode(
                id=row["id"],
                title=row["title"],
                text=row["text"],
                language=row["language"],
                at=None if row["at"] is None else posix(row["at"]),
                place=row["place"],
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
            INSERT OR IGNORE INTO story_terms (term, day, place)
            SELECT j.value, coalesce(unixepoch(g.at) / 86400, 0), g.place
            FROM copy_groups g CROSS JOIN json_each(?) j WHERE g.id = ?
            """,
            [(json.dumps(list(numbers)), group) for group, numbers in terms.items()],
        )

    def candidates(
        self, node: StoryNode, terms: Mapping[int, float], scheme: StoryScheme
    ) -> list[int]:
        """Copy groups that share heavy terms: those that share most weight.

        They are close in time, or a time is unknown: such a text may tell an old event.
        """
        shared: defaultdict[int, float] = defaultdict(float)
        for term, weight in terms.items():
            for first, last in _reach(node, scheme):
                # The latest only: a term that half of the stream has tells little anyway.
                rows = self._connection.execute(
                    """
                    SELECT place FROM story_terms WHERE term = ? AND day BETWEEN ? AND ?
                    ORDER BY day DESC, place DESC LIMIT ?
                    """,
                    (term, first, last, scheme.max_postings),
                )
                for row in rows:
                    shared[row["place"]] += weight**2
        shared.pop(node.place, None)
        best = sorted(shared, key=lambda other: (-shared[other], other))
        rows = self._connection.execute(
            "SELECT id FROM copy_groups"
            " WHERE place IN (SELECT value FROM json_each(?)) AND story IS NOT NULL",
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


def _reach(node: StoryNode, scheme: StoryScheme) -> list[tuple[float, float]]:
    """First and last days, counted from 1970, of what a node may be linked with.

    Day 0 is that of unknown times.
    """
    if node.at is None:
        return [(0, math.inf)]
    day = node.at // _DAY
    return [(0, 0), (day - scheme.max_days, day + scheme.max_days)]


_WITH_STORIES = """
WITH own AS (SELECT value AS id FROM json_each(:own)),
  near AS (SELECT value AS id FROM json_each(:near)),
  span AS (SELECT unixepoch(min(g.at)) - :reach AS first,
    unixepoch(max(g.at)) + :reach AS last, count(*) > count(g.at) AS is_endless
    FROM own CROSS JOIN copy_groups g ON g.id = own.id),
  left_by AS (SELECT DISTINCT g.story FROM own CROSS JOIN copy_groups g ON g.id = own.id
    WHERE g.story IS NOT NULL),
  told AS (SELECT DISTINCT g.story FROM (SELECT id FROM own UNION SELECT id FROM near) j
    CROSS JOIN copy_groups g ON g.id = j.id WHERE g.story IS NOT NULL)
SELECT id FROM own
UNION SELECT id FROM near
UNION SELECT id FROM (
  SELECT g.id,
    row_number() OVER (PARTITION BY g.story
      ORDER BY g.place * 2654435761 % 4294967296) AS drawn
  FROM told CROSS JOIN copy_groups g ON g.story = told.story
    AND g.place > coalesce((SELECT late.place FROM copy_groups late
      WHERE late.story = told.story ORDER BY late.place DESC LIMIT 1 OFFSET :pool), 0)
  CROSS JOIN span
  WHERE g.linked_at IS NOT NULL AND (span.is_endless OR g.at IS NULL
    OR unixepoch(g.at) BETWEEN span.first AND span.last))
WHERE drawn <= max(:least, min(:most, :all / (SELECT max(count(*), 1) FROM told)))
UNION SELECT id FROM (
  SELECT g.id, row_number() OVER (PARTITION BY g.story
    ORDER BY g.place * 2654435761 % 4294967296) AS drawn
  FROM left_by CROSS JOIN copy_groups g ON g.story = left_by.story)
WHERE drawn <= :least
UNION SELECT copy_group FROM (
  SELECT m.copy_group, row_number() OVER (PARTITION BY o.id, g.story
    ORDER BY g.place * 2654435761 % 4294967296) AS drawn
  FROM overrides o CROSS JOIN override_articles oa ON oa.override = o.id
  CROSS JOIN memberships m ON m.article = oa.article
  CROSS JOIN copy_groups g ON g.id = m.copy_group
  WHERE o.kind IN ('merge', 'split') AND g.story IN (SELECT story FROM told))
WHERE drawn <= :least
"""
