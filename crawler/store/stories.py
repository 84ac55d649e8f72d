"""Stories: copy groups about the same event, with numbers that keep their meaning."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.parsing.dates import posix
from dedupe import StoryChange, StoryNode

if TYPE_CHECKING:
    from dedupe import Background

MEMBERS = 200
"""Copy groups of a story that new ones are compared with: its latest."""
POSTINGS = 100
"""Copy groups looked at for each heavy term."""
CANDIDATES = 24
"""Copy groups that a new one is compared with, and their stories."""


class _Place(NamedTuple):
    """Where a copy group is."""

    story: int | None
    linked_at: str | None


class Stories:
    """The `stories` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set_scheme(self, scheme: str) -> bool:
        """Say what stories are linked with; True when that has changed."""
        row = self._connection.execute(
            "SELECT scheme FROM schemes WHERE kind = 'stories'"
        ).fetchone()
        self._connection.execute(
            """
            INSERT INTO schemes (kind, scheme) VALUES ('stories', ?)
            ON CONFLICT (kind) DO UPDATE SET scheme = excluded.scheme
            """,
            (scheme,),
        )
        return row is not None and row["scheme"] != scheme

    def unlink_all(self) -> None:
        """Have the place of every copy group looked at again, and learn the backgrounds anew."""
        self._connection.execute("UPDATE copy_groups SET linked_at = NULL")
        for table in ("story_terms", "backgrounds", "learned_groups"):
            self._connection.execute(f"DELETE FROM {table}")

    # Nodes: each copy group is represented by its earliest article

    def unlinked(self, limit: int) -> list[StoryNode]:
        """Copy groups whose place is to be looked at, earliest first."""
        return self._nodes(
            "SELECT id FROM copy_groups WHERE linked_at IS NULL ORDER BY at, id LIMIT :limit",
            {"limit": limit},
        )

    def with_stories(self, groups: Iterable[int]) -> list[StoryNode]:
        """These copy groups and the latest MEMBERS others of each of their stories."""
        return self._nodes(
            """
            WITH given AS (SELECT value AS id FROM json_each(:groups)),
              told AS (SELECT DISTINCT g.story FROM given JOIN copy_groups g ON g.id = given.id
                WHERE g.story IS NOT NULL)
            SELECT id FROM given
            UNION SELECT id FROM (
              SELECT g.id,
                row_number() OVER (PARTITION BY g.story ORDER BY g.at DESC, g.id) AS place
              FROM told CROSS JOIN copy_groups g ON g.story = told.story
              WHERE g.id IN (SELECT copy_group FROM learned_groups))
            WHERE place <= :members
            """,
            {"groups": json.dumps(sorted(groups)), "members": MEMBERS},
        )

    def _nodes(self, ids: str, values: dict[str, Any]) -> list[StoryNode]:
        rows = self._connection.execute(
            f"""
            SELECT g.id, g.story, g.at, a.title, a.text, a.language, a.published_at
            FROM ({ids}) wanted JOIN copy_groups g ON g.id = wanted.id
            JOIN articles a ON a.id = (
              SELECT first.id FROM memberships m JOIN articles first ON first.id = m.article
              WHERE m.copy_group = g.id
              ORDER BY coalesce(first.published_at, first.first_seen_at), first.words DESC, first.id
              LIMIT 1)
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
            )
            for row in rows
        ]

    # What the linker keeps

    def learned(self, groups: Iterable[int]) -> set[int]:
        """Those of these copy groups that the backgrounds have taken in."""
        rows = self._connection.execute(
            "SELECT copy_group FROM learned_groups"
            " WHERE copy_group IN (SELECT value FROM json_each(?))",
            (json.dumps(list(groups)),),
        )
        return {row["copy_group"] for row in rows}

    def set_learned(self, terms: Mapping[int, Mapping[int, float]]) -> None:
        """The backgrounds have taken in these copy groups, and these are their heaviest terms."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO learned_groups (copy_group) VALUES (?)",
            [(group,) for group in terms],
        )
        self._connection.executemany(
            """
            INSERT OR IGNORE INTO story_terms (term, day, copy_group)
            SELECT j.value, unixepoch(g.at) / 86400, g.id
            FROM copy_groups g CROSS JOIN json_each(?) j WHERE g.id = ?
            """,
            [(json.dumps(list(weights)), group) for group, weights in terms.items()],
        )

    def candidates(self, group: int, terms: Mapping[int, float], *, days: float) -> list[int]:
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
                (term, day - days, day + days, POSTINGS),
            )
            for row in rows:
                shared[row["copy_group"]] += weight**2
        shared.pop(group, None)
        best = sorted(shared, key=lambda other: (-shared[other], other))[:CANDIDATES]
        rows = self._connection.execute(
            "SELECT id FROM copy_groups WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(best),),
        )
        return [row["id"] for row in rows]

    def background(self, language: str) -> Background:
        """What is usual in a language."""
        from dedupe import Background

        row = self._connection.execute(
            "SELECT texts, chance, counts FROM backgrounds WHERE language = ?", (language,)
        ).fetchone()
        return Background(*row) if row else Background()

    def save_background(self, language: str, background: Background) -> None:
        """Keep what is usual in a language."""
        self._connection.execute(
            "INSERT OR REPLACE INTO backgrounds (language, texts, chance, counts)"
            " VALUES (?, ?, ?, ?)",
            (language, background.texts, background.total_chance, background.pack()),
        )

    # Stories

    def apply(self, changes: Sequence[StoryChange], *, run: int, now: str) -> None:
        """Write a partition of some copy groups: numbers, redirects, log, figures."""
        touched: set[int] = set()
        for change in changes:
            before = self._places(change.groups)
            story = change.story if change.story is not None else self._new()
            newcomers = [group for group in change.groups if before[group].story != story]
            looked_at = [group for group in change.groups if before[group].linked_at is None]
            self._log(change, story, newcomers, run=run, now=now)
            moved = sorted({*newcomers, *looked_at})
            self._connection.execute(
                """
                UPDATE copy_groups SET story = ?, linked_at = ?
                WHERE id IN (SELECT value FROM json_each(?))
                """,
                (story, now, json.dumps(moved)),
            )
            for old in change.merged:
                # Groups of it that were too old to be looked at go along.
                self._connection.execute(
                    "UPDATE copy_groups SET story = ? WHERE story = ?", (story, old)
                )
                self._connection.execute(
                    "UPDATE stories SET merged_into = ? WHERE id = ?", (story, old)
                )
            if moved or change.merged:
                left = {before[group].story for group in moved} - {None}
                touched.update((story, *change.merged, *(s for s in left if s is not None)))
        for story in sorted(touched):
            refresh_figures(self._connection, story)

    def resolve(self, story: int) -> int | None:
        """The living story that a number leads to; None when there never was one."""
        row = self._connection.execute(
            """
            WITH RECURSIVE way (id, merged_into, step) AS (
              SELECT id, merged_into, 0 FROM stories WHERE id = ?
              UNION ALL
              SELECT s.id, s.merged_into, way.step + 1
              FROM stories s JOIN way ON s.id = way.merged_into
            )
            SELECT id FROM way ORDER BY step DESC LIMIT 1
            """,
            (story,),
        ).fetchone()
        return int(row["id"]) if row else None

    def _places(self, groups: Sequence[int]) -> dict[int, _Place]:
        rows = self._connection.execute(
            "SELECT id, story, linked_at FROM copy_groups"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(groups),),
        )
        return {row["id"]: _Place(row["story"], row["linked_at"]) for row in rows}

    def _new(self) -> int:
        cursor = self._connection.execute("INSERT INTO stories (title) VALUES ('')")
        return int(cursor.lastrowid or 0)

    def _log(
        self, change: StoryChange, story: int, newcomers: list[int], *, run: int, now: str
    ) -> None:
        rows: list[tuple[int, str, int | None]] = []
        if change.split_from is not None:
            rows += [(story, "split", change.split_from), (change.split_from, "shrank", story)]
        elif change.story is None:
            rows.append((story, "born", None))
        elif newcomers:
            rows.append((story, "grew", None))
        rows += [(old, "merged", story) for old in change.merged]
        self._connection.executemany(
            "INSERT INTO story_log (run, at, story, event, other, copy_groups)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(run, now, s, event, other, json.dumps(newcomers)) for s, event, other in rows],
        )


def refresh_figures(connection: sqlite3.Connection, story: int) -> None:
    """Bring a story's title, times and numbers in line with its copy groups."""
    connection.execute(
        """
        UPDATE stories SET
          (first_at, last_at, articles, outlets, copy_groups) = (
            SELECT min(coalesce(a.published_at, a.first_seen_at)),
              max(coalesce(a.published_at, a.first_seen_at)),
              count(*), count(DISTINCT a.outlet), count(DISTINCT g.id)
            FROM copy_groups g JOIN memberships m ON m.copy_group = g.id
            JOIN articles a ON a.id = m.article WHERE g.story = :story),
          title = coalesce((
            SELECT a.title FROM copy_groups g JOIN memberships m ON m.copy_group = g.id
            JOIN articles a ON a.id = m.article WHERE g.story = :story
            ORDER BY g.articles DESC, g.at, g.id,
              coalesce(a.published_at, a.first_seen_at), a.words DESC, a.id LIMIT 1), title)
        WHERE id = :story
        """,
        {"story": story},
    )
