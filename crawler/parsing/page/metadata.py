"""Headline, address, section and the rest, from what the page itself says of them.

The order of trust is measured on 118 real pages (tests/quality): JSON-LD, then meta elements,
then the visible page, then what the feed said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.errors import UsageError
from crawler.parsing.page.authors import Bylines, read_bylines
from crawler.parsing.page.jsonld import first_string
from crawler.parsing.page.statements import PageStatements, visible_text
from crawler.parsing.page.times import Times, read_times
from crawler.parsing.texts import plain_line
from crawler.parsing.urls import canonical, host, is_front_page, registered_domain
from crawler.types import Fetched, Outlet

UNKNOWN_HOST = "unknown.invalid"
"""Host of a saved page of unknown address; the address that the page states is then taken."""
MAX_TAGS = 30
"""Tags that are kept of an article."""
MAX_TAG = 60
"""Characters; a longer tag is a sentence."""
_SEPARATOR = re.compile(r"\s+[|\-–—·•:»>]+\s+|\s*[|｜]\s*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-zA-Z0-9]{2,8})*")
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
    amp: bool
    sources: Mapping[str, str]
    """where each of these was found, by its name"""


def read_metadata(statements: PageStatements, fetched: Fetched, outlet: Outlet) -> Metadata:
    """Read everything but the body from a parsed page."""
    listing, url = fetched.page.listing, fetched.url
    titles = _titles(statements, url=url, listed=listing.title, outlet=outlet.name)
    bylines = read_bylines(statements, url=url, outlet=outlet.name)
    times = read_times(statements, url=url, listing=listing, now=fetched.at)
    root = statements.tree
    found: dict[str, tuple[str, Any]] = {
        "canonical": _canonical(statements, url),
        "language": _language(statements),
        "section": _section(statements),
        "tags": _tags(statements),
        "image": _image(statements, url),
        "paywalled": _paywalled(statements),
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


def _titles(
    statements: PageStatements, *, url: str, listed: str | None, outlet: str
) -> dict[str, str]:
    """The headline in every form and where it stands, the most trustworthy first.

    The forms without the site's name come before those with it.
    """
    stated = [(source, title) for source, title in _stated_titles(statements, listed) if title]
    forms = stated or [("first heading", text) for text in _headings(statements, "h2", "h3")][:1]
    names = {*statements.site_names, outlet.casefold(), host(url)} - {""}
    others = [title for _, title in forms]
    found: dict[str, str] = {}
    for source, title in forms:
        found.setdefault(_without_site(title, names, others), source)
    for source, title in forms:
        found.setdefault(title, source)
    return found


def _stated_titles(
    statements: PageStatements, listed: str | None
) -> Iterator[tuple[str, str | None]]:
    """(source, title) of everything that is meant as the headline, the most trustworthy first."""
    headings = _headings(statements, "h1")
    yield "jsonld headline", statements.text("headline")
    yield "meta og:title", plain_line(statements.first("og:title"))
    yield "the only <h1>", headings[0] if len(headings) == 1 else None
    yield "<title>", plain_line(statements.tree.findtext(".//title"))
    yield from (("<h1>", heading) for heading in headings)
    yield "feed or sitemap", listed


def _headings(statements: PageStatements, *tags: str) -> list[str]:
    """The texts of a page's headings. Below <h1> for pages cut off at their top, or older."""
    elements = (element for tag in tags for element in statements.elements(f".//{tag}"))
    return list(filter(None, map(visible_text, elements)))


def _without_site(title: str, names: Iterable[str], forms: Iterable[str]) -> str:
    """A headline without ` | The Example Gazette` behind it, or `Gazette: ` before it.

    Such a part goes when it is a name of the site, or when what is left is what the page shows
    as a headline elsewhere.
    """
    others = {form for form in forms if form != title}
    for match in _SEPARATOR.finditer(title):
        before, after = title[: match.start()].strip(), title[match.end() :].strip()
        if before in others or (before and _is_site(after, names)):
            return before
        if after in others or (after and _is_site(before, names)):
            return after
    return title


def _is_site(part: str, names: Iterable[str]) -> bool:
    folded = part.casefold()
    return any(folded in (name, name.partition(".")[0]) for name in names)


def _section(statements: PageStatements) -> tuple[str, str | None]:
    said = statements.text("articleSection")
    if said:
        return "jsonld articleSection", said
    return "meta article:section", plain_line(statements.first("article:section"))


def _tags(statements: PageStatements) -> tuple[str, tuple[str, ...]]:
    keywords = statements.node.get("keywords")
    for source, entries in (
        ("jsonld keywords", keywords if isinstance(keywords, list) else [keywords]),
        ("meta article:tag", statements.all("article:tag")),
        ("meta keywords", statements.all("news_keywords", "parsely-tags", "keywords")),
    ):
        tags = dict.fromkeys(tag for entry in entries for tag in _split_tags(entry))
        if tags:
            return source, tuple(tags)[:MAX_TAGS]
    return "", ()


def _split_tags(entry: object) -> Iterator[str]:
    """The tags of an entry, which may hold several in one string."""
    if isinstance(entry, str):
        for part in map(plain_line, re.split(r"[,;、]", entry)):
            if part and len(part) <= MAX_TAG:
                yield part


def _image(statements: PageStatements, url: str) -> tuple[str, str | None]:
    for source, raw in (
        ("meta og:image", statements.first("og:image", "og:image:url", "twitter:image")),
        ("jsonld image", first_string(statements.node.get("image"))),
    ):
        try:
            if raw:
                return source, canonical(raw, url)
        except UsageError:
            continue
    return "", None


def _canonical(statements: PageStatements, url: str) -> tuple[str, str | None]:
    """The page's own address for itself, when it is on the same site and not its front page."""
    links = (e.get("href") for e in statements.elements(".//link[@rel='canonical']"))
    link = next(filter(None, links), None)
    if link:
        return "link rel=canonical", _own_address(link, url)
    return "meta og:url", _own_address(statements.first("og:url"), url)


def _own_address(link: str | None, url: str) -> str | None:
    """The canonical address of a link, where it may be that of the page at `url`."""
    try:
        address = canonical(link, url) if link else None
    except UsageError:
        return None
    if address is None or host(url) == UNKNOWN_HOST:
        return address
    if registered_domain(address) != registered_domain(url):
        return None
    # A site may state its front page for every article.
    return None if is_front_page(address) and not is_front_page(url) else address


def _language(statements: PageStatements) -> tuple[str, str | None]:
    for source, value in (
        ("html lang", statements.tree.get("lang")),
        ("jsonld inLanguage", first_string(statements.node.get("inLanguage"))),
        ("meta og:locale", statements.first("og:locale", "content-language", "dc.language")),
    ):
        found = (value or "").strip().replace("_", "-")
        if _LANGUAGE.fullmatch(found):
            return source, found
    return "", None


def _paywalled(statements: PageStatements) -> tuple[str, bool | None]:
    """Whether the page says that it is not free; None when it says nothing."""
    free = [statements.node.get("isAccessibleForFree")]
    parts = statements.node.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, dict):
            free.append(part.get("isAccessibleForFree"))
    said = [str(value).strip().lower() for value in free if value is not None]
    if said:
        return "jsonld isAccessibleForFree", any(v in ("false", "no", "0") for v in said)
    tier = statements.first("article:content_tier", "og:article:content_tier")
    return "meta article:content_tier", _TIERS.get((tier or "").strip().lower())
