"""The frontier: every page ever listed is pending, an article, or rejected with one reason."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from crawler.clock import utc
from crawler.errors import NO_STAND_IN
from crawler.parsing.texts import storable
from crawler.types import NO_VALIDATORS, Listing, Moment, Page, Precision, Rejected, Validators

MAX_ATTEMPTS = 3
"""Tries at a page that fail for a passing reason before it is rejected for it."""
FIRST_RETRY = timedelta(minutes=15)
"""Until the second try; each further one waits four times as long."""
_SINCE = "min(coalesce(a.published_at, a.first_seen_at), a.first_seen_at)"


class Pages:
    """The `pages` of the file; `Sightings` adds them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def pending(self, outlet: int, slug: str, *, after: int, now: str, limit: int) -> list[Page]:
        """The next pages of an outlet to fetch, in order of their numbers, beyond `after`."""
        rows = self._connection.execute(
            """
            SELECT * FROM pages
            WHERE state = 'pending' AND outlet = ? AND id > ? AND (due_at IS NULL OR due_at <= ?)
            ORDER BY id LIMIT ?
            """,
            (outlet, after, now, limit),
        )
        return [_page(row, slug) for row in rows]

    def of(self, number: int) -> Page | None:
        """A page that was read; None when it is not known, or waits to be fetched again."""
        row = self._connection.execute(
            """
            SELECT p.*, o.slug FROM pages p JOIN outlets o ON o.id = p.outlet
            WHERE p.id = ? AND p.state <> 'pending'
            """,
            (number,),
        ).fetchone()
        return None if row is None else _page(row, row["slug"])

    def article_urls(self, outlet: int, *, limit: int) -> list[str]:
        """Addresses of the latest pages of an outlet that are articles."""
        rows = self._connection.execute(
            """
            SELECT p.url FROM articles a JOIN pages p ON p.id = a.page
            WHERE a.outlet = ? ORDER BY a.first_seen_at DESC LIMIT ?
            """,
            (outlet, limit),
        )
        return [row["url"] for row in rows]

    def settle(
        self,
        page: int,
        *,
        at: str,
        validators: Validators = NO_VALIDATORS,
        ages: Sequence[timedelta] = (),
    ) -> None:
        """A page has become an article, or is one still; it is fetched again at these ages."""
        revisit_at = self._next_visit(page, ages, now=at)
        self._connection.execute(
            """
            UPDATE pages SET state = 'article', reason = NULL, detail = NULL, due_at = NULL,
              settled_at = ?, text = NULL, etag = ?, last_modified = ?, revisit_at = ?
            WHERE id = ?
            """,
            (at, validators.etag, validators.last_modified, revisit_at, page),
        )

    def settle_listed(self, page: int, *, at: str, ages: Sequence[timedelta]) -> None:
        """A page that cannot be read became an article by what its source gave of it.

        Where that may pass, the page is tried again at these ages.
        """
        self._connection.execute(
            "UPDATE pages SET state = 'article', text = NULL, revisit_at = ? WHERE id = ?",
            (self._next_visit(page, ages, now=at), page),
        )

    def revisit(self, pages: Iterable[int], *, at: str) -> None:
        """Those of the pages that are articles are to be fetched again."""
        self._connection.executemany(
            "UPDATE pages SET revisit_at = ? WHERE id = ? AND state = 'article'",
            [(at, page) for page in pages],
        )

    def put_back(self, page: int, *, at: str) -> None:
        """A page was taken and not read: one that is an article is fetched again at this time."""
        self._connection.execute(
            "UPDATE pages SET revisit_at = ? WHERE id = ? AND state = 'article'", (at, page)
        )

    def hold(self, outlet: int, reason: str, detail: str) -> None:
        """Say why all pages of an outlet wait that wait for no reason of their own."""
        self._connection.execute(
            """
            UPDATE pages SET reason = ?, detail = ?
            WHERE outlet = ? AND state = 'pending' AND reason IS NULL
            """,
            (reason, detail, outlet),
        )

    def release(self, outlet: int) -> None:
        """The pages of an outlet that were held wait like any others."""
        self._connection.execute(
            """
            UPDATE pages SET reason = NULL, detail = NULL
            WHERE outlet = ? AND state = 'pending' AND reason IN ('quota', 'stalled')
            """,
            (outlet,),
        )

    def retry_access(self, outlet: int) -> None:
        """Try the pages of an outlet at once that wait until somebody has renewed the access."""
        self._connection.execute(
            """
            UPDATE pages SET due_at = NULL
            WHERE outlet = ? AND state = 'pending' AND reason IN ('access-expired', 'no-access')
            """,
            (outlet,),
        )

    def _next_visit(self, page: int, ages: Sequence[timedelta], *, now: str) -> str | None:
        since = self._connection.execute(
            f"SELECT {_SINCE} FROM articles a WHERE a.page = ?", (page,)
        ).fetchone()
        return next_visit(since[0], ages, now=now) if since else None

    def settle_unchanged(self, page: int) -> None:
        """A page that is an article has not changed."""
        self._connection.execute(
            """
            UPDATE pages SET state = 'article', reason = NULL, detail = NULL, due_at = NULL
            WHERE id = ?
            """,
            (page,),
        )

    def is_rejected(self, page: int) -> bool:
        """Whether a page was rejected."""
        row = self._connection.execute("SELECT state FROM pages WHERE id = ?", (page,)).fetchone()
        return bool(row["state"] == "rejected")

    def has_failed(self, page: int) -> bool:
        """Whether a page could not be read when it was last tried."""
        row = self._connection.execute("SELECT reason FROM pages WHERE id = ?", (page,)).fetchone()
        return row["reason"] is not None

    def take_revisits(
        self, outlet: int, slug: str, *, ages: Sequence[timedelta], now: str, limit: int
    ) -> list[Page]:
        """Articles of an outlet to fetch again now, the longest due first.

        The time of their next visit is set at once, so that none is taken twice.
        """
        rows = self._connection.execute(
            f"""
            SELECT p.*, {_SINCE} AS since
            FROM pages p JOIN articles a ON a.page = p.id
            WHERE p.outlet = ? AND p.revisit_at <= ? AND p.state = 'article'
            ORDER BY p.revisit_at, p.id LIMIT ?
            """,
            (outlet, now, limit),
        ).fetchall()
        self._connection.executemany(
            "UPDATE pages SET revisit_at = ? WHERE id = ?",
            [(next_visit(row["since"], ages, now=now), row["id"]) for row in rows],
        )
        return [_page(row, slug) for row in rows]

    def reject_as(self, page: int, reason: str, detail: str, *, at: str) -> None:
        """Reject a page that was read: another page gave its article, or it cannot be stored."""
        self._connection.execute(
            """
            UPDATE pages SET
              state = CASE WHEN EXISTS (SELECT 1 FROM articles WHERE page = pages.id)
                THEN 'article' ELSE 'rejected' END,
              reason = ?, detail = ?, due_at = NULL, settled_at = ? WHERE id = ?
            """,
            (reason, storable(detail), at, page),
        )

    def reject(self, rejected: Rejected) -> bool:
        """Record why a page is no article; False when it stays pending for another try.

        A page that was an article before stays one: the outlet took it down or changed its
        address, and what we have of it is kept.
        """
        attempts = rejected.page.attempts + 1 if rejected.asked else rejected.page.attempts
        again = rejected.temporary and (not rejected.asked or attempts < MAX_ATTEMPTS)
        again = again or self._has_text_since(rejected)
        wait = FIRST_RETRY * 4 ** max(attempts - 1, 0)
        later = rejected.until or utc(datetime.fromisoformat(rejected.at) + wait)
        self._connection.execute(
            """
            UPDATE pages SET
              state = CASE WHEN :again THEN 'pending'
                WHEN EXISTS (SELECT 1 FROM articles WHERE page = :page) THEN 'article'
                ELSE 'rejected' END,
              reason = :reason, detail = :detail, attempts = :attempts, due_at = :due,
              text = CASE WHEN :again THEN text END,
              settled_at = CASE WHEN :again THEN settled_at ELSE :at END
            WHERE id = :page
            """,
            {
                "page": rejected.page.id,
                "again": again,
                "reason": storable(rejected.reason),
                "detail": storable(rejected.detail[:500]),
                "attempts": attempts,
                "due": later if again else None,
                "at": rejected.at,
            },
        )
        return not again

    def _has_text_since(self, rejected: Rejected) -> bool:
        """Whether a source has given a page's text while the page was being asked for."""
        if rejected.page.listing.text or rejected.reason in NO_STAND_IN:
            return False
        row = self._connection.execute(
            "SELECT text FROM pages WHERE id = ?", (rejected.page.id,)
        ).fetchone()
        return row["text"] is not None


def _page(row: sqlite3.Row, slug: str) -> Page:
    published = None
    if row["published_at"] is not None:
        published = Moment(
            at=row["published_at"],
            precision=Precision(row["published_precision"]),
            source=row["published_source"],
            raw=row["published_raw"],
        )
    return Page(
        id=row["id"],
        url=row["url"],
        outlet=slug,
        attempts=row["attempts"],
        listing=Listing(url=row["url"], title=row["title"], published=published, text=row["text"]),
        stands_for=row["stands_for"],
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
    )


def next_visit(since: str, ages: Sequence[timedelta], *, now: str) -> str | None:
    """When an article that appeared at `since` is fetched again; None: no more.

    One that will appear was saved while a clock was wrong: nothing follows from its time.
    """
    if since > now:
        return None
    appeared = datetime.fromisoformat(since)
    return next((at for age in sorted(ages) if (at := utc(appeared + age)) > now), None)
