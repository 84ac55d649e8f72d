"""Exchanges with sources: what was asked, what came back, when and how to ask next time."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from crawler import polling
from crawler.clock import later
from crawler.parsing.texts import storable
from crawler.types import (
    NO_VALIDATORS,
    Listing,
    Polled,
    PollFailed,
    Source,
    SourceKind,
    SourceReading,
    Validators,
)

DOUBTFUL = 3
"""Failures of a source after which those that give the same are asked again."""


class PollState(NamedTuple):
    """What is known of a source before it is polled."""

    id: int
    validators: Validators
    content_hash: str | None
    polled_at: str | None
    next_poll_at: str | None
    due_at: str | None
    retired_at: str | None
    moved_to: str | None
    same_as: str | None
    """address of the source that gives the same"""
    failures: int
    rate: float | None
    """new pages an hour"""


class Taken(NamedTuple):
    """How many pages of an answer there were of each kind."""

    listed: int = 0
    wanted: int = 0
    """not left out for their time"""
    new: int = 0
    """not known before"""
    offered: int = 0
    """new or changed"""

    def plus(self, more: Taken) -> Taken:
        """Together with those of another part."""
        return Taken(*(one + other for one, other in zip(self, more, strict=True)))


class Polls:
    """The `sources` and `fetches` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def state(self, url: str) -> PollState:
        """What is known of a source, by its address."""
        row = self._connection.execute(
            """
            SELECT s.*, t.url AS same FROM sources s LEFT JOIN sources t ON t.id = s.same_as
            WHERE s.url = ?
            """,
            (url,),
        ).fetchone()
        return PollState(
            id=row["id"],
            validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
            content_hash=row["content_hash"],
            polled_at=row["polled_at"],
            next_poll_at=row["next_poll_at"],
            due_at=row["due_at"],
            retired_at=row["retired_at"],
            moved_to=row["moved_to"],
            same_as=row["same"],
            failures=row["failures"],
            rate=row["rate"],
        )

    def ensure(self, source: Source, outlet: int) -> PollState:
        """The state of a source; one met for the first time, in a sitemap index, is added."""
        self._connection.execute(
            "INSERT INTO sources (outlet, url, kind) VALUES (?, ?, ?) ON CONFLICT (url) DO NOTHING",
            (outlet, source.url, source.kind),
        )
        return self.state(source.url)

    def first(self, outlet: int) -> str | None:
        """When a source of an outlet was first asked; None: not yet."""
        row = self._connection.execute(
            """
            SELECT min((SELECT f.at FROM fetches f WHERE f.source = s.id ORDER BY f.at LIMIT 1))
            FROM sources s WHERE s.outlet = ?
            """,
            (outlet,),
        ).fetchone()
        return row[0] if row else None

    def read(self, reading: SourceReading, taken: Taken, *, run: int) -> None:
        """A source was read, or had not changed.

        Unless all that it listed was wanted, it is read in full again next time.
        """
        polled = reading.polled
        state = self.state(polled.source.url)
        gap = None if reading.unchanged else _gap(state, reading, taken)
        self._fetch(reading, taken, run, state.id, gap)
        rate = _rate(state, reading.listings.pages, taken.new, at=polled.at)
        wait = _wait(state, reading, taken, rate)
        # A login or a parked page lists nothing.
        moved_to = polled.moved_to if taken.listed or reading.listings.sitemaps else None
        self._connection.execute(
            """
            UPDATE sources SET polled_at = ?, failures = 0, next_poll_at = NULL, rate = ?,
              due_at = ?, moved_to = coalesce(?, moved_to)
            WHERE id = ?
            """,
            (polled.at, rate, later(polled.at, wait), moved_to, state.id),
        )
        if not reading.unchanged:
            self._save_answer(state.id, reading, taken)

    def _save_answer(self, source: int, reading: SourceReading, taken: Taken) -> None:
        """Keep what tells next time whether a source has changed."""
        polled, listings = reading.polled, reading.listings
        # An index that is unchanged says nothing about its sitemaps, and a run may end between
        # the two: it is read in full each time.
        partly = listings.sitemaps or taken.wanted < taken.listed
        kept = NO_VALIDATORS if partly else polled.validators
        self._connection.execute(
            """
            UPDATE sources SET etag = ?, last_modified = ?, content_hash = ?,
              hub = coalesce(?, hub) WHERE id = ?
            """,
            (
                kept.etag,
                kept.last_modified,
                None if partly else polled.content_hash,
                listings.hub,
                source,
            ),
        )
        if listings.pages and polled.source.kind is SourceKind.FEED:
            self._find_same(source, polled)

    def failed(self, failure: PollFailed, *, run: int) -> None:
        """A source could not be read; one that is gone for good is retired."""
        state = self.state(failure.source.url)
        self._connection.execute(
            """
            INSERT INTO fetches (run, source, url, at, status, seconds, outcome, reason, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                run,
                state.id,
                failure.url,
                failure.at,
                failure.status,
                failure.seconds,
                "denied" if failure.denied else "failed",
                failure.reason,
                storable(failure.detail),
            ),
        )
        wait = polling.after_failure(state.failures + 1, passing=failure.temporary)
        if not failure.asked:
            wait = timedelta()
        self._connection.execute(
            """
            UPDATE sources SET failures = failures + 1, next_poll_at = ?, due_at = ?,
              moved_to = CASE WHEN ? THEN moved_to END,
              retired_at = CASE WHEN ? THEN ? ELSE retired_at END
            WHERE id = ?
            """,
            (
                failure.until,
                later(failure.at, wait),
                failure.temporary,
                failure.gone,
                failure.at,
                state.id,
            ),
        )
        if failure.gone or state.failures + 1 >= DOUBTFUL:
            self._connection.execute(
                "UPDATE sources SET same_as = NULL, due_at = NULL WHERE same_as = ?", (state.id,)
            )

    def _find_same(self, source: int, polled: Polled) -> None:
        """Note whether another source of the outlet gave the same before, byte for byte."""
        other = self._connection.execute(
            """
            SELECT t.id FROM sources s JOIN sources t ON t.outlet = s.outlet AND t.id <> s.id
            WHERE s.id = ? AND t.same_as IS NULL AND t.retired_at IS NULL AND t.failures = 0
              AND t.content_hash = ?
            ORDER BY t.id LIMIT 1
            """,
            (source, polled.content_hash),
        ).fetchone()
        self._connection.execute(
            "UPDATE sources SET same_as = ?, due_at = coalesce(?, due_at) WHERE id = ?",
            (
                other["id"] if other else None,
                # Looked at again now and then: a server may have mixed them up for an hour.
                later(polled.at, polling.DOUBLE) if other else None,
                source,
            ),
        )

    def _fetch(
        self, reading: SourceReading, taken: Taken, run: int, source: int, gap: int | None
    ) -> None:
        polled = reading.polled
        self._connection.execute(
            """
            INSERT INTO fetches
              (run, source, url, at, status, seconds, bytes, outcome, listed, offered, gap_seconds)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                run,
                source,
                polled.url,
                polled.at,
                polled.status,
                polled.seconds,
                polled.size,
                "unchanged" if reading.unchanged else "read",
                taken.listed,
                taken.offered,
                gap,
            ),
        )


