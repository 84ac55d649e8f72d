"""Overrides: what people decided about stories, as facts."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dedupe import Constraints

Pins = tuple[tuple[int, frozenset[int]], ...]
"""Stories and the copy groups that keep their numbers."""


class Override(NamedTuple):
    """A decision."""

    id: int
    at: str
    who: str
    why: str
    kind: str
    """of stories merge, split or pin; of events link or unlink"""
    story: int
    other: int | None
    """the story merged into it, the new one, or the other of one event"""
    together: list[int]
    """articles that are one story, or tell one event"""
    apart: list[int]
    """articles that are in another story, or tell another event, than those"""
    undone_at: str | None
    """when it was taken back; None while it holds"""
    undone_by: str | None


class EventConstraints(NamedTuple):
    """What people decided about the events of stories."""

    together: list[frozenset[int]]
    """stories that tell one event"""
    apart: list[tuple[frozenset[int], frozenset[int]]]
    """stories that tell no event with any of the others"""


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

    def take_all(self) -> list[Override]:
        """Take all decisions out of the file, those that hold and those undone; oldest first."""
        found = self._read("ORDER BY o.id", ())
        for table in ("override_articles", "overrides"):
            self._connection.execute(f"DELETE FROM {table}")
        return found

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

    def newest(self, limit: int, *, offset: int = 0) -> list[Override]:
        """Decisions, undone ones too, the newest first."""
        return self._read("ORDER BY o.id DESC LIMIT ? OFFSET ?", (limit, offset))

    def about(self, groups: Iterable[int]) -> list[Override]:
        """Decisions that hold and are about stories with these copy groups, oldest first."""
        return self._read(
            """
            WHERE o.kind IN ('merge', 'split', 'pin') AND o.id IN (
              SELECT oa.override FROM json_each(?) j
              CROSS JOIN memberships m ON m.copy_group = j.value
              CROSS JOIN override_articles oa ON oa.article = m.article)
            ORDER BY o.id
            """,
            (json.dumps(list(groups)),),
        )

    def constraints(self, groups: Iterable[int], stories: Collection[int]) -> Constraints:
        """The same as the linker takes it, with the pins of these stories."""
        found = self.about(groups)
        group_of = self._groups([article for o in found for article in o.together + o.apart])
        sides = [(_groups_of(o.together, group_of), _groups_of(o.apart, group_of)) for o in found]
        return Constraints(
            must_link=tuple(tuple(sorted(together)) for together, _ in sides),
            # Copies of each other are never apart.
            cannot_link=tuple(
                (together - apart, apart - together)
                for together, apart in sides
                if together - apart and apart - together
            ),
            pinned=self.pinned(stories),
        )

    def pinned(self, stories: Collection[int] | None = None) -> Pins:
        """Pinned stories, or those of some, by the numbers that they have now."""
        rows = self._connection.execute(
            """
            WITH RECURSIVE way (override, story) AS (
              SELECT id, story FROM overrides WHERE kind = 'pin' AND undone_at IS NULL
              UNION
              SELECT way.override, s.merged_into FROM way JOIN stories s ON s.id = way.story
              WHERE s.merged_into IS NOT NULL)
            SELECT way.story, m.copy_group FROM way
            JOIN stories s ON s.id = way.story AND s.merged_into IS NULL
            JOIN overrides o ON o.id = way.override
            CROSS JOIN json_each(o.together) j
            JOIN memberships m ON m.article = j.value
            WHERE :stories IS NULL OR way.story IN (SELECT value FROM json_each(:stories))
            """,
            {"stories": None if stories is None else json.dumps(sorted(stories))},
        )
        found: defaultdict[int, set[int]] = defaultdict(set)
        for row in rows:
            found[row["story"]].add(row["copy_group"])
        return tuple((story, frozenset(groups)) for story, groups in sorted(found.items()))

    def partners(self, groups: Collection[int]) -> set[int]:
        """Linked copy groups that decisions put in one story with some of these.

        Of a pinned story one is enough: the others have its number, and keep it.
        """
        near: set[int] = set()
        own = set(groups)
        for override in self.about(groups):
            together = self.copy_groups(override.together)
            known = len(own & together)
            if not known or (override.kind == "pin" and known > 1):
                continue
            rows = self._connection.execute(
                f"""
                SELECT id FROM copy_groups
                WHERE id IN (SELECT value FROM json_each(?)) AND linked_at IS NOT NULL
                ORDER BY at DESC {"LIMIT 1" if override.kind == "pin" else ""}
                """,
                (json.dumps(sorted(together - own)),),
            )
            near.update(row["id"] for row in rows)
        return near

    # Events

    def about_events(self, stories: Iterable[int]) -> list[Override]:
        """Decisions that hold and are about the events of these stories, oldest first."""
        return self._read(
            """
            WHERE o.kind IN ('link', 'unlink') AND o.id IN (
              SELECT oa.override FROM json_each(?) j
              CROSS JOIN memberships m ON m.story = j.value
              CROSS JOIN override_articles oa ON oa.article = m.article)
            ORDER BY o.id
            """,
            (json.dumps(sorted(stories)),),
        )

    def event_partners(self, stories: Collection[int]) -> set[int]:
        """Stories that decisions put in one event with some of these, themselves included."""
        return {
            story
            for override in self.about_events(stories)
            if override.kind == "link"
            for story in self.stories(override.together)
        }

    def event_constraints(self, stories: Collection[int]) -> EventConstraints:
        """Stories that people put in one event, and pairs of sides that they keep apart."""
        together, apart = [], []
        for override in self.about_events(stories):
            ones, others = self.stories(override.together), self.stories(override.apart)
            if override.kind == "link":
                together.append(ones)
            else:
                apart.append((ones - others, others - ones))
        return EventConstraints(together, apart)

    def stories(self, articles: list[int]) -> frozenset[int]:
        """The stories of these articles."""
        rows = self._connection.execute(
            "SELECT story FROM memberships WHERE story IS NOT NULL"
            " AND article IN (SELECT value FROM json_each(?))",
            (json.dumps(articles),),
        )
        return frozenset(row["story"] for row in rows)

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
              o.undone_at, o.undone_by
            FROM overrides o {where}
            """,
            values,
        )
        return [
            Override(**{**dict(row), **{k: json.loads(row[k]) for k in ("together", "apart")}})
            for row in rows
        ]


def _groups_of(articles: Iterable[int], group_of: Mapping[int, int]) -> frozenset[int]:
    """The copy groups of those articles that have one."""
    return frozenset(group_of[article] for article in articles if article in group_of)
