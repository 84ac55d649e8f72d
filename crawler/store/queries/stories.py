"""What is asked of stories: which there are, what each is made of, how it spread."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from crawler.store.queries.narrowed_views import view_over
from crawler.store.queries.passing import passing
from crawler.store.queries.rows import all_rows, one_row
from crawler.types import ALL, ArticleFilter


class StoryRow(NamedTuple):
    """A story in a list."""

    story: int
    title: str
    outlets: int
    articles: int
    copy_groups: int
    languages: tuple[str, ...]
    """with their regions, the most frequent first"""
    first_at: str
    last_at: str


class StoryDetail(NamedTuple):
    """A story, and until when it accepts articles."""

    story: int
    title: str
    outlets: int
    articles: int
    copy_groups: int
    languages: tuple[str, ...]
    first_at: str
    last_at: str
    closes_at: str


class StoryOpening(NamedTuple):
    """The first article of a story."""

    story: int
    article: int
    url: str


class StoryLife(NamedTuple):
    """How a story spread and faded."""

    second_outlet: float | None
    """hours from its first article to the first of a second outlet; None: there is no second"""
    fifth_outlet: float | None
    peak_hour: str
    """the hour with most of its articles"""
    half_life: float
    """hours until half of its articles were out"""


class StoryArticle(NamedTuple):
    """An article of a story."""

    at: str
    """when it was published, or first seen"""
    outlet: str
    article: int
    title: str
    copy_group: int
    url: str
    words: int
    language: str | None
    published_at: str | None


class StoryEvent(NamedTuple):
    """Something that happened to a story: see the table `story_log`."""

    at: str
    event: str
    other: int | None
    copy_groups: str | None


class FirstPublisher(NamedTuple):
    """In which interval an outlet published a story: see the view `first_publishers`."""

    story: int
    outlet: str
    not_before: str | None
    not_after: str
    stated_at: str | None
    article: int
    may_be_first: int
    tied: int


class CarriedAgency(NamedTuple):
    """An agency, and how many articles of a story carry it."""

    agency: str
    articles: int


class GroupCounts(NamedTuple):
    """How many copy groups and stories there are."""

    texts: int
    copy_groups: int
    """of two articles and more"""
    stories: int
    shared_stories: int
    """of two outlets and more"""


class _StoryTime(NamedTuple):
    story: int
    at: str


_ROW = """s.id AS story, s.title, s.outlets, s.articles, s.copy_groups, s.languages, s.first_at,
  s.last_at"""
_LISTS = ("languages",)


class StoryQueries:
    """Questions about stories."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def matching(
        self, wanted: ArticleFilter, *, limit: int, offset: int = 0, newest: bool = False
    ) -> list[StoryRow]:
        """Living stories of which an article passes: most outlets first, then latest.

        With `newest` the latest come first. Raises WordsError.
        """
        source, values = passing(self._connection, wanted).first_stories(self._connection)
        return all_rows(
            self._connection,
            StoryRow,
            f"""
            SELECT {_ROW} FROM {source}
            ORDER BY {"" if newest else "s.outlets DESC,"} s.last_at DESC, s.id
            LIMIT :limit OFFSET :offset
            """,
            values | {"limit": limit, "offset": offset},
            lists=_LISTS,
        )

    def openings(self, stories: Sequence[int]) -> dict[int, StoryOpening]:
        """The first article of each of some stories."""
        rows = all_rows(
            self._connection,
            StoryOpening,
            """
            SELECT j.value AS story, f.id AS article, f.url
            FROM json_each(?) j CROSS JOIN articles f ON f.id = (
              SELECT a.id FROM memberships m CROSS JOIN articles a ON a.id = m.article
              WHERE m.story = j.value
              ORDER BY coalesce(a.published_at, a.first_seen_at), a.id LIMIT 1)
            """,
            (json.dumps(list(stories)),),
        )
        return {row.story: row for row in rows}

    def ended_between(self, since: str, until: str, *, limit: int) -> list[StoryRow]:
        """Living stories whose last article is of a span of time, those of most outlets first."""
        return all_rows(
            self._connection,
            StoryRow,
            f"""
            SELECT {_ROW} FROM stories s
            WHERE s.merged_into IS NULL AND s.last_at > ? AND s.last_at <= ?
            ORDER BY s.outlets DESC, s.last_at DESC LIMIT ?
            """,
            (since, until, limit),
            lists=_LISTS,
        )

    def get(self, story: int) -> StoryDetail | None:
        """One story, or None."""
        return one_row(
            self._connection,
            StoryDetail,
            f"""
            SELECT {_ROW}, strftime('%Y-%m-%dT%H:%M:%SZ', s.last_at, '+6 days') AS closes_at
            FROM stories s WHERE s.id = ?
            """,
            (story,),
            lists=_LISTS,
        )

    def life(self, story: int) -> StoryLife:
        """How a living story spread and faded."""
        found = one_row(
            self._connection,
            StoryLife,
            "SELECT second_outlet, fifth_outlet, peak_hour, half_life FROM story_life"
            " WHERE story = ?",
            (story,),
        )
        assert found is not None  # every living story has a row
        return found

    def articles(self, story: int, wanted: ArticleFilter = ALL) -> list[StoryArticle]:
        """The articles of a story that pass a filter, in time order."""
        among = passing(self._connection, replace(wanted, story=story))
        passes = f"AND t.article IN ({among.numbers})" if wanted.given else ""
        return all_rows(
            self._connection,
            StoryArticle,
            f"""
            SELECT t.at, t.outlet, t.article, t.title, t.copy_group, a.url, a.words, a.language,
              a.published_at
            FROM story_timeline t JOIN articles a ON a.id = t.article
            WHERE t.story = :of {passes} ORDER BY t.position
            """,
            among.values | {"of": story},
        )

    def log(self, story: int) -> list[StoryEvent]:
        """What happened to a story, oldest first."""
        return all_rows(
            self._connection,
            StoryEvent,
            "SELECT at, event, other, copy_groups FROM story_log WHERE story = ? ORDER BY id",
            (story,),
        )

    def times(self, stories: Sequence[int]) -> dict[int, list[str]]:
        """Times of the articles of stories, in order."""
        rows = all_rows(
            self._connection,
            _StoryTime,
            """
            SELECT g.story, coalesce(a.published_at, a.first_seen_at) AS at
            FROM json_each(?) j CROSS JOIN copy_groups g ON g.story = j.value
            JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article
            ORDER BY at
            """,
            (json.dumps(list(stories)),),
        )
        found: dict[int, list[str]] = {story: [] for story in stories}
        for row in rows:
            found[row.story].append(row.at)
        return found

    def first_publishers(self, story: int, wanted: ArticleFilter = ALL) -> list[FirstPublisher]:
        """Outlets of a story by the end of the interval in which they may have had it first.

        Of the articles that pass a filter, as if there were no others.
        """
        among = passing(self._connection, replace(wanted, story=story))
        source = "first_publishers"
        if wanted.given:
            rows = f"SELECT * FROM memberships WHERE article IN ({among.numbers})"
            source = view_over(self._connection, source, "memberships", rows)
        return all_rows(
            self._connection,
            FirstPublisher,
            f"""
            SELECT {", ".join(FirstPublisher._fields)}
            FROM {source} WHERE story = :of ORDER BY not_after, stated_at, outlet
            """,
            among.values | {"of": story},
        )

    def agencies(self, story: int) -> list[CarriedAgency]:
        """Agencies that the articles of a story carry, and in how many of them."""
        return all_rows(
            self._connection,
            CarriedAgency,
            """
            SELECT agency, count(*) AS articles FROM (
              SELECT c.agency, c.article FROM memberships m JOIN credits c ON c.article = m.article
              WHERE m.story = :story AND c.confidence >= 0.5
              UNION SELECT t.agency, t.article
              FROM memberships m JOIN agency_twins t ON t.article = m.article
              WHERE m.story = :story AND t.confidence >= 0.5
            ) GROUP BY agency ORDER BY articles DESC, agency
            """,
            {"story": story},
        )

    def counts(self) -> GroupCounts:
        """How many copy groups and stories there are."""
        found = one_row(
            self._connection,
            GroupCounts,
            """
            SELECT count(*) AS texts, count(CASE WHEN articles > 1 THEN 1 END) AS copy_groups,
              (SELECT count(*) FROM stories WHERE merged_into IS NULL) AS stories,
              (SELECT count(*) FROM stories WHERE merged_into IS NULL AND outlets > 1)
                AS shared_stories
            FROM copy_groups
            """,
        )
        assert found is not None  # a count has a row
        return found


def by_copy_group(articles: Iterable[StoryArticle]) -> list[list[StoryArticle]]:
    """Articles of a story by copy group; groups and members in the order given."""
    found: dict[int, list[StoryArticle]] = {}
    for article in articles:
        found.setdefault(article.copy_group, []).append(article)
    return list(found.values())
