"""From a fetched page to an article: one parse, then metadata, body, language."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from textwrap import shorten
from typing import NamedTuple

from lxml import etree

from crawler.errors import ExtractError
from crawler.parsing.decode import decode
from crawler.parsing.languages import language_of
from crawler.parsing.page.body import Body, read_body
from crawler.parsing.page.credits import read_credits
from crawler.parsing.page.jsonld import update_texts
from crawler.parsing.page.kinds import refuse_address, refuse_kind
from crawler.parsing.page.layout import join_parts
from crawler.parsing.page.metadata import Metadata, read_metadata
from crawler.parsing.page.page_state import find_state_text, stated_words
from crawler.parsing.page.reservations import read_reservation
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.tree import parse_page
from crawler.parsing.texts import count_words
from crawler.parsing.urls import canonical
from crawler.types import Article, Fetched, Outlet, Page, Validators, limits

EXTRACTION = 5
"""Version of what `extract` makes of a page; raised when the same bytes give something better."""
MIN_WORDS = 20
"""Shorter bodies are captions, teasers and error messages."""
TEASER = 5
"""How many times as long as what a page shows its articleBody is where it shows the beginning."""


class TwinPage(ExtractError):
    """An AMP page: its ordinary twin at `url` is the one to read."""

    def __init__(self, url: str) -> None:
        super().__init__("amp-twin", url)
        self.url = url

    def __reduce__(self) -> tuple[type[TwinPage], tuple[str]]:  # type: ignore[override]
        return type(self), (self.url,)


class Finding(NamedTuple):
    """One field of what was extracted of a page."""

    field: str
    value: str
    source: str
    """where it was found"""


def extract(fetched: Fetched, outlet: Outlet) -> Article:
    """Extract the article of a page.

    Raises ExtractError with the rejection's name: `amp-twin`, `no-text`, `too-large`, or one of
    crawler.parsing.page.tree and crawler.parsing.page.kinds.
    """
    return _article(_read(fetched, outlet), fetched, outlet)


def examine(fetched: Fetched, outlet: Outlet) -> list[Finding]:
    """What `extract` finds in a page, field by field, and where it came from.

    Raises what `extract` raises.
    """
    page = _read(fetched, outlet)
    article = _article(page, fetched, outlet)
    decoded = decode(fetched.body, fetched.content_type)
    lost = f"; {decoded.replaced} characters replaced" if decoded.replaced else ""
    findings = (
        Finding("encoding", decoded.encoding, decoded.source + lost),
        *_metadata_findings(article, page.meta),
        *_text_findings(article, page.body),
    )
    return [finding for finding in findings if finding.value]


def _metadata_findings(article: Article, meta: Metadata) -> Iterator[Finding]:
    """All but the text; values that the page does not give are empty."""
    found = meta.sources.get
    published = article.published
    yield Finding("url", article.url, found("canonical", "its own address"))
    yield Finding("title", article.title, found("title", "first words of the text"))
    yield Finding("authors", ", ".join(article.authors), found("authors", ""))
    if published is not None:
        at, source = f"{published.at} ({published.precision})", published.source
        yield Finding("published", at, f"{source}: {published.raw}")
    yield Finding("doubt", article.published_doubt or "", "")
    yield Finding("modified", article.modified_at or "", "")
    language = f"the text; stated: {meta.language or '-'}"
    yield Finding("language", article.language or "", language)
    for name in ("section", "tags", "image", "paywalled", "kind", "reserved"):
        yield Finding(name, _as_text(getattr(article, name)), found(name, ""))
    for c in article.credits:
        yield Finding("agency", f"{c.agency} ({c.confidence:.2f})", f"{c.via}: {c.evidence}")


def _text_findings(article: Article, body: Body) -> Iterator[Finding]:
    """The text in short, and what was extracted and is not the article's."""
    yield Finding("text", f"{count_words(article.text)} words", body.source)
    yield Finding("first line", article.text.partition("\n")[0], "")
    yield Finding("last line", article.text.rpartition("\n")[2], "")
    kept = set(article.text.splitlines())
    yield from (Finding("left out", line, "") for line in body.lines if line not in kept)


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


