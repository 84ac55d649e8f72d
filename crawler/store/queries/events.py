"""What is asked of events: stories of different languages that are counted once."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.store.queries.passing import passing
from crawler.store.queries.rows import all_rows
from crawler.types import ArticleFilter


class EventRow(NamedTuple):
    """An event in a list, or a story that no story of another language tells."""

    story: int
    """the largest of its stories"""
    event: int | None
    """None: one story alone"""
    title: str
    """of that story"""
    stories: int
    outlets: int
    articles: int
    copy_groups: int
    languages: tuple[str, ...]
    """with their regions, those of the largest story first"""
    first_at: str
    last_at: str


class OtherLanguage(NamedTuple):
    """A story that tells the event of another one in another language."""

    story: int
    event: int
    title: str
    outlets: int
    articles: int
    languages: tuple[str, ...]
    first_at: str
    article: int
    """the first of its articles"""


STORIES = "SELECT * FROM stories s WHERE s.merged_into IS NULL"


class EventQueries:
    """Questions about events."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def matching(self, wanted: ArticleFilter, *, limit: int, offset: int = 0) -> list[EventRow]:
        """Events of which an article passes: most outlets first, then latest.

        Raises WordsError.
        """
        among = passing(self._connection, wanted)
        return self._rows(among.stories, among.values, limit, offset, all_stories=among.all)

    def ended_between(self, since: str, until: str, *, limit: int) -> list[EventRow]:
        """Events with a story whose last article is of a span of time."""
        ended = """(SELECT * FROM stories s WHERE s.merged_into IS NULL
          AND s.last_at > :after AND s.last_at <= :until) s"""
        return self._rows(ended, {"after": since, "until": until}, limit, 0)

    def _rows(
        self,
        stories: str,
        values: dict[str, object],
        limit: int,
        offset: int,
        *,
        all_stories: bool = False,
    ) -> list[EventRow]:
        lone = "found CROSS JOIN stories s ON s.id = found.id WHERE found.event IS NULL"
        if all_stories:
            # Of those without an event an index has the first; those with one are few.
            stories = f"({STORIES} AND s.event IS NOT NULL) s"
            lone = f"""({STORIES} AND s.event IS NULL
              ORDER BY s.outlets DESC, s.last_at DESC, s.id LIMIT :limit + :offset) s"""
        return all_rows(
            self._connection,
            EventRow,
            f"""
            WITH found AS MATERIALIZED (SELECT s.id, s.event FROM {stories}),
              lone AS (
                SELECT s.id AS story, NULL AS event, s.title, 1 AS stories, s.outlets, s.articles,
                  s.copy_groups, s.languages, s.first_at, s.last_at
                FROM {lone}),
              told AS (
                SELECT (SELECT l.id FROM stories l WHERE l.event = e.event
                    ORDER BY l.articles DESC, l.first_at, l.id LIMIT 1) AS story,
                  e.event, e.title, e.stories, e.outlets, e.articles,
                  (SELECT sum(o.copy_groups) FROM stories o WHERE o.event = e.event) AS copy_groups,
                  e.languages, e.first_at, e.last_at
                FROM event_overview e
                WHERE e.event IN (SELECT event FROM found))
            SELECT * FROM (SELECT * FROM lone UNION ALL SELECT * FROM told)
            ORDER BY outlets DESC, last_at DESC, story LIMIT :limit OFFSET :offset
            """,
            values | {"limit": limit, "offset": offset},
            lists=("languages",),
        )

    def of_stories(self) -> dict[int, int]:
        """The event of each story that has one."""
        rows = self._connection.execute("SELECT id, event FROM stories WHERE event IS NOT NULL")
        return {row["id"]: row["event"] for row in rows}

    def other_languages(self, story: int) -> list[OtherLanguage]:
        """Stories that tell the event of a story in other languages, the largest first."""
        return all_rows(
            self._connection,
            OtherLanguage,
            """
            SELECT o.id AS story, o.event, o.title, o.outlets, o.articles, o.languages, o.first_at,
              (SELECT a.id FROM memberships m CROSS JOIN articles a ON a.id = m.article
                WHERE m.story = o.id
                ORDER BY coalesce(a.published_at, a.first_seen_at), a.id LIMIT 1) AS article
            FROM stories s CROSS JOIN stories o ON o.event = s.event AND o.id <> s.id
            WHERE s.id = ? ORDER BY o.articles DESC, o.first_at, o.id
            """,
            (story,),
            lists=("languages",),
        )
