"""What the front page of the desk shows: the newest day, and whether all is well."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from crawler.clock import later
from crawler.store.queries import windows
from crawler.store.queries.passing import AT, passing
from crawler.store.queries.rows import all_rows, one_row
from crawler.types import ALL, ArticleFilter

LOOKED_AT = 10_000
"""Articles that wait for a grouping and are looked at: a large import may wait as a whole."""


class HourCount(NamedTuple):
    """How many articles of a language are of an hour."""

    hour: str
    language: str
    """without region; "und" when unknown"""
    articles: int


class SourceCounts(NamedTuple):
    """How the sources of the file fare."""

    sources: int
    failing: int
    retired: int
    polled_at: str | None
    """the last good answer"""


class UngroupedArticle(NamedTuple):
    """An article that waits for the next grouping."""

    article: int
    outlet: str
    title: str
    at: str


class Ungrouped(NamedTuple):
    """Articles that are in no story yet."""

    articles: int
    """how many there are; no more than LOOKED_AT are counted"""
    newest: list[UngroupedArticle]
    """those that were saved last"""


class LastRun(NamedTuple):
    """The run that began last."""

    id: int
    command: str
    started_at: str
    ended_at: str | None
    outcome: str | None


class Window(NamedTuple):
    """A filter with the period that it has by default."""

    wanted: ArticleFilter
    left_out: windows.LeftOut | None
    """what the period leaves out; None: the filter was left as it is"""


class FrontQueries:
    """Questions about the file as a whole."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def newest(self, now: str, wanted: ArticleFilter = ALL) -> str | None:
        """When the newest article of a filter was published, without future and lone ones.

        Where no time can be relied on, when the newest was seen; None: there is no article.
        """
        among = passing(self._connection, wanted)
        found = windows.newest(self._connection, now, among)
        if found is None and not among.all:
            (found,) = self._connection.execute(
                f"SELECT max({AT}) FROM {among.source} WHERE {AT} <= :now AND {among.where}",
                among.values | {"now": now},
            ).fetchone()
        elif found is None:
            (found,) = self._connection.execute(
                "SELECT max(last_at) FROM stories WHERE merged_into IS NULL AND last_at <= ?",
                (now,),
            ).fetchone()
        return found

    def left_out(self, since: str, wanted: ArticleFilter = ALL) -> windows.LeftOut:
        """What a window that begins at a time leaves out of the articles of a filter."""
        return windows.left_out(self._connection, since, passing(self._connection, wanted))

    def window(self, now: str, wanted: ArticleFilter, *, days: int) -> Window:
        """The filter, of the last days that it leaves where it names no time, subject or topic."""
        named = (wanted.since, wanted.until, wanted.topic)
        if wanted.has_subject or any(name is not None for name in named):
            return Window(wanted, None)
        newest = self.newest(now, wanted)
        if newest is None:
            return Window(wanted, None)
        since = later(newest, -timedelta(days=days))
        return Window(replace(wanted, since=since), self.left_out(since, wanted))

    def by_hour(self, since: str, until: str) -> list[HourCount]:
        """Articles by hour of publication and language."""
        return all_rows(
            self._connection,
            HourCount,
            """
            SELECT substr(published_at, 1, 13) || ':00:00Z' AS hour,
              coalesce(substr(language, 1, instr(language || '-', '-') - 1), 'und') AS language,
              count(*) AS articles
            FROM articles WHERE published_at > ? AND published_at <= ? GROUP BY 1, 2 ORDER BY 1, 2
            """,
            (since, until),
        )

    def ungrouped(self, *, limit: int) -> Ungrouped:
        """Articles that wait for the next grouping, which a crawl makes when it ends."""
        waiting = f"""(SELECT article FROM to_group ORDER BY article DESC LIMIT {LOOKED_AT}) g
          WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.article = g.article)"""
        (articles,) = self._connection.execute(f"SELECT count(*) FROM {waiting}").fetchone()
        newest = all_rows(
            self._connection,
            UngroupedArticle,
            f"""
            SELECT a.id AS article, o.slug AS outlet, a.title,
              coalesce(a.published_at, a.first_seen_at) AS at
            FROM (SELECT g.article FROM {waiting} ORDER BY g.article DESC LIMIT ?) w
            JOIN articles a ON a.id = w.article JOIN outlets o ON o.id = a.outlet
            ORDER BY a.id DESC
            """,
            (limit,),
        )
        return Ungrouped(articles, newest)

    def sources(self) -> SourceCounts:
        """How the sources fare."""
        found = one_row(
            self._connection,
            SourceCounts,
            """
            SELECT count(*) AS sources,
              count(CASE WHEN failures > 0 AND retired_at IS NULL THEN 1 END) AS failing,
              count(retired_at) AS retired, max(polled_at) AS polled_at FROM sources
            """,
        )
        assert found is not None  # a count has a row
        return found

    def state(self) -> tuple[object, ...]:
        """What changes when a run begins or ends, stories are linked, or a topic is another."""
        (grouped, topics) = self._connection.execute(
            "SELECT (SELECT max(id) FROM story_log), (SELECT json_group_array(filter || at)"
            " FROM topics)"
        ).fetchone()
        return self.last_run(), grouped, topics

    def last_run(self) -> LastRun | None:
        """The run that began last."""
        return one_row(
            self._connection,
            LastRun,
            "SELECT id, command, started_at, ended_at, outcome FROM runs ORDER BY id DESC LIMIT 1",
        )
