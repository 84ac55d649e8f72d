"""What is asked of articles: what is known of one, how it changed, what copies it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crawler.store.queries.rows import all_rows, one_row


class ArticleDetail(NamedTuple):
    """An article with everything known of it: see `article_overview` and `articles`."""

    article: int
    url: str
    outlet: str
    title: str
    language: str | None
    published_at: str | None
    published_precision: str | None
    first_seen_at: str
    previous_poll_at: str | None
    words: int
    agency: int
    revisions: int
    copy_group: int | None
    story: int | None
    agencies: tuple[str, ...]
    tags: tuple[str, ...]
    published_doubt: str | None
    kind: str | None
    text: str
    authors: tuple[str, ...]
    section: str | None
    image: str | None
    paywalled: int | None
    published_source: str | None
    published_raw: str | None
    modified_at: str | None
    fetched_at: str | None


class RevisionRow(NamedTuple):
    """An earlier text of an article."""

    revision: int
    title: str
    text: str
    words: int
    fetched_at: str | None
    replaced_at: str


class Version(NamedTuple):
    """A text of an article as it was read."""

    title: str
    text: str
    replaced_at: str | None
    """None: the text of now"""
    revision: int
    ours: int
    """1 when the next text is of the same page, read by a later Newsloom"""


class CopyRow(NamedTuple):
    """Another article that shares text with one, seen from the side of that one."""

    article: int
    outlet: str
    title: str
    url: str
    relation: str
    jaccard: float
    mine: float
    """share of the one's shingles that stand in the other"""
    theirs: float
    joined: int


class CopyEvidence(NamedTuple):
    """A row of the table `copies`."""

    a: int
    b: int
    relation: str
    jaccard: float
    containment_a: float
    containment_b: float
    shared: int
    numbers_same: int
    numbers_changed: int
    passage: str
    revision_a: int
    revision_b: int
    joined: int
    scheme: str


class Sighting(NamedTuple):
    """A source that listed an article's page."""

    seen_at: str
    previous_poll_at: str | None
    source: str
    title: str | None
    modified_at: str | None


class PlacedArticle(NamedTuple):
    """An article, and where the grouping put it."""

    article: int
    url: str
    title: str
    copy_group: int | None
    story: int | None


class CreditedArticle(NamedTuple):
    """An article, where the grouping put it, and the agencies it carries."""

    article: int
    url: str
    title: str
    copy_group: int | None
    story: int | None
    agencies: tuple[str, ...]


class NewArticle(NamedTuple):
    """An article in the list of its outlet's newest."""

    article: int
    title: str
    at: str
    story: int | None


class HeadlineChange(NamedTuple):
    """A headline that was rewritten: see the view `headline_changes`."""

    article: int
    outlet: str
    before: str
    after: str
    seen_at: str


class PageState(NamedTuple):
    """What became of a page that was listed."""

    url: str
    state: str
    reason: str | None
    detail: str | None


