"""Small stores whose articles, copies and stories are said outright."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crawler.store import open_store
from tests.conftest import NOW


class Told:
    """A store file in which a test tells who published what when."""

    def __init__(self, path: Path) -> None:
        self.path = path
        store = open_store(path)
        with store.batch():
            store.runs.open("test", now=NOW, pid=1)
        store.close()
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")  # a thousand articles in a moment
        self.connection.execute("INSERT INTO stories (id, title) VALUES (1, 'a story')")
        self._outlets: dict[str, int] = {}

    def outlet(self, slug: str, *, name: str = "", agency: bool = False) -> int:
        """Number of an outlet; made when it is new."""
        if slug not in self._outlets:
            cursor = self.connection.execute(
                "INSERT INTO outlets (slug, name, agency) VALUES (?, ?, ?)",
                (slug, name or slug, agency),
            )
            self._outlets[slug] = int(cursor.lastrowid or 0)
        return self._outlets[slug]

    def article(
        self,
        outlet: str,
        *,
        published: str | None = None,
        seen: str = NOW,
        polled: str | None = None,
        precision: str = "second",
        title: str = "a headline",
        text: str = "a text",
        copy_of: int | None = None,
        story: int | None = 1,
    ) -> int:
        """An article of its own copy group, or of that of another."""
        number = int(
            self.connection.execute(
                "INSERT INTO articles (outlet, url, title, text, words, published_at,"
                " published_precision, first_seen_at, previous_poll_at, text_hash, run)"
                " SELECT ?, 'https://x.org/' || count(*), ?, ?, 2, ?, ?, ?, ?, count(*), 1"
                " FROM articles",
                (self.outlet(outlet), title, text, published, published and precision, seen,
                 polled),
            ).lastrowid or 0
        )  # fmt: skip
        if copy_of is None:
            self.connection.execute(
                "INSERT INTO copy_groups (id, story, articles, at) VALUES (?, ?, 1, ?)",
                (number, story, published or seen),
            )
        else:
            self.connection.execute(
                "INSERT INTO copies VALUES"
                " (?, ?, 'contains', 0.5, 0.6, 0.9, 30, 2, 0, 'a passage', 0, 0, 1, 'test')",
                (copy_of, number),
            )
            self.connection.execute(
                "UPDATE copy_groups SET articles = articles + 1 WHERE id = ?", (copy_of,)
            )
        self.connection.execute(
            "INSERT INTO memberships (article, copy_group) VALUES (?, ?)",
            (number, copy_of or number),
        )
        return number

    def credit(self, article: int, via: str, *, confidence: float = 0.9) -> None:
        """An article carries Meridian."""
        self.connection.execute(
            "INSERT INTO credits VALUES (?, 'Meridian', ?, 'evidence', ?)",
            (article, via, confidence),
        )

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What a query gives."""
        return self.connection.execute(sql).fetchall()
