"""What watches ask at the end of a run: only of what is new since they last looked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from crawler.store.queries.outlets import NIGHT, SILENT
from crawler.store.queries.passing import AT, passing
from crawler.store.queries.rows import all_rows
from crawler.types import ArticleFilter


class TouchedStory(NamedTuple):
    """A living story with new articles that passes a filter."""

    story: int
    outlets: int
    outlets_before: int
    """without the new articles"""
    first_article: int
    """lowest number of its articles"""


class Print(NamedTuple):
    """An article that carries a text."""

    copy_group: int
    article: int
    at: str
    outlet: str
    title: str
    url: str
    story: int | None
    passes: int
    """1 when it passes the filter"""


class ChangedHeadline(NamedTuple):
    """A headline that its outlet changed."""

    article: int
    revision: int
    outlet: str
    url: str
    before: str
    after: str
    seen_at: str
    story: int | None


class SilentOutlet(NamedTuple):
    """An outlet that has fallen silent."""

    outlet: str
    name: str
    last_new_at: str
    usual_hours: float


class WatchQueries:
    """Questions of watches; `after` is the number of the last article that was looked at."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def grouped_up_to(self) -> int:
        """Number of an article such that it and all before it are compared and linked."""
        (last, waiting) = self._connection.execute(
            """
            SELECT (SELECT coalesce(max(id), 0) FROM articles), min(
              coalesce((SELECT min(article) FROM to_group), 9e15),
              coalesce((SELECT min(m.article) FROM copy_groups g CROSS JOIN memberships m
                ON m.copy_group = g.id WHERE g.linked_at IS NULL), 9e15))
            """
        ).fetchone()
        return min(int(last), int(waiting) - 1)

    def touched(self, wanted: ArticleFilter, *, after: int) -> list[TouchedStory]:
        """Stories with new articles of which an article passes, by number."""
        # The plus: or all that a search finds would be looked for in each of the stories.
        among = passing(self._connection, wanted)
        return all_rows(
            self._connection,
            TouchedStory,
            f"""
            SELECT s.id AS story, s.outlets,
              (SELECT count(DISTINCT b.outlet) FROM memberships m
                CROSS JOIN articles b INDEXED BY articles_when ON b.id = m.article
                WHERE m.story = s.id AND m.article <= :after) AS outlets_before,
              (SELECT min(m.article) FROM memberships m WHERE m.story = s.id) AS first_article
            FROM (SELECT DISTINCT m.story FROM
                (SELECT DISTINCT story FROM memberships WHERE article > :after) t
              CROSS JOIN memberships m ON m.story = t.story
              CROSS JOIN articles a INDEXED BY articles_when ON a.id = +m.article
              WHERE {among.where}) p
            CROSS JOIN stories s ON s.id = p.story
            WHERE s.merged_into IS NULL ORDER BY s.id
            """,
            among.values | {"after": after},
        )

    def prints(self, wanted: ArticleFilter, *, after: int) -> list[Print]:
        """All articles of the copy groups that have new ones, group by group in time order."""
        among = passing(self._connection, wanted)
        return all_rows(
            self._connection,
            Print,
            f"""
            SELECT m.copy_group, a.id AS article, {AT} AS at, o.slug AS outlet, a.title, a.url,
              m.story, {among.where} AS passes
            FROM (SELECT DISTINCT n.copy_group FROM memberships n CROSS JOIN copy_groups g
              ON g.id = n.copy_group WHERE n.article > :after AND g.articles > 1) t
            CROSS JOIN memberships m ON m.copy_group = t.copy_group
            CROSS JOIN articles a ON a.id = m.article
            CROSS JOIN outlets o ON o.id = a.outlet
            ORDER BY m.copy_group, at, a.id
            """,
            among.values | {"after": after},
        )

    def changed_headlines(self, wanted: ArticleFilter, *, since: str) -> list[ChangedHeadline]:
        """Headlines of articles that pass which were changed at this time or later."""
        among = passing(self._connection, wanted)
        return all_rows(
            self._connection,
            ChangedHeadline,
            f"""
            SELECT * FROM (
              SELECT r.article, r.revision, o.slug AS outlet, a.url, r.title AS before,
                coalesce((SELECT n.title FROM revisions n
                  WHERE n.article = r.article AND n.revision = r.revision + 1), a.title) AS after,
                r.replaced_at AS seen_at,
                (SELECT m.story FROM memberships m WHERE m.article = a.id) AS story
              FROM revisions r CROSS JOIN articles a ON a.id = r.article
              CROSS JOIN outlets o ON o.id = a.outlet
              WHERE r.replaced_at >= :changed_since AND r.ours = 0 AND {among.where}
            ) WHERE before <> after ORDER BY seen_at, article, revision
            """,
            among.values | {"changed_since": since},
        )

    def fallen_silent(
        self, outlets: Sequence[str], countries: Sequence[str], *, since: str, now: str
    ) -> list[SilentOutlet]:
        """Outlets that are silent now, as `health` says, and were not yet at an earlier time."""
        silent_at = "julianday(last_new_at) + max(:silent * usual_hours, :night) / 24.0"
        return all_rows(
            self._connection,
            SilentOutlet,
            f"""
            SELECT outlet, name, last_new_at, usual_hours FROM outlet_health
            WHERE sources > 0 AND {silent_at} BETWEEN julianday(:since) AND julianday(:now)
              AND (:outlets = '[]' OR outlet IN (SELECT value FROM json_each(:outlets)))
              AND (:countries = '[]' OR outlet IN (SELECT slug FROM outlets
                WHERE country IN (SELECT value FROM json_each(:countries))))
            ORDER BY outlet
            """,
            {
                "silent": SILENT,
                "night": NIGHT,
                "since": since,
                "now": now,
                "outlets": json.dumps(list(outlets)),
                "countries": json.dumps(list(countries)),
            },
        )
