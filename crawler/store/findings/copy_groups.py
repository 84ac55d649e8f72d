"""Copy groups: articles that joined edges connect, and the story that each group is in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from crawler.store.findings.numbered_stories import first_article, refresh_figures
from dedupe import CopyGroup, StoryScheme

FAR_DAYS = StoryScheme().max_days
"""An article published further than this from its copy group's time is marked as far."""


class CopyGroups:
    """The `copy_groups` and `memberships` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def neighbourhood(
        self, articles: Collection[int], *, most: int | None = None
    ) -> tuple[set[int], set[int]]:
        """These articles, the members of their groups, and all that joined edges lead to.

        Where that is more than `most` articles, what was met of it is given apart, second: the
        walk ends there, so that it costs no more however many are connected.
        """
        start, found, large = set(articles), set[int](), set[int]()
        for first in articles:
            if first in found or first in large:
                continue
            near = {first: None}
            is_large = self._walk(near, start, large, most)
            (large if is_large else found).update(near)
        return found - large, large

    def _walk(
        self, near: dict[int, None], start: set[int], large: set[int], most: int | None
    ) -> bool:
        """Add to `near`, in the order of the walk, what is connected with it.

        True where that is more than `most` articles, or leads to what is `large`: the walk ends.
        """
        for article in (queue := [*near]):
            new = [other for other in self._next(article, start, most) if other not in near]
            near.update(dict.fromkeys(new))
            queue += new
            if most is not None and (len(near) > most or not large.isdisjoint(new)):
                return True
        return False

    def _next(self, article: int, start: set[int], most: int | None) -> list[int]:
        """One step: the copies of an article, and the members of its group if it is a `start`."""
        sql = (
            "SELECT b FROM copies WHERE a = :article AND joined"
            " UNION ALL SELECT a FROM copies WHERE b = :article AND joined"
        )
        if article in start:
            sql += (
                " UNION ALL SELECT other.article FROM memberships mine"
                " JOIN memberships other ON other.copy_group = mine.copy_group"
                " WHERE mine.article = :article"
            )
        values = {"article": article}
        if most is not None:
            sql += " LIMIT :most"
            values["most"] = most + 1
        return [row[0] for row in self._connection.execute(sql, values)]

    def look_again(self, articles: Iterable[int]) -> None:
        """Have the places of these articles' groups looked at again: their texts are new."""
        self._connection.execute(
            """
            UPDATE copy_groups SET linked_at = NULL WHERE id IN (
              SELECT copy_group FROM memberships WHERE article IN (SELECT value FROM json_each(?)))
            """,
            (json.dumps(list(articles)),),
        )

    def assign(
        self, groups: Sequence[CopyGroup], *, changed: Collection[int] = (), run: int, now: str
    ) -> None:
        """Write the groups of a whole neighbourhood; the texts of `changed` articles are new.

        A group goes on in the story of its first article that had one; a story left without
        groups is merged into the one that its articles went to. The place of a group is looked at
        again when another text represents it, or when articles came that an override is about.
        """
        before = self._memberships([article for group in groups for article in group.members])
        overridden = self._overridden(before)
        for group in groups:
            self._assign_one(group, before, overridden, changed)
        left = {group for group, _ in before.values()} - {group.members[0] for group in groups}
        for old in sorted(left):
            self._connection.execute("DELETE FROM copy_groups WHERE id = ?", (old,))
        self._settle_stories({story for _, story in before.values() if story}, before, run, now)

    def _assign_one(
        self,
        group: CopyGroup,
        before: dict[int, tuple[int, int | None]],
        overridden: set[int],
        changed: Collection[int],
    ) -> None:
        leader = group.members[0]
        represented = self._representative(leader)
        self._save_group(group, before)
        now_represented = self._representative(leader)
        came = any(before[a][0] != leader for a in overridden & {*group.members})
        if came or now_represented != represented or now_represented in changed:
            self._connection.execute(
                "UPDATE copy_groups SET linked_at = NULL WHERE id = ?", (leader,)
            )

    def _memberships(self, articles: Sequence[int]) -> dict[int, tuple[int, int | None]]:
        rows = self._connection.execute(
            """
            SELECT m.article, m.copy_group, m.story
            FROM json_each(?) j CROSS JOIN memberships m ON m.article = j.value
            """,
            (json.dumps(articles),),
        )
        return {row["article"]: (row["copy_group"], row["story"]) for row in rows}

    def _overridden(self, articles: Iterable[int]) -> set[int]:
        rows = self._connection.execute(
            "SELECT article FROM override_articles"
            " WHERE article IN (SELECT value FROM json_each(?))",
            (json.dumps(list(articles)),),
        )
        return {row["article"] for row in rows}

    def _representative(self, group: int) -> int | None:
        row = self._connection.execute(f"SELECT {first_article('?')}", (group,)).fetchone()
        return None if row[0] is None else int(row[0])

    def _save_group(self, group: CopyGroup, before: dict[int, tuple[int, int | None]]) -> None:
        leader, members = group.members[0], group.members
        story = next((before[m][1] for m in members if m in before and before[m][1]), None)
        self._connection.execute(
            """
            INSERT INTO copy_groups (id, story, articles, min_jaccard)
            VALUES (:id, :story, :articles, :min_jaccard)
            ON CONFLICT (id) DO UPDATE SET story = excluded.story, articles = excluded.articles,
              min_jaccard = excluded.min_jaccard
            """,
            {
                "id": leader,
                "story": story,
                "articles": len(members),
                "min_jaccard": group.min_jaccard,
            },
        )
        self._connection.executemany(
            """
            INSERT INTO memberships (article, copy_group) VALUES (?, ?)
            ON CONFLICT (article) DO UPDATE SET copy_group = excluded.copy_group
            """,
            [(member, leader) for member in members],
        )
        time_groups(self._connection, f"= {leader}")

    def _settle_stories(
        self,
        stories: set[int],
        before: dict[int, tuple[int, int | None]],
        run: int,
        now: str,
    ) -> None:
        after = self._memberships(list(before))
        for story in sorted(stories):
            if self._connection.execute(
                "SELECT 1 FROM copy_groups WHERE story = ? LIMIT 1", (story,)
            ).fetchone():
                refresh_figures(self._connection, story)
                continue
            heir = next(after[a][1] for a, (_, old) in sorted(before.items()) if old == story)
            self._connection.execute(
                "UPDATE stories SET merged_into = ?, articles = 0, outlets = 0, copy_groups = 0,"
                " event_looked_at = NULL WHERE id = ?",
                (heir, story),
            )
            self._connection.execute(
                "INSERT INTO story_log (run, at, story, event, other)"
                " VALUES (?, ?, ?, 'merged', ?)",
                (run, now, story, heir),
            )


def time_groups(connection: sqlite3.Connection, which: str) -> None:
    """Bring the times of copy groups in line with their articles; SQL says `which` numbers.

    A median, so that one wrong date moves nothing.
    """
    connection.execute(
        f"""
        UPDATE copy_groups SET at = (
          SELECT published_at FROM (
            SELECT a.published_at, row_number() OVER (ORDER BY a.published_at) AS number,
              count(*) OVER () AS dated
            FROM memberships m JOIN articles a ON a.id = m.article
            WHERE m.copy_group = copy_groups.id AND a.published_at IS NOT NULL)
          WHERE number = (dated + 1) / 2)
        WHERE id {which}
        """
    )
    connection.execute(
        f"""
        UPDATE memberships SET far = told.far
        FROM (SELECT m.article, coalesce(
            abs(unixepoch(a.published_at) - unixepoch(g.at)) > {FAR_DAYS} * 86400, 0) AS far
          FROM copy_groups g JOIN memberships m ON m.copy_group = g.id
          JOIN articles a ON a.id = m.article WHERE g.id {which}) told
        WHERE told.article = memberships.article AND memberships.far <> told.far
        """
    )
