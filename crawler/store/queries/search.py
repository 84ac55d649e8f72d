"""Articles that hold some words."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from crawler.store.queries.rows import all_rows

RANKED = 10_000
"""Newest matches of a search among which the best are looked for: scoring all of a common word in a
large store takes seconds."""
COMMON = 100_000
"""Articles that may hold a word that is scored: bm25 counts them all, each time."""
FACETED = 1_000
"""Best matches of a search, whose outlets and languages are counted."""
_MOST_FACETS = 12

_NEWEST_MATCHES = f"""rowid > coalesce((SELECT rowid FROM articles_fts
  WHERE articles_fts MATCH :words ORDER BY rowid DESC LIMIT 1 OFFSET {RANKED}), 0)"""


class SearchHit(NamedTuple):
    """An article that holds the words."""

    article: int
    outlet: str
    title: str
    published_at: str | None
    story: int | None
    passage: str
    """where the words stand, marked by [ ]"""


class FacetedHit(NamedTuple):
    """An article that holds the words, on a page of the desk."""

    article: int
    outlet: str
    title: str
    at: str
    story: int | None
    passage: str
    """where the words stand, between the characters 2 and 3"""


class Facets(NamedTuple):
    """How many of the best FACETED matches are of each outlet and language."""

    matches: int
    outlet: list[tuple[str, int]]
    language: list[tuple[str, int]]


class _Match(NamedTuple):
    article: int
    passage: str


class _Shown(NamedTuple):
    article: int
    outlet: str
    title: str
    published_at: str | None
    story: int | None


class _Placed(NamedTuple):
    article: int
    outlet: str
    language: str


class SearchQueries:
    """Full-text search; all words must stand in the headline or the text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def best(self, words: str, *, limit: int) -> list[SearchHit]:
        """Articles that hold all the words, the best (bm25) of the newest RANKED first.

        The newest first when a word is in more than COMMON articles.
        """
        sought = quoted(words)
        if not sought:
            return []
        best = all_rows(
            self._connection,
            _Match,
            f"""
            SELECT rowid AS article, snippet(articles_fts, 1, '[', ']', ' ... ', 16) AS passage
            FROM articles_fts WHERE articles_fts MATCH :words AND {_NEWEST_MATCHES}
            ORDER BY {self._best_first(words)} LIMIT :limit
            """,
            {"words": sought, "limit": limit},
        )
        shown = {
            row.article: row
            for row in all_rows(
                self._connection,
                _Shown,
                """
                SELECT article, outlet, title, published_at, story FROM article_overview
                WHERE article IN (SELECT value FROM json_each(?))
                """,
                (json.dumps([row.article for row in best]),),
            )
        }
        return [SearchHit(*shown[row.article], row.passage) for row in best]

    def faceted(
        self, words: str, *, outlet: str | None = None, language: str | None = None, limit: int
    ) -> tuple[list[FacetedHit], Facets]:
        """Articles of an outlet and a language, ordered as `best` does, and what all are of."""
        sought = quoted(words)
        if not sought:
            return [], Facets(0, [], [])
        base_language = "substr(a.language, 1, instr(a.language || '-', '-') - 1)"
        best = all_rows(
            self._connection,
            _Placed,
            f"""
            SELECT f.rowid AS article, o.slug AS outlet,
              coalesce({base_language}, 'und') AS language
            FROM articles_fts f
            CROSS JOIN articles a INDEXED BY articles_when ON a.id = f.rowid
            CROSS JOIN outlets o ON o.id = a.outlet
            WHERE articles_fts MATCH :words AND f.{_NEWEST_MATCHES}
              AND (:outlet IS NULL OR o.slug = :outlet)
              AND (:language IS NULL OR coalesce({base_language}, 'und') = :language)
            ORDER BY f.{self._best_first(words)} LIMIT :best
            """,
            {"words": sought, "best": FACETED, "outlet": outlet, "language": language},
        )
        order = {row.article: place for place, row in enumerate(best[:limit])}
        hits = all_rows(
            self._connection,
            FacetedHit,
            f"""
            SELECT a.id AS article, o.slug AS outlet, a.title,
              coalesce(a.published_at, a.first_seen_at) AS at, m.story,
              snippet(articles_fts, 1, char(2), char(3), ' … ', 24) AS passage
            FROM articles_fts f JOIN articles a ON a.id = f.rowid
            JOIN outlets o ON o.id = a.outlet
            LEFT JOIN memberships m ON m.article = a.id
            WHERE articles_fts MATCH ? AND f.rowid IN ({",".join(map(str, order)) or "NULL"})
            """,
            (sought,),
        )
        return sorted(hits, key=lambda row: order[row.article]), Facets(
            matches=len(best),
            outlet=_most_frequent(row.outlet for row in best),
            language=_most_frequent(row.language for row in best),
        )

    def _best_first(self, words: str) -> str:
        """What to order matches by: their rank, or their age when that is slow."""
        for phrase in _phrases(words):
            (articles,) = self._connection.execute(
                "SELECT count(*) FROM"
                " (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)",
                (phrase, COMMON + 1),
            ).fetchone()
            if articles > COMMON:
                return "rowid DESC"
        return "rank"


def quoted(words: str) -> str:
    """A search for all the words. Quoted: AND, -, * and quotes are operators to FTS5."""
    return " ".join(_phrases(words))


def _phrases(words: str) -> list[str]:
    return ['"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split()]


def _most_frequent(values: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(values).most_common(_MOST_FACETS)
