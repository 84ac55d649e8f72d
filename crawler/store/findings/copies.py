"""Signatures and edges: what the copy finder found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import NamedTuple

from dedupe import CopyEdge, Document


class ComparedText(NamedTuple):
    """An article as the copy finder reads it, or one of its earlier texts."""

    id: int
    outlet: int
    revision: int
    text: str
    text_hash: str


class Waiting(NamedTuple):
    """An article to compare."""

    article: ComparedText
    compared: str | None
    """hash of the text it had when it was compared last"""

    @property
    def has_changed(self) -> bool:
        """Whether it was compared with another text."""
        return self.compared is not None and self.compared != self.article.text_hash


class Copies:
    """The near-duplicate findings of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # The scheme

    def scheme(self) -> tuple[str, int] | None:
        """Id of the scheme that the findings were made with, and the file's secret seed."""
        row = self._connection.execute(
            "SELECT scheme, seed FROM schemes WHERE kind = 'copies'"
        ).fetchone()
        return (row["scheme"], row["seed"]) if row else None

    def set_scheme(self, scheme: str, *, seed: int, seed_id: str) -> None:
        """Say what the findings will be made with from now on."""
        self._connection.execute(
            """
            INSERT INTO schemes (kind, scheme, seed, seed_id) VALUES ('copies', ?, ?, ?)
            ON CONFLICT (kind) DO UPDATE SET scheme = excluded.scheme, seed = excluded.seed,
              seed_id = excluded.seed_id
            """,
            (scheme, seed, seed_id),
        )

    # Work

    def waiting(self, limit: int, *, after: int = 0) -> list[Waiting]:
        """Articles to compare, in order of their numbers, from the one `after` this on."""
        rows = self._connection.execute(
            """
            SELECT a.id, a.outlet, a.revision, a.text, a.text_hash, s.text_hash
            FROM to_group t JOIN articles a ON a.id = t.article
              LEFT JOIN signatures s ON s.article = a.id
            WHERE t.article > ? ORDER BY t.article LIMIT ?
            """,
            (after, limit),
        )
        return [Waiting(ComparedText(*row[:5]), row[5]) for row in rows]

    def first(self, limit: int) -> Iterator[ComparedText]:
        """The first articles of the file, in an order that their arrival has no part in."""
        rows = self._connection.execute(
            """
            SELECT id, outlet, revision, text, text_hash FROM articles
            WHERE id <= (SELECT max(id) FROM (SELECT id FROM articles ORDER BY id LIMIT ?))
            ORDER BY text_hash, url
            """,
            (limit,),
        )
        return (ComparedText(*row) for row in rows)

    def count_articles(self, limit: int) -> int:
        """Number of articles, counted up to a limit."""
        row = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM articles LIMIT ?)", (limit,)
        ).fetchone()
        return int(row[0])

    def has_compared(self) -> bool:
        """Whether any article was compared with the seed of the file."""
        row = self._connection.execute("SELECT EXISTS (SELECT 1 FROM signatures)").fetchone()
        return bool(row[0])

    def count_waiting(self) -> int:
        """Number of articles to compare."""
        return int(self._connection.execute("SELECT count(*) FROM to_group").fetchone()[0])

    def queue_all(self) -> None:
        """Drop signatures, keys and edges, and have every article compared again.

        Groups stay until their articles are compared, so that stories keep their numbers. What
        waits already may have changed: without signatures nobody could tell later.
        """
        self._connection.execute(
            """
            UPDATE copy_groups SET linked_at = NULL WHERE id IN (
              SELECT m.copy_group FROM to_group t JOIN memberships m ON m.article = t.article)
            """
        )
        for table in ("signatures", "keys", "recent_keys", "copies"):
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("INSERT OR IGNORE INTO to_group (article) SELECT id FROM articles")

    def done(self, articles: Iterable[int]) -> None:
        """These articles have been compared."""
        self._connection.executemany(
            "DELETE FROM to_group WHERE article = ?", [(article,) for article in articles]
        )

    def article(self, article: int) -> ComparedText:
        """An article with its newest text, by its number."""
        row = self._connection.execute(
            "SELECT id, outlet, revision, text, text_hash FROM articles WHERE id = ?", (article,)
        ).fetchone()
        return ComparedText(*row)

    def texts(self, article: ComparedText, most: int) -> list[ComparedText]:
        """The first text that an article had and the latest, this one last; at most `most`."""
        if not article.revision:
            return [article]
        rows = self._connection.execute(
            """
            SELECT article, ?, revision, text, text_hash FROM revisions
            WHERE article = ? AND (revision = 0 OR revision > ?) ORDER BY revision
            """,
            (article.outlet, article.id, article.revision - (most - 1)),
        )
        return [*(ComparedText(*row) for row in rows), article]

    # Signatures and edges

    def save_signature(
        self, document: Document, *, text_hash: str, scheme: str, seed_id: str
    ) -> None:
        """Keep the signature of an article's text; of a short text only that there is none."""
        self._connection.execute(
            """
            INSERT OR REPLACE INTO signatures
              (article, scheme, seed_id, text_hash, shingles, minhash)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            (
                document.id,
                scheme,
                seed_id,
                text_hash,
                len(document.shingled.shingles),
                document.signature.values if document.signature else None,
            ),
        )

    def save_edges(self, edges: Iterable[tuple[CopyEdge, str]], *, scheme: str) -> None:
        """Keep the evidence of pairs, and the passage that each shares.

        Where earlier revisions of a pair were more alike, their evidence stays.
        """
        names = [field.name for field in fields(CopyEdge)]
        written = [*names, "passage", "scheme"]
        replaced = ", ".join(f"{n} = excluded.{n}" for n in written if n not in ("a", "b"))
        figures = attrgetter(*names)
        self._connection.executemany(
            f"""
            INSERT INTO copies ({", ".join(written)}) VALUES ({", ".join("?" * len(written))})
            ON CONFLICT (a, b) DO UPDATE SET {replaced}
            WHERE (excluded.joined, excluded.jaccard) > (copies.joined, copies.jaccard)
            """,
            ((*figures(edge), passage, scheme) for edge, passage in edges),
        )

    def edges(self, articles: Iterable[int]) -> list[CopyEdge]:
        """Edges between these articles and any with a higher number, joined or not."""
        names = ", ".join(f"c.{field.name}" for field in fields(CopyEdge))
        rows = self._connection.execute(
            f"SELECT {names} FROM json_each(?) j CROSS JOIN copies c ON c.a = j.value",
            (json.dumps(sorted(articles)),),
        )
        return [CopyEdge(**{**dict(row), "joined": bool(row["joined"])}) for row in rows]
