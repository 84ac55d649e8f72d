"""Articles that a search finds, the best first; copies of a text stand for one another."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crawler.store.queries.passing import Passing, passing
from crawler.store.queries.rows import all_rows
from crawler.store.queries.search_match import PARTS, WORDS
from crawler.types import ArticleFilter

RANKED = 10_000
"""Newest matches of a search among which the best are looked for: scoring all of a common word in a
large store takes seconds."""
COMMON = 100_000
"""Articles that may hold a word that is scored: bm25 counts them all, each time."""
MARKS = ("\x02", "\x03")
"""Characters before and after each found word of a passage; no stored text has them."""
_MOST_FACETS = 12
_AROUND = {WORDS: 24, PARTS: 48}
"""Tokens of a passage: words, or characters."""


class SearchHit(NamedTuple):
    """An article that a search finds."""

    article: int
    outlet: str
    title: str
    at: str
    """when it was published, or first seen"""
    published_at: str | None
    story: int | None
    copies: int
    """other articles with its text that the search finds too; 0 where each has its own row"""
    passage: str
    """where the words stand, between MARKS; else how the text begins"""


class Found(NamedTuple):
    """What a search finds."""

    hits: list[SearchHit]
    articles: int
    """RANKED: there may be more"""
    texts: int
    """articles that are copies of each other counted once"""
    outlet: list[tuple[str, int]]
    """the most frequent outlets, with articles"""
    language: list[tuple[str, int]]
    """the most frequent languages without region; "und" is unknown"""


class _Match(NamedTuple):
    article: int
    copy_group: int | None
    outlet: str
    language: str


class _Shown(NamedTuple):
    article: int
    outlet: str
    title: str
    at: str
    published_at: str | None
    story: int | None
    beginning: str


class SearchQueries:
    """Full-text search among the articles that pass a filter."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def best(
        self, wanted: ArticleFilter, *, limit: int, offset: int = 0, each_copy: bool = False
    ) -> Found:
        """The best (bm25) of the newest RANKED matches, one of each text or each of its copies.

        The newest come first when a word is in more than COMMON articles, and when a search joins
        words of scripts with and without spaces, or outlets, by OR. Raises WordsError.
        """
        sought = passing(self._connection, wanted)
        if sought.search is None:
            return Found([], 0, 0, [], [])
        matches = self._matches(sought)
        texts = Counter(_text(match) for match in matches)
        rows = matches if each_copy else _best_of_each_text(matches)
        copies = {
            match.article: 0 if each_copy else texts[_text(match)] - 1
            for match in rows[offset : offset + limit]
        }
        return Found(
            self._hits(sought, copies),
            articles=len(matches),
            texts=len(texts),
            outlet=_most_frequent(row.outlet for row in matches),
            language=_most_frequent(row.language for row in matches),
        )

    def _matches(self, sought: Passing) -> list[_Match]:
        """The newest matches, in the order in which they are shown."""
        search = sought.search
        assert search is not None  # best() made sure of it
        index = next((name for name in (WORDS, PARTS) if name in search.ask.matches), None)
        if index is None:
            source, order, conditions = sought.source, "a.id DESC", list(sought.conditions)
            newest = "0"
        else:
            source = f"{index} f CROSS JOIN articles a INDEXED BY articles_when ON a.id = f.rowid"
            conditions = [f"{index} MATCH :ranked", *sought.all_but(index)]
            order = self._best_first(index, search.marks[index])
            newest = f"""coalesce((SELECT a.id FROM {source} WHERE {" AND ".join(conditions)}
              ORDER BY f.rowid DESC LIMIT 1 OFFSET {RANKED}), 0)"""
            conditions.append(f"f.rowid > {newest}")
        return all_rows(
            self._connection,
            _Match,
            f"""
            SELECT a.id AS article, m.copy_group, o.slug AS outlet,
              coalesce(substr(a.language, 1, instr(a.language || '-', '-') - 1), 'und') AS language
            FROM {source}
            CROSS JOIN outlets o ON o.id = a.outlet
            LEFT JOIN memberships m ON m.article = a.id
            WHERE {" AND ".join(conditions)} ORDER BY {order} LIMIT {RANKED}
            """,
            sought.values | {"ranked": search.ask.matches.get(index or "")},
        )

    def _best_first(self, index: str, phrases: Sequence[str]) -> str:
        """What to order matches by: their rank, or their age when that is slow."""
        for phrase in phrases:
            (articles,) = self._connection.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT ?)",
                (phrase, COMMON + 1),
            ).fetchone()
            if articles > COMMON:
                return "f.rowid DESC"
        return "f.rank"

    def _hits(self, sought: Passing, copies: dict[int, int]) -> list[SearchHit]:
        """The articles in their order, with what is shown of them."""
        shown = all_rows(
            self._connection,
            _Shown,
            """
            SELECT a.id AS article, o.slug AS outlet, a.title,
              coalesce(a.published_at, a.first_seen_at) AS at, a.published_at, m.story,
              substr(a.text, 1, 150) AS beginning
            FROM json_each(?) j CROSS JOIN articles a ON a.id = j.value
            CROSS JOIN outlets o ON o.id = a.outlet LEFT JOIN memberships m ON m.article = a.id
            """,
            (json.dumps(list(copies)),),
        )
        passages = self._passages(sought, list(copies))
        return [
            SearchHit(*row[:-1], copies[row.article], passages.get(row.article, row.beginning))
            for row in shown
        ]

    def _passages(self, sought: Passing, articles: Sequence[int]) -> dict[int, str]:
        """Where the words stand in articles, in those where they stand in the text."""
        found: dict[int, str] = {}
        if not articles:
            return found
        assert sought.search is not None  # best() made sure of it
        for index, phrases in sought.search.marks.items():
            rows = self._connection.execute(
                f"""
                SELECT rowid, snippet({index}, 1, ?, ?, ' … ', {_AROUND[index]}) FROM {index}
                WHERE {index} MATCH ? AND rowid BETWEEN ? AND ?
                  AND +rowid IN (SELECT value FROM json_each(?))
                """,  # gone through once: to look up each would merge the words of a prefix again
                (
                    *MARKS,
                    " OR ".join(phrases),
                    min(articles),
                    max(articles),
                    json.dumps(list(articles)),
                ),
            )
            for article, passage in rows:
                if MARKS[0] in passage or article not in found:
                    found[article] = passage
        return found


def in_brackets(passage: str) -> str:
    """A passage with what was found in brackets."""
    return passage.replace(MARKS[0], "[").replace(MARKS[1], "]")


def _text(match: _Match) -> int:
    """What copies have in common: their copy group; an article that has none, itself."""
    return -match.article if match.copy_group is None else match.copy_group


def _best_of_each_text(matches: Iterable[_Match]) -> list[_Match]:
    """Of matches in their order, the first of each text."""
    first: dict[int, _Match] = {}
    for match in matches:
        first.setdefault(_text(match), match)
    return list(first.values())


def _most_frequent(values: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(values).most_common(_MOST_FACETS)
