"""What people ask of a store, by subject. Read-only; each question has its own type of row."""

from __future__ import annotations

import sqlite3

from crawler.store.queries.agency_shares import AgencyCopyQueries
from crawler.store.queries.articles import ArticleQueries
from crawler.store.queries.attention import AttentionQueries
from crawler.store.queries.codebook import Codebook
from crawler.store.queries.copy_network import NetworkQueries
from crawler.store.queries.coverage import CoverageQueries
from crawler.store.queries.desk_front import FrontQueries
from crawler.store.queries.events import EventQueries
from crawler.store.queries.exports import Exports
from crawler.store.queries.figures import FigureQueries
from crawler.store.queries.filters import FilterQueries
from crawler.store.queries.free_sql import FreeSql
from crawler.store.queries.named_outlets import NamedOutletQueries
from crawler.store.queries.outlets import OutletQueries
from crawler.store.queries.search import SearchQueries
from crawler.store.queries.stories import StoryQueries
from crawler.store.queries.watched import WatchQueries


class Queries:
    """The questions by subject: `store.queries.stories.matching(...)`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.filters = FilterQueries(connection)
        self.stories = StoryQueries(connection)
        self.events = EventQueries(connection)
        self.articles = ArticleQueries(connection)
        self.outlets = OutletQueries(connection)
        self.named_outlets = NamedOutletQueries(connection)
        self.agency_copy = AgencyCopyQueries(connection)
        self.search = SearchQueries(connection)
        self.network = NetworkQueries(connection)
        self.attention = AttentionQueries(connection)
        self.coverage = CoverageQueries(connection)
        self.figures = FigureQueries(connection)
        self.front = FrontQueries(connection)
        self.watched = WatchQueries(connection)
        self.exports = Exports(connection)
        self.codebook = Codebook(connection)
        self.free_sql = FreeSql(connection)
