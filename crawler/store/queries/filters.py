"""Whether what a filter names is in the file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from crawler.errors import NotInStore, UsageError
from crawler.output.suggestions import suggestion
from crawler.output.visible import one_line
from crawler.store.facts.topics import Topics
from crawler.store.findings.numbered_stories import Stories
from crawler.store.queries.search_words import outlets_named, parse_words
from crawler.types import ArticleFilter

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


class FilterQueries:
    """Questions about a filter itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def checked(self, wanted: ArticleFilter) -> ArticleFilter:
        """The filter as the store knows it: with the conditions of its topic, the number of the
        living story, countries in capitals.

        Raises NotInStore for an outlet, a country, a story or a topic that the file does not have,
        WordsError for a search that cannot be understood, UsageError for what no article can be.
        """
        wanted = Topics(self._connection).narrowed(wanted)
        if wanted.since is not None and wanted.until is not None and wanted.since > wanted.until:
            raise UsageError(
                f"the period ends ({wanted.until}) before it begins ({wanted.since}); swap since "
                "and until"
            )
        for tag in wanted.language:
            if not _TAG.fullmatch(tag):
                raise UsageError(f"{one_line(tag)!r} is no language; write en, pt-BR, or und")
        tree = parse_words(wanted.words or "")
        self._check_outlets([*wanted.outlet, *outlets_named(tree)])
        return replace(
            wanted,
            words=None if tree is None else wanted.words,
            country=self._countries(wanted.country),
            story=None if wanted.story is None else self.living_story(wanted.story),
        )

    def living_story(self, number: int) -> int:
        """The story that a number leads to, through merges. Raises NotInStore."""
        stories = Stories(self._connection)
        living = stories.resolve(number)
        if living is None:
            (found,) = self._connection.execute("SELECT EXISTS (SELECT 1 FROM stories)").fetchone()
            remedy = "`newsloom stories` lists them" if found else "`newsloom group` makes them"
            raise NotInStore(f"there is no story {number}; {remedy}")
        return living

    def _check_outlets(self, names: Iterable[str]) -> None:
        for name in names:
            if self._column("SELECT 1 FROM outlets WHERE slug = ?", name):
                continue
            known = self._column("SELECT slug FROM outlets ORDER BY slug")
            hint = suggestion(name, known, command="newsloom health")
            raise NotInStore(f"there is no outlet {one_line(name)} in this file; {hint}")

    def _countries(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        if not codes:
            return ()
        known = self._column("SELECT DISTINCT country FROM outlets WHERE country > '' ORDER BY 1")
        for code in codes:
            if code.upper() not in known:
                there_are = (
                    f"there are {', '.join(known)}" if known else "their countries are unknown"
                )
                raise NotInStore(
                    f"no outlet in this file is of the country {one_line(code)}; {there_are}"
                )
        return tuple(code.upper() for code in codes)

    def _column(self, question: str, *values: str) -> list[str]:
        return [row[0] for row in self._connection.execute(question, values)]
