"""What can be taken away: named queries with stable columns, of the articles that pass a filter."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from crawler.store.queries import attention, coverage
from crawler.store.queries.copy_network import NetworkEdge
from crawler.store.queries.narrowed_views import (
    Narrowed,
    copies_among,
    network_of,
    pair_network_of,
    pairs_of,
    stars_of,
    view_over,
)
from crawler.store.queries.passing import passing
from crawler.store.queries.rows import with_lists
from crawler.types import ALL, ArticleFilter


class ArticleRow(NamedTuple):
    """A row of the export `articles`: see `article_overview` and `articles`."""

    article: int
    url: str
    outlet: str
    title: str
    authors: tuple[str, ...]
    language: str | None
    section: str | None
    published_at: str | None
    published_precision: str | None
    published_source: str | None
    published_doubt: str | None
    first_seen_at: str
    previous_poll_at: str | None
    modified_at: str | None
    tags: tuple[str, ...]
    words: int
    agency: int
    agencies: tuple[str, ...]
    revisions: int
    copy_group: int | None
    story: int | None
    paywalled: int | None
    reserved: str | None
    kind: str | None
    text: str | None
    """None where it was not asked for"""


class CopyPair(NamedTuple):
    """A row of the export `pairs`: see the view `copy_pairs`."""

    earlier: str
    earlier_article: int
    later: str
    later_article: int
    at: str
    lag_hours: float
    tied: int
    jaccard: float
    containment: float


class DescribedOutlet(NamedTuple):
    """A row of the export `outlets`."""

    outlet: str
    name: str
    home: str | None
    country: str | None
    language: str | None
    agency: int
    articles: int
    """those that pass the filter"""
    feeds: str
    """JSON array of addresses"""


Narrow = Callable[[sqlite3.Connection, ArticleFilter], Narrowed]
"""The rows of an export that a filter leaves."""


class _Export(NamedTuple):
    columns: str
    source: str
    order: str
    narrow: Narrow
    texts: frozenset[str] = frozenset()
    """columns that quote what an outlet wrote: left out of what is to be shared"""


_OUTLETS = """(SELECT o.slug AS outlet, o.name, o.home, o.country, o.language, o.agency,
  (SELECT count(*) FROM articles a WHERE a.outlet = o.id{among}) AS articles,
  (SELECT json_group_array(s.url) FROM sources s
   WHERE s.outlet = o.id AND s.kind = 'feed' AND s.retired_at IS NULL
     AND s.same_as IS NULL) AS feeds FROM outlets o)"""
_ARTICLES = """(SELECT v.*, a.authors, a.section, a.published_source, a.modified_at, a.paywalled,
  a.reserved, t.text FROM article_overview v JOIN articles a ON a.id = v.article
  JOIN article_texts t ON t.article = v.article)"""
_REVISIONS = """(SELECT r.*, a.url, o.slug AS outlet FROM revisions r
  JOIN articles a ON a.id = r.article JOIN outlets o ON o.id = a.outlet)"""
_COPIES = """(SELECT c.*, x.url AS url_a, y.url AS url_b, ox.slug AS outlet_a, oy.slug AS outlet_b
  FROM {} c JOIN articles x ON x.id = c.a JOIN articles y ON y.id = c.b
  JOIN outlets ox ON ox.id = x.outlet JOIN outlets oy ON oy.id = y.outlet)"""


def _where(source: str, condition: str, *, by_story: bool = False) -> Narrow:
    """Rows for which a condition holds; {numbers} are the articles that pass, {stories} theirs."""

    def narrow(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
        among = passing(connection, wanted)
        stories = f"SELECT story FROM memberships WHERE article IN ({among.numbers})"
        # Said of the view itself, or SQLite puts all stories in order.
        one = "story = :story AND " if by_story and wanted.story is not None else ""
        holds = condition.format(numbers=among.numbers, stories=stories)
        return Narrowed(f"(SELECT * FROM {source} WHERE {one}{holds})", among.values)

    return narrow


def _view(view: str, table: str, rows: str) -> Narrow:
    """A view that reads `rows` in the place of a table."""

    def narrow(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
        among = passing(connection, wanted)
        narrowed = rows.format(numbers=among.numbers)
        return Narrowed(view_over(connection, view, table, narrowed), among.values)

    return narrow


def _copies(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    among = passing(connection, wanted)
    return Narrowed(_COPIES.format(f"({copies_among(connection, among)})"), among.values)


_BY_OUTLET = {
    "outlet": "outlet IN (SELECT value FROM json_each(:outlet))",
    "country": "outlet IN (SELECT slug FROM outlets"
    " WHERE country IN (SELECT value FROM json_each(:country)))",
    "topic": "1",  # its conditions stand beside it
}
"""Conditions that have a meaning for an outlet itself."""


def _days(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """Days of outlets: no articles, and no condition of articles has a meaning for them."""
    conditions = _BY_OUTLET | {"since": "day || 'T23:59:59Z' >= :since", "until": "day <= :until"}
    for name in wanted.given:
        if name not in conditions:
            of = f" (of the topic {wanted.topic})" if wanted.topic else ""
            raise ValueError(f"{name}{of} means nothing for days, whose rows are not articles")
    holds = " AND ".join(conditions[name] for name in wanted.given)
    return Narrowed(f"(SELECT * FROM outlet_day WHERE {holds})", passing(connection, wanted).values)


def _outlets(connection: sqlite3.Connection, wanted: ArticleFilter) -> Narrowed:
    """The outlets chosen; with a condition of articles, those that have one that passes."""
    among = passing(connection, wanted)
    holds = [_BY_OUTLET.get(name, "articles > 0") for name in wanted.given]
    counted = _OUTLETS.format(among=f" AND a.id IN ({among.numbers})")
    return Narrowed(f"(SELECT * FROM {counted} WHERE {' AND '.join(holds)})", among.values)


_OF_ARTICLE = "article IN ({numbers})"
_COMPUTED = ""
"""The source of an export that `narrow` makes also for every article."""
_EXPORTS = {
    "articles": _Export(
        " ".join(ArticleRow._fields),
        _ARTICLES,
        "article",
        _where(_ARTICLES, _OF_ARTICLE),
        frozenset({"text"}),
    ),
    "stories": _Export(
        "story title outlets articles copy_groups copies languages first_at last_at closes_at "
        "event",
        "story_overview",
        "story",
        _where("story_overview", "story IN ({stories})", by_story=True),
    ),
    "events": _Export(
        "event title stories articles outlets languages first_at last_at",
        "event_overview",
        "event",
        _where("event_overview", "event IN (SELECT event FROM stories WHERE id IN ({stories}))"),
    ),
    "timeline": _Export(
        "story position at at_is_published outlet article title copy_group",
        "story_timeline",
        "story, position",
        _where("story_timeline", _OF_ARTICLE, by_story=True),
    ),
    "first": _Export(
        "story outlet not_before not_after stated_at article may_be_first tied",
        "first_publishers",
        "story, not_after, outlet",
        _view("first_publishers", "memberships", f"SELECT * FROM memberships WHERE {_OF_ARTICLE}"),
    ),
    "copies": _Export(
        "a url_a outlet_a b url_b outlet_b relation jaccard containment_a containment_b shared "
        "revision_a revision_b joined scheme passage",
        _COPIES.format("copies"),
        "a, b",
        _copies,
        frozenset({"passage"}),
    ),
    "pairs": _Export(
        " ".join(CopyPair._fields), "copy_pairs", "earlier_article, later_article", pairs_of
    ),
    "stars": _Export(
        "earlier earlier_article later later_article copy_group at lag_hours tied containment",
        "star_pairs",
        "copy_group, earlier_article, later_article",
        stars_of,
    ),
    "network": _Export(" ".join(NetworkEdge._fields), "star_network", "earlier, later", network_of),
    "network-pairs": _Export(
        " ".join(NetworkEdge._fields), "copy_network", "earlier, later", pair_network_of
    ),
    "agencies": _Export(
        "outlet week articles attributed contained twin agency_copy share",
        "agency_share",
        "outlet, week",
        _view("agency_share", "articles", "SELECT * FROM articles WHERE id IN ({numbers})"),
    ),
    "headlines": _Export(
        "article outlet before after seen_at",
        "headline_changes",
        "article, seen_at",
        _where("headline_changes", _OF_ARTICLE),
    ),
    "attention": _Export(attention.COLUMNS, _COMPUTED, "outlet, day", attention.attention_of),
    "coverage": _Export(coverage.COLUMNS, _COMPUTED, "place, outlet", coverage.coverage_of),
    "revisions": _Export(
        "article url outlet revision title authors words modified_at fetched_at replaced_at ours "
        "text",
        _REVISIONS,
        "article, revision",
        _where(_REVISIONS, _OF_ARTICLE),
        frozenset({"text"}),
    ),
    "days": _Export(
        "outlet day polls read unchanged denied failed listed offered articles gaps gap_seconds",
        "outlet_day",
        "outlet, day",
        _days,
    ),
    "outlets": _Export(
        " ".join(DescribedOutlet._fields),
        _OUTLETS.format(among=""),
        "outlet",
        _outlets,
    ),
}
EXPORTS = tuple(_EXPORTS)
"""What can be exported."""
NETWORKS = ("network", "network-pairs")
"""Those of EXPORTS whose rows are edges of a network."""


class Exported(NamedTuple):
    """Columns and rows of an export, and the query that gives them."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    query: str
    values: dict[str, object]
    """what the query binds"""