def _wait(state: PollState, reading: SourceReading, taken: Taken, rate: float | None) -> timedelta:
    """How long a source that was read is not asked again."""
    if reading.unchanged and state.same_as is not None:
        return polling.DOUBLE
    if reading.listings.sitemaps:
        return polling.SHORTEST  # a run may end between an index and its sitemaps
    if rate is None and reading.polled.source.kind is SourceKind.SITEMAP:
        return polling.LONGEST  # one of many of an archive, more often than not
    return polling.until_news(rate, listed=taken.listed or polling.FEW)


def _rate(state: PollState, listed: tuple[Listing, ...], new: int, *, at: str) -> float | None:
    """New pages an hour; after the first poll, as the times of the pages have it."""
    if state.polled_at is not None:
        return polling.rate_after(state.rate, new=new, hours=_hours(state.polled_at, at))
    times = sorted(page.published.at for page in listed if page.published is not None)
    # The newer half: a feed may end with something very old.
    newer = times[len(times) // 2 :]
    hours = _hours(newer[0], at) if newer else 0.0
    return len(newer) / hours if hours > 0 else None


def _gap(state: PollState, reading: SourceReading, taken: Taken) -> int | None:
    """Seconds from the poll before to the oldest page listed, when none of them was known."""
    listed = reading.listings.pages
    feed = reading.polled.source.kind is SourceKind.FEED
    if state.polled_at is None or not listed or taken.new < len(listed) or not feed:
        return None
    times = [page.published.at for page in listed if page.published is not None]
    until = min(times) if times else reading.polled.at
    seconds = round(3600 * _hours(state.polled_at, until))
    return seconds if seconds > 0 else None


def _hours(since: str, until: str) -> float:
    between = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return between.total_seconds() / 3600
