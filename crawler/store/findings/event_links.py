"""What the event linker reads and keeps: stories that wait, their texts, and the index of marks."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import median, mode
from typing import NamedTuple

from crawler.clock import posix
from crawler.store.findings.numbered_stories import first_article
from dedupe import EventScheme, EventText, StoryProfile, rarity

_DAY = 86_400
_PART = 1024
"""Parts of a day that times are rounded to: sums of these are exact, in SQL and out of it."""


class ToldStory(NamedTuple):
    """A story as the event linker reads it."""

    id: int
    base_language: str
    """that of most of its texts, the first of the alphabet on a tie"""
    texts: list[EventText]
    day: float
    """median time of its texts, in days since 1970"""


class _Place(NamedTuple):
    """Where a story stands in the index of one mark."""

    day: float
    story: int
    rarity: float


class EventLinks:
    """The event linker's side of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def scheme(self) -> str | None:
        """What events are linked with; None before the first time."""
        row = self._connection.execute(
            "SELECT scheme FROM schemes WHERE kind = 'events'"
        ).fetchone()
        return row["scheme"] if row else None

    def begin_again(self, scheme: EventScheme) -> None:
        """Have the events of all stories looked for with a scheme; they keep their numbers."""
        self._connection.execute(
            """
            INSERT INTO schemes (kind, scheme) VALUES ('events', ?)
            ON CONFLICT (kind) DO UPDATE SET scheme = excluded.scheme
            """,
            (scheme.id,),
        )
        self._connection.execute("DELETE FROM event_marks")
        self._connection.execute("UPDATE stories SET event_looked_at = NULL")

    # Stories

    def count_waiting(self) -> int:
        """Stories whose event is to be looked for."""
        row = self._connection.execute(
            "SELECT count(*) FROM stories WHERE event_looked_at IS NULL"
        ).fetchone()
        return int(row[0])

    def waiting(self, limit: int) -> list[int]:
        """Stories whose event is to be looked for, those that ended among them."""
        return self._ids(
            "SELECT id FROM stories WHERE event_looked_at IS NULL ORDER BY id LIMIT ?", limit
        )

    def look_again(self, stories: Iterable[int]) -> None:
        """Have the events of these stories looked for again."""
        self._connection.execute(
            "UPDATE stories SET event_looked_at = NULL"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(stories)),),
        )

    def set_looked_at(self, stories: Iterable[int], now: str) -> None:
        """The events of these stories have been looked for."""
        self._connection.execute(
            "UPDATE stories SET event_looked_at = ? WHERE id IN (SELECT value FROM json_each(?))",
            (now, json.dumps(sorted(stories))),
        )

    def read(self, stories: Iterable[int], scheme: EventScheme) -> list[ToldStory]:
        """The living ones of these stories, each with a sample of its texts.

        They are drawn by their place, so that a rebuild reads the same.
        """
        rows = self._connection.execute(
            f"""
            SELECT drawn.story, a.title, substr(a.text, 1, :chars) AS text, drawn.language,
              a.image,
              coalesce(a.published_at, a.first_seen_at) AS at,
              (SELECT json_group_array(DISTINCT c.agency) FROM credits c
                WHERE c.article = a.id AND c.confidence >= 0.5) AS agencies
            FROM (
              SELECT g.id, g.story, g.place, g.language, row_number() OVER (PARTITION BY g.story
                ORDER BY g.place * 2654435761 % 4294967296) AS number
              FROM json_each(:stories) j CROSS JOIN copy_groups g ON g.story = j.value) drawn
            CROSS JOIN articles a ON a.id = {first_article("drawn.id")}
            WHERE drawn.number <= :texts ORDER BY drawn.story, drawn.place
            """,
            {
                "stories": json.dumps(sorted(stories)),
                "chars": scheme.lead_chars,
                "texts": scheme.story_texts,
            },
        )
        texts: defaultdict[int, list[EventText]] = defaultdict(list)
        days: defaultdict[int, list[float]] = defaultdict(list)
        for row in rows:
            texts[row["story"]].append(
                EventText(
                    title=row["title"],
                    text=row["text"],
                    base_language=(row["language"] or "").partition("-")[0] or "und",
                    picture=row["image"] or "",
                    agencies=tuple(sorted(json.loads(row["agencies"]))),
                )
            )
            days[row["story"]].append(posix(row["at"]) / _DAY)
        return [
            ToldStory(
                id=story,
                base_language=mode(sorted(text.base_language for text in texts[story])),
                texts=texts[story],
                day=round(median(days[story]) * _PART) / _PART,
            )
            for story in texts
        ]

    # The index of marks

    def profiles(self, stories: Iterable[int]) -> dict[int, StoryProfile]:
        """What the index has of these stories; some have no mark."""
        rows = self._connection.execute(
            """
            SELECT s.id, s.event, m.mark, m.day, m.language, m.weight, m.rarity
            FROM json_each(?) j CROSS JOIN stories s ON s.id = j.value
            LEFT JOIN event_marks m ON m.story = s.id
            """,
            (json.dumps(sorted(stories)),),
        )
        by_story: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in rows:
            by_story[row["id"]].append(row)
        return {
            story: StoryProfile(
                id=story,
                base_language=marks[0]["language"] or "und",
                day=marks[0]["day"] or 0.0,
                marks={row["mark"]: row["weight"] for row in marks if row["mark"]},
                rarity={row["mark"]: row["rarity"] for row in marks if row["mark"]},
                event=marks[0]["event"],
            )
            for story, marks in by_story.items()
        }

    def candidates(self, story: int, scheme: EventScheme) -> set[int]:
        """Stories of other languages, close in time, that share enough to be one event with it.

        What they share is not divided by their own weights yet, which only makes it less.
        """
        rows = self._connection.execute(
            """
            SELECT o.story FROM event_marks m CROSS JOIN event_marks o ON o.mark = m.mark
              AND o.day BETWEEN m.day - :days AND m.day + :days
            WHERE m.story = :story AND m.rarity > 0 AND o.rarity > 0 AND o.language <> m.language
            GROUP BY o.story
            HAVING sum(m.weight * o.weight * min(m.rarity, o.rarity)) >= :least
            """,
            {
                "story": story,
                "days": scheme.max_days,
                "least": scheme.weight_prior * scheme.threshold * (1 - 1e-9),
            },
        )
        return {row["story"] for row in rows}

    def replace(
        self,
        gone: Collection[int],
        profiles: Sequence[StoryProfile],
        scheme: EventScheme,
    ) -> set[int]:
        """Take stories out of the index and put others in; those whose marks are rarer, or less
        rare, from now on.

        Profiles of an unknown language are left out.
        """
        before = self.profiles({*gone, *(profile.id for profile in profiles)})
        self._connection.execute(
            "DELETE FROM event_marks WHERE story IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(before)),),
        )
        known = [profile for profile in profiles if profile.base_language != "und"]
        self._connection.executemany(
            "INSERT INTO event_marks (mark, day, story, language, weight, rarity)"
            " VALUES (?, ?, ?, ?, ?, 1)",
            (
                (mark, profile.day, profile.id, profile.base_language, weight)
                for profile in known
                for mark, weight in profile.marks.items()
            ),
        )
        days: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for profile in (*before.values(), *known):
            for mark in profile.marks:
                days[mark, profile.base_language].append(profile.day)
        return self._count_again(days, scheme)

    def _count_again(
        self, changed: Mapping[tuple[str, str], Sequence[float]], scheme: EventScheme
    ) -> set[int]:
        """Bring rarity in line around days at which marks of a language came or went."""
        touched = set()
        updates = []
        for (mark, language), days in changed.items():
            first, last = min(days) - scheme.max_days, max(days) + scheme.max_days
            places = self._places(mark, language, first - scheme.max_days, last + scheme.max_days)
            every = [place.day for place in places]
            for place in places:
                if first <= place.day <= last:
                    shown = bisect_right(every, place.day + scheme.max_days) - bisect_left(
                        every, place.day - scheme.max_days
                    )
                    if (now := rarity(shown, scheme)) != place.rarity:
                        updates.append((now, mark, place.day, place.story))
                        touched.add(place.story)
        self._connection.executemany(
            "UPDATE event_marks SET rarity = ? WHERE mark = ? AND day = ? AND story = ?", updates
        )
        return touched

    def _places(self, mark: str, language: str, first: float, last: float) -> list[_Place]:
        """Stories of a language that show a mark, by day."""
        rows = self._connection.execute(
            "SELECT day, story, rarity FROM event_marks"
            " WHERE mark = ? AND day BETWEEN ? AND ? AND language = ? ORDER BY day",
            (mark, first, last, language),
        )
        return [_Place(*row) for row in rows]

    def _ids(self, sql: str, value: int) -> list[int]:
        return [row["id"] for row in self._connection.execute(sql, (value,))]
