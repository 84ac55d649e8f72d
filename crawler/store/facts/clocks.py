"""Times that lie ahead of now because a clock was wrong: they must not gate anything for long."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from crawler.clock import later
from crawler.polling import LONGEST_WAIT, LONGEST_WISH, REVISITS, SHORTEST

_REVISIT = timedelta(days=366)
"""An outlet's description may ask for later visits than REVISITS; none asks for later than this."""
_GATES = (
    ("sources", "due_at", LONGEST_WAIT),
    ("sources", "next_poll_at", LONGEST_WISH),
    ("sources", "polled_at", SHORTEST),
    ("pages", "due_at", LONGEST_WISH),
    ("pages", "revisit_at", max(_REVISIT, *REVISITS)),
    ("robots", "fetched_at", SHORTEST),
)
"""Tables, columns, and how far ahead of now the program itself writes."""


class Clocks:
    """What a wrong clock left in the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ahead(self, *, now: str, run: int | None = None) -> int:
        """Sources that have a time that cannot be; `run` is the one that goes on, if any."""
        where = " OR ".join(
            f"{column} > '{limit}'"
            for table, column, limit in self._limits(now, run)
            if table == "sources"
        )
        row = self._connection.execute(f"SELECT count(*) FROM sources WHERE {where}").fetchone()
        return int(row[0])

    def forget(self, *, now: str, run: int) -> int:
        """Take back times that cannot be: what they gate is due now. Sources that had one."""
        found = self.ahead(now=now, run=run)
        for table, column, limit in self._limits(now, run):
            if table == "robots":  # it says when a file was read, and so is of no use
                self._connection.execute("DELETE FROM robots WHERE fetched_at > ?", (limit,))
                continue
            instead = now if column == "revisit_at" else None
            self._connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE {column} > ?", (instead, limit)
            )
        return found

    def _limits(self, now: str, run: int | None) -> list[tuple[str, str, str]]:
        """The latest time that each may have.

        A run whose times lie ahead shows that the clock was: what it wrote is not to be told from
        what others did, so nothing may be later than its beginning. It is asked about only until
        a crawl with a right clock has followed.
        """
        soon = later(now, SHORTEST)
        row = self._connection.execute(
            """
            SELECT min(max(started_at, :now)) FROM runs
            WHERE max(started_at, coalesce(ended_at, '')) > :soon AND id IS NOT :run
              AND id > coalesce((
                SELECT max(id) FROM runs WHERE started_at <= :soon AND ended_at <= :soon
                  AND command LIKE '%crawl%'), 0)
            """,
            {"now": now, "soon": soon, "run": run},
        ).fetchone()
        wrong = row[0] or "9999"
        return [(table, column, min(wrong, later(now, span))) for table, column, span in _GATES]
