"""RSS, Atom, RDF (feedparser) and JSON Feed, into listings."""

from __future__ import annotations

import json
from typing import Any

import feedparser

from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import moment
from crawler.parsing.texts import one_line
from crawler.parsing.urls import canonical
from crawler.types import Listing, Listings

MAX_ENTRIES = 5_000
"""Entries read of one feed; the newest come first in every feed seen."""


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
            )
            for entry in parsed.entries[:MAX_ENTRIES]
        ),
        base=url,
    )


def _link(entry: Any) -> str | None:
    # Many RSS feeds put the address into guid only; feedparser gives it as id.
    found = entry.get("link") or entry.get("id")
    return found if isinstance(found, str) else None


def _updated(entry: Any) -> Any:
    # Past feedparser's own look-up, which gives `published` for a missing `updated` and warns.
    updated = dict.get(entry, "updated")
    return updated if updated != entry.get("published") else None


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
            )
            for item in items[:MAX_ENTRIES]
            if isinstance(item, dict)
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ExtractError("not-a-feed", f"not a JSON Feed: {error}"[:200]) from error
    return _listings(rows, base=url)


def _listings(rows: Any, *, base: str) -> Listings:
    pages: dict[str, Listing] = {}
    refused = 0
    for link, title, published, modified in rows:
        try:
            address = canonical(str(link or ""), base) if link else None
        except UsageError:
            address = None
        if address is None:
            refused += 1
            continue
        changed = moment(_text(modified), source="feed")
        pages.setdefault(
            address,
            Listing(
                url=address,
                title=one_line(_text(title)),
                published=moment(_text(published), source="feed"),
                modified_at=changed.at if changed else None,
            ),
        )
    return Listings(pages=tuple(pages.values()), refused=refused)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
