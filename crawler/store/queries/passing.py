"""The one way from an ArticleFilter to SQL: which articles pass, and which stories.

A condition is about an article `a`, a row of `articles`. The index `articles_when` has all that
most conditions look at, so that texts are not read.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from crawler.store.queries.search_match import Search, search_of
from crawler.types import ArticleFilter

AT = "coalesce(a.published_at, a.first_seen_at)"
"""When an article was published, or first seen where that is unknown."""
FEW = 10_000
"""Articles that are all looked at; of more, stories are gone through until enough pass."""
RECENT = 50_000
"""Articles since a time that are looked up; of more, all of an index are gone through."""
_BY_NUMBER = "articles a INDEXED BY articles_when"
_NAMED = {
    "outlet": "slug IN (SELECT value FROM json_each(:outlet))",
    "country": "country IN (SELECT value FROM json_each(:country))",
}
"""Conditions on a row of `outlets`."""
_WITH_AGENCY = """(a.outlet IN (SELECT id FROM outlets WHERE agency = 1)
  OR EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.confidence >= 0.5)
  OR EXISTS (SELECT 1 FROM agency_twins t WHERE t.article = a.id AND t.confidence >= 0.5))"""

_OF_FEW = {"words", "outlet", "country", "since", "until"}
"""Conditions that are looked at for each article of a few outlets."""
_ALIVE = "SELECT * FROM stories s WHERE s.merged_into IS NULL"


@dataclass(frozen=True, slots=True)
class Passing:
    """The articles that pass a filter."""

    wanted: ArticleFilter
    search: Search | None
    source: str
    """FROM: articles `a`, with the index that has what the conditions look at"""
    conditions: tuple[str, ...]
    about: int
    """how many of the conditions are not of the search; they come first"""
    values: dict[str, object]

    @property
    def all(self) -> bool:
        """Whether every article passes."""
        return not self.conditions

    @property
    def where(self) -> str:
        """All conditions as one."""
        return " AND ".join(self.conditions) or "1"

    def all_but(self, index: str) -> list[str]:
        """All conditions but that the full-text index `index` finds an article."""
        search = self.search.conditions(but=index) if self.search else []
        return [*self.conditions[: self.about], *search]

    @property
    def numbers(self) -> str:
        """A query of their numbers."""
        return f"SELECT a.id FROM {self.source} WHERE {self.where}"

    @property
    def stories(self) -> str:
        """FROM: the living stories `s` of which an article passes."""
        if self.all:
            return f"({_ALIVE}) s"
        return _stories_of(self.numbers)

    def first_stories(self, connection: sqlite3.Connection) -> tuple[str, dict[str, object]]:
        """`stories` for a question that reads the first of them in an order, with its values."""
        if self.all:
            return self.stories, {}
        few = [row[0] for row in connection.execute(f"{self.numbers} LIMIT {FEW + 1}", self.values)]
        if len(few) <= FEW:
            return _stories_of("SELECT value AS id FROM json_each(:few)"), {"few": json.dumps(few)}
        # These are cheap to look at, and leave few stories to look into.
        outlines = {
            "min_outlets": "s.outlets >= :min_outlets",
            "since": "s.last_at >= :since",
            "until": "s.first_at <= :until",
        }
        hints = [f"AND {hint}" for name, hint in outlines.items() if name in self.values]
        source = f"""({_ALIVE} {" ".join(hints)} AND EXISTS (SELECT 1 FROM memberships m
            CROSS JOIN articles a INDEXED BY articles_when ON a.id = m.article
            WHERE m.story = s.id AND {self.where})) s"""
        return source, self.values


def _stories_of(numbers: str) -> str:
    return f"""(SELECT DISTINCT m.story AS number FROM ({numbers}) p
      CROSS JOIN memberships m ON m.article = p.id WHERE m.story IS NOT NULL) q
      CROSS JOIN ({_ALIVE}) s ON s.id = q.number"""


def named_outlets(wanted: ArticleFilter) -> str:
    """A condition on a row of `outlets`: that the filter names it, or its country, if any."""
    return " AND ".join(named for name, named in _NAMED.items() if name in wanted.given) or "1"


def passing(connection: sqlite3.Connection, wanted: ArticleFilter) -> Passing:
    """Which articles pass. Raises WordsError for a search that cannot be understood."""
    search = search_of(connection, wanted.words)
    values: dict[str, object] = {
        name: json.dumps(value) if isinstance(value, list) else value
        for name, value in wanted.given.items()
        if name != "words"
    }
    languages = {f"language{n}": tag for n, tag in enumerate(wanted.language)}
    about = _about(wanted, languages)
    return Passing(
        wanted,
        search,
        _source(connection, wanted),
        (*about, *(search.conditions() if search else ())),
        len(about),
        values | languages | (search.values if search else {}),
    )


def _source(connection: sqlite3.Connection, wanted: ArticleFilter) -> str:
    """Where few articles are found that may pass, without reading their rows."""
    outlets = named_outlets(wanted)
    of_outlets = bool(wanted.outlet or wanted.country) and not wanted.language
    if of_outlets and set(wanted.given) <= _OF_FEW and wanted.words:
        (articles,) = connection.execute(
            f"SELECT sum(articles) FROM outlets WHERE {outlets}",
            {"outlet": json.dumps(wanted.outlet), "country": json.dumps(wanted.country)},
        ).fetchone()
        of_outlets = articles is not None and articles <= RECENT
    else:
        of_outlets = of_outlets and not wanted.has_subject
    if of_outlets:
        return f"""(SELECT id FROM outlets WHERE {outlets}) h
          CROSS JOIN articles a INDEXED BY articles_outlet ON a.outlet = h.id"""
    if wanted.since is None or wanted.has_subject:
        return _BY_NUMBER
    for found in ("published_at >= :since", "published_at IS NULL"):
        (articles,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM articles WHERE {found} LIMIT {RECENT + 1})",
            {"since": wanted.since},
        ).fetchone()
        if articles > RECENT:
            return _BY_NUMBER
    return f"""(SELECT id FROM articles WHERE published_at >= :since
      UNION ALL SELECT id FROM articles WHERE published_at IS NULL AND first_seen_at >= :since) r
      CROSS JOIN {_BY_NUMBER} ON a.id = r.id"""


def _about(wanted: ArticleFilter, languages: dict[str, str]) -> list[str]:
    """The conditions of a filter but for its words, those that are soonest looked at first."""
    # The plus: an index that begins with the article is not gone through once an outlet.
    of_outlet = "+a.outlet IN (SELECT id FROM outlets WHERE {})"
    spoken = (
        "a.language IS NULL"
        if tag == "und"
        else f"a.language = :{name} COLLATE NOCASE OR a.language LIKE :{name} || '-%'"
        for name, tag in languages.items()
    )
    found = {
        "story": "a.id IN (SELECT article FROM memberships WHERE story = :story)",
        "outlet": of_outlet.format(_NAMED["outlet"]),
        "country": of_outlet.format(_NAMED["country"]),
        "since": f"{AT} >= :since",
        "until": f"{AT} <= :until",
        "language": f"({' OR '.join(spoken)})",
        "agency": _WITH_AGENCY if wanted.agency else f"NOT {_WITH_AGENCY}",
        "min_outlets": """(SELECT s.outlets FROM memberships m JOIN stories s ON s.id = m.story
          WHERE m.article = a.id) >= :min_outlets""",
    }
    return [condition for name, condition in found.items() if name in wanted.given]
