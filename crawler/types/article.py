"""An article: what was understood of a page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.types.listing import NO_VALIDATORS, Moment, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An agency that an article carries, and how that is known."""

    agency: str
    via: str
    """byline, dateline, credit, copyright, jsonld, meta, canonical; copy: found by comparing"""
    evidence: str
    """what was read"""
    confidence: float
    """0 to 1"""


class ArticleKind(StrEnum):
    """What an article is, as its page states it; the Trust Project's types of work, and two more.

    A page that states none has none: most news pages say `NewsArticle` or nothing at all, and a
    guess that they are reports would not be told from a statement.
    """

    ARTICLE = "article"
    """stated, but nothing more particular"""
    REPORT = "report"
    ANALYSIS = "analysis"
    OPINION = "opinion"
    REVIEW = "review"
    FACT_CHECK = "fact-check"
    ADVERTORIAL = "advertorial"
    """paid for by somebody else than the outlet"""
    BLOG_POST = "blog-post"
    LIVE_BLOG = "live-blog"
    """a text of updates, in the order of the page"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What we understood of a page."""

    url: str
    """canonical: as the page states it, or else where it was found"""
    outlet: str
    title: str
    text: str
    """paragraphs separated by newlines; empty when only a headline is known"""
    authors: tuple[str, ...] = ()
    language: str | None = None
    """BCP 47"""
    published: Moment | None = None
    published_doubt: str | None = None
    """what another statement of the page says instead; None where all agree"""
    modified_at: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    paywalled: bool | None = None
    credits: tuple[Credit, ...] = ()
    """agencies that it says it carries"""
    extraction: int | None = None
    """version of the extraction that made it; None for an imported article"""
    text_from: str = "page"
    """page; or feed, when the page itself could not be read"""
    kind: ArticleKind | None = None
    """None: the page states none"""
    reserved: str | None = None
    """what the page says to reserve its text from mining"""
    fetched_at: str | None = None
    address: str | None = None
    """where the page was found, canonical; None for an article without a page"""
    page: int | None = None
    """id of the page it was read from; None for an imported article"""
    validators: Validators = NO_VALIDATORS
    """to ask the page whether it has changed"""
