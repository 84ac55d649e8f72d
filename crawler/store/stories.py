"""Stories: copy groups about the same event, with numbers that keep their meaning."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from crawler.parsing.dates import posix, utc
from dedupe import StoryChange, StoryNode


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
        """Have the place of every copy group looked at again."""
        self._connection.execute("UPDATE copy_groups SET linked_at = NULL")

    def unlinked(self, limit: int) -> list[tuple[int, str]]:
        """Copy groups whose place is to be looked at, with their times, earliest first."""
        rows = self._connection.execute(
            """
            SELECT id, at FROM copy_groups WHERE linked_at IS NULL ORDER BY at, id LIMIT ?
            """,
            (limit,),
        )
        return [(row["id"], row["at"]) for row in rows]

    def window(self, start: str, end: str, *, days: float) -> list[StoryNode]:
        """Copy groups of `start` - `days` to `end` + `days`, and all others of their stories.

        Each is represented by its earliest article.
        """
        rows = self._connection.execute(
            """
            WITH near AS (SELECT id, story FROM copy_groups WHERE at BETWEEN ? AND ?)
            SELECT g.id, g.story, g.at, a.title, a.text, a.language, a.published_at
            FROM copy_groups g JOIN articles a ON a.id = (
              SELECT first.id FROM memberships m JOIN articles first ON first.id = m.article
              WHERE m.copy_group = g.id
              ORDER BY coalesce(first.published_at, first.first_seen_at), first.words DESC, first.id
              LIMIT 1)
            WHERE g.id IN (SELECT id FROM near)
               OR g.story IN (SELECT story FROM near WHERE story IS NOT NULL)
            """,
            (_shift(start, -days), _shift(end, days)),
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

    def apply(self, changes: Sequence[StoryChange], *, run: int, now: str) -> None:
        """Write a partition of a window: numbers, redirects, log, figures."""
        touched: set[int] = set()
        for change in changes:
            before = self._stories_of(change.groups)
            story = change.story if change.story is not None else self._new()
            newcomers = [group for group in change.groups if before[group] != story]
            self._log(change, story, newcomers, run=run, now=now)
            self._connection.execute(
                """
                UPDATE copy_groups SET story = ?, linked_at = ?
                WHERE id IN (SELECT value FROM json_each(?))
                """,
                (story, now, json.dumps(change.groups)),
            )
            for old in change.merged:
                self._connection.execute(
                    "UPDATE stories SET merged_into = ? WHERE id = ?", (story, old)
                )
            touched.update((story, *change.merged, *filter(None, before.values())))
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

    def _stories_of(self, groups: Sequence[int]) -> dict[int, int | None]:
        rows = self._connection.execute(
            "SELECT id, story FROM copy_groups WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(groups),),
        )
        return {row["id"]: row["story"] for row in rows}

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


def _shift(at: str, days: float) -> str:
    return utc(datetime.fromisoformat(at) + timedelta(days=days))
