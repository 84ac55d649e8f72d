"""The store: the only floor that speaks SQL. One file, one writer, any number of readers.

>>> from crawler.store import open_store
>>> store = open_store(":memory:")
>>> store.runs.open("doctest", now="2022-01-05T12:00:00Z", pid=1)
1
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import StoreError, TookTooLong
from crawler.store.facts.agency_credits import Credits
from crawler.store.facts.archives import Archives
from crawler.store.facts.clocks import Clocks
from crawler.store.facts.outlet_sources import Outlets
from crawler.store.facts.overrides import Overrides
from crawler.store.facts.pages import Pages
from crawler.store.facts.polls import Polls
from crawler.store.facts.revisions import Articles, Saved
from crawler.store.facts.runs import Runs
from crawler.store.facts.sightings import Sightings
from crawler.store.facts.sites import Sites
from crawler.store.facts.topics import Topics
from crawler.store.facts.usage import Usage
from crawler.store.facts.watches import Watches
from crawler.store.file.connection import (
    connect_for_reading,
    connect_for_writing,
    explained,
    is_database,
    transaction,
)
from crawler.store.file.merge_facts import Merging
from crawler.store.file.migrate import migrate
from crawler.store.file.migration_steps import VERSION
from crawler.store.file.upkeep import Upkeep
from crawler.store.file.whole_tables import WholeTables
from crawler.store.findings.agency_evidence import AgencyEvidence
from crawler.store.findings.boilerplate_counts import BoilerplateCounts
from crawler.store.findings.copies import Copies
from crawler.store.findings.copy_credits import CopyCredits
from crawler.store.findings.copy_groups import CopyGroups
from crawler.store.findings.embeddings import Embeddings
from crawler.store.findings.event_links import EventLinks
from crawler.store.findings.event_vectors import EventVectors
from crawler.store.findings.key_index import StoredKeyIndex
from crawler.store.findings.manifest import Groupings
from crawler.store.findings.numbered_events import Events
from crawler.store.findings.numbered_stories import Stories
from crawler.store.findings.story_languages import StoryLanguages
from crawler.store.findings.story_links import StoryLinks
from crawler.store.findings.story_rebuild import StoryRebuild
from crawler.store.queries import Queries

_STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock."""

__all__ = ["Saved", "Store", "is_database", "migrate_store", "open_store", "read_store"]


class Store:
    """An open file, by domain: `store.sightings.offer(...)`, `store.articles.save(...)`."""

    def __init__(self, connection: sqlite3.Connection, path: Path | str) -> None:
        self.path = path
        self._connection = connection
        self.outlets = Outlets(connection)
        self.polls = Polls(connection)
        self.sites = Sites(connection)
        self.archives = Archives(connection)
        self.sightings = Sightings(connection)
        self.pages = Pages(connection)
        self.articles = Articles(connection)
        self.credits = Credits(connection)
        self.runs = Runs(connection)
        self.clocks = Clocks(connection)
        self.copies = Copies(connection)
        self.copy_groups = CopyGroups(connection)
        self.agency_evidence = AgencyEvidence(connection)
        self.copy_credits = CopyCredits(connection)
        self.key_index = StoredKeyIndex(connection)
        self.boilerplate = BoilerplateCounts(connection)
        self.story_languages = StoryLanguages(connection)
        self.story_links = StoryLinks(connection)
        self.story_rebuild = StoryRebuild(connection)
        self.embeddings = Embeddings(connection)
        self.stories = Stories(connection)
        self.event_links = EventLinks(connection)
        self.event_vectors = EventVectors(connection)
        self.events = Events(connection)
        self.overrides = Overrides(connection)
        self.topics = Topics(connection)
        self.watches = Watches(connection)
        self.groupings = Groupings(connection)
        self.queries = Queries(connection)
        self.merging = Merging(connection)
        self.upkeep = Upkeep(connection)
        self.usage = Usage(connection)
        self.whole_tables = WholeTables(connection)

    @contextmanager
    def batch(self, *, source: Path | None = None) -> Iterator[None]:
        """A transaction: all of it is saved, or nothing. StoreError says what SQLite refused.

        `source` is another file that it reads.
        """
        with explained(source or self.path, written=self.path), transaction(self._connection):
            yield

    @contextmanager
    def explained(self, written: Path | None = None) -> Iterator[None]:
        """What SQLite reports becomes a StoreError, about this file or one that is written."""
        with explained(self.path, written=written):
            yield

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """For reading while others wait: raises TookTooLong after this much CPU time of the thread.

        Not of the clock, or what can be answered would depend on what else this machine does.
        """
        end = time.thread_time() + seconds
        self._connection.set_progress_handler(lambda: time.thread_time() > end, _STEPS)
        try:
            with explained(self.path):
                yield
        except StoreError as error:
            if time.thread_time() > end:
                raise TookTooLong(f"{self.path}: took over {seconds:g} s of CPU") from error
            raise
        finally:
            self._connection.set_progress_handler(None, _STEPS)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def open_store(path: Path | str, *, named: Path | None = None) -> Store:
    """Open for writing; makes the file, and brings an older one up to date.

    Errors name the file `named`, where this one is made to take its place.
    """
    connection = connect_for_writing(path, version=VERSION, named=named)
    try:
        with explained(named or path):
            migrate(connection, named or path)
    except BaseException:
        connection.close()
        raise
    return Store(connection, named or path)


def read_store(path: Path) -> Store:
    """Open for reading only; raises NoSuchDatabase or NotAStore."""
    return Store(connect_for_reading(path, version=VERSION), path)


def migrate_store(path: Path) -> list[str]:
    """Bring an existing file up to date, also where its tables were rewritten; the steps taken."""
    connection = connect_for_writing(path, version=VERSION)
    try:
        with explained(path):
            return migrate(connection, path, repair=True)
    finally:
        connection.close()
