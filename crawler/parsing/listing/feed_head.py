"""What a feed says of itself: its name, its site, its language."""

from __future__ import annotations

import io
import json
from typing import Any, NamedTuple
from urllib.parse import urljoin

import feedparser

from crawler.errors import UsageError
from crawler.parsing.listing.documents import is_feed, text_of, unpack, well_formed
from crawler.parsing.texts import plain_line
from crawler.parsing.urls import canonical


class FeedHead(NamedTuple):
    """The head of a feed; None for what it does not say."""

    name: str | None
    home: str | None
    """address of the site that it is of"""
    language: str | None


def looks_like_feed(body: bytes) -> bool:
    """Whether bytes begin like a feed, in XML or JSON. Raises ExtractError for broken gzip."""
    plain = unpack(body)
    return is_feed(plain) or plain.lstrip()[:1] == b"{"


def read_feed_head(body: bytes, *, url: str, content_type: str = "") -> FeedHead:
    """Read the head of a feed that was fetched from `url`. Raises ExtractError as parse_feed."""
    text = text_of(unpack(body), content_type)
    if text[:1] == "{":
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = {}
        return _head(document.get("title"), document.get("home_page_url"), document, url)
    stream = io.BytesIO(well_formed(text).encode("utf-8", "replace"))
    feed = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False).feed
    return _head(feed.get("title"), feed.get("link"), feed, url)


def _head(title: object, link: object, feed: Any, url: str) -> FeedHead:
    language = feed.get("language")
    return FeedHead(
        name=plain_line(title) if isinstance(title, str) else None,
        home=_address(link, url),
        language=language.strip().replace("_", "-") if isinstance(language, str) else None,
    )


def _address(link: object, url: str) -> str | None:
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        return canonical(urljoin(url, link.strip()))
    except (UsageError, ValueError):
        return None
