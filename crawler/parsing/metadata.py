"""Title, authors, dates and the rest, from what the page itself says of them.

The order of trust is measured on 118 real pages (tests/quality): JSON-LD, then meta elements,
then the visible page, then what the feed said, then htmldate's search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from htmldate import find_date
from lxml import etree

from crawler.errors import UsageError
from crawler.parsing import jsonld
from crawler.parsing.dates import moment
from crawler.parsing.texts import one_line
from crawler.parsing.urls import canonical, host, is_front_page, registered_domain
from crawler.types import Listing, Moment

UNKNOWN = "unknown.invalid"
"""Host of a saved page whose address nobody told; its own word for it is then taken."""

_PUBLISHED_META = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date.issued",
    "dcterms.created", "dc.date", "publication_date", "publish-date", "pubdate", "parsely-pub-date",
    "sailthru.date", "article.published", "cxenseparse:recs:publishtime", "date.created",
)  # fmt: skip
_MODIFIED_META = ("article:modified_time", "og:updated_time", "datemodified", "lastmod")
_AUTHOR_META = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "sailthru.author",
    "byl",
)
_BY = re.compile(r"^\s*(by|von|par|por|di|door|автор:?|текст:?)\s+", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|\||/| and | und | et | y | и | & )\s*")
_NOT_A_NAME = re.compile(r"https?:|@|www\.|\d{3}|[<>{}\[\]]")
_SITE_SUFFIX = re.compile(r"\s+[|\-–—·:»]+\s+([^|–—»]{2,40})$")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-zA-Z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about its article; None where it says nothing usable."""

    title: str | None
    authors: tuple[str, ...]
    published: Moment | None
    dated: bool
    """whether the page states a time at all, be it an impossible one"""
    modified_at: str | None
    canonical: str | None
    language: str | None
    section: str | None
    image: str | None
    paywalled: bool | None
    amp: bool


def read_metadata(tree: etree._Element, *, url: str, listing: Listing, now: str) -> Metadata:
    """Read everything but the body from a parsed page at `url`."""
    node = jsonld.article_node(tree)
    meta = _meta(tree)
    modified = _first_moment(
        ((node.get("dateModified"), "jsonld"), *((meta.get(k), "meta") for k in _MODIFIED_META)),
        now,
    )
    return Metadata(
        title=_title(tree, node, meta, listing),
        authors=_authors(tree, node, meta),
        published=_published(tree, node, meta, listing=listing, now=now),
        dated="datePublished" in node or any(key in meta for key in _PUBLISHED_META),
        modified_at=modified.at if modified else None,
        canonical=_canonical(tree, meta, url),
        language=_language(tree, node),
        section=one_line(jsonld.text_of(node.get("articleSection")) or meta.get("article:section")),
        image=one_line(meta.get("og:image")),
        paywalled=_paywalled(node),
        amp=tree.get("amp") is not None or tree.get("\u26a1") is not None,
    )


def search_date(tree: etree._Element, *, url: str, now: str) -> Moment | None:
    """A day found anywhere in the page, by htmldate: the last resort, and the slowest."""
    try:
        found = find_date(tree, original_date=True, url=url, max_date=now[:10])
    except (ValueError, AttributeError, TypeError):
        # htmldate trips over some trees; a missing date is then the honest answer.
        return None
    return moment(found, source="text", now=now)


