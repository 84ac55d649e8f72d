"""Topics: filters that people gave a name, as facts."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import NamedTuple

from crawler.errors import NotInStore, UsageError
from crawler.output.suggestions import unknown_name
from crawler.output.visible import one_line
from crawler.types import ArticleFilter

NAME = re.compile(r"\w[\w-]{0,59}")
"""A topic's name: letters and digits of any script, `_` and `-`, since it stands in addresses."""


class Topic(NamedTuple):
    """A filter with a name."""

    name: str
    wanted: ArticleFilter
    """its conditions; it names no topic itself"""
    at: str
    why: str | None


class Topics:
    """The `topics` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, name: str, wanted: ArticleFilter, *, why: str | None, now: str) -> None:
        """Keep a filter under a name. Raises UsageError for one that is taken, or is no name."""
        if not NAME.fullmatch(name):
            raise UsageError(
                f"{one_line(name)!r} cannot name a topic; use up to 60 letters, digits, - and _"
            )
        added = self._connection.execute(
            "INSERT INTO topics (name, filter, at, why) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (name, json.dumps(wanted.given, ensure_ascii=False), now, why),
        ).rowcount
        if not added:
            raise UsageError(
                f"there is a topic {name} already; choose another name, or remove it with "
                f"`newsloom topic remove {name}`"
            )

    def remove(self, name: str) -> None:
        """Forget a topic; no article goes with it. Raises NotInStore."""
        self.get(name)
        self._connection.execute("DELETE FROM topics WHERE name = ?", (name,))

    def get(self, name: str) -> Topic:
        """One topic. Raises NotInStore, with names that are like it."""
        for topic in self._read("WHERE name = ?", (name,)):
            return topic
        raise NotInStore(unknown_name("topic", name, self.names()))

    def all(self) -> list[Topic]:
        """Every topic, by name."""
        return self._read("ORDER BY name", ())

    def names(self) -> list[str]:
        """Their names, in order."""
        return [name for (name,) in self._connection.execute("SELECT name FROM topics ORDER BY 1")]

    def narrowed(self, wanted: ArticleFilter) -> ArticleFilter:
        """The filter with the conditions of the topic that it names.

        Raises NotInStore for a topic that the file does not have, UsageError where no article can
        meet both.
        """
        if wanted.topic is None:
            return wanted
        try:
            return self.get(wanted.topic).wanted.narrowed_by(wanted)
        except ValueError as error:
            raise UsageError(
                f"no article of the topic {wanted.topic} can pass: {error}; `newsloom topic show "
                f"{wanted.topic}` lists its conditions"
            ) from error

    def _read(self, which: str, values: tuple[str, ...]) -> list[Topic]:
        rows = self._connection.execute(f"SELECT name, filter, at, why FROM topics {which}", values)
        return [
            Topic(name, ArticleFilter.of(json.loads(conditions)), at, why)
            for name, conditions, at, why in rows
        ]
