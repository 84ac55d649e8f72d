"""Looking after the file: check, back up, describe."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from crawler.store.file.connection import quoted
from crawler.store.file.schema import departures

_INDEX = "`sqlite3 FILE REINDEX` makes the indexes again"
_OF_KEYS = ("keys", "recent_keys")
_MOST_NUMBERS = 100_000_000
"""Numbers of articles for each of which a byte is taken."""
_DAMAGE = "restore a backup, or save the rest with `sqlite3 FILE .recover`"


class Upkeep:
    """Checks and copies of the whole file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def problems(self) -> list[str]:
        """What is wrong with the file: damage, dangling references, pages in no lawful state,
        figures out of step with what they count, a schema that is not today's.
        """
        found = [
            f"{row[0]}; {_INDEX if ' index ' in row[0] else _DAMAGE}"
            for row in self._connection.execute("PRAGMA integrity_check")
            if row[0] != "ok"
        ]
        found += [
            f"table {row['table']}, row {row['rowid']}: refers to no row of {row['parent']}"
            for row in self._dangling()
        ]
        found += [
            f"{row[1]} pages are '{row[0]}' without {row[2]}"
            for row in self._connection.execute(
                """
                SELECT 'article', count(*), 'an article' FROM pages p WHERE state = 'article'
                  AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.page = p.id) HAVING count(*)
                UNION ALL
                SELECT 'rejected', count(*), 'a reason' FROM pages WHERE state = 'rejected'
                  AND reason IS NULL HAVING count(*)
                """
            )
        ]
        found += [
            f"{row[0]} {row[1]}"
            for row in self._connection.execute(
                """
                SELECT count(*), 'articles are not in the story of their copy group'
                FROM memberships m JOIN copy_groups g ON g.id = m.copy_group
                WHERE m.story IS NOT g.story HAVING count(*)
                UNION ALL
                SELECT count(*), 'outlets do not have as many articles as is said of them'
                FROM outlets o WHERE o.articles <> (SELECT count(*) FROM articles a
                  WHERE a.outlet = o.id) HAVING count(*)
                """
            )
        ]
        found += [
            f"{name}: missing, or not as this version has it; `newsloom db migrate` puts it right"
            for name in departures(self._connection)
        ]
        return found

    def _dangling(self) -> Iterator[sqlite3.Row]:
        """Rows that refer to no row, as SQLite reports them."""
        tables = self._connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            if not (table in _OF_KEYS and self._are_of_articles(table)):
                yield from self._connection.execute(f"PRAGMA foreign_key_check({quoted(table)})")

    def _are_of_articles(self, table: str) -> bool:
        """Whether all keys of a table are of articles that are there; False: perhaps.

        There are twenty of each article, in no order of articles: SQLite would look up each.
        """
        (last,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()
        if last > _MOST_NUMBERS:
            return False
        there = bytearray(last + 1)
        for number in self._numbers("SELECT id FROM articles"):
            if number > 0:
                there[number] = 1
        return all(
            0 < number <= last and there[number]
            for number in self._numbers(f"SELECT article FROM {table}")
        )

    def _numbers(self, question: str) -> Iterator[int]:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        for (number,) in cursor.execute(question):
            yield number

    def backup(self, target: Path) -> None:
        """Write a compact copy of the file as it is now; readers and a running crawl may go on."""
        # As an address: a path may hold bytes that are no text. Connections here understand them.
        try:
            self._connection.execute("VACUUM INTO ?", (target.absolute().as_uri(),))
        finally:
            # Where the disk is full SQLite leaves it.
            target.with_name(f"{target.name}-journal").unlink(missing_ok=True)

    def fold(self) -> None:
        """Bring all that was written into the file itself, which is then whole without its WAL.

        Raises sqlite3.OperationalError when the disk does not take it: closing would not say so.
        """
        (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise locked

    def schema(self) -> str:
        """The schema as SQLite keeps it, comments and all, tables first."""
        rows = self._connection.execute(
            """
            SELECT sql FROM sqlite_master
            WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '_sqlite*'
              AND name NOT GLOB 'articles_fts_*' AND name NOT GLOB 'article_parts_*'
            ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3
              END, rowid
            """
        )
        return ";\n\n".join(row[0] for row in rows) + ";\n"
