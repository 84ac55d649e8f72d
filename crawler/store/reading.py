"""What people ask of a store. Read-only; rows come as dictionaries with the views' names."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

Row = dict[str, Any]

SILENT = 3
"""Times the usual pause between two new articles of an outlet, after which it counts as silent."""
NIGHT = 12
"""Hours for which any outlet may be silent."""

RANKED = 10_000
"""Newest matches of a search among which the best are looked for: scoring all of a common word in a
large store takes seconds."""
NEWEST_MATCHES = f"""rowid > coalesce((SELECT rowid FROM articles_fts
  WHERE articles_fts MATCH :words ORDER BY rowid DESC LIMIT 1 OFFSET {RANKED}), 0)"""
COMMON = 100_000
"""Articles that may hold a word that is scored: bm25 counts them all, each time."""


class StoryFilter(NamedTuple):
    """Which stories to list; what is not given lets all through."""

    min_outlets: int = 1
    since: str | None = None
    """with an article since then"""
    until: str | None = None
    """with an article before then"""
    outlet: str | None = None
    """that this outlet told"""
    language: str | None = None
    """told in this language, with or without region"""
    agency: bool = False
    """that a news agency told, itself or through an outlet that carries it"""
    words: str | None = None
    """with an article that holds all these words"""


class Reading:
    """Questions that the command line and the exports ask."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def stories(
        self, asked: StoryFilter, *, limit: int, offset: int = 0, newest: bool = False
    ) -> list[Row]:
        """Living stories that the filter lets through: most outlets first, then latest.

        With `newest` the latest come first.
        """
        return self._rows(
            f"""
            SELECT s.id AS story, s.title, s.outlets, s.articles, s.copy_groups, s.languages,
              s.first_at, s.last_at
            FROM stories s
            WHERE s.merged_into IS NULL AND s.outlets >= :min_outlets
              AND (:since IS NULL OR s.last_at >= :since)
              AND (:until IS NULL OR s.first_at <= :until)
              AND (:language IS NULL OR EXISTS (SELECT 1 FROM json_each(s.languages)
                WHERE value = :language OR value LIKE :language || '-%'))
              AND (:outlet IS NULL OR s.id IN (SELECT m.story FROM outlets o
                JOIN articles a ON a.outlet = o.id JOIN memberships m ON m.article = a.id
                WHERE o.slug = :outlet))
              AND (:agency = 0 OR EXISTS (SELECT 1 FROM memberships m
                CROSS JOIN articles a INDEXED BY articles_when ON a.id = m.article
                CROSS JOIN outlets o ON o.id = a.outlet
                WHERE m.story = s.id AND (o.agency = 1 OR EXISTS
                  (SELECT 1 FROM credits c WHERE c.article = a.id AND c.confidence >= 0.5))))
              AND (:words IS NULL OR s.id IN (SELECT m.story FROM articles_fts f
                JOIN memberships m ON m.article = f.rowid WHERE articles_fts MATCH :words))
            ORDER BY {"" if newest else "s.outlets DESC,"} s.last_at DESC, s.id
            LIMIT :limit OFFSET :offset
            """,
            {
                **asked._asdict(),
                "words": quoted(asked.words or "") or None,
                "limit": limit,
                "offset": offset,
            },
        )

    def outlet_names(self) -> list[str]:
        """Names of the outlets of the file."""
        return [row["slug"] for row in self._rows("SELECT slug FROM outlets ORDER BY slug", ())]

    def story(self, story: int) -> Row | None:
        """One story, or None."""
        return self._row(
            """
            SELECT id AS story, title, outlets, articles, copy_groups, languages, first_at, last_at,
              strftime('%Y-%m-%dT%H:%M:%SZ', last_at, '+6 days') AS closes_at
            FROM stories WHERE id = ?
            """,
            (story,),
        )

    def story_life(self, story: int) -> Row:
        """How a living story spread and faded."""
        found = self._row(
            "SELECT second_outlet, fifth_outlet, peak_hour, half_life FROM story_life"
            " WHERE story = ?",
            (story,),
        )
        assert found is not None  # every living story has a row
        return found

    def story_articles(self, story: int) -> list[Row]:
        """The articles of a story in time order."""
        return self._rows(
            """
            SELECT t.at, t.outlet, t.article, t.title, t.copy_group, a.url, a.words, a.language,
              a.published_at
            FROM story_timeline t JOIN articles a ON a.id = t.article
            WHERE t.story = ? ORDER BY t.position
            """,
            (story,),
        )

    def story_log(self, story: int) -> list[Row]:
        """What happened to a story, oldest first."""
        return self._rows(
            "SELECT at, event, other, copy_groups FROM story_log WHERE story = ? ORDER BY id",
            (story,),
        )

    def article_id(self, name: str) -> int | None:
        """Number of an article by number or address."""
        if re.fullmatch(r"\d{1,15}", name):
            row = self._row("SELECT id FROM articles WHERE id = ?", (int(name),))
        else:
            row = self._row(
                """
                SELECT id FROM articles WHERE url = ?
                UNION ALL SELECT a.id FROM pages p JOIN articles a ON a.page = p.id WHERE p.url = ?
                LIMIT 1
                """,
                (name, name),
            )
        return row["id"] if row else None

    def page(self, url: str) -> Row | None:
        """What became of a page, by its canonical address."""
        return self._row("SELECT url, state, reason, detail FROM pages WHERE url = ?", (url,))

    def article(self, article: int) -> Row | None:
        """One article with everything known of it."""
        return self._row(
            """
            SELECT v.*, t.text, a.authors, a.section, a.image, a.paywalled, a.published_source,
              a.published_raw, a.modified_at, a.fetched_at
            FROM article_overview v JOIN articles a ON a.id = v.article
            JOIN article_texts t ON t.article = v.article WHERE v.article = ?
            """,
            (article,),
        )

    def credits(self, article: int) -> list[Row]:
        """The agencies that an article carries, and how that is known, the surest first."""
        return self._rows(
            """
            SELECT agency, via, confidence, evidence FROM credits
            WHERE article = ? ORDER BY confidence DESC, agency, via
            """,
            (article,),
        )

    def revisions(self, article: int) -> list[Row]:
        """Earlier texts of an article, oldest first."""
        return self._rows(
            """
            SELECT revision, title, text, words, fetched_at, replaced_at
            FROM revisions WHERE article = ? ORDER BY revision
            """,
            (article,),
        )

    def versions(self, article: int) -> list[Row]:
        """Every text of an article as it was read, the newest last; `replaced_at` NULL for that."""
        return self._rows(
            """
            SELECT title, text, replaced_at, revision, ours FROM revisions WHERE article = :id
            UNION ALL SELECT title, text, NULL, revision, 0 FROM articles WHERE id = :id
            ORDER BY revision
            """,
            {"id": article},
        )

    def copies_of(self, article: int) -> list[Row]:
        """Evidence edges of an article, seen from its side, closest first."""
        return self._rows(
            """
            SELECT other.id AS article, o.slug AS outlet, other.title, other.url,
              e.relation, e.jaccard, e.mine, e.theirs, e.joined
            FROM (
              SELECT b AS other, relation, jaccard, containment_a AS mine, containment_b AS theirs,
                joined FROM copies WHERE a = :id
              UNION ALL
              SELECT a, CASE relation WHEN 'contains' THEN 'contained'
                WHEN 'contained' THEN 'contains' ELSE relation END,
                jaccard, containment_b, containment_a, joined FROM copies WHERE b = :id
            ) e JOIN articles other ON other.id = e.other JOIN outlets o ON o.id = other.outlet
            ORDER BY e.jaccard DESC, other.id
            """,
            {"id": article},
        )

    def edge(self, one: int, two: int) -> Row | None:
        """The stored evidence of a pair, or None."""
        return self._row(
            "SELECT * FROM copies WHERE a = ? AND b = ?", (min(one, two), max(one, two))
        )

    def search(self, words: str, *, limit: int) -> list[Row]:
        """Articles that hold all the words, the best (bm25) of the newest RANKED first.

        The newest first when a word is in more than COMMON articles. The place is marked by [ ].
        """
        sought = quoted(words)
        if not sought:
            return []
        best = self._rows(
            f"""
            SELECT rowid AS article, snippet(articles_fts, 1, '[', ']', ' ... ', 16) AS passage
            FROM articles_fts WHERE articles_fts MATCH :words AND {NEWEST_MATCHES}
            ORDER BY {best_first(self._connection, words)} LIMIT :limit
            """,
            {"words": sought, "limit": limit},
        )
        shown = {
            row["article"]: row
            for row in self._rows(
                """
                SELECT article, outlet, title, published_at, story FROM article_overview
                WHERE article IN (SELECT value FROM json_each(?))
                """,
                (json.dumps([row["article"] for row in best]),),
            )
        }
        return [shown[row["article"]] | row for row in best]

    def outlets(self, *, limit: int) -> list[Row]:
        """Outlets of the file with what they brought."""
        return self._rows(
            """
            SELECT h.outlet, h.name, o.country, o.language, o.agency, h.sources, h.articles,
              h.last_new_at
            FROM outlet_health h JOIN outlets o ON o.slug = h.outlet ORDER BY h.outlet LIMIT ?
            """,
            (limit,),
        )

    def health(self, *, now: str, limit: int) -> list[Row]:
        """Outlets with their last polls; those in trouble first.

        `silent` is 1 for one that brought nothing new for SILENT times as long as is usual for it;
        `quota` is the one that an outlet met today, and `doubted` how many of its articles have a
        doubtful time.
        """
        return self._rows(
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

    def due(self) -> dict[str, str]:
        """When each source is asked next, by address; those that may be asked now left out."""
        rows = self._connection.execute(
            """
            SELECT url, CASE WHEN retired_at IS NOT NULL THEN 'never'
              ELSE max(coalesce(due_at, ''), coalesce(next_poll_at, '')) END FROM sources
            WHERE coalesce(retired_at, due_at, next_poll_at) IS NOT NULL
            """
        )
        return dict(tuple(row) for row in rows)

    def odd_sources(self) -> list[Row]:
        """Sources that have moved, are gone for good, or give the same as another."""
        return self._rows(
            """
            SELECT o.slug AS outlet, s.url, s.moved_to, s.retired_at, t.url AS same_as
            FROM sources s JOIN outlets o ON o.id = s.outlet LEFT JOIN sources t ON t.id = s.same_as
            WHERE s.moved_to IS NOT NULL OR s.retired_at IS NOT NULL OR s.same_as IS NOT NULL
            ORDER BY o.slug, s.id
            """,
            (),
        )

    def gaps(self) -> list[Row]:
        """Outlets with polls before which pages may have come and gone unseen, and how long."""
        return self._rows(
            """
            SELECT o.slug AS outlet, count(*) AS gaps,
              round(sum(f.gap_seconds) / 3600.0, 1) AS hours
            FROM fetches f JOIN sources s ON s.id = f.source JOIN outlets o ON o.id = s.outlet
            WHERE f.gap_seconds IS NOT NULL GROUP BY o.id ORDER BY hours DESC
            """,
            (),
        )

    def poll_troubles(self, run: int) -> list[Row]:
        """Polls of a run that were denied or failed; `again`: for the same reason as the last."""
        return self._rows(
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

    def rejections(self) -> list[Row]:
        """Rejected pages by reason, most frequent first."""
        return self._rows(
            """
            SELECT reason, count(*) AS pages FROM pages WHERE state = 'rejected'
            GROUP BY reason ORDER BY pages DESC, reason
            """,
            (),
        )

    def exchanges(self) -> list[Row]:
        """Every HTTP exchange with a source, in order."""
        return self._rows("SELECT * FROM fetches ORDER BY id", ())

    def unread(self) -> list[Row]:
        """Pages that were asked for and gave no answer that could be read."""
        return self._rows(
            "SELECT url, reason, detail FROM pages WHERE state = 'pending' AND reason IS NOT NULL"
            " ORDER BY id",
            (),
        )

    def states(self) -> dict[str, int]:
        """Number of pages in each state."""
        rows = self._connection.execute("SELECT state, count(*) FROM pages GROUP BY state")
        return {row[0]: row[1] for row in rows}

    def placed_articles(self) -> Iterator[Row]:
        """Every article with its address, copy group, story and agencies; to score a truth."""
        rows = self._connection.execute(
            "SELECT article, url, title, copy_group, story, agencies FROM article_overview"
            " ORDER BY article"
        )
        return (dict(row) for row in rows)

    def places(self, articles: Iterable[int]) -> dict[int, Row]:
        """The same for some articles, by number."""
        rows = self._rows(
            """
            SELECT v.article, v.url, v.title, v.copy_group, v.story
            FROM json_each(?) j CROSS JOIN article_overview v ON v.article = j.value
            """,
            (json.dumps(list(articles)),),
        )
        return {row["article"]: row for row in rows}

    def groups(self) -> Row:
        """How many copy groups and stories there are."""
        return self._rows(
            """
            SELECT count(*) AS texts, count(CASE WHEN articles > 1 THEN 1 END) AS copy_groups,
              (SELECT count(*) FROM stories WHERE merged_into IS NULL) AS stories,
              (SELECT count(*) FROM stories WHERE merged_into IS NULL AND outlets > 1)
                AS shared_stories
            FROM copy_groups
            """,
            (),
        )[0]

    def _rows(self, sql: str, values: Sequence[Any] | dict[str, Any]) -> list[Row]:
        return [dict(row) for row in self._connection.execute(sql, values)]

    def _row(self, sql: str, values: Sequence[Any]) -> Row | None:
        row = self._connection.execute(sql, values).fetchone()
        return dict(row) if row else None


def branches(articles: Iterable[Row]) -> list[list[Row]]:
    """Articles of a story by copy group; groups and members in the order given."""
    found: dict[int, list[Row]] = {}
    for article in articles:
        found.setdefault(article["copy_group"], []).append(article)
    return list(found.values())


def quoted(words: str) -> str:
    """A search for all the words. Quoted: AND, -, * and quotes are operators to FTS5."""
    return " ".join(_phrases(words))


def _phrases(words: str) -> list[str]:
    return ['"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split()]


def best_first(connection: sqlite3.Connection, words: str) -> str:
    """What to order the matches of a search by: their rank, or their age when that is slow."""
    for phrase in _phrases(words):
        (articles,) = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)",
            (phrase, COMMON + 1),
        ).fetchone()
        if articles > COMMON:
            return "rowid DESC"
    return "rank"
