"""Articles that two files both have: read from one page, or of one address.

Two pages may claim one address, but different texts are never one article.
"""

from __future__ import annotations

import sqlite3

from crawler.store.facts.text_identity import Text, are_one_article


class SharedArticles:
    """Finds what this file and the attached one both have."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self) -> None:
        """Note them in the table `same`; in `moved`, what has another address from now on."""
        for table in ("same (theirs PRIMARY KEY, ours)", "moved (theirs PRIMARY KEY, url UNIQUE)"):
            self._connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")
            self._connection.execute(f"DELETE FROM {table.partition(' ')[0]}")
        self._connection.execute(
            """
            INSERT INTO same SELECT o.id, a.id
            FROM other.articles o JOIN other.pages x ON x.id = o.page
            JOIN pages m ON m.url = x.url JOIN articles a ON a.page = m.id
            """
        )
        for theirs, ours in self._claimed_twice():
            if not self._give_own_address(theirs, ours):
                self._connection.execute("INSERT INTO same VALUES (?, ?)", (theirs, ours))
        self._connection.execute(
            """
            INSERT INTO same SELECT o.id, a.id FROM other.articles o JOIN articles a USING (url)
            WHERE o.id NOT IN (SELECT theirs FROM same UNION ALL SELECT theirs FROM moved)
            """
        )

    def _claimed_twice(self) -> list[tuple[int, int]]:
        """Articles of both files, theirs and ours, whose address two pages claim: two texts."""
        rows = self._connection.execute(
            """
            SELECT o.id AS theirs, a.id AS ours, o.title AS title, o.text AS text,
              a.title AS our_title, a.text AS our_text
            FROM other.articles o JOIN articles a USING (url)
            JOIN other.pages x ON x.id = o.page JOIN pages m ON m.id = a.page
            WHERE x.url <> m.url AND o.id NOT IN (SELECT theirs FROM same) ORDER BY o.id
            """
        )
        return [
            (row["theirs"], row["ours"])
            for row in rows
            if not are_one_article(
                Text(row["title"], row["text"]), Text(row["our_title"], row["our_text"])
            )
        ]

    def _give_own_address(self, theirs: int, ours: int) -> bool:
        """Let one of two articles have the address of its page; False where that is taken."""
        row = self._connection.execute(
            """
            SELECT o.url, x.url AS their_page, m.url AS our_page
            FROM other.articles o JOIN other.pages x ON x.id = o.page,
              articles a JOIN pages m ON m.id = a.page
            WHERE o.id = ? AND a.id = ?
            """,
            (theirs, ours),
        ).fetchone()
        is_theirs = row["url"] == row["their_page"]
        own = row["our_page" if is_theirs else "their_page"]
        taken = self._connection.execute(
            "SELECT 1 FROM articles WHERE url = :url UNION ALL SELECT 1 FROM moved WHERE url = :url"
            " UNION ALL SELECT 1 FROM other.articles WHERE url = :url",
            {"url": own},
        ).fetchone()
        if taken:
            return False
        if is_theirs:
            self._connection.execute("UPDATE articles SET url = ? WHERE id = ?", (own, ours))
        else:
            self._connection.execute("INSERT INTO moved VALUES (?, ?)", (theirs, own))
        return True
