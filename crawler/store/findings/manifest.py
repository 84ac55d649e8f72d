"""Manifest of groupings, and groupings kept beside the one that the views show."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import NamedTuple

from dedupe import CopyScheme, EventScheme, StoryScheme, with_current_names

Numbers = dict[str, int | float | str]
"""The numbers of a scheme, and the embedding model, by name."""


_SCHEMES = {"copies": CopyScheme, "stories": StoryScheme, "events": EventScheme}


class GroupingEntry(NamedTuple):
    """What the present grouping was made of: what it is cited by."""

    at: str
    rebuilt: int
    articles: int
    inputs: str
    settings: dict[str, Numbers]
    versions: dict[str, str]


class KeptGrouping(NamedTuple):
    """A grouping that was kept beside the present one."""

    name: str
    at: str
    articles: int
    changed: str
    """settings that differ from those of the present one"""


class KeptPlace(NamedTuple):
    """Where a kept grouping put an article."""

    article: int
    copy_group: int | None
    story: int | None
    event: int | None
    """negative for a story that is told in one language; None: kept before events were"""


class Groupings:
    """The `groupings` and `partitions` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(
        self,
        *,
        run: int,
        now: str,
        compare_all: bool,
        relinked: bool,
        settings: Mapping[str, Mapping[str, int | float | str]],
        versions: Mapping[str, str],
    ) -> int:
        """Add to the manifest; the entry. Its inputs are those of the last, unless `compare_all`.

        `compare_all`: all articles are compared again; `relinked`: all stories are linked again.
        """
        last = self._connection.execute(
            "SELECT articles, inputs FROM groupings WHERE partition IS NULL"
            " ORDER BY rowid DESC LIMIT 1"
        ).fetchone()
        sqlite = self._connection.execute("SELECT sqlite_version()").fetchone()[0]
        if compare_all:
            last = (0, _hex(0))
        elif last is None:
            last = self._earlier()
        articles, inputs = last
        cursor = self._connection.execute(
            """
            INSERT INTO groupings (run, at, rebuilt, compared, linked, articles, inputs, settings,
              versions)
            VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?)
            """,
            (
                run, now, compare_all or relinked, articles, inputs,
                json.dumps(settings, sort_keys=True),
                json.dumps({**versions, "sqlite": sqlite}, sort_keys=True),
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _earlier(self) -> tuple[int, str]:
        """What was grouped before there was a manifest."""
        rows = self._connection.execute(
            "SELECT a.url, s.text_hash FROM signatures s JOIN articles a ON a.id = s.article"
        )
        digests = [_digest(row["url"], row["text_hash"]) for row in rows]
        return len(digests), _hex(sum(digests))

    def compared(self, entry: int, texts: Iterable[tuple[int, str, str | None]]) -> None:
        """Texts were compared: (article, hash of it, hash of the one that it took the place of)."""
        texts = list(texts)
        rows = self._connection.execute(
            "SELECT id, url FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([article for article, _, _ in texts]),),
        )
        urls = {row["id"]: row["url"] for row in rows}
        row = self._connection.execute(
            "SELECT articles, inputs FROM groupings WHERE rowid = ?", (entry,)
        ).fetchone()
        articles, total = row["articles"], int(row["inputs"], 16)
        for article, new, old in texts:
            total += _digest(urls[article], new)
            if old is None:
                articles += 1
            else:
                total -= _digest(urls[article], old)
        self._connection.execute(
            "UPDATE groupings SET compared = compared + ?, articles = ?, inputs = ?"
            " WHERE rowid = ?",
            (len(texts), articles, _hex(total), entry),
        )

    def linked(self, entry: int, groups: int) -> None:
        """Note that this many copy groups were linked."""
        self._connection.execute(
            "UPDATE groupings SET linked = linked + ? WHERE rowid = ?", (groups, entry)
        )

    def last(self) -> GroupingEntry | None:
        """What the present grouping was made of; None before the first."""
        row = self._connection.execute(
            "SELECT at, rebuilt, articles, inputs, settings, versions FROM groupings"
            " WHERE partition IS NULL ORDER BY rowid DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        at, rebuilt, articles, inputs, settings, versions = row
        return GroupingEntry(
            at, rebuilt, articles, inputs, _numbers(settings), json.loads(versions)
        )

    # Settings that were adopted

    def settings(self) -> dict[str, str]:
        """The settings of this file in place of Newsloom's own, by `group --set`'s names."""
        rows = self._connection.execute("SELECT setting, value FROM settings ORDER BY setting")
        return {row["setting"]: row["value"] for row in rows}

    def set_settings(self, settings: Mapping[str, str]) -> None:
        """Have these settings in place of Newsloom's own, and no others."""
        self._connection.execute("DELETE FROM settings")
        self._connection.executemany(
            "INSERT INTO settings (setting, value) VALUES (?, ?)", settings.items()
        )

    # Beside the present one

    def keep(self, name: str, other: Groupings) -> None:
        """Keep the present grouping of another file under a name; it replaces one of that name."""
        self._connection.execute("DELETE FROM partitions WHERE name = ?", (name,))
        self._connection.executemany(
            "INSERT INTO partitions (name, article, copy_group, story, event)"
            " VALUES (?, ?, ?, ?, ?)",
            ((name, *row) for row in other._present()),
        )
        row = other._connection.execute(
            """
            SELECT run, at, ? AS partition, rebuilt, compared, linked, articles, inputs, settings,
              versions
            FROM groupings WHERE partition IS NULL ORDER BY rowid DESC LIMIT 1
            """,
            (name,),
        ).fetchone()
        if row:
            self._connection.execute(
                """
                INSERT INTO groupings (run, at, partition, rebuilt, compared, linked, articles,
                  inputs, settings, versions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tuple(row),
            )

    def _present(self) -> Iterator[tuple[int, int, int, int]]:
        rows = self._connection.execute(
            """
            SELECT m.article, m.copy_group, m.story, coalesce(s.event, -s.id)
            FROM memberships m JOIN stories s ON s.id = m.story ORDER BY m.article
            """
        )
        return ((row[0], row[1], row[2], row[3]) for row in rows)

    def partitions(self) -> dict[str, KeptGrouping]:
        """The groupings that were kept, by name."""
        rows = self._connection.execute(
            """
            SELECT max(rowid), partition AS name, at, articles, settings FROM groupings
            WHERE partition IS NOT NULL GROUP BY partition ORDER BY partition
            """
        )
        usual = self._connection.execute(
            "SELECT settings FROM groupings WHERE partition IS NULL ORDER BY rowid DESC LIMIT 1"
        ).fetchone()
        return {
            row["name"]: KeptGrouping(
                name=row["name"],
                at=row["at"],
                articles=row["articles"],
                changed=_difference(_settings(row["settings"]), _settings(usual["settings"]))
                if usual
                else "",
            )
            for row in rows
        }

    def numbers_of(self, name: str) -> dict[str, Numbers] | None:
        """All numbers of the grouping that was kept under a name; None where none was."""
        row = self._connection.execute(
            "SELECT settings FROM groupings WHERE partition = ? ORDER BY rowid DESC LIMIT 1",
            (name,),
        ).fetchone()
        return None if row is None else _numbers(row["settings"])

    def partition(self, name: str) -> dict[int, KeptPlace]:
        """Copy group, story and event of each article under a name."""
        rows = self._connection.execute(
            "SELECT article, copy_group, story, event FROM partitions WHERE name = ?", (name,)
        )
        return {row["article"]: KeptPlace(*row) for row in rows}


def _settings(packed: str) -> dict[str, Numbers]:
    """The numbers of a manifest; those that early ones leave out were what they are by default."""
    usual = {kind: asdict(scheme()) for kind, scheme in _SCHEMES.items()}
    return {kind: usual.get(kind, {}) | numbers for kind, numbers in _numbers(packed).items()}


def _numbers(packed: str) -> dict[str, Numbers]:
    """The numbers of a manifest under the names of today."""
    return {
        kind: with_current_names(_SCHEMES[kind], numbers)
        for kind, numbers in json.loads(packed).items()
    }


def _difference(one: dict[str, Numbers], other: dict[str, Numbers]) -> str:
    return ", ".join(
        f"{kind}.{name}={value}"
        for kind, numbers in one.items()
        for name, value in numbers.items()
        if other.get(kind, {}).get(name) != value
    )


def _digest(url: str, text_hash: str) -> int:
    return int.from_bytes(sha256(f"{url}\n{text_hash}".encode()).digest(), "big")


def _hex(total: int) -> str:
    return f"{total % (1 << 256):064x}"
