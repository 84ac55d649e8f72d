"""Stories: copy groups about the same event, with numbers that keep their meaning."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from dedupe import StoryChange


def first_article(group: str) -> str:
    """SQL for the article that represents a copy group: the first that was published.

    One whose time is far from that of the others may be misdated. Nothing depends on the order in
    which articles arrived.
    """
    return f"""(
      SELECT first.id FROM memberships m JOIN articles first ON first.id = m.article
      WHERE m.copy_group = {group}
      ORDER BY m.far, first.published_at IS NULL, first.published_at, first.words DESC, first.url
      LIMIT 1)
    """


def living(connection: sqlite3.Connection, table: str, number: int) -> int | None:
    """Where a number of `stories` or `events` leads to by its merges; None: it was never given."""
    row = connection.execute(
        f"""
        WITH RECURSIVE way (id, merged_into, step) AS (
          SELECT id, merged_into, 0 FROM {table} WHERE id = ?
          UNION ALL
          SELECT other.id, other.merged_into, way.step + 1
          FROM {table} other JOIN way ON other.id = way.merged_into
        )
        SELECT id FROM way ORDER BY step DESC LIMIT 1
        """,
        (number,),
    ).fetchone()
    return int(row["id"]) if row else None


class Stories:
    """The `stories` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._stale: set[int] = set()
        """stories whose figures are to be worked out"""

    def apply(
        self,
        changes: Sequence[StoryChange],
        *,
        linked: Collection[int] = (),
        run: int,
        now: str,
        provisional: bool = False,
        more: bool = False,
    ) -> list[int]:
        """Write a partition of some copy groups: numbers, redirects, log, figures.

        The places of `linked` have been looked at; others that wait for it go on waiting. Gives the
        number of each story. Provisional ones are of a rebuild: `StoryRebuild.take_partition`
        takes them out again, so they have no log and no figures. The figures of a story take as
        long as it is large: while `more` is to come they are left to `refresh`, which belongs into
        the same transaction.
        """
        # A story that ends keeps the title that it had.
        self._refresh(self._stale & {old for change in changes for old in change.merged})
        numbers = []
        for change in changes:
            before = self._places(change.groups)
            story = change.story if change.story is not None else self._new()
            numbers.append(story)
            newcomers = [group for group in change.groups if before[group] != story]
            moved = self._place(change, story, newcomers, linked, now=now, provisional=provisional)
            if not provisional:
                self._log(change, story, newcomers, run=run, now=now)
                self._stale |= _touched(change, story, {before[group] for group in moved})
        if not more:
            self.refresh()
        return numbers

    def _place(
        self,
        change: StoryChange,
        story: int,
        newcomers: Sequence[int],
        linked: Collection[int],
        *,
        now: str,
        provisional: bool,
    ) -> set[int]:
        """Move copy groups into a story; those that came or were looked at."""
        looked_at = [group for group in change.groups if group in linked]
        self._connection.execute(
            "UPDATE copy_groups SET story = ? WHERE id IN (SELECT value FROM json_each(?))",
            (story, json.dumps(newcomers)),
        )
        self._connection.execute(
            "UPDATE copy_groups SET linked_at = ? WHERE id IN (SELECT value FROM json_each(?))",
            (now, json.dumps(looked_at)),
        )
        for old in change.merged:
            # Groups of it that were too old to be looked at go along.
            self._connection.execute(
                "UPDATE copy_groups SET story = ? WHERE story = ?", (story, old)
            )
            self._end(old, story, provisional=provisional)
        if change.central is not None:
            self._set_central(story, change.central)
        return {*newcomers, *looked_at}

    def refresh(self) -> None:
        """Work out the figures of the stories that were changed."""
        self._refresh(self._stale)
        self._stale.clear()

    def _refresh(self, stories: Collection[int]) -> None:
        for story in sorted(stories):
            refresh_figures(self._connection, story)

    def part(self, kept: int, gone: int, *, run: int, now: str) -> None:
        """Take a merged story out of the other again, with its own number and what it had then."""
        # It may have been merged into one that was merged in turn.
        row = self._connection.execute(
            "SELECT copy_groups FROM story_log WHERE story = ? AND event = 'merged'"
            " ORDER BY id DESC LIMIT 1",
            (gone,),
        ).fetchone()
        came = row["copy_groups"] if row else "[]"
        back = self._connection.execute(
            """
            UPDATE copy_groups SET story = ?
            WHERE story = ? AND id IN (SELECT value FROM json_each(?)) RETURNING id
            """,
            (gone, kept, came),
        ).fetchall()
        if not back:
            return
        self._connection.execute("UPDATE stories SET merged_into = NULL WHERE id = ?", (gone,))
        change = StoryChange(story=None, groups=tuple(row["id"] for row in back), split_from=kept)
        self._log(change, gone, list(change.groups), run=run, now=now)
        for story in (kept, gone):
            refresh_figures(self._connection, story)

    def resolve(self, story: int) -> int | None:
        """The living story that a number leads to; None when there never was one."""
        return living(self._connection, "stories", story)

    def groups(self, story: int) -> list[int]:
        """The copy groups of a story."""
        rows = self._connection.execute(
            "SELECT id FROM copy_groups WHERE story = ? ORDER BY id", (story,)
        )
        return [row["id"] for row in rows]

    def central(self, story: int) -> int:
        """The article of a story that is most like the others."""
        return self.representatives(self.groups(story))[0]

    def representatives(self, groups: Sequence[int]) -> list[int]:
        """The articles that stand for some copy groups of a story, the most central first."""
        rows = self._connection.execute(
            f"""
            SELECT a.id FROM copy_groups g JOIN articles a ON a.id = {first_article("g.id")}
            JOIN stories s ON s.id = g.story
            WHERE g.id IN (SELECT value FROM json_each(?))
            ORDER BY a.id IS s.central DESC, g.articles DESC, g.at, g.id
            """,
            (json.dumps(groups),),
        )
        return [row["id"] for row in rows]

    def _places(self, groups: Sequence[int]) -> dict[int, int | None]:
        rows = self._connection.execute(
            "SELECT id, story FROM copy_groups WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(groups),),
        )
        return {row["id"]: row["story"] for row in rows}

    def _new(self) -> int:
        cursor = self._connection.execute("INSERT INTO stories (title) VALUES ('')")
        return int(cursor.lastrowid or 0)

    def _end(self, old: int, heir: int, *, provisional: bool) -> None:
        if provisional:
            self._connection.execute("DELETE FROM stories WHERE id = ?", (old,))
        else:
            self._connection.execute("UPDATE stories SET merged_into = ? WHERE id = ?", (heir, old))

    def _set_central(self, story: int, group: int) -> None:
        self._connection.execute(
            f"UPDATE stories SET central = {first_article('?')} WHERE id = ?",
            (group, story),
        )

    def _log(
        self, change: StoryChange, story: int, newcomers: list[int], *, run: int, now: str
    ) -> None:
        rows: list[tuple[int, str, int | None]] = []
        if change.split_from is not None:
            rows += [(story, "split", change.split_from), (change.split_from, "shrank", story)]
        elif change.story is None:
            rows.append((story, "created", None))
        elif newcomers:
            rows.append((story, "grew", None))
        rows += [(old, "merged", story) for old in change.merged]
        self._connection.executemany(
            "INSERT INTO story_log (run, at, story, event, other, copy_groups)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(run, now, s, event, other, json.dumps(newcomers)) for s, event, other in rows],
        )


