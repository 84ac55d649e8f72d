"""Figures of a topic that no other subject has: who was first most often, rewritten headlines."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from crawler.store.queries.articles import HeadlineChange
from crawler.store.queries.narrowed_views import view_over
from crawler.store.queries.passing import passing
from crawler.store.queries.rows import all_rows
from crawler.types import ALL, ArticleFilter


class FirstCount(NamedTuple):
    """How often an outlet had a story first."""

    outlet: str
    first: int
    """stories that no other outlet may have had before"""
    tied: int
    """stories that it may have had first, and others as well"""
    stories: int
    """stories of two outlets or more that it had"""


class FigureQueries:
    """Questions about the articles of a filter as a whole."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def first_publishers(
        self, wanted: ArticleFilter = ALL, *, limit: int, stories: int = -1
    ) -> list[FirstCount]:
        """Outlets by how often they were first, among the articles that pass.

        Of `stories`, only this many are looked at, those that most outlets reported; -1: all.
        """
        among = passing(self._connection, wanted)
        largest = self._connection.execute(
            f"""
            SELECT m.story FROM (SELECT a.id, a.outlet FROM {among.source} WHERE {among.where}) p
            CROSS JOIN memberships m ON m.article = p.id WHERE m.story IS NOT NULL
            GROUP BY m.story HAVING count(DISTINCT p.outlet) > 1
            ORDER BY count(DISTINCT p.outlet) DESC, m.story LIMIT :stories
            """,
            among.values | {"stories": stories},
        )
        # The unary plus keeps SQLite from going through all that pass, and LIMIT from going through
        # all copy groups once for each story.
        numbers = f"""SELECT m.* FROM json_each(:largest) l
          CROSS JOIN memberships m ON m.story = l.value WHERE +m.article IN ({among.numbers})
          LIMIT -1"""
        firsts = view_over(self._connection, "first_publishers", "memberships", numbers)
        return all_rows(
            self._connection,
            FirstCount,
            f"""
            SELECT outlet, sum(may_be_first AND NOT tied) AS first, sum(may_be_first AND tied)
              AS tied, count(*) AS stories
            FROM {firsts} GROUP BY outlet ORDER BY 2 DESC, 3 DESC, 4, 1 LIMIT :limit
            """,
            among.values | {"limit": limit, "largest": json.dumps([row[0] for row in largest])},
        )

    def headline_changes(self, wanted: ArticleFilter = ALL, *, limit: int) -> list[HeadlineChange]:
        """Rewritten headlines of the articles that pass, the newest first."""
        among = passing(self._connection, wanted)
        return all_rows(
            self._connection,
            HeadlineChange,
            f"""
            SELECT {", ".join(HeadlineChange._fields)} FROM headline_changes
            WHERE +article IN ({among.numbers}) ORDER BY seen_at DESC LIMIT :limit
            """,
            among.values | {"limit": limit},
        )
