"""Headline, address, section and the rest, from what the page itself says of them.

The order of trust is measured on 118 real pages (tests/quality): JSON-LD, then meta elements,
then the visible page, then what the feed said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import UsageError
from crawler.parsing.address_forms import lies_below
from crawler.parsing.languages import language_tag
from crawler.parsing.page.article_kind import article_kind
from crawler.parsing.page.authors import Bylines, read_bylines
from crawler.parsing.page.jsonld import first_string, kinds
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.times import Times, read_times
from crawler.parsing.page.titles import read_titles
from crawler.parsing.texts import plain_line, words_of
from crawler.parsing.urls import addresses, canonical, host, is_front_page, registered_domain
from crawler.types import ArticleKind, Fetched, Outlet

UNKNOWN_HOST = "unknown.invalid"
"""Host of a saved page of unknown address; the address that the page states is then taken."""
MAX_TAGS = 30
"""Tags that are kept of an article."""
MAX_TAG = 60
"""Characters; a longer tag is a sentence."""
_PLACEHOLDER = re.compile(
    r"[{}]|%7B%7B|<%|\[object\b|(?:^|/)(?:undefined|null|nan|none)(?=/|[?#]|$)", re.IGNORECASE
)
_LONG_NUMBER = re.compile(r"\d{4}")
LONG_WORD = 4
"""Letters of a word of a headline that is looked for in an address."""
_IMAGES = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_TIERS = {"free": False, "locked": True, "metered": True, "paid": True, "subscriber": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about its article; None where it says nothing usable."""

    title: str | None
    titles: frozenset[str]
    """the headline in every form that the page has it"""
    bylines: Bylines
    times: Times
    canonical: str | None
    language: str | None
    section: str | None
    tags: tuple[str, ...]
    image: str | None
    paywalled: bool | None
    kind: ArticleKind | None
    amp: bool
    sources: Mapping[str, str]
    """where each of these was found, by its name"""


def read_metadata(statements: PageStatements, fetched: Fetched, outlet: Outlet) -> Metadata:
    """Read everything but the body from a parsed page."""
    listing, url = fetched.page.listing, fetched.url
    section = _section(statements)
    titles = read_titles(
        statements, url=url, listed=listing.title, outlet=outlet.name, section=section[1]
    )
    bylines = read_bylines(statements, url=url, outlet=outlet.name)
    times = read_times(statements, url=url, listing=listing, now=fetched.at)
    root = statements.tree
    found: dict[str, tuple[str, Any]] = {
        "canonical": _canonical(statements, url),
        "language": _language(statements),
        "section": section,
        "tags": _tags(statements),
        "image": _image(statements),
        "paywalled": _paywalled(statements),
        "kind": _kind(statements),
    }
    sources = {name: source for name, (source, value) in found.items() if value not in (None, ())}
    if titles:
        sources["title"] = next(iter(titles.values()))
    if bylines.source:
        sources["authors"] = bylines.source
    return Metadata(
        title=next(iter(titles), None),
        titles=frozenset(titles),
        bylines=bylines,
        times=times,
        amp=root.get("amp") is not None or root.get("\u26a1") is not None,
        sources=sources,
        **{name: value for name, (_, value) in found.items()},
    )


def _section(statements: PageStatements) -> tuple[str, str | None]:
    for source, said in (
        ("jsonld articleSection", statements.text("articleSection")),
        ("meta article:section", plain_line(statements.first("article:section"))),
        ("broken jsonld articleSection", statements.picked_text("articleSection")),
    ):
        if said:
            return source, said
    return "", None


def _kind(statements: PageStatements) -> tuple[str, ArticleKind | None]:
    # A fact check has two nodes: the article, and the claim that it reviews.
    types = [name for node in statements.own for name in kinds(node)]
    return "jsonld @type", article_kind(types)


def _tags(statements: PageStatements) -> tuple[str, tuple[str, ...]]:
    keywords = statements.node.get("keywords")
    for source, entries in (
        ("jsonld keywords", keywords if isinstance(keywords, list) else [keywords]),
        ("meta article:tag", statements.all("article:tag")),
        ("meta keywords", statements.all("news_keywords", "parsely-tags", "keywords")),
    ):
        tags: dict[str, str] = {}
        for tag in (tag for entry in entries for tag in _split_tags(entry)):
            tags.setdefault(tag.casefold(), tag)
        if tags:
            return source, tuple(tags.values())[:MAX_TAGS]
    return "", ()