def _touched(change: StoryChange, story: int, left: set[int | None]) -> set[int]:
    """Stories whose figures a change alters; its copy groups that moved were in those `left`."""
    if not (left or change.merged or change.central is not None):
        return set()
    return {story, *change.merged, *(before for before in left if before is not None)}


def refresh_figures(connection: sqlite3.Connection, story: int) -> None:
    """Bring a story's title, times, languages and numbers in line with its copy groups."""
    connection.execute(f"{_FIGURES} WHERE id = ?", (story,))


def figures_of_all(connection: sqlite3.Connection) -> None:
    """Bring the figures of every story in line with its copy groups."""
    connection.execute(_FIGURES)


_TOLD = """
  FROM copy_groups g JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article
  WHERE g.story = stories.id
"""
_FIGURES = f"""
UPDATE stories SET
  event_looked_at = NULL,
  (first_at, last_at, articles, outlets, copy_groups) = (
    SELECT coalesce(min(a.published_at) FILTER (WHERE NOT m.far), min(a.first_seen_at)),
      coalesce(max(a.published_at) FILTER (WHERE NOT m.far), max(a.first_seen_at)),
      count(*), count(DISTINCT a.outlet), count(DISTINCT g.id) {_TOLD}),
  languages = (
    SELECT coalesce(json_group_array(language), '[]') FROM (
      SELECT a.language {_TOLD} AND a.language IS NOT NULL
      GROUP BY a.language ORDER BY count(*) DESC, a.language)),
  -- One that left is not like the others any more.
  central = (SELECT m.article FROM memberships m JOIN copy_groups g ON g.id = m.copy_group
    WHERE m.article = stories.central AND g.story = stories.id),
  title = coalesce((
    SELECT title FROM (
      SELECT a.title, a.id IS stories.central AS central, g.articles AS prints,
        count(*) FILTER (WHERE a.id = g.id) OVER () AS texts, g.at, g.id AS first,
        coalesce(a.published_at, a.first_seen_at) AS said, a.words, a.id {_TOLD})
    ORDER BY central AND texts > 2 DESC, prints DESC, at, first, said, words DESC, id
    LIMIT 1), title)
"""