class _PageReading(NamedTuple):
    """What was read of a page that is an article."""

    url: str
    """the page's own address for itself, or else the one that it was fetched from; canonical"""
    address: str
    """the one that it was fetched from; canonical"""
    title: str
    statements: PageStatements
    meta: Metadata
    body: Body


def _read(fetched: Fetched, outlet: Outlet) -> _PageReading:
    """Parse a page once, and refuse it as soon as it shows to be no article."""
    refuse_address(fetched.url, asked=fetched.page.url)
    tree = parse_page(fetched.body, content_type=fetched.content_type)
    statements = PageStatements.read(tree, url=fetched.url)
    meta = read_metadata(statements, fetched, outlet)
    address = canonical(fetched.url)
    _refuse_amp(meta, address, fetched.page)
    join_parts(tree, [update for node in statements.own for update in update_texts(node)])
    body = _read_body(tree, statements, meta, fetched, outlet)
    title = meta.title or shorten(body.text, width=100, placeholder="…")
    refuse_kind(statements, body, title=title)
    _refuse_size(body.text)
    return _PageReading(meta.canonical or address, address, title, statements, meta, body)


def _read_body(
    tree: etree._Element,
    statements: PageStatements,
    meta: Metadata,
    fetched: Fetched,
    outlet: Outlet,
) -> Body:
    """What a page shows; where that is no text, or its beginning, what it holds for its program."""
    read = functools.partial(
        read_body,
        url=fetched.url,
        titles=meta.titles,
        authors=meta.bylines.people,
        language=meta.language or outlet.language,
        drop=outlet.drop,
    )
    body = read(tree, body=outlet.body)
    shown = count_words(body.text)
    least = max(MIN_WORDS, TEASER * shown)
    if shown >= MIN_WORDS and stated_words(statements) < least:
        return body
    found = find_state_text(statements, url=fetched.url, title=meta.title, least=least)
    held = read(found.tree)._replace(source=found.source) if found else body
    return held if count_words(held.text) >= least else body


def _article(page: _PageReading, fetched: Fetched, outlet: Outlet) -> Article:
    meta, body, headers = page.meta, page.body, fetched.headers
    return Article(
        url=page.url,
        outlet=outlet.slug,
        title=page.title,
        text=body.text,
        authors=meta.bylines.people,
        language=language_of(body.text, stated=meta.language or outlet.language),
        published=meta.times.published,
        published_doubt=meta.times.doubt,
        modified_at=meta.times.modified_at,
        section=meta.section,
        tags=meta.tags,
        image=meta.image,
        paywalled=meta.paywalled,
        credits=read_credits(
            lines=body.lines,
            bylines=meta.bylines.entries,
            statements=page.statements,
            url=fetched.url,
            outlet=outlet.name,
            more=outlet.agencies,
        ),
        extraction=EXTRACTION,
        kind=meta.kind,
        reserved=read_reservation(page.statements, headers),
        fetched_at=fetched.at,
        address=page.address,
        page=fetched.page.id,
        validators=Validators(etag=headers.get("etag"), last_modified=headers.get("last-modified")),
    )


def _refuse_amp(meta: Metadata, address: str, page: Page) -> None:
    """Raise TwinPage for an AMP page, at this address, that names its ordinary twin."""
    # One step only: a chain of AMP pages that name each other would have no end.
    if meta.amp and meta.canonical not in (None, address) and page.stands_for is None:
        raise TwinPage(str(meta.canonical))


def _refuse_size(text: str) -> None:
    words = count_words(text)
    if words < MIN_WORDS:
        raise ExtractError("no-text", f"{words} words of body text")
    if len(text) > limits.TEXT:
        raise ExtractError("too-large", f"{len(text)} characters of body text")
