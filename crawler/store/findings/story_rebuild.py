"""Rebuilding all stories in one transaction: readers see the old ones until the new are done."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from dedupe import Cluster, StoryNode

_PROVISIONAL = "id > coalesce((SELECT seq FROM temp.former_number), 0)"


class StoryRebuild:
    """Puts the stories of the file aside, and matches the new ones with them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self) -> None:
        """Take every copy group out of its story, and forget what was learned.

        Stories that are made until `take_partition` are provisional.
        """
        for sql in (
            "CREATE TEMP TABLE former (id INTEGER PRIMARY KEY, story INTEGER)",
            "INSERT INTO temp.former SELECT id, story FROM copy_groups",
            "CREATE TEMP TABLE former_number (seq INTEGER)",
            "INSERT INTO temp.former_number SELECT seq FROM sqlite_sequence WHERE name = 'stories'",
            "UPDATE copy_groups SET linked_at = NULL, story = NULL, place = NULL, language = NULL",
            "DELETE FROM story_terms",
            "DELETE FROM backgrounds",
            "DELETE FROM learned_groups",
        ):
            self._connection.execute(sql)

    def begin_again(self) -> None:
        """Drop the provisional stories."""
        for sql in (
            "UPDATE copy_groups SET linked_at = NULL, story = NULL",
            f"DELETE FROM stories WHERE {_PROVISIONAL}",
            "DELETE FROM story_terms",
        ):
            self._connection.execute(sql)

    def take_partition(self) -> list[Cluster]:
        """The provisional stories: nodes without text, with the story that each was in before.

        Every copy group is put back into that, and the provisional numbers are given back: a story
        that goes on must not change its number, and no number is skipped.
        """
        found: defaultdict[int, list[StoryNode]] = defaultdict(list)
        rows = self._connection.execute(
            """
            SELECT g.id, g.story, former.story AS before
            FROM copy_groups g LEFT JOIN temp.former ON former.id = g.id ORDER BY g.id
            """
        )
        for row in rows:
            node = StoryNode(id=row["id"], title="", text="", story=row["before"])
            found[row["story"]].append(node)
        rows = self._connection.execute(
            f"""
            SELECT s.id, m.copy_group FROM stories s JOIN memberships m ON m.article = s.central
            WHERE s.{_PROVISIONAL}
            """
        )
        central = {row["id"]: row["copy_group"] for row in rows}
        for sql in (
            """
            UPDATE copy_groups SET
              story = (SELECT former.story FROM temp.former WHERE former.id = copy_groups.id)
            """,
            f"DELETE FROM stories WHERE {_PROVISIONAL}",
            """
            UPDATE sqlite_sequence SET seq = coalesce((SELECT seq FROM temp.former_number), 0)
            WHERE name = 'stories'
            """,
            "DROP TABLE temp.former",
            "DROP TABLE temp.former_number",
        ):
            self._connection.execute(sql)
        return [
            Cluster(nodes=tuple(nodes), central=central.get(number))
            for number, nodes in found.items()
        ]
