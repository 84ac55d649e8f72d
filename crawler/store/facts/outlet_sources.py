"""Outlets and their sources."""

from __future__ import annotations

import sqlite3

from crawler.parsing.urls import host
from crawler.types import Agency, Outlet


class Outlets:
    """Publishers that this file knows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def save(self, outlet: Outlet) -> int:
        """Write or bring up to date an outlet and its sources; its number."""
        row = self._connection.execute(
            """
            INSERT INTO outlets (slug, name, home, country, language, agency)
            VALUES (:slug, :name, :home, :country, :language, :agency)
            ON CONFLICT (slug) DO UPDATE SET name = :name, home = :home, country = :country,
              language = :language, agency = :agency
            RETURNING id
            """,
            {
                "slug": outlet.slug,
                "name": outlet.name,
                "home": outlet.home,
                "country": outlet.country,
                "language": outlet.language,
                "agency": int(outlet.agency),
            },
        ).fetchone()
        self._connection.executemany(
            """
            INSERT INTO sources (outlet, url, kind) VALUES (?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET kind = excluded.kind
            """,
            [(row["id"], source.url, source.kind) for source in outlet.sources],
        )
        return int(row["id"])

    def ensure(self, slug: str, *, agency: str | None = None) -> int:
        """Number of an outlet by its slug.

        An unknown one is made, named by its slug, or by the name of the `agency` that it is.
        """
        self._connection.execute(
            """
            INSERT INTO outlets (slug, name, agency) VALUES (?, ?, ?)
            ON CONFLICT (slug) DO NOTHING
            """,
            (slug, agency or slug, int(agency is not None)),
        )
        return self.number(slug)

    def agencies(self) -> tuple[Agency, ...]:
        """The outlets that are news agencies, by their names and the addresses of their sites."""
        rows = self._connection.execute(
            "SELECT name, home FROM outlets WHERE agency = 1 ORDER BY id"
        )
        return tuple(
            Agency(name=row["name"], domains=(host(row["home"]),) if row["home"] else ())
            for row in rows
        )

    def number(self, slug: str) -> int:
        """Number of a known outlet."""
        row = self._connection.execute("SELECT id FROM outlets WHERE slug = ?", (slug,)).fetchone()
        return int(row["id"])
