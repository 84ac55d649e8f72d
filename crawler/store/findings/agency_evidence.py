"""Which articles carry agency copy, counted when they are grouped.

Looked for among all articles it takes seconds in a large store. What changes between two groupings
triggers note in `agency_recount`, and `evidence` looks at it as it is: it is never out of date.
"""

from __future__ import annotations

import sqlite3

_AFFECTED = """SELECT article FROM agency_recount
  UNION SELECT m.article FROM (
    SELECT mine.copy_group FROM agency_recount r CROSS JOIN memberships mine
      ON mine.article = r.article
    UNION SELECT article FROM agency_recount) g
    CROSS JOIN memberships m ON m.copy_group = g.copy_group"""
"""Articles to be counted again: what an article carries depends on all of its copy group."""
_NAMED = "c.via <> 'copy' AND c.confidence >= 0.5"
# The view `agency_twins` goes from each article to all others of its group. This goes from those
# that name an agency along their edges: a group of thousands takes no more than it has edges.
_TWINS = f"""SELECT p.article FROM (
    SELECT e.b AS article, c.article AS other, c.confidence, e.containment_a, e.containment_b
      FROM affected x CROSS JOIN credits c ON c.article = x.article AND {_NAMED}
      CROSS JOIN copies e ON e.a = c.article AND e.joined
    UNION ALL SELECT e.a, c.article, c.confidence, e.containment_a, e.containment_b
      FROM affected x CROSS JOIN credits c ON c.article = x.article AND {_NAMED}
      CROSS JOIN copies e ON e.b = c.article AND e.joined) p
  CROSS JOIN memberships mine ON mine.article = p.article
  CROSS JOIN memberships other ON other.article = p.other AND other.copy_group = mine.copy_group
  WHERE round(0.9 * p.confidence * max(p.containment_a, p.containment_b), 3) >= 0.5"""
_LIVE = f"""SELECT article, outlet, attributed, contained,
    NOT attributed AND NOT agency AND article IN ({_TWINS}) AS twin
  FROM (SELECT a.id AS article, a.outlet, o.agency,
      EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND {_NAMED}) AS attributed,
      EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via = 'copy'
        AND c.confidence >= 0.5) AS contained
    FROM affected CROSS JOIN articles a INDEXED BY articles_when ON a.id = affected.article
    CROSS JOIN outlets o ON o.id = a.outlet)"""


def evidence(which: str = "1") -> str:
    """FROM: articles with what they carry of agencies, those of which SQL says `which`.

    Articles that carry nothing may be left out.
    """
    return f"""(WITH affected (article) AS MATERIALIZED ({_AFFECTED})
      SELECT article, outlet, attributed, contained, twin FROM agency_copy
        WHERE {which} AND article NOT IN (SELECT article FROM affected)
      UNION ALL SELECT * FROM ({_LIVE}) WHERE {which})"""


class AgencyEvidence:
    """The `agency_copy` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def recount(self) -> None:
        """Bring it in line with what has changed. Within a transaction."""
        recount_agency_copy(self._connection)


def recount_agency_copy(connection: sqlite3.Connection) -> None:
    """Count what triggers have noted."""
    connection.execute(f"CREATE TEMP TABLE affected AS {_AFFECTED}")
    connection.execute("DELETE FROM agency_copy WHERE article IN (SELECT article FROM affected)")
    connection.execute(
        "INSERT INTO agency_copy (article, outlet, attributed, contained, twin)"
        f" SELECT * FROM ({_LIVE} LIMIT -1)"
        " WHERE attributed OR contained OR twin"
    )
    connection.execute("DROP TABLE temp.affected")
    connection.execute("DELETE FROM agency_recount")


def count_all(connection: sqlite3.Connection) -> None:
    """Count what triggers keep in step of a file that has come without these counts."""
    connection.execute("DELETE FROM outlet_days")
    connection.execute(
        "INSERT INTO outlet_days (outlet, day, articles)"
        " SELECT outlet, substr(coalesce(published_at, first_seen_at), 1, 10), count(*)"
        " FROM articles INDEXED BY articles_outlet GROUP BY 1, 2"
    )
    connection.execute("DELETE FROM agency_copy")
    connection.execute("INSERT OR IGNORE INTO agency_recount (article) SELECT article FROM credits")
    recount_agency_copy(connection)
