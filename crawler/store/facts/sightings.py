"""Which source listed which page, and what it said: a page enters the frontier, or comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from crawler.errors import NO_STAND_IN
from crawler.types import Listing


class Offered(NamedTuple):
    """What came of listings: numbers of pages to fetch."""

    new: list[int]
    """not known before"""
    again: list[int]
    """known, and due again"""

    @property
    def pages(self) -> list[int]:
        """All of them."""
        return self.new + self.again


class Sightings:
    """The `sightings` of the file, and the `pages` that they add."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def offer(
        self,
        listings: Iterable[Listing],
        *,
        outlet: int,
        source: int,
        seen_at: str,
        previous_poll_at: str | None,
        run: int,
    ) -> Offered:
        """Take what a source listed.

        A page is due again when a source that listed it before now says something else of it:
        another headline or a later time of change.
        """
        offered = Offered([], [])
        for listing in listings:
            page, is_new = self._ensure(listing, outlet)
            seen_before = self._seen(page, source)
            changed = self._sight(page, source, listing, seen_at, previous_poll_at, run)
            if is_new:
                offered.new.append(page)
            elif (seen_before and changed and self._make_due(page, listing)) or self._complete(
                page, listing
            ):
                offered.again.append(page)
        return offered

    def offer_instead(self, listing: Listing, *, page: int, run: int) -> int | None:
        """Add the page that stands for another, with the other's sightings; its number if new."""
        row = self._connection.execute("SELECT outlet FROM pages WHERE id = ?", (page,)).fetchone()
        twin, is_new = self._ensure(listing, row["outlet"])
        if is_new:
            self._connection.execute("UPDATE pages SET stands_for = ? WHERE id = ?", (page, twin))
        self._connection.execute(
            """
            INSERT OR IGNORE INTO sightings
              (page, source, seen_at, previous_poll_at, title, modified_at, run)
            SELECT ?, source, seen_at, previous_poll_at, title, modified_at, ?
            FROM sightings WHERE page = ?
            """,
            (twin, run, page),
        )
        return twin if is_new else None

    def _ensure(self, listing: Listing, outlet: int) -> tuple[int, bool]:
        """The page of a listing, and whether it is new."""
        # Here, because reading commands answer at once.
        from crawler.parsing.urls import earlier_form

        row = self._connection.execute(
            "SELECT id FROM pages WHERE url IN (:url, :earlier) ORDER BY url <> :url LIMIT 1",
            {"url": listing.url, "earlier": earlier_form(listing.url)},
        ).fetchone()
        if row is not None:
            return int(row["id"]), False
        row = self._connection.execute(
            """
            INSERT INTO pages (outlet, url, state, title, text, published_at, published_precision,
              published_source, published_raw)
            VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            (outlet, listing.url, listing.title, listing.text, *_published(listing)),
        ).fetchone()
        return int(row["id"]), True

    def _complete(self, page: int, listing: Listing) -> bool:
        """Add what a page's other sources did not say of it, until it is an article.

        True when it is due again: it was rejected, and now there is a text to stand in for it.
        """
        row = self._connection.execute(
            "SELECT state, reason, title, text, published_at FROM pages WHERE id = ?", (page,)
        ).fetchone()
        if row["state"] == "article":
            return False
        if None not in (row["title"], row["text"], row["published_at"]):
            return False
        if row["published_at"] is None:
            self._connection.execute(
                """
                UPDATE pages SET published_at = ?, published_precision = ?, published_source = ?,
                  published_raw = ? WHERE id = ?
                """,
                (*_published(listing), page),
            )
        again = bool(
            row["state"] == "rejected"
            and row["text"] is None
            and listing.text
            and row["reason"] not in NO_STAND_IN
        )
        self._connection.execute(
            """
            UPDATE pages SET title = coalesce(title, ?), text = coalesce(text, ?),
              state = CASE WHEN ? THEN 'pending' ELSE state END WHERE id = ?
            """,
            (listing.title, listing.text, again, page),
        )
        return again

    def _seen(self, page: int, source: int) -> bool:
        return (
            self._connection.execute(
                "SELECT 1 FROM sightings WHERE page = ? AND source = ? LIMIT 1", (page, source)
            ).fetchone()
            is not None
        )

    def _sight(
        self, page: int, source: int, listing: Listing, at: str, previous: str | None, run: int
    ) -> bool:
        cursor = self._connection.execute(
            """
            INSERT INTO sightings (page, source, seen_at, previous_poll_at, title, modified_at, run)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            (page, source, at, previous, listing.title or "", listing.modified_at or "", run),
        )
        return cursor.rowcount == 1

    def _make_due(self, page: int, listing: Listing) -> bool:
        cursor = self._connection.execute(
            """
            UPDATE pages SET state = 'pending', attempts = 0, due_at = NULL,
              title = coalesce(?, title), text = coalesce(?, text),
              published_at = coalesce(?, published_at),
              published_precision = coalesce(?, published_precision),
              published_source = coalesce(?, published_source),
              published_raw = coalesce(?, published_raw)
            WHERE id = ? AND state <> 'pending'
            """,
            (listing.title, listing.text, *_published(listing), page),
        )
        return cursor.rowcount == 1


def _published(listing: Listing) -> tuple[str | None, str | None, str | None, str | None]:
    if listing.published is None:
        return None, None, None, None
    return (
        listing.published.at,
        listing.published.precision,
        listing.published.source,
        listing.published.raw,
    )
