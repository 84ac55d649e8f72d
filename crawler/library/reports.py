"""What is known of one article, one story or two articles, put together from several questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.errors import UsageError
from crawler.output.plain import INLINE
from crawler.release import __version__
from crawler.store import Store
from crawler.store.queries.agency_shares import CreditRow
from crawler.store.queries.articles import ArticleDetail, CopyRow, RevisionRow
from crawler.store.queries.events import OtherLanguage
from crawler.store.queries.stories import StoryArticle, StoryDetail, StoryEvent, StoryLife
from crawler.types import ArticleFilter

if TYPE_CHECKING:
    from crawler.grouping.explain_copies import CopyExplanation
    from crawler.grouping.explain_events import EventExplanation
    from crawler.grouping.explain_stories import StoryExplanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleReport:
    """An article with its text, its revisions and its copies."""

    article: ArticleDetail = field(metadata=INLINE)
    credits: list[CreditRow]
    """agencies whose text it carries, and how that is known"""
    revisions: list[RevisionRow]
    """earlier texts, oldest first"""
    copies: list[CopyRow]
    """articles that it was compared with"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """A story with its articles, and the stories that tell its event in other languages."""

    story: StoryDetail = field(metadata=INLINE)
    life: StoryLife = field(metadata=INLINE)
    asked_for: int
    """the number that was given, which may have been merged into this story"""
    other_languages: list[OtherLanguage]
    articles: list[StoryArticle]
    log: list[StoryEvent]


class Explanation(NamedTuple):
    """Why two articles are copies, one story or one event, or are not."""

    verdict: str
    """whether they are copies, in a sentence"""
    copies: CopyExplanation
    stories: StoryExplanation | None
    """None: one and the same article, or one without a story"""
    events: EventExplanation | None
    """None: one story, or both in one language"""


class Citation(NamedTuple):
    """What an answer is cited by: the store, its grouping, and the filter that was asked for."""

    store: str
    """name of the file, without its folder"""
    newsloom: str
    """version of this program"""
    schema: int
    """version of the store's schema"""
    grouped_at: str | None
    """None: the store has not been grouped; so are the two below"""
    articles: int | None
    """that the grouping compared"""
    inputs: str | None
    """SHA-256 digests of these articles' addresses and texts, summed up, in hex"""
    copy_scheme: str
    """the numbers that decide what a copy is"""
    story_scheme: str
    """the numbers that decide what a story is"""
    conditions: Mapping[str, object]
    """of the filter: those that are not left at their default"""


def article_number(store: Store, name: str) -> int:
    """Number of an article, given its number or address.

    Raises UsageError; its message says what became of a page that is no article.
    """
    number = store.queries.articles.number(name)
    if number is None and not name.isdigit():
        from crawler.parsing.urls import canonical

        address = canonical(name)
        number = store.queries.articles.number(address)
        page = store.queries.articles.page(address)
        if number is None and page is not None:
            raise UsageError(
                f"{name}: this page gave no article: {page.state}, {page.reason or 'not tried yet'}"
            )
    if number is None:
        raise UsageError(
            f"there is no article {name}; `newsloom search WORDS` finds articles and their numbers"
        )
    return number


def article_report(store: Store, name: str) -> ArticleReport:
    """One article, given its number or address. Raises UsageError."""
    number = article_number(store, name)
    found = store.queries.articles.get(number)
    assert found is not None  # article_number() gave it
    return ArticleReport(
        article=found,
        credits=store.queries.agency_copy.credits(number),
        revisions=store.queries.articles.revisions(number),
        copies=store.queries.articles.copies_of(number),
    )


def story_report(store: Store, number: int) -> StoryReport:
    """One story, through merges. Raises NotInStore."""
    living = store.queries.filters.living_story(number)
    found = store.queries.stories.get(living)
    assert found is not None  # living_story() gave its number
    return StoryReport(
        story=found,
        life=store.queries.stories.life(living),
        asked_for=number,
        other_languages=store.queries.events.other_languages(living),
        articles=store.queries.stories.articles(living),
        log=store.queries.stories.log(living),
    )


def explain(store: Store, one: str, two: str) -> Explanation:
    """Why two articles, given their numbers or addresses, belong together or do not.

    Raises UsageError.
    """
    from crawler.grouping.explain_copies import explain_copies, verdict
    from crawler.grouping.explain_events import explain_events
    from crawler.grouping.explain_stories import explain_stories

    copies = explain_copies(store, article_number(store, one), article_number(store, two))
    return Explanation(
        verdict=verdict(copies),
        copies=copies,
        stories=explain_stories(store, copies),
        events=explain_events(store, copies),
    )


def citation(store: Store, wanted: ArticleFilter) -> Citation:
    """What an answer about the articles that pass a filter is cited by."""
    from crawler.grouping.file_schemes import file_schemes

    grouping, schemes = store.groupings.last(), file_schemes(store)
    return Citation(
        store=Path(store.path).name,
        newsloom=__version__,
        schema=store.queries.codebook.version(),
        grouped_at=grouping and grouping.at,
        articles=grouping and grouping.articles,
        inputs=grouping and grouping.inputs,
        copy_scheme=schemes.copies.id,
        story_scheme=schemes.stories.id,
        conditions=wanted.given,
    )
