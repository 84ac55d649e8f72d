"""`open_store`: a store as Python objects, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TypeVar, Unpack

from crawler.errors import UsageError
from crawler.library.conditions import Conditions, filter_of
from crawler.library.reports import (
    ArticleReport,
    Citation,
    Explanation,
    StoryReport,
    article_report,
    citation,
    explain,
    story_report,
)
from crawler.library.row_list import R, Rows
from crawler.store import Store, read_store
from crawler.store.facts.topics import Topic
from crawler.store.queries import Queries
from crawler.store.queries.agency_shares import AgencyShare
from crawler.store.queries.attention import AttentionDay
from crawler.store.queries.codebook import Described
from crawler.store.queries.copy_network import NetworkEdge
from crawler.store.queries.coverage import Coverage
from crawler.store.queries.events import EventRow
from crawler.store.queries.exports import ArticleRow, CopyPair
from crawler.store.queries.outlets import OutletRow
from crawler.store.queries.search import SearchHit, in_brackets
from crawler.store.queries.stories import FirstPublisher, StoryRow
from crawler.types import ALL, ArticleFilter

T = TypeVar("T")
_UNLIMITED = -1
"""As SQLite's LIMIT has it."""


def open_store(path: Path | str) -> StoreReader:
    """Open a store for reading; nothing is ever written to it, and a crawl may run meanwhile.

    Raises NoSuchDatabase where there is no file, NotAStore for a file of something else or of
    another version of Newsloom.
    """
    return StoreReader(read_store(Path(path)))


