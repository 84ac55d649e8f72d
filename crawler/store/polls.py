"""Exchanges with sources: what was asked, what came back, what to ask with next time."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.parsing.texts import storable
from crawler.types import Polled, PollFailed, Source, Sweep, Validators


class PollState(NamedTuple):
    """What is known of a source before it is polled."""

    id: int
    validators: Validators
    polled_at: str | None
    next_poll_at: str | None
    retired_at: str | None


class Polls:
    """The `sources` and `fetches` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def state(self, url: str) -> PollState:
        """What is known of a source, by its address."""
        row = self._connection.execute(
            """
            SELECT id, etag, last_modified, polled_at, next_poll_at, retired_at
            FROM sources WHERE url = ?
            """,
            (url,),
        ).fetchone()
        return PollState(
            id=row["id"],
            validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
            polled_at=row["polled_at"],
            next_poll_at=row["next_poll_at"],
            retired_at=row["retired_at"],
        )

    def ensure(self, source: Source, outlet: int) -> PollState:
        """The state of a source; one met for the first time, in a sitemap index, is added."""
        self._connection.execute(
            "INSERT INTO sources (outlet, url, kind) VALUES (?, ?, ?) ON CONFLICT (url) DO NOTHING",
            (outlet, source.url, source.kind),
        )
        return self.state(source.url)

    def read(self, sweep: Sweep, *, run: int, offered: int, complete: bool) -> None:
        """A source was read, or had not changed (status 304).

        Unless all that it listed was taken (`complete`), it is read in full again next time.
        """
        polled = sweep.polled
        unchanged = polled.status == 304
        source = self.state(polled.source.url).id
        self._fetch(polled, run, source, "unchanged" if unchanged else "read", sweep, offered)
        self._connection.execute(
            "UPDATE sources SET polled_at = ?, failures = 0, next_poll_at = NULL WHERE id = ?",
            (polled.at, source),
        )
        if not unchanged:
            # An index that is unchanged says nothing about its sitemaps, and a run may end between
            # the two: it is read in full each time.
            partly = sweep.listings.sitemaps or not complete
            kept = Validators() if partly else polled.validators
            self._connection.execute(
                "UPDATE sources SET etag = ?, last_modified = ? WHERE id = ?",
                (kept.etag, kept.last_modified, source),
            )

    def failed(self, failure: PollFailed, *, run: int) -> None:
        """A source could not be read; at status 410 it is retired."""
        source = self.state(failure.source.url).id
        self._connection.execute(
            """
            INSERT INTO fetches (run, source, url, at, status, seconds, outcome, reason, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                run,
                source,
                failure.url,
                failure.at,
                failure.status,
                failure.seconds,
                "denied" if failure.denied else "failed",
                failure.reason,
                storable(failure.detail),
            ),
        )
        self._connection.execute(
            """
            UPDATE sources SET failures = failures + 1, next_poll_at = ?,
              retired_at = CASE WHEN ? = 410 THEN ? ELSE retired_at END
            WHERE id = ?
            """,
            (failure.until, failure.status, failure.at, source),
        )

    def _fetch(
        self, polled: Polled, run: int, source: int, outcome: str, sweep: Sweep, offered: int
    ) -> None:
        self._connection.execute(
            """
            INSERT INTO fetches
              (run, source, url, at, status, seconds, bytes, outcome, listed, offered)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                run,
                source,
                polled.url,
                polled.at,
                polled.status,
                polled.seconds,
                len(polled.body),
                outcome,
                len(sweep.listings.pages),
                offered,
            ),
        )
