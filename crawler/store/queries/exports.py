"""What can be taken away: named queries with stable columns, narrowed down, streamed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from crawler.store.queries.narrowed_views import network_over, pairs_among

_AT = "coalesce(published_at, first_seen_at)"
_OUTLET = "(SELECT id FROM outlets WHERE slug = :outlet)"
_OF_STORY = "SELECT article FROM memberships WHERE story = :story"
_OF_OUTLET = f"SELECT id FROM articles WHERE outlet = {_OUTLET}"
_SINCE = """SELECT id FROM articles WHERE published_at >= :since
  UNION ALL SELECT id FROM articles WHERE published_at IS NULL AND first_seen_at >= :since"""
_TOLD = f"""(SELECT m.story FROM articles a JOIN memberships m ON m.article = a.id
  WHERE a.outlet = {_OUTLET})"""


class RowFilter(NamedTuple):
    """Which rows of an export; what is not given lets all through."""

    since: str | None = None
    """at this time or later"""
    until: str | None = None
    """at this time or before"""
    story: int | None = None
    outlet: str | None = None


ALL = RowFilter()


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


class NetworkEdge(NamedTuple):
    """A row of the export `network`: copies between two outlets."""

    earlier: str
    later: str
    copies: int
    tied: int
    """of these, copies whose order is not known"""
    lag_hours: float
    """median"""
    containment: float
    """mean"""


class DescribedOutlet(NamedTuple):
    """A row of the export `outlets`."""

    outlet: str
    name: str
    home: str | None
    country: str | None
    language: str | None
    agency: int
    feeds: str
    """JSON array of addresses"""


class _Export(NamedTuple):
    columns: str
    source: str
    order: str
    times: tuple[str, str]
    """expressions for `since` and `until`: alike but for what has a length"""
    story: str | None
    """condition; None: the rows are of no story"""
    outlet: str
    texts: frozenset[str] = frozenset()
    """columns that quote what an outlet wrote: left out of what is to be shared"""


_EXPORTS = {
    "articles": _Export(
        "article url outlet title authors language section published_at published_precision "
        "published_source published_doubt first_seen_at previous_poll_at modified_at tags words "
        "agency agencies revisions copy_group story paywalled reserved kind text",
        """(SELECT v.*, a.authors, a.section, a.published_source, a.modified_at, a.paywalled,
          a.reserved, t.text FROM article_overview v JOIN articles a ON a.id = v.article
          JOIN article_texts t ON t.article = v.article)""",
        "article",
        (_AT, _AT),
        f"article IN ({_OF_STORY})",
        f"article IN ({_OF_OUTLET})",
        frozenset({"text"}),
    ),
    "stories": _Export(
        "story title outlets articles copy_groups copies languages first_at last_at closes_at "
        "event",
        "story_overview",
        "story",
        ("last_at", "first_at"),
        "story = :story",
        f"story IN {_TOLD}",
    ),
    "events": _Export(
        "event title stories articles outlets languages first_at last_at",
        "event_overview",
        "event",
        ("last_at", "first_at"),
        "event = (SELECT event FROM stories WHERE id = :story)",
        f"event IN (SELECT event FROM stories WHERE id IN {_TOLD})",
    ),
    "timeline": _Export(
        "story position at at_is_published outlet article title copy_group",
        "story_timeline",
        "story, position",
        ("at", "at"),
        "story = :story",
        "outlet = :outlet",
    ),
    "first": _Export(
        "story outlet not_before not_after stated_at article may_be_first tied",
        "first_publishers",
        "story, not_after, outlet",
        ("not_after", "not_after"),
        "story = :story",
        "outlet = :outlet",
    ),
    "copies": _Export(
        "a url_a outlet_a b url_b outlet_b relation jaccard containment_a containment_b shared "
        "revision_a revision_b joined scheme passage",
        """(SELECT c.*, x.url AS url_a, y.url AS url_b, ox.slug AS outlet_a, oy.slug AS outlet_b,
          coalesce(x.published_at, x.first_seen_at) AS at_a,
          coalesce(y.published_at, y.first_seen_at) AS at_b
          FROM copies c JOIN articles x ON x.id = c.a JOIN articles y ON y.id = c.b
          JOIN outlets ox ON ox.id = x.outlet JOIN outlets oy ON oy.id = y.outlet)""",
        "a, b",
        ("max(at_a, at_b)", "min(at_a, at_b)"),
        f"(a IN ({_OF_STORY}) AND b IN ({_OF_STORY}))",
        ":outlet IN (outlet_a, outlet_b)",
        frozenset({"passage"}),
    ),
    "pairs": _Export(
        " ".join(CopyPair._fields),
        "copy_pairs",
        "earlier_article, later_article",
        ("at", "at"),
        "1",  # by view_over()
        ":outlet IN (earlier, later)",
    ),
    "network": _Export(
        " ".join(NetworkEdge._fields),
        "copy_network",
        "earlier, later",
        ("at", "at"),
        "1",  # by view_over()
        ":outlet IN (earlier, later)",
    ),
    "agencies": _Export(
        "outlet week articles attributed contained twin agency_copy share",
        "agency_share",
        "outlet, week",
        ("week || 'T23:59:59Z'", "week"),
        None,
        "outlet = :outlet",
    ),
    "headlines": _Export(
        "article outlet before after seen_at",
        "headline_changes",
        "article, seen_at",
        ("seen_at", "seen_at"),
        f"article IN ({_OF_STORY})",
        "outlet = :outlet",
    ),
    "revisions": _Export(
        "article url outlet revision title authors words modified_at fetched_at replaced_at ours "
        "text",
        """(SELECT r.*, a.url, o.slug AS outlet FROM revisions r
          JOIN articles a ON a.id = r.article JOIN outlets o ON o.id = a.outlet)""",
        "article, revision",
        ("replaced_at", "replaced_at"),
        f"article IN ({_OF_STORY})",
        "outlet = :outlet",
        frozenset({"text"}),
    ),
    "days": _Export(
        "outlet day polls read unchanged denied failed listed offered articles gaps gap_seconds",
        "outlet_day",
        "outlet, day",
        ("day || 'T23:59:59Z'", "day"),
        None,
        "outlet = :outlet",
    ),
    "outlets": _Export(
        " ".join(DescribedOutlet._fields),
        """(SELECT o.slug AS outlet, o.name, o.home, o.country, o.language, o.agency,
          (SELECT json_group_array(s.url) FROM sources s
           WHERE s.outlet = o.id AND s.kind = 'feed' AND s.retired_at IS NULL
             AND s.same_as IS NULL) AS feeds FROM outlets o)""",
        "outlet",
        ("NULL", "NULL"),
        None,
        "outlet = :outlet",
    ),
}
EXPORTS = tuple(_EXPORTS)
"""What can be exported."""


class Exported(NamedTuple):
    """Columns and rows of an export, and the query that gives them."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    query: str


