"""What is asked of agency copy: how much of what outlets print is a news agency's."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.store.queries.passing import passing
from crawler.store.queries.rows import all_rows
from crawler.types import ALL, ArticleFilter


class AgencyWeek(NamedTuple):
    """Agency copy in what an outlet printed in a week: see the view `agency_share`."""

    outlet: str
    week: str
    articles: int
    attributed: int
    contained: int
    agency_copy: int
    share: float


class AgencyShare(NamedTuple):
    """Agency copy in what an outlet printed."""

    outlet: str
    articles: int
    attributed: int
    """its pages name an agency"""
    contained: int
    """an agency's text stands in them"""
    agency_copy: int
    """either"""
    share: float


class AgencyCopyQueries:
    """Questions about agency copy."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def weeks(self, outlet: str, *, limit: int) -> list[AgencyWeek]:
        """Share of agency copy of an outlet by week, the last weeks first."""
        return all_rows(
            self._connection,
            AgencyWeek,
            f"""
            SELECT {", ".join(AgencyWeek._fields)} FROM agency_share
            WHERE outlet = ? ORDER BY week DESC LIMIT ?
            """,
            (outlet, limit),
        )

    def shares(self, wanted: ArticleFilter = ALL, *, limit: int) -> list[AgencyShare]:
        """Outlets by the share of agency copy in what they printed, agencies themselves left out.

        The articles that pass the filter count.
        """
        among = passing(self._connection, wanted)
        return all_rows(
            self._connection,
            AgencyShare,
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
                FROM {among.source} CROSS JOIN outlets o ON o.id = a.outlet
                WHERE o.agency = 0 AND {among.where}
              ) GROUP BY outlet
            ) ORDER BY share DESC, outlet LIMIT :limit
            """,
            among.values | {"limit": limit},
        )
