"""From a fetched page to an article: one parse, then metadata, body, language."""

from __future__ import annotations

from textwrap import shorten
from typing import NamedTuple

from crawler import limits
from crawler.errors import ExtractError
from crawler.parsing.languages import language_of
from crawler.parsing.page.agencies import read_credits
from crawler.parsing.page.body import Body, read_body
from crawler.parsing.page.kinds import refuse_address, refuse_kind
from crawler.parsing.page.metadata import Metadata, read_metadata
from crawler.parsing.page.reservations import read_reservation
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.tree import parse_page
from crawler.parsing.texts import count_words
from crawler.parsing.urls import canonical, is_front_page
from crawler.types import Article, Fetched, Outlet, Validators

EXTRACTION = 1
"""Version of what `extract` makes of a page; raised when the same bytes give something better."""
MIN_WORDS = 20
"""Shorter bodies are captions, teasers and error messages."""


class TwinPage(ExtractError):
    """An AMP page: its ordinary twin at `url` is the one to read."""

    def __init__(self, url: str) -> None:
        super().__init__("amp-twin", url)
        self.url = url

    def __reduce__(self) -> tuple[type[TwinPage], tuple[str]]:  # type: ignore[override]
        return type(self), (self.url,)


class Finding(NamedTuple):
    """One thing that was understood of a page."""

    field: str
    value: str
    source: str
    """where it was found"""


def extract(fetched: Fetched, outlet: Outlet) -> Article:
    """Understand a page.

    Raises ExtractError with the rejection's name: `front-page`, `amp-twin`, `no-text`, or one of
    crawler.parsing.page.tree and crawler.parsing.page.kinds.
    """
    return _understand(fetched, outlet)[0]


def examine(fetched: Fetched, outlet: Outlet) -> list[Finding]:
    """What `extract` understands of a page, field by field, and where it came from.

    Raises what `extract` raises.
    """
    article, meta, body = _understand(fetched, outlet)
    kept = set(article.text.splitlines())
    left_out = [line for line in body.lines if line not in kept]
    published = article.published
    findings = [
        Finding("url", article.url, meta.sources.get("canonical", "its own address")),
        Finding("title", article.title, meta.sources.get("title", "first words of the text")),
        Finding("authors", ", ".join(article.authors), meta.sources.get("authors", "")),
        Finding(
            "published",
            f"{published.at} ({published.precision})" if published else "",
            f"{published.source}: {published.raw}" if published else "",
        ),
        Finding("doubt", article.published_doubt or "", ""),
        Finding("modified", article.modified_at or "", ""),
        Finding("language", article.language or "", f"the text; stated: {meta.language or '-'}"),
        *(
            Finding(name, _as_text(getattr(article, name)), meta.sources.get(name, ""))
            for name in ("section", "tags", "image", "paywalled", "reserved")
        ),
        *(
            Finding("agency", f"{c.agency} ({c.confidence:.2f})", f"{c.via}: {c.evidence}")
            for c in article.credits
        ),
        Finding("text", f"{count_words(article.text)} words", "trafilatura, cleaned"),
        Finding("first line", article.text.partition("\n")[0], ""),
        Finding("last line", article.text.rpartition("\n")[2], ""),
        *(Finding("left out", line, "") for line in left_out),
    ]
    return [finding for finding in findings if finding.value]


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _understand(fetched: Fetched, outlet: Outlet) -> tuple[Article, Metadata, Body]:
    if is_front_page(fetched.url) and not is_front_page(fetched.page.url):
        raise ExtractError("front-page", f"redirected to {fetched.url}")
    refuse_address(fetched.url, asked=fetched.page.url)
    tree = parse_page(fetched.body, content_type=fetched.content_type)
    statements = PageStatements.read(tree)
    meta = read_metadata(statements, fetched, outlet)
    address = canonical(fetched.url)
    # One step only: a chain of AMP pages that name each other would have no end.
    if meta.amp and meta.canonical not in (None, address) and fetched.page.stands_for is None:
        raise TwinPage(str(meta.canonical))
    language = meta.language or outlet.language
    body = read_body(
        tree,
        url=fetched.url,
        titles=meta.titles,
        authors=meta.bylines.people,
        language=language,
        drop=outlet.drop,
        body=outlet.body,
    )
    title = meta.title or shorten(body.text, width=100, placeholder="…")
    refuse_kind(statements, body, title=title)
    words = count_words(body.text)
    if words < MIN_WORDS:
        raise ExtractError("no-text", f"{words} words of body text")
    if len(body.text) > limits.TEXT:
        raise ExtractError("too-large", f"{len(body.text)} characters of body text")
    article = Article(
        url=meta.canonical or address,
        outlet=outlet.slug,
        title=title,
        text=body.text,
        authors=meta.bylines.people,
        language=language_of(body.text, stated=language),
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
            statements=statements,
            url=fetched.url,
            outlet=outlet.name,
            more=outlet.agencies,
        ),
        extraction=EXTRACTION,
        reserved=read_reservation(statements, fetched.headers),
        fetched_at=fetched.at,
        page=fetched.page.id,
        validators=Validators(
            etag=fetched.headers.get("etag"), last_modified=fetched.headers.get("last-modified")
        ),
    )
    return article, meta, body
