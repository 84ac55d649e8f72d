"""The language in which each copy group is compared, and what says so."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from crawler.store.findings.numbered_stories import first_article

READ = 200
"""Headlines that are read to tell a language."""


class StoryLanguages:
    """The `language` of copy groups that wait for the story linker."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def take_from_articles(self) -> None:
        """Give those the language that most of their articles state."""
        self._connection.execute(
            """
            UPDATE copy_groups SET language_source = iif(told.language IS NULL, NULL, 'article'),
              language = told.language
            FROM (SELECT g.id, (SELECT a.language
                FROM memberships m JOIN articles a ON a.id = m.article
                WHERE m.copy_group = g.id AND a.language IS NOT NULL
                GROUP BY a.language ORDER BY count(*) DESC, a.language LIMIT 1) AS language
              FROM copy_groups g WHERE g.linked_at IS NULL) told
            WHERE told.id = copy_groups.id
            """
        )

    def unknown(self) -> dict[int, list[int]]:
        """Those without a language, by outlet."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        rows = self._connection.execute(
            f"""
            SELECT a.outlet, g.id FROM copy_groups g
            JOIN articles a ON a.id = {first_article("g.id")}
            WHERE g.linked_at IS NULL AND g.language IS NULL ORDER BY a.outlet, g.id
            """
        )
        for row in rows:
            found[row["outlet"]].append(row["id"])
        return dict(found)

    def of_outlet(self, outlet: int) -> str | None:
        """The language of an outlet: as described, or that of more than half of its articles."""
        row = self._connection.execute(
            "SELECT language FROM outlets WHERE id = ?", (outlet,)
        ).fetchone()
        return row["language"] or self._most_frequent("WHERE outlet = ?", (outlet,))

    def of_file(self) -> str | None:
        """The language of more than half of the articles that have one."""
        return self._most_frequent("", ())

    def headlines(self, outlet: int | None = None) -> list[str]:
        """Headlines of an outlet, or of the file: the first READ by address."""
        where = "" if outlet is None else "WHERE outlet = :outlet"
        rows = self._connection.execute(
            f"SELECT title FROM articles {where} ORDER BY url LIMIT {READ}", {"outlet": outlet}
        )
        return [row["title"] for row in rows]

    def tell(self, groups: Sequence[int], language: str, source: str) -> None:
        """Give some the language that a source says."""
        self._connection.execute(
            """
            UPDATE copy_groups SET language = ?, language_source = ?
            WHERE id IN (SELECT value FROM json_each(?))
            """,
            (language, source, json.dumps(groups)),
        )

    def _most_frequent(self, where: str, values: tuple[int, ...]) -> str | None:
        rows = self._connection.execute(
            f"SELECT language, count(*) AS texts FROM articles {where} GROUP BY language", values
        ).fetchall()
        known = {row["language"]: row["texts"] for row in rows if row["language"] is not None}
        most = max(known, key=lambda language: (known[language], language), default=None)
        return most if most is not None and known[most] * 2 > sum(known.values()) else None