class Exports:
    """Streams the exports; reads nothing before it is asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def export(self, what: str, wanted: RowFilter = ALL, *, text: bool = True) -> Exported:
        """One of EXPORTS, with or without the outlets' own words.

        Raises ValueError when its rows cannot be narrowed down so.
        """
        export = _EXPORTS[what]
        columns = tuple(c for c in export.columns.split() if text or c not in export.texts)
        where = _conditions(what, export, wanted)
        source = export.source
        if what in ("pairs", "network") and where:
            pairs = self._pairs(wanted)
            source = pairs
            if what == "network":
                source, where = network_over(self._connection, f"{pairs}{where}"), ""
        query = f"SELECT {', '.join(columns)} FROM {source}{where} ORDER BY {export.order}"
        cursor = self._connection.execute(query, wanted._asdict())
        return Exported(columns, (tuple(row) for row in cursor), " ".join(query.split()))

    def pairs(self, wanted: RowFilter = ALL) -> Iterator[CopyPair]:
        """The export `pairs`."""
        return map(CopyPair._make, self.export("pairs", wanted).rows)

    def network(self, wanted: RowFilter = ALL) -> Iterator[NetworkEdge]:
        """The export `network`."""
        return map(NetworkEdge._make, self.export("network", wanted).rows)

    def outlets(self) -> Iterator[DescribedOutlet]:
        """The export `outlets`."""
        return map(DescribedOutlet._make, self.export("outlets").rows)

    def check(self, what: str, wanted: RowFilter) -> None:
        """Raise ValueError when the rows of an export cannot be narrowed down so."""
        _conditions(what, _EXPORTS[what], wanted)

    def _pairs(self, wanted: RowFilter) -> str:
        if wanted.story is not None:
            return pairs_among(self._connection, _OF_STORY, both=True)
        if wanted.outlet is not None:
            return pairs_among(self._connection, _OF_OUTLET, both=False)
        if wanted.since is not None:
            return pairs_among(self._connection, _SINCE, both=False)
        return "copy_pairs"


def _conditions(what: str, export: _Export, wanted: RowFilter) -> str:
    since, until = export.times
    found = []
    if wanted.story is not None:
        if export.story is None:
            raise ValueError(f"{what} are of no story")
        found.append(export.story)
    if wanted.outlet is not None:
        found.append(export.outlet)
    if wanted.since is not None or wanted.until is not None:
        if since == "NULL":
            raise ValueError(f"{what} have no time")
        found += [f"{since} >= :since"] if wanted.since is not None else []
        found += [f"{until} <= :until"] if wanted.until is not None else []
    return f" WHERE {' AND '.join(found)}" if found else ""
