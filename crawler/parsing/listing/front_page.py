"""A front page: how the outlet calls itself, where it is, and the feeds it links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from crawler.parsing.languages import language_of
from crawler.parsing.page import jsonld
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.tree import parse_page
from crawler.parsing.texts import plain_line
from crawler.parsing.urls import addresses, registered_domain

MAX_FEEDS = 30
"""Candidates taken of one page."""
_FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/xml", "text/xml",
)  # fmt: skip
_FEED_LINK = re.compile(r"(?:^|[/._?=-])(?:rss\d?|atom|feeds?|rdf)(?:[/._?=-]|$)", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|podcast|/author/|\.mp3", re.IGNORECASE)
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:[-_](?P<region>[a-z]{2}))?", re.IGNORECASE)
# Country domains that are sold to everyone.
_GENERIC = frozenset({"io", "tv", "me", "co", "ai", "fm", "am", "to", "cc", "ly", "gg", "eu"})
_TITLE_ENDS = re.compile(r"\s+[|–—:·-]\s+")
_ORGANISATIONS = {"NewsMediaOrganization", "Organization", "WebSite", "NewspaperOrganization"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """What a front page says of its outlet."""

    name: str | None
    language: str | None
    """BCP 47"""
    country: str | None
    """ISO 3166-1 alpha-2"""
    feeds: tuple[str, ...]
    """addresses that may be feeds, the declared ones first"""
    sitemaps: tuple[str, ...]
    """addresses that it declares as sitemaps"""


def read_front_page(body: bytes, *, url: str, content_type: str) -> FrontPage:
    """Read a front page. Raises ExtractError as parse_page does."""
    tree = parse_page(body, content_type=content_type)
    statements = PageStatements.read(tree, url=url)
    base = statements.identity.base
    lang = next((e.get("lang") or "" for e in tree.iter("html")), "")
    tags = [lang, *statements.all("og:locale", "content-language", "language")]
    language = next((tag.replace("_", "-") for tag in map(str.strip, tags) if _is_tag(tag)), None)
    text = " ".join(tree.xpath("//body//text()[not(parent::script or parent::style)]"))
    return FrontPage(
        name=_name(statements, tree, url),
        language=language_of(text[:20_000], stated=language),
        country=_country(tags, url),
        feeds=_feeds(tree, base),
        sitemaps=addresses((e.get("href") for e in _links(tree, "sitemap")), base),
    )


def _is_tag(tag: str) -> bool:
    return _TAG.fullmatch(tag) is not None


def _name(statements: PageStatements, tree: etree._Element, url: str) -> str | None:
    meta = statements.all("og:site_name", "application-name", "apple-mobile-web-app-title")
    name = next(filter(None, map(plain_line, meta)), None)
    if name:
        return name
    for node, own, _ in jsonld.find_nodes(tree.iter("script")):
        if own and _ORGANISATIONS & set(jsonld.kinds(node)) and isinstance(node.get("name"), str):
            return plain_line(node["name"])
    return _name_in_title(plain_line(next((e.text for e in tree.iter("title")), None)), url)


def _name_in_title(title: str | None, url: str) -> str | None:
    """The part of a title that the address is made of: `The Gazette - latest news`, or reversed."""
    if not title:
        return None
    parts = _TITLE_ENDS.split(title)
    domain = registered_domain(url).partition(".")[0]
    return next((part for part in parts if domain in _letters(part)), parts[0])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _country(tags: list[str], url: str) -> str | None:
    for tag in tags:
        found = _TAG.fullmatch(tag.strip())
        if found and found["region"]:
            return found["region"].upper()
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    if len(ending) != 2 or ending in _GENERIC:
        return None
    return {"UK": "GB"}.get(ending.upper(), ending.upper())


def _links(tree: etree._Element, relation: str) -> list[etree._Element]:
    return [e for e in tree.iter("link") if relation in (e.get("rel") or "").lower().split()]


def _feeds(tree: etree._Element, base: str) -> tuple[str, ...]:
    declared = [
        e.get("href")
        for e in _links(tree, "alternate")
        if (e.get("type") or "").partition(";")[0].strip().lower() in _FEED_TYPES
    ]
    linked = [e.get("href") for e in tree.iter("a") if _FEED_LINK.search(e.get("href") or "")]
    found = addresses([*declared, *linked], base)
    return tuple(feed for feed in found if not _COMMENTS.search(feed))[:MAX_FEEDS]
