"""How much outlets published on what a filter lets pass, by day, of all that they published.

Days without an article are rows, too. On them an outlet was silent, if it was polled; if it was not
and nothing of that day is known, we were blind.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from crawler.store.queries.narrowed_views import Narrowed
from crawler.store.queries.passing import AT, Passing, named_outlets, passing
from crawler.store.queries.rows import all_rows
from crawler.types import ALL, ArticleFilter

FAR = 28
"""Days between the others and those few articles that do not decide which days are counted."""
FEW = 0.05
"""Of all articles, at either end: a misdated page must not add years of empty days."""
POLLED = """EXISTS (SELECT 1 FROM sources s CROSS JOIN fetches f INDEXED BY fetches_source
  ON f.source = s.id WHERE s.outlet = o.id AND f.at >= {first} AND f.at < {last} || 'U'
  AND f.outcome IN ('read', 'unchanged'))"""
"""Whether a source of an outlet `o` answered between two days."""
COLUMNS = "outlet day articles published share state"
"""Columns of the export `attention`: see AttentionDay."""


class AttentionDay(NamedTuple):
    """What an outlet published on a day."""

    outlet: str
    day: str
    articles: int
    """articles that pass"""
    published: int
    """all its articles"""
    share: float | None
    """of all its articles, 0 to 1; None: it published nothing"""
    state: str
    """covered, or not covered; silent: it published nothing, as its sources say; blind: nothing of
    that day is known, and no source answered"""


class Totals(NamedTuple):
    """The articles that pass, together."""

    articles: int
    outlets: int
    first_day: str | None
    last_day: str | None
    by_day: list[int]
    """articles of each day from the first to the last"""
    far: int
    """articles that are far from all others in time, and left out of the days"""


class Days(NamedTuple):
    """From the first day to the last; None where no article passes."""

    first: str | None
    last: str | None


class AttentionQueries:
    """Questions about attention."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def by_day(self, wanted: ArticleFilter = ALL) -> list[AttentionDay]:
        """By outlet and day: no day and no outlet is left out."""
        # The articles that pass are looked for once; the export does so twice.
        among = passing(self._connection, wanted)
        passed = self._connection.execute(_passed(among), among.values).fetchall()
        counts: Counter[str] = Counter()
        for _, day, articles in passed:
            counts[day] += articles
        found = _attention(
            self._connection, wanted, among,
            _days_counted(self._connection, wanted, sorted(counts.items())),
            "SELECT CAST(value ->> 0 AS INTEGER), value ->> 1, value ->> 2 FROM json_each(:passed)",
        )  # fmt: skip
        return all_rows(
            self._connection,
            AttentionDay,
            f"SELECT {', '.join(AttentionDay._fields)} FROM {found.source} ORDER BY outlet, day",
            found.values | {"passed": json.dumps([tuple(row) for row in passed])},
        )

    def totals(self, wanted: ArticleFilter = ALL) -> Totals:
        """Over all outlets; whether they published anything else is not looked at."""
        among = passing(self._connection, wanted)
        of_day: Counter[str] = Counter()
        outlets = set()
        for outlet, day, articles in self._connection.execute(_passed(among), among.values):
            of_day[day] += articles
            outlets.add(outlet)
        days = _days_counted(self._connection, wanted, sorted(of_day.items()))
        by_day = [of_day.get(day, 0) for day in each_day(days)]
        articles = sum(of_day.values())
        return Totals(articles, len(outlets), days.first, days.last, by_day, articles - sum(by_day))


def articles_by_day(connection: sqlite3.Connection, among: Passing) -> list[tuple[str, int]]:
    """Days with articles that pass, in order, and how many."""
    return connection.execute(
        f"SELECT day, sum(articles) FROM ({_passed(among)}) GROUP BY day ORDER BY day",
        among.values,
    ).fetchall()


def days_of(wanted: ArticleFilter, counts: Sequence[tuple[str, int]]) -> Days:
    """The days to count: those that the filter names, otherwise those of the articles that pass.

    Up to FEW of the articles, where FAR days or more lie between them and the others, do not count.
    """
    since, until = (at and at[:10] for at in (wanted.since, wanted.until))
    least = FEW * sum(articles for _, articles in counts)
    before = 0 if since else _far(counts, least)
    after = 0 if until else _far(counts[::-1], least)
    kept = counts[before : len(counts) - after]
    if not kept and not (since and until):
        return Days(None, None)
    return Days(since or kept[0][0], until or kept[-1][0])


def _days_counted(
    connection: sqlite3.Connection, wanted: ArticleFilter, counts: Sequence[tuple[str, int]]
) -> Days:
    """The days of a subject, whose ever the filter's outlets are; `counts` are of what passes.

    Days between an outlet's own first and last article on it would leave out those on which the
    outlet told nothing of it.
    """
    of_all = replace(wanted, outlet=(), country=())
    has_subject = set(of_all.given) - {"since", "until"}
    if of_all != wanted and has_subject:
        counts = articles_by_day(connection, passing(connection, of_all))
    return days_of(wanted, counts)


