"""What the pages of the web desk show. Read-only; each question reads no more than its page has."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from crawler.store.queries import windows
from crawler.store.queries.reading import NEWEST_MATCHES, best_first, quoted
from crawler.store.queries.views import network_over, pairs_among

Row = dict[str, Any]

_AT = "coalesce(a.published_at, a.first_seen_at)"
FACETED = 1_000
"""Best matches of a search, whose outlets and languages are counted."""


class Desk:
    """Questions of the front page, of an outlet, of the network and of the search."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # Front page

    def newest(self, now: str) -> str | None:
        """When the newest article was published, the future and what stands alone left out.

        Where no time can be relied on, when the newest was seen; None: there is no article.
        """
        found = windows.newest(self._connection, now)
        if found is None:
            row = self._row(
                """
                SELECT max(last_at) AS at FROM stories
                WHERE merged_into IS NULL AND last_at <= :now
                """,
                {"now": now},
            )
            found = row["at"] if row else None
        return found

    def left_out(self, since: str) -> windows.LeftOut:
        """What a window that begins at a time leaves out."""
        return windows.left_out(self._connection, since)

    def by_hour(self, since: str, until: str) -> list[Row]:
        """Articles by hour of publication and language, without region."""
        return self._rows(
            """
            SELECT substr(published_at, 1, 13) || ':00:00Z' AS hour,
              coalesce(substr(language, 1, instr(language || '-', '-') - 1), 'und') AS language,
              count(*) AS articles
            FROM articles WHERE published_at > ? AND published_at <= ? GROUP BY 1, 2 ORDER BY 1, 2
            """,
            (since, until),
        )

    def stories_of(self, since: str, until: str, *, limit: int) -> list[Row]:
        """Living stories that ended in a span of time, those of most outlets first."""
        return self._rows(
            """
            SELECT id AS story, title, outlets, articles, copy_groups, languages, first_at, last_at
            FROM stories WHERE merged_into IS NULL AND last_at > ? AND last_at <= ?
            ORDER BY outlets DESC, last_at DESC LIMIT ?
            """,
            (since, until, limit),
        )

    def glance(self) -> Row:
        """Sources and how they fare, and the last run."""
        found = self._row(
            """
            SELECT count(*) AS sources, coalesce(sum(failures > 0 AND retired_at IS NULL), 0)
              AS failing, coalesce(sum(retired_at IS NOT NULL), 0) AS retired,
              max(polled_at) AS polled_at FROM sources
            """
        )
        run = self._row(
            "SELECT command, started_at, ended_at, outcome FROM runs ORDER BY id DESC LIMIT 1"
        )
        return {**(found or {}), "run": run}

    def state(self) -> Row:
        """What changes whenever a run begins or ends, and with it all that is counted over all."""
        return self._row("SELECT id, ended_at FROM runs ORDER BY id DESC LIMIT 1") or {}

    def times(self, stories: Sequence[int]) -> dict[int, list[str]]:
        """Times of the articles of stories, in order."""
        rows = self._rows(
            f"""
            SELECT g.story, {_AT} AS at
            FROM json_each(?) j CROSS JOIN copy_groups g ON g.story = j.value
            JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article
            ORDER BY at
            """,
            (json.dumps(list(stories)),),
        )
        found: dict[int, list[str]] = {story: [] for story in stories}
        for row in rows:
            found[row["story"]].append(row["at"])
        return found

    # One story

    def first_publishers(self, story: int) -> list[Row]:
        """Outlets of a story by the end of the interval in which they may have had it first."""
        return self._rows(
            "SELECT * FROM first_publishers WHERE story = ? ORDER BY not_after, stated_at, outlet",
            (story,),
        )

    def agencies_of(self, story: int) -> list[Row]:
        """Agencies that the articles of a story carry, and in how many of them."""
        return self._rows(
            """
            SELECT c.agency, count(DISTINCT c.article) AS articles
            FROM copy_groups g JOIN memberships m ON m.copy_group = g.id
            JOIN credits c ON c.article = m.article
            WHERE g.story = ? AND c.confidence >= 0.5 GROUP BY c.agency ORDER BY articles DESC
            """,
            (story,),
        )

    # One article

    def sightings(self, article: int) -> list[Row]:
        """Which sources listed the article's page, when, and saying what."""
        return self._rows(
            """
            SELECT s.seen_at, s.previous_poll_at, t.url AS source, s.title, s.modified_at
            FROM articles a JOIN sightings s ON s.page = a.page JOIN sources t ON t.id = s.source
            WHERE a.id = ? ORDER BY s.seen_at, t.url
            """,
            (article,),
        )

    # Outlets

    def outlets(self, *, after: str, limit: int) -> list[Row]:
        """Outlets and how they fare, by name, those after a name."""
        return self._rows(
            "SELECT * FROM outlet_health WHERE outlet > ? ORDER BY outlet LIMIT ?", (after, limit)
        )

    def outlet(self, outlet: str) -> Row | None:
        """One outlet: what is known of it and how it fares."""
        return self._row(
            """
            SELECT o.home, o.country, o.language, o.agency, h.*
            FROM outlets o JOIN outlet_health h ON h.outlet = o.slug WHERE o.slug = ?
            """,
            (outlet,),
        )

    def days(self, outlet: str, *, limit: int) -> list[Row]:
        """Articles of an outlet by the day that stands for them, the last days first."""
        return self._rows(
            f"""
            SELECT substr({_AT}, 1, 10) AS day, count(*) AS articles
            FROM outlets o JOIN articles a INDEXED BY articles_outlet ON a.outlet = o.id
            WHERE o.slug = ? GROUP BY day ORDER BY day DESC LIMIT ?
            """,
            (outlet, limit),
        )

    def weeks(self, outlet: str, *, limit: int) -> list[Row]:
        """Share of agency copy of an outlet by week, the last weeks first."""
        return self._rows(
            "SELECT * FROM agency_share WHERE outlet = ? ORDER BY week DESC LIMIT ?",
            (outlet, limit),
        )

    def newest_articles(self, outlet: str, *, limit: int) -> list[Row]:
        """The articles of an outlet that were seen last; of those of one poll the latest first."""
        return self._rows(
            f"""
            SELECT a.id AS article, a.title, {_AT} AS at, m.story
            FROM outlets o JOIN articles a ON a.outlet = o.id
            LEFT JOIN memberships m ON m.article = a.id
            WHERE o.slug = ? ORDER BY a.first_seen_at DESC, a.published_at DESC LIMIT ?
            """,
            (outlet, limit),
        )

    def headlines(self, *, outlet: str | None = None, limit: int) -> list[Row]:
        """Changes of headlines, of all outlets or of one, the newest first."""
        # Two queries: with one condition for both SQLite would read all of them for an outlet.
        where = "" if outlet is None else "WHERE outlet = :outlet"
        return self._rows(
            f"SELECT * FROM headline_changes {where} ORDER BY seen_at DESC LIMIT :limit",
            {"outlet": outlet, "limit": limit},
        )

    # Who copies whom

    def network(self, *, limit: int) -> list[Row]:
        """The heaviest edges of the copy network."""
        return self._edges("copy_network", {"limit": limit})

    def network_of(self, outlet: str, *, limit: int) -> list[Row]:
        """The heaviest edges of an outlet."""
        articles = "SELECT id FROM articles WHERE outlet = (SELECT id FROM outlets WHERE slug = :o)"
        pairs = pairs_among(self._connection, articles, both=False)
        return self._edges(network_over(self._connection, pairs), {"o": outlet, "limit": limit})

    def agencies(self) -> list[str]:
        """The outlets that are news agencies."""
        return [row["slug"] for row in self._rows("SELECT slug FROM outlets WHERE agency = 1")]

    def _edges(self, network: str, values: Row) -> list[Row]:
        return self._rows(
            f"""
            SELECT earlier, later, copies, tied, lag_hours, containment FROM {network}
            ORDER BY copies DESC, earlier, later LIMIT :limit
            """,
            values,
        )

    def agency_shares(self, *, since: str | None = None, limit: int) -> list[Row]:
        """Outlets by the share of agency copy in what they printed, agencies themselves left out.

        With `since` only articles of then or later count.
        """
        return self._rows(
            f"""
            SELECT outlet, articles, attributed, contained, agency_copy,
              round(1.0 * agency_copy / articles, 3) AS share
            FROM (
              SELECT outlet, count(*) AS articles, sum(named) AS attributed,
                sum(stands) AS contained, sum(named OR stands) AS agency_copy
              FROM (
                SELECT o.slug AS outlet,
                  EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via <> 'copy'
                    AND c.confidence >= 0.5) AS named,
                  EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via = 'copy'
                    AND c.confidence >= 0.5) AS stands
                FROM outlets o JOIN articles a INDEXED BY articles_outlet ON a.outlet = o.id
                  AND a.first_seen_at >= coalesce(:since, '')
                WHERE o.agency = 0 AND (:since IS NULL OR {_AT} >= :since)
              ) GROUP BY outlet
            ) ORDER BY share DESC, outlet LIMIT :limit
            """,
            {"since": since, "limit": limit},
        )

    # Search

    def search(self, words: str, narrowed: Row, *, limit: int) -> tuple[list[Row], Row]:
        """Articles that hold all the words, ordered as `Reading.search` does, and what they are of.

        `narrowed` has `outlet` and `language`, None where any will do. Outlets and languages are
        counted in the best FACETED.
        """
        sought = quoted(words)
        if not sought:
            return [], {"matches": 0, "outlet": [], "language": []}
        language = "substr(a.language, 1, instr(a.language || '-', '-') - 1)"
        best = self._rows(
            f"""
            SELECT f.rowid AS article, o.slug AS outlet, coalesce({language}, 'und') AS language
            FROM articles_fts f
            CROSS JOIN articles a INDEXED BY articles_when ON a.id = f.rowid
            CROSS JOIN outlets o ON o.id = a.outlet
            WHERE articles_fts MATCH :words AND f.{NEWEST_MATCHES}
              AND (:outlet IS NULL OR o.slug = :outlet)
              AND (:language IS NULL OR coalesce({language}, 'und') = :language)
            ORDER BY f.{best_first(self._connection, words)} LIMIT :best
            """,
            {"words": sought, "best": FACETED, **narrowed},
        )
        facets = {key: _counted(row[key] for row in best) for key in ("outlet", "language")}
        shown = {row["article"]: n for n, row in enumerate(best[:limit])}
        rows = self._rows(
            f"""
            SELECT a.id AS article, o.slug AS outlet, a.title, {_AT} AS at, m.story,
              snippet(articles_fts, 1, char(2), char(3), ' … ', 24) AS passage
            FROM articles_fts f JOIN articles a ON a.id = f.rowid
            JOIN outlets o ON o.id = a.outlet
            LEFT JOIN memberships m ON m.article = a.id
            WHERE articles_fts MATCH ? AND f.rowid IN ({",".join(map(str, shown)) or "NULL"})
            """,
            (sought,),
        )
        return sorted(rows, key=lambda row: shown[row["article"]]), {
            "matches": len(best), **facets
        }  # fmt: skip

    def _rows(self, sql: str, values: Sequence[Any] | Row = ()) -> list[Row]:
        return [dict(row) for row in self._connection.execute(sql, values)]

    def _row(self, sql: str, values: Sequence[Any] | Row = ()) -> Row | None:
        row = self._connection.execute(sql, values).fetchone()
        return dict(row) if row else None


def _counted(values: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(values).most_common(12)
