"""What is asked of outlets and sources: what they brought, how they fare, what was not seen."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import NamedTuple

from crawler.polling import SHORTEST
from crawler.store.queries.rows import all_rows, one_row

SILENT = 3
"""Times the usual pause between two new articles of an outlet, after which it counts as silent."""
NIGHT = 12
"""Hours for which any outlet may be silent."""
_DAY = timedelta(days=1)


class OutletRow(NamedTuple):
    """An outlet of the file with what it brought."""

    outlet: str
    name: str
    country: str | None
    language: str | None
    agency: int
    sources: int
    articles: int
    last_new_at: str | None


class OutletHealth(NamedTuple):
    """How an outlet fares: see the view `outlet_health`."""

    outlet: str
    sources: int
    failing: int
    retired: int
    polled_at: str | None
    due_at: str | None
    articles: int
    last_new_at: str | None
    usual_hours: float | None
    gaps: int
    pending: int
    rejected: int
    reason: str | None
    silent: int
    """1 when it brought nothing new for SILENT times as long as is usual for it"""
    quota: str | None
    """the one that it met today"""
    doubted: int
    """its articles with a doubtful time"""


class OutletState(NamedTuple):
    """A row of the view `outlet_health`."""

    outlet: str
    name: str
    sources: int
    failing: int
    retired: int
    polled_at: str | None
    due_at: str | None
    articles: int
    last_new_at: str | None
    usual_hours: float | None
    pending: int
    rejected: int
    gaps: int
    reason: str | None


class OutletDetail(NamedTuple):
    """What is known of an outlet, and how it fares."""

    home: str | None
    country: str | None
    language: str | None
    agency: int
    name: str
    sources: int
    failing: int
    articles: int
    pending: int
    rejected: int
    gaps: int
    reason: str | None


class ChangedSource(NamedTuple):
    """A source that has moved, is gone for good, or gives the same as another."""

    outlet: str
    url: str
    moved_to: str | None
    retired_at: str | None
    same_as: str | None


class GapSum(NamedTuple):
    """How many polls of an outlet came too late to see all, and by how many hours in all."""

    outlet: str
    gaps: int
    hours: float


class PollTrouble(NamedTuple):
    """A poll that was denied or failed."""

    outlet: str
    url: str
    outcome: str
    reason: str
    detail: str | None
    again: int
    """1 when the poll before came to nothing for the same reason"""


class ReasonCount(NamedTuple):
    """How many pages were rejected for one reason."""

    reason: str
    pages: int


class Exchange(NamedTuple):
    """An HTTP exchange with a source: see the table `fetches`."""

    id: int
    run: int
    source: int
    url: str
    at: str
    status: int | None
    seconds: float | None
    bytes: int | None
    outcome: str
    reason: str | None
    detail: str | None
    listed: int | None
    offered: int | None
    gap_seconds: int | None


class UnreadPage(NamedTuple):
    """A page that was asked for and gave no answer that could be read."""

    url: str
    reason: str
    detail: str | None


class DayCount(NamedTuple):
    """How many articles of an outlet are of a day."""

    day: str
    articles: int


class OutletQueries:
    """Questions about outlets and their sources."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def names(self) -> list[str]:
        """Slugs of the outlets of the file."""
        return self._slugs("SELECT slug FROM outlets ORDER BY slug")

    def agencies(self) -> list[str]:
        """Slugs of the outlets that are news agencies."""
        return self._slugs("SELECT slug FROM outlets WHERE agency = 1")

    def _slugs(self, question: str, values: tuple[str | float, ...] = ()) -> list[str]:
        return [slug for (slug,) in self._connection.execute(question, values)]

    def all(self, *, limit: int) -> list[OutletRow]:
        """Outlets of the file with what they brought."""
        return all_rows(
            self._connection,
            OutletRow,
            """
            SELECT h.outlet, h.name, o.country, o.language, o.agency, h.sources, h.articles,
              h.last_new_at
            FROM outlet_health h JOIN outlets o ON o.slug = h.outlet ORDER BY h.outlet LIMIT ?
            """,
            (limit,),
        )

    def health(self, *, now: str, limit: int) -> list[OutletHealth]:
        """Outlets with their last polls, those in trouble first: the view `outlet_health`."""
        return all_rows(
            self._connection,
            OutletHealth,
            """
            SELECT outlet, sources, failing, retired, polled_at, due_at, articles, last_new_at,
              usual_hours, gaps, pending, rejected, reason,
              coalesce(24 * (julianday(:now) - julianday(last_new_at))
                > max(:silent * usual_hours, :night), 0) AS silent,
              (SELECT u.met FROM outlets o JOIN outlet_usage u ON u.outlet = o.id
                WHERE o.slug = h.outlet AND u.day = substr(:now, 1, 10)) AS quota,
              (SELECT count(*) FROM outlets o JOIN articles a INDEXED BY articles_doubted
                ON a.outlet = o.id AND a.published_doubt IS NOT NULL
                WHERE o.slug = h.outlet) AS doubted
            FROM outlet_health h WHERE sources > 0
            ORDER BY failing > 0 DESC, silent DESC, outlet LIMIT :limit
            """,
            {"now": now, "silent": SILENT, "night": NIGHT, "limit": limit},
        )

    def late(self, *, now: str, max_age: timedelta) -> list[str]:
        """Slugs of the outlets that gave no good answer within this time."""
        # A good answer of the future was given under a wrong clock, nobody knows when.
        return self._slugs(
            "SELECT outlet FROM outlet_health WHERE sources > 0 AND NOT"
            " coalesce(julianday(?) - julianday(polled_at) BETWEEN ? AND ?, 0) ORDER BY outlet",
            (now, -SHORTEST / _DAY, max_age / _DAY),
        )

    def after(self, outlet: str, *, limit: int) -> list[OutletState]:
        """Outlets and how they fare, by name, those after a name."""
        return all_rows(
            self._connection,
            OutletState,
            f"""
            SELECT {", ".join(OutletState._fields)} FROM outlet_health
            WHERE outlet > ? ORDER BY outlet LIMIT ?
            """,
            (outlet, limit),
        )

    def get(self, outlet: str) -> OutletDetail | None:
        """One outlet: what is known of it and how it fares."""
        return one_row(
            self._connection,
            OutletDetail,
            """
            SELECT o.home, o.country, o.language, o.agency, h.name, h.sources, h.failing,
              h.articles, h.pending, h.rejected, h.gaps, h.reason
            FROM outlets o JOIN outlet_health h ON h.outlet = o.slug WHERE o.slug = ?
            """,
            (outlet,),
        )

    def next_polls(self) -> dict[str, str]:
        """When each source is asked next, by address; those that may be asked now left out."""
        rows = self._connection.execute(
            """
            SELECT url, CASE WHEN retired_at IS NOT NULL THEN 'never'
              ELSE max(coalesce(due_at, ''), coalesce(next_poll_at, '')) END FROM sources
            WHERE coalesce(retired_at, due_at, next_poll_at) IS NOT NULL
            """
        )
        return dict(tuple(row) for row in rows)

    def changed_sources(self) -> list[ChangedSource]:
        """Sources that have moved, are gone for good, or give the same as another."""
        return all_rows(
            self._connection,
            ChangedSource,
            """
            SELECT o.slug AS outlet, s.url, s.moved_to, s.retired_at, t.url AS same_as
            FROM sources s JOIN outlets o ON o.id = s.outlet LEFT JOIN sources t ON t.id = s.same_as
            WHERE s.moved_to IS NOT NULL OR s.retired_at IS NOT NULL OR s.same_as IS NOT NULL
            ORDER BY o.slug, s.id
            """,
        )

    def gaps(self) -> list[GapSum]:
        """Outlets with polls before which pages may have come and gone unseen, and how long."""
        return all_rows(
            self._connection,
            GapSum,
            """
            SELECT o.slug AS outlet, count(*) AS gaps,
              round(sum(f.gap_seconds) / 3600.0, 1) AS hours
            FROM fetches f JOIN sources s ON s.id = f.source JOIN outlets o ON o.id = s.outlet
            WHERE f.gap_seconds IS NOT NULL GROUP BY o.id ORDER BY hours DESC
            """,
        )

    def poll_troubles(self, run: int) -> list[PollTrouble]:
        """Polls of a run that were denied or failed."""
        return all_rows(
            self._connection,
            PollTrouble,
            """
            SELECT o.slug AS outlet, f.url, f.outcome, f.reason, f.detail,
              coalesce((
                SELECT before.reason = f.reason FROM fetches before
                WHERE before.source = f.source AND before.id < f.id
                ORDER BY before.at DESC, before.id DESC LIMIT 1), 0) AS again
            FROM fetches f JOIN sources s ON s.id = f.source JOIN outlets o ON o.id = s.outlet
            WHERE f.run = ? AND f.outcome IN ('denied', 'failed') ORDER BY f.id
            """,
            (run,),
        )

    def rejections(self) -> list[ReasonCount]:
        """Rejected pages by reason, most frequent first."""
        return all_rows(
            self._connection,
            ReasonCount,
            """
            SELECT reason, count(*) AS pages FROM pages WHERE state = 'rejected'
            GROUP BY reason ORDER BY pages DESC, reason
            """,
        )

    def exchanges(self) -> list[Exchange]:
        """Every HTTP exchange with a source, in order."""
        return all_rows(
            self._connection,
            Exchange,
            f"SELECT {', '.join(Exchange._fields)} FROM fetches ORDER BY id",
        )

    def unread_pages(self) -> list[UnreadPage]:
        """Pages that were asked for and gave no answer that could be read."""
        return all_rows(
            self._connection,
            UnreadPage,
            "SELECT url, reason, detail FROM pages WHERE state = 'pending' AND reason IS NOT NULL"
            " ORDER BY id",
        )

    def page_states(self) -> dict[str, int]:
        """Number of pages in each state."""
        rows = self._connection.execute("SELECT state, count(*) FROM pages GROUP BY state")
        return {row[0]: row[1] for row in rows}

    def days(self, outlet: str, *, limit: int) -> list[DayCount]:
        """Articles of an outlet by the day that stands for them, the last days first."""
        return all_rows(
            self._connection,
            DayCount,
            """
            SELECT substr(coalesce(a.published_at, a.first_seen_at), 1, 10) AS day,
              count(*) AS articles
            FROM outlets o JOIN articles a INDEXED BY articles_outlet ON a.outlet = o.id
            WHERE o.slug = ? GROUP BY day ORDER BY day DESC LIMIT ?
            """,
            (outlet, limit),
        )