def _far(counts: Sequence[tuple[str, int]], least: float) -> int:
    """How many days at the beginning have few articles and are far from the others."""
    far = articles = 0
    for n, ((day, here), (other, _)) in enumerate(pairwise(counts), 1):
        articles += here
        if articles > least:
            break
        if abs((date.fromisoformat(other) - date.fromisoformat(day)).days) > FAR:
            far = n
    return far


def each_day(days: Days) -> list[str]:
    """Every day from the first to the last."""
    if days.first is None or days.last is None:
        return []
    first, last = date.fromisoformat(days.first), date.fromisoformat(days.last)
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def outlets_asked(connection: sqlite3.Connection, wanted: ArticleFilter) -> str:
    """A query of number and name of the outlets that could have published what passes.

    They are of the filter's outlets, countries and languages. Its values are those of the filter.
    """
    spoken = passing(connection, ArticleFilter(language=wanted.language))
    conditions = {
        "outlet": "o.slug IN (SELECT value FROM json_each(:outlet))",
        "country": "o.country IN (SELECT value FROM json_each(:country))",
        "language": f"o.id IN (SELECT a.outlet FROM {spoken.source} WHERE {spoken.where})",
        "agency": "1" if wanted.agency else "o.agency = 0",
    }
    holds = [condition for name, condition in conditions.items() if name in wanted.given]
    return f"SELECT o.id, o.slug FROM outlets o WHERE {' AND '.join(holds) or '1'}"


def attention_of(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """Rows of AttentionDay, as SQL."""
    among = passing(connection, wanted)
    days = _days_counted(connection, wanted, articles_by_day(connection, among))
    return _attention(connection, wanted, among, days, _passed(among))


def _passed(among: Passing) -> str:
    """A query of the articles that pass, by number of outlet and day."""
    wanted = among.wanted
    if set(wanted.given) <= {"outlet", "country", "since", "until"} and _of_whole_days(wanted):
        return f"""SELECT d.outlet, d.day, d.articles FROM outlets o
          CROSS JOIN outlet_days d ON d.outlet = o.id WHERE {named_outlets(wanted)}
          AND d.day >= {"substr(:since, 1, 10)" if wanted.since else "''"}
          AND d.day <= {"substr(:until, 1, 10)" if wanted.until else "'A'"}"""
    return (
        f"SELECT a.outlet, substr({AT}, 1, 10) AS day, count(*) AS articles FROM {among.source}"
        f" WHERE {among.where} GROUP BY a.outlet, day"
    )


def _of_whole_days(wanted: ArticleFilter) -> bool:
    """Whether a filter begins with a day and ends with one: then `outlet_days` has what it asks."""
    return (wanted.since or "T00:00:00Z").endswith("T00:00:00Z") and (
        wanted.until or "T23:59:59Z"
    ).endswith("T23:59:59Z")


def _attention(
    connection: sqlite3.Connection, wanted: ArticleFilter, among: Passing, days: Days, passed: str
) -> Narrowed:
    """Rows of AttentionDay for some days; `passed` is a query of outlet, day, and articles."""
    values = among.values | {"first_day": days.first, "last_day": days.last}
    values |= {"from_at": wanted.since or days.first, "to_at": wanted.until or f"{days.last}T24"}
    every = f"""SELECT a.outlet, substr({AT}, 1, 10) AS day, count(*)
        FROM articles a INDEXED BY articles_outlet WHERE a.outlet IN (SELECT id FROM asked)
          AND {AT} >= :from_at AND {AT} <= :to_at GROUP BY a.outlet, day"""
    if _of_whole_days(wanted):
        every = """SELECT d.outlet, d.day, d.articles FROM asked CROSS JOIN outlet_days d
          ON d.outlet = asked.id AND d.day BETWEEN :first_day AND :last_day"""
    source = f"""(WITH RECURSIVE
      days (day) AS (SELECT :first_day WHERE :first_day IS NOT NULL
        UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < :last_day),
      asked (id, slug) AS MATERIALIZED ({outlets_asked(connection, wanted)}),
      passed (outlet, day, articles) AS MATERIALIZED ({passed}),
      every (outlet, day, articles) AS MATERIALIZED ({every}),
      -- Joins would go through all days of all outlets for each of them.
      cells (outlet, day, articles, published) AS MATERIALIZED (
        SELECT outlet, day, sum(passed), sum(published) FROM (
          SELECT id AS outlet, day, 0 AS passed, 0 AS published FROM asked CROSS JOIN days
          UNION ALL SELECT outlet, day, articles, 0 FROM passed
          UNION ALL SELECT outlet, day, 0, articles FROM every)
        WHERE day BETWEEN :first_day AND :last_day GROUP BY outlet, day)
      SELECT o.slug AS outlet, c.day, c.articles, c.published,
        round(1.0 * c.articles / nullif(c.published, 0), 4) AS share,
        CASE WHEN c.articles THEN 'covered' WHEN c.published THEN 'not covered'
          WHEN {POLLED.format(first="c.day", last="c.day")} THEN 'silent' ELSE 'blind' END AS state
      FROM cells c CROSS JOIN asked o ON o.id = c.outlet)"""
    return Narrowed(source, values)
