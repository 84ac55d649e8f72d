"""The newest time to count default windows back from, of a file or a part, and what they leave out.

One misdated page, or one outlet that claims anything, must not move what everybody sees: a week
counts as the newest when enough is in it, no outlet counting for more than a few articles, and
times that are doubted (`published_doubt`) not at all.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from crawler.clock import later
from crawler.store.queries.passing import AT, Passing, passing
from crawler.types import ArticleFilter

WEEK = 7
"""Days that are looked at together."""
EACH = 5
"""The most articles of one outlet that count in a week."""
ENOUGH = 10
"""Articles, counted so, that make a week: more than any one outlet can give."""
SHARE = 0.25
"""Of what the fullest week has; for files that are small."""
NEWEST = 5_000
"""Articles among which the newest that passes a filter is looked for first."""
MANY = 50_000
"""Older articles that are counted, of those that pass a filter."""
_COUNTED = "SELECT a.outlet, substr(a.published_at, 1, 10) AS day, count(*) AS articles FROM"
_DOUBTED = "articles a INDEXED BY articles_doubted WHERE a.published_doubt IS NOT NULL AND"
Days = Mapping[str, Mapping[int, int]]
"""Articles by day and outlet."""


class LeftOut(NamedTuple):
    """What a default window leaves out."""

    older: int
    """articles from before it"""
    articles: int | None
    """of this many in all; None: there are more than MANY older ones, which were not counted"""
    oldest: str | None
    """the first day of those; where they were not counted, of the file"""


def newest(connection: sqlite3.Connection, now: str, among: Passing) -> str | None:
    """When the newest article was published that has enough others around it; None: not known."""
    last = _last(connection, now, among)
    if last is None:
        return None
    # Of a file that is crawled day by day only the last week is read.
    since = later(last, -timedelta(days=WEEK))
    found = _newest_day(_days(connection, since, last, among, doubted=False), ENOUGH)
    if found is None:
        found = _of_all(connection, now, among)
    return None if found is None else _last(connection, min(f"{found}T23:59:59Z", now), among)


def left_out(connection: sqlite3.Connection, since: str, among: Passing) -> LeftOut:
    """How many articles are older than the beginning of a window."""
    if among.all:
        return _left_out_of_all(connection, since)
    older, oldest = connection.execute(
        f"""
        SELECT count(*), substr(min(at), 1, 10) FROM (SELECT {AT} AS at FROM {among.source}
          WHERE {among.where} AND {AT} < :window LIMIT {MANY + 1})
        """,
        among.values | {"window": since},
    ).fetchone()
    if older > MANY:
        return LeftOut(MANY, None, _left_out_of_all(connection, since).oldest)
    kept = passing(connection, among.wanted.narrowed_by(ArticleFilter(since=since)))
    (articles,) = connection.execute(
        f"SELECT count(*) FROM ({kept.numbers})", kept.values
    ).fetchone()
    return LeftOut(older, older + articles, oldest)


def _left_out_of_all(connection: sqlite3.Connection, since: str) -> LeftOut:
    """What is left out of the whole file: from counts that are kept, and ends of indexes."""
    (articles,) = connection.execute("SELECT coalesce(sum(articles), 0) FROM outlets").fetchone()
    (kept,) = connection.execute(
        """
        SELECT (SELECT count(*) FROM articles WHERE published_at >= :since)
          + (SELECT count(*) FROM articles WHERE published_at IS NULL AND first_seen_at >= :since)
        """,
        {"since": since},
    ).fetchone()
    (oldest,) = connection.execute(
        """
        SELECT min(at) FROM (SELECT min(published_at) AS at FROM articles
          UNION ALL SELECT min(first_seen_at) FROM articles WHERE published_at IS NULL)
        """
    ).fetchone()
    return LeftOut(articles - kept, articles, oldest[:10] if oldest else None)


def _last(connection: sqlite3.Connection, until: str, among: Passing) -> str | None:
    """The last publication up to a time."""
    if not among.all:
        # Most filters leave one of the newest articles; the others need a look at all.
        (found,) = connection.execute(
            f"""
            SELECT max(a.published_at) FROM (SELECT id FROM articles WHERE published_at <= :to
              ORDER BY published_at DESC LIMIT {NEWEST}) r
            CROSS JOIN articles a INDEXED BY articles_when ON a.id = r.id WHERE {among.where}
            """,
            among.values | {"to": until},
        ).fetchone()
        if found is not None:
            return str(found)
    source = "articles a" if among.all else among.source
    (found,) = connection.execute(
        f"SELECT max(a.published_at) FROM {source} WHERE a.published_at <= :to AND {among.where}",
        among.values | {"to": until},
    ).fetchone()
    return None if found is None else str(found)


def _of_all(connection: sqlite3.Connection, now: str, among: Passing) -> str | None:
    """The newest day of a whole file: by times that nobody doubts, where there are any.

    An archive that was crawled without being asked for as one is doubted throughout; it is several
    outlets, though.
    """
    every, sure = (_days(connection, "", now, among, doubted=doubted) for doubted in (True, False))
    most, most_sure = _fullest(every), _fullest(sure)
    if most >= ENOUGH and most_sure < SHARE * most:
        return _newest_day(every, min(SHARE * most, ENOUGH))
    return _newest_day(sure, min(SHARE * most_sure, ENOUGH)) if sure else None


def _days(
    connection: sqlite3.Connection, since: str, until: str, among: Passing, *, doubted: bool
) -> Days:
    """Articles of a span by day and outlet, those whose time is doubted among them or not."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    within = (
        f"a.published_at > :from AND a.published_at <= :to AND {among.where} GROUP BY day, a.outlet"
    )
    values = among.values | {"from": since, "to": until}
    source = "articles a INDEXED BY articles_published"
    if not since:
        source = "articles a" if among.all else among.source
    for outlet, day, articles in connection.execute(f"{_COUNTED} {source} WHERE {within}", values):
        found[day][outlet] += articles
    if not doubted:
        for outlet, day, articles in connection.execute(f"{_COUNTED} {_DOUBTED} {within}", values):
            found[day][outlet] -= articles
    return {day: of for day, counts in found.items() if (of := +counts)}


def _fullest(days: Days) -> int:
    return max((_weight(days, day) for day in days), default=0)


def _newest_day(days: Days, enough: float) -> str | None:
    """The newest day that ends a week with enough in it."""
    return next((day for day in sorted(days, reverse=True) if _weight(days, day) >= enough), None)


def _weight(days: Days, day: str) -> int:
    """What the week that ends on a day has, each outlet counted up to EACH."""
    last = date.fromisoformat(day)
    week: Counter[int] = Counter()
    for back in range(min(WEEK, last.toordinal())):
        week.update(days.get((last - timedelta(days=back)).isoformat(), {}))
    return sum(min(articles, EACH) for articles in week.values())