class Exports:
    """Streams the exports; reads nothing before it is asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def export(self, what: str, wanted: ArticleFilter = ALL, *, text: bool = True) -> Exported:
        """One of EXPORTS, with or without the outlets' own words.

        Raises ValueError when the filter has no meaning for its rows, WordsError as `passing` does.
        """
        export = _EXPORTS[what]
        columns = tuple(c for c in export.columns.split() if text or c not in export.texts)
        source, values = self._narrowed(what, wanted)
        query = f"SELECT {', '.join(columns)} FROM {source} ORDER BY {export.order}"
        cursor = self._connection.execute(query, values)
        rows = (tuple(row) for row in cursor)
        return Exported(columns, rows, " ".join(query.split()), values)

    def articles(
        self, wanted: ArticleFilter = ALL, *, text: bool, limit: int
    ) -> Iterator[ArticleRow]:
        """The export `articles`, with or without texts; limit -1: all of them."""
        rows = self.export("articles", wanted, text=text).rows
        for row in islice(rows, None if limit < 0 else limit):
            found = ArticleRow._make(row if text else (*row, None))
            yield with_lists(found, ("authors", "tags", "agencies"))

    def pairs(self, wanted: ArticleFilter = ALL) -> Iterator[CopyPair]:
        """The export `pairs`."""
        return map(CopyPair._make, self.export("pairs", wanted).rows)

    def outlets(self) -> Iterator[DescribedOutlet]:
        """The export `outlets`."""
        return map(DescribedOutlet._make, self.export("outlets").rows)

    def check(self, what: str, wanted: ArticleFilter) -> None:
        """Raise ValueError when a filter has no meaning for the rows of an export."""
        self._narrowed(what, wanted)

    def _narrowed(self, what: str, wanted: ArticleFilter) -> Narrowed:
        export = _EXPORTS[what]
        if wanted.given or export.source == _COMPUTED:
            return export.narrow(self._connection, wanted)
        return Narrowed(export.source, {})
