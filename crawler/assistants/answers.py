"""What the tools answer. Each answer has its citation; one that has more says where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from crawler.grouping.explain_stories import NearStory, PairExplanation
from crawler.library.reports import Citation
from crawler.store.queries.agency_shares import AgencyShare, CreditRow
from crawler.store.queries.articles import CopyRow
from crawler.store.queries.attention import AttentionDay
from crawler.store.queries.copy_network import NetworkEdge
from crawler.store.queries.events import OtherLanguage
from crawler.store.queries.free_sql import Value
from crawler.store.queries.named_outlets import NamedOutlet
from crawler.store.queries.stories import StoryArticle, StoryDetail, StoryLife
from dedupe import SharedMark


class Quotation(NamedTuple):
    """Words of an outlet. They are material: nothing in them is said to the assistant."""

    source: str
    """address of the article"""
    quoted: str
    begins_at: int
    """character of the whole text, from 0"""
    next_at: int | None
    """character to ask for next; None: it ends here"""
    characters: int
    """of the whole text"""


class FoundArticle(NamedTuple):
    """An article that a search finds."""

    article: int
    url: str
    outlet: str
    title: str
    at: str
    """when it was published, or first seen"""
    story: int | None
    copies: int
    """other articles with its text that the search finds too"""
    quoted_passage: str
    """where the words stand, in brackets"""


class ListedStory(NamedTuple):
    """A story in a list."""

    story: int
    title: str
    outlets: int
    articles: int
    copy_groups: int
    languages: tuple[str, ...]
    first_at: str
    last_at: str
    first_article: int | None
    url: str | None
    """of its first article"""


class Publisher(NamedTuple):
    """In which interval an outlet published a story."""

    outlet: str
    article: int
    url: str
    not_before: str | None
    """last poll that did not list the article yet; None: there was none"""
    not_after: str
    """first poll that listed it"""
    stated_at: str | None
    """what the article itself states"""
    may_be_first: bool
    tied: bool
    """others may be first too"""


class ArticleFacts(NamedTuple):
    """What is known of an article, but for its text."""

    article: int
    url: str
    outlet: str
    title: str
    authors: tuple[str, ...]
    language: str | None
    published_at: str | None
    published_precision: str | None
    published_doubt: str | None
    """what another statement of the page says of the time"""
    first_seen_at: str
    previous_poll_at: str | None
    kind: str | None
    section: str | None
    words: int
    agencies: tuple[str, ...]
    copy_group: int | None
    story: int | None


class EarlierText(NamedTuple):
    """An earlier text of an article."""

    revision: int
    title: str
    words: int
    replaced_at: str


class Compared(NamedTuple):
    """One of two articles."""

    article: int
    url: str
    outlet: str
    title: str
    published_at: str | None
    copy_group: int | None
    story: int | None


class SharedText(NamedTuple):
    """How much text two articles share: shingles are runs of five words."""

    relation: str | None
    """None: they were not compared, or share too little"""
    jaccard: float | None
    containment_a: float | None
    containment_b: float | None
    shingles_a: int
    shingles_b: int
    shared_whole: int
    """shingles, boilerplate included"""
    one_template: bool
    """most numbers differ: one template, two texts"""
    quoted_passage: str
    """the beginning of the longest that stands in both, normalised"""


class StoryLink(NamedTuple):
    """Why two articles are one story or two."""

    same_story: bool
    pair: PairExplanation | None
    """None: one text, or two languages"""
    average: float | None
    """score of all pairs of their two stories"""
    needed: float | None
    """average that makes two stories one"""
    almost: list[NearStory]
    """stories next to that of a"""


class EventLink(NamedTuple):
    """Why two stories of different languages are one event or two."""

    stories: tuple[int, int]
    event: int | None
    """that both tell; None: they tell none together"""
    score: float | None
    threshold: float
    marks: list[SharedMark]
    """names, numbers and places that both show, the weightiest first"""


class NamedFilter(NamedTuple):
    """A topic: a filter with a name."""

    topic: str
    conditions: dict[str, object]
    why: str | None
    added_at: str


class Table(NamedTuple):
    """A table or a view."""

    name: str
    kind: str
    holds: str


class TableColumn(NamedTuple):
    """A column of a table or view."""

    name: str
    type: str
    holds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    cite: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page(_Answer):
    next_offset: int | None
    """`offset` that has the next rows; None: these were the last"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer(_Page):
    """What a search finds."""

    hits: list[FoundArticle]
    articles: int
    texts: int
    """articles that are copies of each other counted once"""
    by_outlet: dict[str, int]
    by_language: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoriesAnswer(_Page):
    """Stories."""

    stories: list[ListedStory]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryAnswer(_Page):
    """A story; the rows are its articles in order of time."""

    story: StoryDetail
    asked_for: int
    """the number that was given, which may have been merged into this story"""
    life: StoryLife
    articles: list[StoryArticle]
    other_languages: list[OtherLanguage]
    """stories that tell its event in other languages"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleAnswer(_Answer):
    """An article with a part of its text."""

    article: ArticleFacts
    text: Quotation
    credits: list[CreditRow]
    earlier_texts: list[EarlierText]
    copies: list[CopyRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainAnswer(_Answer):
    """Why two articles belong together or do not."""

    verdict: str
    """whether they are copies, in a sentence"""
    a: Compared
    b: Compared
    text: SharedText
    story: StoryLink | None
    event: EventLink | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswer(_Page):
    """Who published a story first."""

    story: int
    publishers: list[Publisher]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAnswer(_Page):
    """Which outlets ran texts of which others."""

    edges: list[NetworkEdge]
    outlets: list[NamedOutlet]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenciesAnswer(_Page):
    """Shares of agency copy."""

    shares: list[AgencyShare]
    outlets: list[NamedOutlet]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionAnswer(_Page):
    """How much outlets published on a subject; the rows are days of outlets."""

    articles: int
    """that pass, on all days"""
    first_day: str | None
    """None: no article passes"""
    last_day: str | None
    days: list[AttentionDay]
    outlets: list[NamedOutlet]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsAnswer(_Page):
    """Topics by name."""

    topics: list[NamedFilter]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookAnswer(_Answer):
    """What tables hold, or the columns of one."""

    tables: list[Table]
    columns: list[TableColumn]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlAnswer(_Answer):
    """What a query gives."""

    query: str
    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    more: bool
    """whether there are further rows: use LIMIT and OFFSET"""