def _meta(tree: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        for attribute in ("property", "name", "itemprop"):
            key = (element.get(attribute) or "").strip().lower()
            if key and element.get("content").strip():
                found.setdefault(key, element.get("content").strip())
    return found


def _title(
    tree: etree._Element, node: jsonld.Node, meta: dict[str, str], listing: Listing
) -> str | None:
    headings = [one_line(" ".join(h.itertext())) for h in tree.iterfind(".//h1")]
    only_heading = headings[0] if len(headings) == 1 else None
    whole = tree.findtext(".//head/title") or tree.findtext(".//title")
    for candidate in (
        one_line(jsonld.text_of(node.get("headline"))),
        _without_site(one_line(meta.get("og:title")), meta.get("og:site_name")),
        only_heading,
        _without_site(one_line(whole), meta.get("og:site_name")),
        next((h for h in headings if h), None),
        listing.title,
    ):
        if candidate:
            return candidate
    return None


def _without_site(title: str | None, site: str | None) -> str | None:
    """Drop a trailing ` | The Example Gazette`, when the page names its site so."""
    if title and site:
        match = _SITE_SUFFIX.search(title)
        if match and match[1].strip().casefold() == site.strip().casefold():
            return title[: match.start()]
    return title


def _authors(tree: etree._Element, node: jsonld.Node, meta: dict[str, str]) -> tuple[str, ...]:
    publishers = {name.casefold() for name in jsonld.names(node.get("publisher"))}
    publishers.add(meta.get("og:site_name", "").casefold())
    stated = jsonld.names(node.get("author")) or jsonld.names(node.get("creator"))
    in_meta = tuple(meta[key] for key in _AUTHOR_META if key in meta)
    in_page = tuple(
        " ".join(element.itertext())
        for path in (".//*[@rel='author']", ".//*[@itemprop='author']")
        for element in tree.iterfind(path)
    )
    for source in (stated, in_meta[:1], in_page):
        split = (name for entry in source[:20] for name in _BETWEEN_NAMES.split(_BY.sub("", entry)))
        people = dict.fromkeys(
            name for raw in split if (name := _person(raw)) and name.casefold() not in publishers
        )
        if people:
            return tuple(people)
    return ()


def _person(raw: str) -> str | None:
    name = _BY.sub("", one_line(raw) or "").strip(" .,;:")
    if not 2 <= len(name) <= 60 or len(name.split()) > 6 or _NOT_A_NAME.search(name):
        return None
    return name


def _published(
    tree: etree._Element, node: jsonld.Node, meta: dict[str, str], *, listing: Listing, now: str
) -> Moment | None:
    times = [
        element.get("datetime")
        for element in tree.iterfind(".//time[@datetime]")
        if element.get("pubdate") is not None
        or "publish" in f"{element.get('itemprop')} {element.get('class')}".lower()
    ]
    stated = _first_moment(
        (
            (node.get("datePublished"), "jsonld"),
            *((meta.get(key), "meta") for key in _PUBLISHED_META),
            *((value, "time") for value in times[:3]),
        ),
        now,
    )
    if stated is not None:
        return stated
    if listing.published and moment(listing.published.at, source="feed", now=now):
        return listing.published
    first = tree.find(".//time[@datetime]")
    return moment(first.get("datetime"), source="time", now=now) if first is not None else None


def _first_moment(candidates: tuple[tuple[object, str], ...], now: str) -> Moment | None:
    for raw, source in candidates:
        found = moment(jsonld.text_of(raw), source=source, now=now)
        if found is not None:
            return found
    return None


def _canonical(tree: etree._Element, meta: dict[str, str], url: str) -> str | None:
    """The page's own address for itself, when it is on the same site and not its front page."""
    link = next(
        (e.get("href") for e in tree.iterfind(".//link[@rel='canonical']") if e.get("href")),
        meta.get("og:url"),
    )
    try:
        address = canonical(link, url) if link else None
    except UsageError:
        return None
    if address is None or host(url) == UNKNOWN:
        return address
    if registered_domain(address) != registered_domain(url):
        return None
    return None if is_front_page(address) and not is_front_page(url) else address


def _language(tree: etree._Element, node: jsonld.Node) -> str | None:
    for value in (tree.get("lang"), jsonld.text_of(node.get("inLanguage"))):
        found = (value or "").strip().replace("_", "-")
        if _LANGUAGE.fullmatch(found):
            return found
    return None


def _paywalled(node: jsonld.Node) -> bool | None:
    free = str(node.get("isAccessibleForFree", "")).lower()
    return {"false": True, "true": False}.get(free)
