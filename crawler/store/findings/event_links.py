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
from dedupe import EventScheme, EventText, StoryProfile, least_likeness, rarity

_DAY = 86_400
_PART = 8
"""Parts of a day that times are rounded to: a story that grows hardly moves, and sums of these are
exact, in SQL and out of it."""


class ToldStory(NamedTuple):
    """A story as the event linker reads it."""

    id: int
    base_language: str
    """that of most of its texts, the first of the alphabet on a tie"""
    texts: list[EventText]
    day: float
    """median time of its texts, in days since 1970"""


class _Mark(NamedTuple):
    """A mark among the stories of a language."""

    mark: str
    language: str


class _Change(NamedTuple):
    """Days of stories that show a mark from now on, and of those that do not any more."""

    came: list[float]
    went: list[float]


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

    def waiting(self, limit: int, *, after: int = 0) -> list[int]:
        """Stories from a number on whose event is to be looked for, ended ones among them."""
        rows = self._connection.execute(
            """
            SELECT id FROM stories WHERE event_looked_at IS NULL AND id > ? ORDER BY id LIMIT ?
            """,
            (after, limit),
        )
        return [row["id"] for row in rows]

    def ended(self, stories: Iterable[int]) -> set[int]:
        """Those of these stories that were merged into others."""
        rows = self._connection.execute(
            """
            SELECT s.id FROM json_each(?) j CROSS JOIN stories s ON s.id = j.value
            WHERE s.merged_into IS NOT NULL
            """,
            (json.dumps(sorted(stories)),),
        )
        return {row["id"] for row in rows}

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
        """Stories of other languages, close in time, that share enough to be compared with it."""
        rows = self._connection.execute(
            """
            SELECT o.story FROM event_marks m CROSS JOIN event_marks o INDEXED BY event_marks_rare
              ON o.mark = m.mark AND o.day BETWEEN m.day - :days AND m.day + :days
            WHERE m.story = :story AND m.rarity > 0 AND o.rarity > 0 AND o.language <> m.language
            GROUP BY o.story
            HAVING sum(m.weight * o.weight * min(m.rarity, o.rarity)) >= :least
            """,
            {
                "story": story,
                "days": scheme.max_days,
                "least": least_likeness(scheme) * (1 - 1e-9),
            },
        )
        return {row["story"] for row in rows}

    def replace(
        self,
        gone: Collection[int],
        profiles: Sequence[StoryProfile],
        scheme: EventScheme,
    ) -> set[int]:
        """Take stories out of the index and put others in.

        The stories are given back whose event may be another for it: those with a mark that is
        rarer now, and those of an event with one that is less rare. Of others less rare marks make
        no event. Profiles of an unknown language are left out.
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
        return self._count_again(_changes(before.values(), known), scheme)

    def _count_again(self, changes: Mapping[_Mark, _Change], scheme: EventScheme) -> set[int]:
        """Bring rarity in line around days at which marks of a language came or went."""
        risen, fallen = set[int](), set[int]()
        updates = []
        for mark, change in changes.items():
            days = (*change.came, *change.went)
            first, last = min(days) - scheme.max_days, max(days) + scheme.max_days
            # Where very many show it, what says nothing already can only begin to where some went.
            most = -1 if change.went else 2 * scheme.rarity_cap
            every = self._days(mark, first - scheme.max_days, last + scheme.max_days, most)
            for day, story, before in self._places(mark, first, last, rare=len(every) == most):
                span = day - scheme.max_days, day + scheme.max_days
                if len(every) == most:
                    shown = len(self._days(mark, *span, scheme.rarity_cap))
                else:
                    shown = bisect_right(every, span[1]) - bisect_left(every, span[0])
                if (now := rarity(shown, scheme)) != before:
                    updates.append((now, *mark, day, story))
                    (risen if now > before else fallen).add(story)
        self._connection.executemany(
            "UPDATE event_marks SET rarity = ?"
            " WHERE mark = ? AND language = ? AND day = ? AND story = ?",
            updates,
        )
        return risen | self._in_events(fallen)

    def _in_events(self, stories: Iterable[int]) -> set[int]:
        rows = self._connection.execute(
            """
            SELECT s.id FROM json_each(?) j CROSS JOIN stories s ON s.id = j.value
            WHERE s.event IS NOT NULL
            """,
            (json.dumps(sorted(stories)),),
        )
        return {row["id"] for row in rows}

    def _days(self, mark: _Mark, first: float, last: float, most: int) -> list[float]:
        """Days of the stories of a language that show a mark, in order, `most` of them."""
        rows = self._connection.execute(
            "SELECT day FROM event_marks WHERE mark = ? AND language = ? AND day BETWEEN ? AND ?"
            " ORDER BY day LIMIT ?",
            (*mark, first, last, most),
        )
        return [row["day"] for row in rows]

    def _places(
        self, mark: _Mark, first: float, last: float, *, rare: bool
    ) -> list[tuple[float, int, float]]:
        """Day, number and rarity of the stories that show a mark; those it says something of."""
        index = "INDEXED BY event_marks_rare" if rare else ""
        rows = self._connection.execute(
            f"""
            SELECT day, story, rarity FROM event_marks {index}
            WHERE mark = ? AND language = ? AND day BETWEEN ? AND ?
              {"AND rarity > 0" if rare else ""}
            """,
            (*mark, first, last),
        )
        return [(row["day"], row["story"], row["rarity"]) for row in rows]


def _changes(before: Iterable[StoryProfile], after: Iterable[StoryProfile]) -> dict[_Mark, _Change]:
    """Marks that came or went, those left out that a story has at the same time as before."""
    entries = [
        {
            (mark, profile.base_language, profile.day, profile.id)
            for profile in profiles
            for mark in profile.marks
        }
        for profiles in (before, after)
    ]
    found: defaultdict[_Mark, _Change] = defaultdict(lambda: _Change([], []))
    for mark, language, day, _ in entries[0] - entries[1]:
        found[_Mark(mark, language)].went.append(day)
    for mark, language, day, _ in entries[1]:
        # Marks that stay count as well, since all marks of these stories were written again.
        found[_Mark(mark, language)].came.append(day)
    return found