def _split_tags(entry: object) -> Iterator[str]:
    """The tags of an entry, which may hold several in one string."""
    if isinstance(entry, str):
        for part in map(plain_line, re.split(r"[,;、]", entry)):
            if part and len(part) <= MAX_TAG:
                yield part


def _image(statements: PageStatements) -> tuple[str, str | None]:
    for source, raw in (
        ("meta og:image", statements.first(*_IMAGES)),
        ("jsonld image", first_string(statements.node.get("image"))),
    ):
        try:
            if raw:
                return source, canonical(raw, statements.identity.base)
        except UsageError:
            continue
    return "", None


def _canonical(statements: PageStatements, url: str) -> tuple[str, str | None]:
    """The page's own address for itself, when it is on the same site and not a page of lists.

    Of several that disagree, that which the page has, or states elsewhere too.
    """
    base = statements.identity.base
    # A template that was not filled in leaves `undefined` or {{ url }}.
    filled_in = (link for link in statements.canonical if not _PLACEHOLDER.search(link.strip()))
    links = addresses(filled_in, base)
    stated = next(iter(addresses(islice(statements.all("og:url"), 1), base)), "")
    own = [link for link in links if _may_be_own(link, statements, url)]
    if len(links) > 1:
        here = canonical(url)
        own = [link for link in (here, stated) if link in own]
    if own:
        return "link rel=canonical", _as_fetched(own[0], url)
    if len(links) == 1 and not is_front_page(links[0]):
        # It names something else, on purpose: og:url then names that or this.
        return "", None
    return "meta og:url", stated if _may_be_own(stated, statements, url) else None


def _as_fetched(address: str, url: str) -> str:
    """A page's address for itself, with the scheme that it was fetched by where all else is so."""
    here = canonical(url)
    return here if here.partition(":")[2] == address.partition(":")[2] else address


def _may_be_own(address: str, statements: PageStatements, url: str) -> bool:
    """Whether an address may be that of the page at `url`."""
    if not address or host(url) == UNKNOWN_HOST:
        return bool(address)
    if registered_domain(address) != registered_domain(url):
        return False
    # A site may state its front page for every article, or the section's.
    if is_front_page(address):
        return is_front_page(url)
    return not (
        lies_below(url, address) and _names_article(url, address, statements.identity.titles)
    )


def _names_article(url: str, section: str, titles: Iterable[str]) -> bool:
    """Whether what an address has beyond that of a section above it tells one article from others.

    It does by words of the headline, or a long number; `/amp`, `/2`, `/print` do not.
    """
    beyond = words_of(urlsplit(url).path.removeprefix(urlsplit(section).path.rstrip("/")))
    words = {word for title in titles for word in words_of(title) if len(word) >= LONG_WORD}
    return any(word in words or _LONG_NUMBER.search(word) for word in beyond)


def _language(statements: PageStatements) -> tuple[str, str | None]:
    for source, value in (
        ("html lang", statements.tree.get("lang")),
        ("jsonld inLanguage", first_string(statements.node.get("inLanguage"))),
        ("meta og:locale", statements.first("og:locale", "content-language", "dc.language")),
    ):
        found = language_tag(value)
        if found is not None:
            return source, found
    return "", None


def _paywalled(statements: PageStatements) -> tuple[str, bool | None]:
    """Whether the page says that it is not free; None when it says nothing."""
    free = [statements.node.get("isAccessibleForFree")]
    parts = statements.node.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, dict):
            free.append(part.get("isAccessibleForFree"))
    said = [truth for truth in map(_truth, free) if truth is not None]
    if said:
        return "jsonld isAccessibleForFree", not all(said)
    tier = statements.first("article:content_tier", "og:article:content_tier")
    return "meta article:content_tier", _TIERS.get((tier or "").strip().lower())


def _truth(value: object) -> bool | None:
    """What is meant by true, `True`, `http://schema.org/False` or a list of one of them."""
    one = value[0] if isinstance(value, list) and value else value
    return _TRUTHS.get(str(one).rpartition("/")[2].strip().lower())
