"""RSS, Atom, RDF (feedparser) and JSON Feed, into listings."""

from __future__ import annotations

import json
import re
from typing import Any

import feedparser

from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import moment
from crawler.parsing.listing.fragments import plain
from crawler.parsing.page.clutter import is_phrase
from crawler.parsing.texts import count_words, plain_line
from crawler.parsing.urls import canonical
from crawler.types import Listing, Listings

WHOLE_TEXT = 80
"""Words; what a feed gives of an article is a teaser when it is shorter."""
_CUT_OFF = re.compile(r"(?:…|\.\.\.)\W*$")
MAX_TEXT = 200_000
"""Characters of markup; what is longer is not one article."""
MAX_ENTRIES = 5_000
"""Entries read of one feed; the newest come first in every feed seen."""
MAX_REFUSED = 100
"""Entries without an address that are named."""


def parse_feed(body: bytes, *, url: str) -> Listings:
    """Read a feed fetched from `url`, which relative links are resolved against.

    Raises ExtractError `not-a-feed` when it is none, or broken beyond reading.
    """
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    parsed = feedparser.parse(body, response_headers={"content-location": url}, sanitize_html=False)
    if not parsed.get("version") and not parsed.entries:
        raise ExtractError("not-a-feed", str(parsed.get("bozo_exception", "no entries"))[:200])
    return _listings(
        (
            (
                _link(entry),
                entry.get("title"),
                entry.get("published"),
                _updated(entry),
                _content(entry),
            )
            for entry in parsed.entries[:MAX_ENTRIES]
        ),
        base=url,
        hub=_hub(parsed.feed.get("links", ())),
    )


def _link(entry: Any) -> str | None:
    # Many RSS feeds put the address into guid only; feedparser gives it as id.
    # FeedBurner's own links lead through its servers.
    found = entry.get("feedburner_origlink") or entry.get("link") or entry.get("id")
    return found if isinstance(found, str) else None


def _updated(entry: Any) -> Any:
    # Past feedparser's own look-up, which gives `published` for a missing `updated` and warns.
    updated = dict.get(entry, "updated")
    return updated if updated != entry.get("published") else None


def _content(entry: Any) -> str:
    """The longest of what the entry gives as its content or description."""
    given = [part.get("value") for part in entry.get("content", ())]
    return max(
        (g for g in (*given, entry.get("summary")) if isinstance(g, str)), key=len, default=""
    )


def _hub(links: Any) -> str | None:
    """The WebSub hub of a feed (W3C WebSub, 4)."""
    hubs = (link.get("href") for link in links if link.get("rel") == "hub")
    return next((hub for hub in hubs if isinstance(hub, str)), None)


def _json_feed(body: bytes, url: str) -> Listings:
    try:
        document = json.loads(body)
        items = document["items"]
        rows = [
            (
                item.get("url") or item.get("external_url") or item.get("id"),
                item.get("title"),
                item.get("date_published"),
                item.get("date_modified"),
                item.get("content_html") or item.get("content_text"),
            )
            for item in items[:MAX_ENTRIES]
            if isinstance(item, dict)
        ]
        hubs = [hub.get("url") for hub in document.get("hubs") or ()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExtractError("not-a-feed", f"not a JSON Feed: {error}"[:200]) from error
    return _listings(rows, base=url, hub=next((hub for hub in hubs if isinstance(hub, str)), None))


def _listings(rows: Any, *, base: str, hub: str | None) -> Listings:
    pages: dict[str, Listing] = {}
    refused_as: list[str] = []
    refused = repeated = 0
    for link, title, published, modified, content in rows:
        try:
            address = canonical(str(link or ""), base) if link else None
        except UsageError:
            address = None
        if address is None:
            refused += 1
            if len(refused_as) < MAX_REFUSED:
                refused_as.append((plain_line(_text(title)) or plain_line(_text(link)) or "")[:200])
            continue
        if address in pages:
            repeated += 1
            continue
        changed = moment(_text(modified), source="feed")
        pages[address] = Listing(
            url=address,
            title=plain_line(_text(title)),
            published=moment(_text(published), source="feed"),
            modified_at=changed.at if changed else None,
            text=_whole_text(content),
        )
    return Listings(
        pages=tuple(pages.values()),
        refused=refused,
        refused_as=tuple(refused_as),
        repeated=repeated,
        hub=hub[:2_000] if hub else None,
    )


def _whole_text(content: object) -> str | None:
    """A body, when it is not a teaser."""
    if not isinstance(content, str) or not len(content) <= MAX_TEXT:
        return None
    text = plain(content)
    lines = text.splitlines()
    if count_words(text) < WHOLE_TEXT or _CUT_OFF.search(text) or is_phrase(lines[-1]):
        return None
    return text


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