class ArticleQueries:
    """Questions about articles."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def number(self, name: str) -> int | None:
        """Number of an article that is named by its number or its address, or None."""
        if re.fullmatch(r"\d{1,15}", name):
            found = self._connection.execute(
                "SELECT id FROM articles WHERE id = ?", (int(name),)
            ).fetchone()
        else:
            found = self._connection.execute(
                """
                SELECT id FROM articles WHERE url = ?
                UNION ALL SELECT a.id FROM pages p JOIN articles a ON a.page = p.id WHERE p.url = ?
                LIMIT 1
                """,
                (name, name),
            ).fetchone()
        return found[0] if found else None

    def page(self, url: str) -> PageState | None:
        """What became of a page, by its canonical address."""
        return one_row(
            self._connection,
            PageState,
            "SELECT url, state, reason, detail FROM pages WHERE url = ?",
            (url,),
        )

    def get(self, article: int) -> ArticleDetail | None:
        """One article with everything known of it, or None."""
        return one_row(
            self._connection,
            ArticleDetail,
            """
            SELECT v.article, v.url, v.outlet, v.title, v.language, v.published_at,
              v.published_precision, v.first_seen_at, v.previous_poll_at, v.words, v.agency,
              v.revisions, v.copy_group, v.story, v.agencies, v.tags, v.published_doubt, v.kind,
              t.text, a.authors, a.section, a.image, a.paywalled, a.published_source,
              a.published_raw, a.modified_at, a.fetched_at
            FROM article_overview v JOIN articles a ON a.id = v.article
            JOIN article_texts t ON t.article = v.article WHERE v.article = ?
            """,
            (article,),
            lists=("agencies", "tags", "authors"),
        )

    def revisions(self, article: int) -> list[RevisionRow]:
        """Earlier texts of an article, oldest first."""
        return all_rows(
            self._connection,
            RevisionRow,
            """
            SELECT revision, title, text, words, fetched_at, replaced_at
            FROM revisions WHERE article = ? ORDER BY revision
            """,
            (article,),
        )

    def versions(self, article: int) -> list[Version]:
        """Every text of an article as it was read, the newest last."""
        return all_rows(
            self._connection,
            Version,
            """
            SELECT title, text, replaced_at, revision, ours FROM revisions WHERE article = :id
            UNION ALL SELECT title, text, NULL, revision, 0 FROM articles WHERE id = :id
            ORDER BY revision
            """,
            {"id": article},
        )

    def copies_of(self, article: int) -> list[CopyRow]:
        """The articles that one was found to share text with, closest first."""
        return all_rows(
            self._connection,
            CopyRow,
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

    def evidence(self, one: int, two: int) -> CopyEvidence | None:
        """What was found when two articles were compared, or None."""
        return one_row(
            self._connection,
            CopyEvidence,
            f"SELECT {', '.join(CopyEvidence._fields)} FROM copies WHERE a = ? AND b = ?",
            (min(one, two), max(one, two)),
        )

    def sightings(self, article: int) -> list[Sighting]:
        """Which sources listed the article's page, when, and saying what."""
        return all_rows(
            self._connection,
            Sighting,
            """
            SELECT s.seen_at, s.previous_poll_at, t.url AS source, s.title, s.modified_at
            FROM articles a JOIN sightings s ON s.page = a.page JOIN sources t ON t.id = s.source
            WHERE a.id = ? ORDER BY s.seen_at, t.url
            """,
            (article,),
        )

    def all_placed(self) -> Iterator[CreditedArticle]:
        """Every article with its copy group, story and agencies, one at a time."""
        rows = self._connection.execute(
            f"SELECT {', '.join(CreditedArticle._fields)} FROM article_overview ORDER BY article"
        )
        for row in rows:
            yield CreditedArticle._make((*row[:-1], tuple(json.loads(row[-1]))))

    def placed(self, articles: Iterable[int]) -> dict[int, PlacedArticle]:
        """Some articles by number, with their copy groups and stories."""
        rows = all_rows(
            self._connection,
            PlacedArticle,
            """
            SELECT v.article, v.url, v.title, v.copy_group, v.story
            FROM json_each(?) j CROSS JOIN article_overview v ON v.article = j.value
            """,
            (json.dumps(list(articles)),),
        )
        return {row.article: row for row in rows}

    def newest_of(self, outlet: str, *, limit: int) -> list[NewArticle]:
        """The articles of an outlet that were seen last; of those of one poll the latest first."""
        return all_rows(
            self._connection,
            NewArticle,
            """
            SELECT a.id AS article, a.title, coalesce(a.published_at, a.first_seen_at) AS at,
              m.story
            FROM outlets o JOIN articles a ON a.outlet = o.id
            LEFT JOIN memberships m ON m.article = a.id
            WHERE o.slug = ? ORDER BY a.first_seen_at DESC, a.published_at DESC LIMIT ?
            """,
            (outlet, limit),
        )

    def headline_changes(self, *, outlet: str | None = None, limit: int) -> list[HeadlineChange]:
        """Changes of headlines, of all outlets or of one, the newest first."""
        # Two questions: with one condition for both SQLite would read all of them for an outlet.
        where = "" if outlet is None else "WHERE outlet = :outlet"
        return all_rows(
            self._connection,
            HeadlineChange,
            f"""
            SELECT {", ".join(HeadlineChange._fields)} FROM headline_changes {where}
            ORDER BY seen_at DESC LIMIT :limit
            """,
            {"outlet": outlet, "limit": limit},
        )
