"""Which outlets reported the stories of a filter, and which left them out.

A row of the matrix is a story, together with the stories of other languages that tell its event:
an outlet that told it in another language did not leave it out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from crawler.store.queries.attention import POLLED, outlets_asked
from crawler.store.queries.narrowed_views import Narrowed
from crawler.store.queries.passing import AT, passing
from crawler.store.queries.rows import all_rows
from crawler.types import ALL, ArticleFilter

COLUMNS = "story title outlet articles first_at state"
"""Columns of the export `coverage`: see Coverage."""


class Coverage(NamedTuple):
    """What an outlet had of a story."""

    story: int
    """the largest of its event"""
    title: str
    outlet: str
    articles: int
    """in all stories of its event"""
    first_at: str | None
    """time of the first of them"""
    state: str
    """covered, or not covered; blind: from the day of the story's first article to that of its last
    no source of the outlet answered, and nothing that it published then is known"""


class OutletCoverage(NamedTuple):
    """A row of the matrix."""

    outlet: str
    covered: int
    """stories that it had"""
    seen: int
    """stories that it had, or could have been seen to have: the denominator"""
    cells: tuple[Coverage, ...]
    """one for each story, in the order of the stories"""


def by_outlet(rows: Sequence[Coverage]) -> list[OutletCoverage]:
    """The matrix of `CoverageQueries.matrix` by outlet, those that covered most first."""
    cells: dict[str, list[Coverage]] = {}
    for row in rows:
        cells.setdefault(row.outlet, []).append(row)
    found = [
        OutletCoverage(
            outlet,
            sum(cell.state == "covered" for cell in own),
            sum(cell.state != "blind" for cell in own),
            tuple(own),
        )
        for outlet, own in cells.items()
    ]
    return sorted(found, key=lambda row: (-row.covered, -row.seen, row.outlet))


class CoverageQueries:
    """Questions about what outlets left out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def matrix(self, wanted: ArticleFilter = ALL, *, stories: int) -> list[Coverage]:
        """Every outlet for each of the stories that most outlets told, those stories first."""
        found = coverage_of(self._connection, wanted, stories=stories)
        return all_rows(
            self._connection,
            Coverage,
            f"SELECT {COLUMNS.replace(' ', ', ')} FROM {found.source} ORDER BY place, outlet",
            found.values,
        )


def coverage_of(
    connection: sqlite3.Connection, wanted: ArticleFilter, *, stories: int = -1
) -> Narrowed:
    """Rows of Coverage, as SQL, with the `place` of their story; -1: of all stories."""
    among = passing(connection, wanted)
    first, last = "substr(t.first_at, 1, 10)", "substr(t.last_at, 1, 10)"
    seen = f"""EXISTS (SELECT 1 FROM articles a INDEXED BY articles_outlet
      WHERE a.outlet = o.id AND {AT} >= {first} AND {AT} < {last} || 'U')
      OR {POLLED.format(first=first, last=last)}"""
    source = f"""(WITH
      asked (id, slug) AS MATERIALIZED ({outlets_asked(connection, wanted)}),
      chosen (subject, event, place) AS MATERIALIZED (
        SELECT coalesce(-s.event, s.id) AS subject, s.event,
          row_number() OVER (ORDER BY count(DISTINCT p.outlet) DESC, count(*) DESC, min(s.id))
        FROM (SELECT a.id, a.outlet FROM {among.source} WHERE {among.where}) p
        CROSS JOIN memberships m ON m.article = p.id CROSS JOIN stories s ON s.id = m.story
        GROUP BY subject ORDER BY 3 LIMIT :stories),
      member (subject, story) AS MATERIALIZED (
        SELECT subject, subject FROM chosen WHERE event IS NULL
        UNION ALL SELECT c.subject, s.id FROM chosen c CROSS JOIN stories s ON s.event = c.event),
      span (subject, place, first_at, last_at) AS MATERIALIZED (
        SELECT c.subject, c.place, min(s.first_at), max(s.last_at) FROM chosen c
        CROSS JOIN member m ON m.subject = c.subject CROSS JOIN stories s ON s.id = m.story
        GROUP BY c.subject),
      told (subject, place, story, title, first_at, last_at) AS MATERIALIZED (
        SELECT t.subject, t.place, s.id, s.title, t.first_at, t.last_at
        FROM span t CROSS JOIN stories s ON s.id = (
          SELECT l.id FROM member m CROSS JOIN stories l ON l.id = m.story
          WHERE m.subject = t.subject ORDER BY l.articles DESC, l.first_at, l.id LIMIT 1)),
      cell (subject, outlet, articles, first_at) AS MATERIALIZED (
        SELECT n.subject, a.outlet, count(*), min({AT}) FROM member n
        CROSS JOIN memberships m ON m.story = n.story
        CROSS JOIN articles a INDEXED BY articles_when ON a.id = m.article
        GROUP BY n.subject, a.outlet)
      SELECT t.place, t.story, t.title, o.slug AS outlet, coalesce(c.articles, 0) AS articles,
        c.first_at, CASE WHEN c.articles THEN 'covered' WHEN {seen} THEN 'not covered'
          ELSE 'blind' END AS state
      FROM told t CROSS JOIN asked o
      LEFT JOIN cell c ON c.subject = t.subject AND c.outlet = o.id)"""
    return Narrowed(source, among.values | {"stories": stories})
