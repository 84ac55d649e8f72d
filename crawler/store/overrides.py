"""Overrides: what people decided about stories, as facts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dedupe import Orders


class Override(NamedTuple):
    """A decision."""

    id: int
    at: str
    who: str
    why: str
    kind: str
    """merge, split or pin"""
    story: int
    other: int | None
    """the story merged into it, or the new one"""
    together: list[int]
    """articles that are one story"""
    apart: list[int]
    """articles that are in another story than those"""
    undone_at: str | None


class Overrides:
    """The `overrides` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(
        self,
        kind: str,
        *,
        story: int,
        other: int | None,
        together: Sequence[int],
        apart: Sequence[int] = (),
        who: str,
        why: str,
        now: str,
    ) -> int:
        """Keep a decision; its number."""
        cursor = self._connection.execute(
            """
            INSERT INTO overrides (at, who, why, kind, story, other, together, apart)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (now, who, why, kind, story, other, json.dumps(together), json.dumps(apart)),
        )
        number = int(cursor.lastrowid or 0)
        self._connection.executemany(
            "INSERT INTO override_articles (article, override) VALUES (?, ?)",
            [(article, number) for article in sorted({*together, *apart})],
        )
        return number

    def undo(self, number: int, *, who: str, now: str) -> None:
        """Take a decision back; it stays in the list."""
        self._connection.execute(
            "UPDATE overrides SET undone_at = ?, undone_by = ? WHERE id = ?", (now, who, number)
        )
        self._connection.execute("DELETE FROM override_articles WHERE override = ?", (number,))

    def get(self, number: int) -> Override | None:
        """One decision, or None."""
        found = self._read("WHERE o.id = ?", (number,))
        return found[0] if found else None

    def all(self) -> list[Override]:
        """Every decision, the newest first."""
        return self._read("ORDER BY o.id DESC", ())

    def about(self, groups: Iterable[int]) -> list[Override]:
        """Decisions that hold and are about an article of these copy groups, oldest first."""
        return self._read(
            """
            WHERE o.id IN (
              SELECT oa.override FROM json_each(?) j
              CROSS JOIN memberships m ON m.copy_group = j.value
              CROSS JOIN override_articles oa ON oa.article = m.article)
            ORDER BY o.id
            """,
            (json.dumps(list(groups)),),
        )

    def orders(self, groups: Iterable[int]) -> Orders:
        """The same as the linker obeys it."""
        found = self.about(groups)
        group_of = self._groups([article for o in found for article in o.together + o.apart])
        together = [sorted({group_of[a] for a in o.together if a in group_of}) for o in found]
        apart = [
            (min(pair), max(pair))
            for o, ones in zip(found, together, strict=True)
            for pair in ((one, group_of[a]) for one in ones for a in o.apart if a in group_of)
            # Copies of each other are never apart.
            if pair[0] != pair[1]
        ]
        pinned = (ones for o, ones in zip(found, together, strict=True) if o.kind == "pin")
        return Orders(
            together=tuple(map(tuple, together)),
            apart=tuple(sorted(set(apart))),
            pinned=tuple(sorted({one for ones in pinned for one in ones})),
        )

    def pinned(self) -> set[int]:
        """The copy groups of all pinned stories."""
        pins = self._read("WHERE o.kind = 'pin' AND o.undone_at IS NULL", ())
        return self.copy_groups([article for pin in pins for article in pin.together])

    def partners(self, groups: Sequence[int]) -> set[int]:
        """Linked copy groups that a decision puts with, or apart from, some of these.

        Of a pinned story one is enough: the others are with it.
        """
        near: set[int] = set()
        for override in self.about(groups):
            rows = self._connection.execute(
                """
                SELECT DISTINCT g.id FROM json_each(?) j
                CROSS JOIN memberships m ON m.article = j.value
                JOIN copy_groups g ON g.id = m.copy_group
                WHERE g.linked_at IS NOT NULL ORDER BY g.at DESC LIMIT ?
                """,
                (
                    json.dumps(override.together + override.apart),
                    1 if override.kind == "pin" else -1,
                ),
            )
            near.update(row["id"] for row in rows)
        return near - set(groups)

    def copy_groups(self, articles: list[int]) -> set[int]:
        """The copy groups of these articles."""
        return set(self._groups(articles).values())

    def _groups(self, articles: list[int]) -> dict[int, int]:
        rows = self._connection.execute(
            "SELECT article, copy_group FROM memberships"
            " WHERE article IN (SELECT value FROM json_each(?))",
            (json.dumps(articles),),
        )
        return {row["article"]: row["copy_group"] for row in rows}

    def _read(self, where: str, values: tuple[Any, ...]) -> list[Override]:
        rows = self._connection.execute(
            f"""
            SELECT o.id, o.at, o.who, o.why, o.kind, o.story, o.other, o.together, o.apart,
              o.undone_at
            FROM overrides o {where}
            """,
            values,
        )
        return [
            Override(**{**dict(row), **{k: json.loads(row[k]) for k in ("together", "apart")}})
            for row in rows
        ]