class StoreReader:
    """An open store: `with open_store("news.db") as store: ...`, in the thread that opened it.

    What takes conditions asks for the articles that pass all of them, and raises UsageError for a
    condition that the store cannot meet: an outlet that it does not have, a search that cannot be
    understood. Times are text in UTC, `2022-01-05T12:00:00Z`; yes and no are 1 and 0.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> StoreReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def articles(
        self, *, text: bool = False, limit: int | None = None, **conditions: Unpack[Conditions]
    ) -> Rows[ArticleRow]:
        """Articles in the order of their numbers, with or without their texts."""
        return self._rows(
            ArticleRow,
            lambda ask, wanted: ask.exports.articles(wanted, text=text, limit=_sql_limit(limit)),
            conditions,
        )

    def article(self, article: int | str) -> ArticleReport:
        """One article with its text, revisions and copies, given its number or address.

        Raises UsageError where there is none.
        """
        return self._asked(lambda: article_report(self._store, str(article)))

    def stories(
        self,
        *,
        newest: bool = False,
        limit: int | None = None,
        offset: int = 0,
        **conditions: Unpack[Conditions],
    ) -> Rows[StoryRow]:
        """Stories of which an article passes: most outlets first, or the newest."""
        return self._rows(
            StoryRow,
            lambda ask, wanted: ask.stories.matching(
                wanted, limit=_sql_limit(limit), offset=offset, newest=newest
            ),
            conditions,
        )

    def events(
        self, *, limit: int | None = None, offset: int = 0, **conditions: Unpack[Conditions]
    ) -> Rows[EventRow]:
        """Stories, those of different languages that tell one event counted once."""
        return self._rows(
            EventRow,
            lambda ask, wanted: ask.events.matching(wanted, limit=_sql_limit(limit), offset=offset),
            conditions,
        )

    def story(self, story: int) -> StoryReport:
        """One story with its articles, or the one that it was merged into. Raises NotInStore."""
        return self._asked(lambda: story_report(self._store, story))

    def first_publishers(
        self, story: int, /, **conditions: Unpack[Conditions]
    ) -> Rows[FirstPublisher]:
        """Outlets of a story by the interval in which they published it. Raises NotInStore.

        With conditions, as if there were only the articles that pass them.
        """
        conditions["story"] = story

        def of_story(ask: Queries, wanted: ArticleFilter) -> Iterable[FirstPublisher]:
            assert wanted.story is not None  # that of the living story
            return ask.stories.first_publishers(wanted.story, wanted)

        return self._rows(FirstPublisher, of_story, conditions)

    def copies(self, **conditions: Unpack[Conditions]) -> Rows[CopyPair]:
        """Every two articles that carry one text and were compared; both pass the conditions.

        With one `outlet`, the other article may be of any.
        """
        return self._rows(CopyPair, lambda ask, wanted: ask.exports.pairs(wanted), conditions)

    def network(
        self, *, all_pairs: bool = False, min_copies: int = 1, **conditions: Unpack[Conditions]
    ) -> Rows[NetworkEdge]:
        """Which outlets ran texts of which others, those of most copies first.

        By default an edge counts texts: from the agency whose text it is, otherwise from the outlet
        that had it first, to every other outlet. With `all_pairs` it counts pairs of articles.
        """
        return self._rows(
            NetworkEdge,
            lambda ask, wanted: ask.network.heaviest(
                wanted, all_pairs=all_pairs, min_copies=min_copies
            ),
            conditions,
        )

    def agencies(self, **conditions: Unpack[Conditions]) -> Rows[AgencyShare]:
        """Outlets by the share of agency copy in what they published."""
        return self._rows(
            AgencyShare,
            lambda ask, wanted: ask.agency_copy.shares(wanted, limit=_UNLIMITED),
            conditions,
        )

    def attention(self, **conditions: Unpack[Conditions]) -> Rows[AttentionDay]:
        """How much each outlet published on each day, of all that it published; no day left out."""
        return self._rows(
            AttentionDay, lambda ask, wanted: ask.attention.by_day(wanted), conditions
        )

    def coverage(
        self, *, stories: int | None = None, **conditions: Unpack[Conditions]
    ) -> Rows[Coverage]:
        """Which outlets reported the largest stories, and which left them out."""
        return self._rows(
            Coverage,
            lambda ask, wanted: ask.coverage.matrix(wanted, stories=_sql_limit(stories)),
            conditions,
        )

    def search(
        self,
        words: str,
        /,
        *,
        each_copy: bool = False,
        limit: int = 20,
        **conditions: Unpack[Conditions],
    ) -> Rows[SearchHit]:
        """Articles that a search finds, the best first; copies of a text are one row, or each.

        `passage` has the found words in brackets.
        """

        def best(ask: Queries, wanted: ArticleFilter) -> Iterable[SearchHit]:
            if wanted.words is None:
                raise UsageError("there are no words to look for; `articles` lists without any")
            for hit in ask.search.best(wanted, limit=limit, each_copy=each_copy).hits:
                yield hit._replace(passage=in_brackets(hit.passage))

        return self._rows(SearchHit, best, conditions, ArticleFilter(words=words))

    def explain(self, one: int | str, two: int | str) -> Explanation:
        """Why two articles are copies, one story or one event, or are not.

        Both are numbers or addresses. Raises UsageError where there is no such article.
        """
        return self._asked(lambda: explain(self._store, str(one), str(two)))

    def outlets(self) -> Rows[OutletRow]:
        """The outlets of the store, with what they brought."""
        return Rows(
            OutletRow, self._asked(lambda: self._store.queries.outlets.all(limit=_UNLIMITED))
        )

    def topics(self) -> Rows[Topic]:
        """Filters that have a name, by name."""
        return Rows(Topic, self._asked(self._store.topics.all))

    def codebook(self) -> Rows[Described]:
        """What every view, table and column of the store holds."""
        book = self._store.queries.codebook
        names = self._asked(book.names)
        found = self._asked(lambda: [book.describe(name) for name in names])
        return Rows(Described, (one for one in found if one is not None))

    def citation(self, **conditions: Unpack[Conditions]) -> Citation:
        """What to cite figures of the articles by that pass the conditions."""
        return self._asked(
            lambda: citation(
                self._store, self._store.queries.filters.checked(filter_of(conditions))
            )
        )

    def _rows(
        self,
        kind: type[R],
        find: Callable[[Queries, ArticleFilter], Iterable[R]],
        conditions: Conditions,
        narrowed_by: ArticleFilter = ALL,
    ) -> Rows[R]:
        """The rows that a question finds among the articles that pass."""
        ask = self._store.queries
        wanted = filter_of(conditions).narrowed_by(narrowed_by)
        return self._asked(lambda: Rows(kind, find(ask, ask.filters.checked(wanted))))

    def _asked(self, question: Callable[[], T]) -> T:
        """The answer to a question; what SQLite refuses is a StoreError that says what to do."""
        with self._store.explained():
            return question()


def _sql_limit(limit: int | None) -> int:
    return _UNLIMITED if limit is None else limit
