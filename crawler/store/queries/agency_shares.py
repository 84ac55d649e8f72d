"""What is asked of agency copy: how much of what outlets print is a news agency's, and why."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.store.findings.agency_evidence import evidence
from crawler.store.queries.passing import named_outlets, passing
from crawler.store.queries.rows import all_rows, one_row
from crawler.types import ALL, ArticleFilter


class AgencyWeek(NamedTuple):
    """Agency copy in what an outlet printed in a week: see the view `agency_share`."""

    outlet: str
    week: str
    articles: int
    attributed: int
    contained: int
    twin: int
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
    twin: int
    """they name none, and share their text with an article that does"""
    agency_copy: int
    """any of the three"""
    share: float


class CreditRow(NamedTuple):
    """An agency that an article carries, and how that is known."""

    agency: str
    via: str
    """as in the table `credits`; or twin, as in the view `agency_twins`"""
    confidence: float
    evidence: str
    """what was read; for a copy and a twin, the address of the other article"""
    containment: float | None
    """share of the shorter text that stands in the other; None where no texts were compared"""

    @property
    def where(self) -> str:
        """The evidence in a line."""
        share = "" if self.containment is None else f", {self.containment:.0%} of the shorter text"
        return f"{self.via}: {self.evidence}{share}"


class AgencyText(NamedTuple):
    """The text that shows which words of an article are an agency's."""

    article: int
    outlet: str
    title: str
    text: str
    agency: str
    via: str
    """copy: it is the agency's own; twin: it names the agency; named: only the article does"""


class AgencyCopyQueries:
    """Questions about agency copy."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def credits(self, article: int) -> list[CreditRow]:
        """The agencies that an article carries, the surest first."""
        return all_rows(
            self._connection,
            CreditRow,
            """
            SELECT agency, via, confidence, evidence,
              iif(via = 'copy', confidence, NULL) AS containment
            FROM credits WHERE article = :id
            UNION ALL
            SELECT t.agency, 'twin', max(t.confidence), y.url, t.containment
            FROM agency_twins t JOIN articles y ON y.id = t.twin
            WHERE t.article = :id GROUP BY t.agency
            ORDER BY 3 DESC, 1, 2
            """,
            {"id": article},
        )

    def text_for(self, article: int) -> AgencyText | None:
        """What an article's text is to be compared with to see which words are an agency's.

        The agency's own text; or else of its copies the one that shares most, first of those that
        name the agency where the article itself does not. None where it carries no agency's text,
        or no other article has it.
        """
        return one_row(
            self._connection,
            AgencyText,
            """
            SELECT y.id AS article, o.slug AS outlet, y.title, y.text, s.agency, s.via
            FROM (
              SELECT 1 AS place, y.id AS other, c.agency, 'copy' AS via, c.confidence AS share
              FROM credits c JOIN articles y ON y.url = c.evidence
              WHERE c.article = :id AND c.via = 'copy' AND c.confidence >= 0.5
              UNION ALL
              SELECT 2, t.twin, t.agency, 'twin', t.confidence FROM agency_twins t
              WHERE t.article = :id AND t.confidence >= 0.5
              UNION ALL
              SELECT 3, iif(e.a = :id, e.b, e.a), c.agency, 'named',
                max(e.containment_a, e.containment_b)
              FROM credits c JOIN copies e ON e.joined AND (e.a = :id OR e.b = :id)
              WHERE c.article = :id AND c.via <> 'copy' AND c.confidence >= 0.5
            ) s JOIN articles y ON y.id = s.other JOIN outlets o ON o.id = y.outlet
            ORDER BY s.place, s.share DESC, y.id LIMIT 1
            """,
            {"id": article},
        )

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
        if set(wanted.given) <= {"outlet", "country"}:
            # All articles of some outlets: how many is known.
            passed = "SELECT NULL, NULL WHERE 0"
            counted = f"SELECT id AS outlet, articles FROM outlets WHERE {named_outlets(wanted)}"
            carried = "1"
        else:
            passed = f"SELECT a.id, a.outlet FROM {among.source} WHERE {among.where}"
            counted = "SELECT outlet, count(*) AS articles FROM passed GROUP BY outlet"
            carried = "article IN (SELECT id FROM passed)"
        return all_rows(
            self._connection,
            AgencyShare,
            f"""
            WITH passed (id, outlet) AS MATERIALIZED ({passed}),
              counted AS MATERIALIZED ({counted}),
              carried AS MATERIALIZED (
                SELECT outlet, sum(attributed) AS attributed, sum(contained) AS contained,
                  sum(twin) AS twin, sum(attributed OR contained OR twin) AS agency_copy
                FROM {evidence(carried)} GROUP BY outlet)
            SELECT o.slug AS outlet, n.articles, coalesce(k.attributed, 0) AS attributed,
              coalesce(k.contained, 0) AS contained, coalesce(k.twin, 0) AS twin,
              coalesce(k.agency_copy, 0) AS agency_copy,
              round(1.0 * coalesce(k.agency_copy, 0) / n.articles, 3) AS share
            FROM counted n CROSS JOIN outlets o ON o.id = n.outlet
            LEFT JOIN carried k ON k.outlet = n.outlet
            WHERE o.agency = 0 AND n.articles > 0
            ORDER BY share DESC, o.slug LIMIT :limit
            """,
            among.values | {"limit": limit},
        )
