"""Events: stories of different languages, with numbers that keep their meaning."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from crawler.store.findings.numbered_stories import living
from dedupe import StoryChange


class Events:
    """The `events` of the file. An event has two stories or more."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fellows(self, stories: Collection[int]) -> dict[int, int]:
        """The event of each story that is in one event with some of these, themselves included."""
        rows = self._connection.execute(
            """
            SELECT s.id, s.event FROM (SELECT DISTINCT event FROM stories
              WHERE event IS NOT NULL AND id IN (SELECT value FROM json_each(?))) e
            CROSS JOIN stories s ON s.event = e.event
            """,
            (json.dumps(sorted(stories)),),
        )
        return {row["id"]: row["event"] for row in rows}

    def inherit(self, ended: Collection[int]) -> set[int]:
        """Stories that were merged into others leave their events to them; the heirs.

        An heir that has an event keeps its own.
        """
        rows = self._connection.execute(
            """
            WITH RECURSIVE way (ended, heir, event) AS (
              SELECT id, merged_into, event FROM stories
              WHERE id IN (SELECT value FROM json_each(?)) AND merged_into IS NOT NULL
              UNION ALL
              SELECT way.ended, s.merged_into, way.event FROM way JOIN stories s ON s.id = way.heir
              WHERE s.merged_into IS NOT NULL)
            SELECT way.heir, min(way.event) AS event FROM way JOIN stories s ON s.id = way.heir
            WHERE s.merged_into IS NULL AND way.event IS NOT NULL AND s.event IS NULL
            GROUP BY way.heir
            """,
            (json.dumps(sorted(ended)),),
        ).fetchall()
        self._connection.executemany(
            "UPDATE stories SET event = ? WHERE id = ?",
            [(row["event"], row["heir"]) for row in rows],
        )
        return {row["heir"] for row in rows}

    def apply(
        self, changes: Sequence[StoryChange], *, alone: Collection[int], run: int, now: str
    ) -> None:
        """Write a partition of some stories: numbers, redirects, log.

        The `groups` of a change are stories, and its `story` is their event; those `alone` are in
        none.
        """
        before = self.fellows({*alone, *(story for change in changes for story in change.groups)})
        for change in changes:
            event = change.story if change.story is not None else self._new()
            newcomers = [story for story in change.groups if before.get(story) != event]
            self._place(newcomers, event)
            for old in change.merged:
                self._connection.execute(
                    "UPDATE events SET merged_into = ? WHERE id = ?", (event, old)
                )
            self._log(change, event, newcomers, run=run, now=now)
        left = sorted(story for story in alone if story in before)
        self._place(left, None)
        for event in sorted({before[story] for story in left}):
            lost = [story for story in left if before[story] == event]
            self._log_loss(event, lost, run=run, now=now)

    def resolve(self, event: int) -> int | None:
        """The event that a number leads to; None when there never was one."""
        return living(self._connection, "events", event)

    def _new(self) -> int:
        cursor = self._connection.execute("INSERT INTO events DEFAULT VALUES")
        return int(cursor.lastrowid or 0)

    def _place(self, stories: Sequence[int], event: int | None) -> None:
        self._connection.execute(
            "UPDATE stories SET event = ? WHERE id IN (SELECT value FROM json_each(?))",
            (event, json.dumps(stories)),
        )

    def _log_loss(self, event: int, lost: Sequence[int], *, run: int, now: str) -> None:
        """An event lost stories to none: it shrank, or ended where it has none any more."""
        row = self._connection.execute(
            """
            SELECT e.merged_into, EXISTS (SELECT 1 FROM stories WHERE event = e.id) AS goes_on
            FROM events e WHERE e.id = ?
            """,
            (event,),
        ).fetchone()
        if row["merged_into"] is None:
            self._write(run, now, event, "shrank" if row["goes_on"] else "ended", None, lost)

    def _log(
        self, change: StoryChange, event: int, newcomers: Sequence[int], *, run: int, now: str
    ) -> None:
        if change.split_from is not None:
            self._write(run, now, event, "split", change.split_from, newcomers)
            self._write(run, now, change.split_from, "shrank", event, newcomers)
        elif change.story is None:
            self._write(run, now, event, "created", None, newcomers)
        elif newcomers:
            self._write(run, now, event, "grew", None, newcomers)
        for old in change.merged:
            self._write(run, now, old, "merged", event, newcomers)

    def _write(
        self, run: int, now: str, event: int, change: str, other: int | None, stories: Sequence[int]
    ) -> None:
        self._connection.execute(
            "INSERT INTO event_log (run, at, event, change, other, stories)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (run, now, event, change, other, json.dumps(stories)),
        )
