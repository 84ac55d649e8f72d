"""RSS, Atom, RDF (feedparser) and JSON Feed, into listings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import feedparser
from feedparser.namespaces import dc

from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import DateStyle, moment, this_machines_now
from crawler.parsing.listing.fragments import plain
from crawler.parsing.page.phrases import is_phrase
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
_DC_DATE = "dublin_core_date"


def parse_feed(body: bytes, *, url: str) -> Listings:
    """Read a feed fetched from `url`, which relative links are resolved against.

    Raises ExtractError `not-a-feed` when it is none, or broken beyond reading.
    """
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    parsed = feedparser.parse(body, response_headers={"content-location": url}, sanitize_html=False)
    if not parsed.get("version") and not parsed.entries:
        raise ExtractError("not-a-feed", str(parsed.get("bozo_exception", "no entries"))[:200])
    entries = map(_from_feedparser, parsed.entries[:MAX_ENTRIES])
    return _listings(
        entries,
        base=url,
        hub=_hub(parsed.feed.get("links", ())),
        language=_text(parsed.feed.get("language")),
    )


def _keep_dc_date() -> None:
    """Have feedparser keep dc:date under a name of its own; it takes it for the time of a change.

    In RSS 1.0 it is what an entry has as its publication.
    """
    dc.Namespace._start_dc_date = lambda self, _: self.push(_DC_DATE, 1)
    dc.Namespace._end_dc_date = lambda self: self.pop(_DC_DATE)


_keep_dc_date()


class _Entry(NamedTuple):
    """An entry of a feed, as it is given: of any type, where the feed is JSON."""

    link: Any
    title: Any
    published: Sequence[Any]
    """times of its publication, the most trusted first"""
    modified: Any
    content: Any
    """markup of the text, or of its beginning"""


def _from_feedparser(entry: Any) -> _Entry:
    return _Entry(
        link=_link(entry),
        title=entry.get("title"),
        published=[
            dict.get(entry, name)
            for name in ("published", _DC_DATE, "created", "prism_publicationdate")
        ],
        modified=_updated(entry),
        content=_content(entry),
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
    given = [*(part.get("value") for part in entry.get("content", ())), entry.get("summary")]
    return max((text for text in given if isinstance(text, str)), key=len, default="")


def _hub(links: Any) -> str | None:
    """The WebSub hub of a feed (W3C WebSub, 4)."""
    hubs = (link.get("href") for link in links if link.get("rel") == "hub")
    return next((hub for hub in hubs if isinstance(hub, str)), None)


def _json_feed(body: bytes, url: str) -> Listings:
    try:
        document = json.loads(body)
        items = [item for item in document["items"][:MAX_ENTRIES] if isinstance(item, dict)]
        hubs = [hub.get("url") for hub in document.get("hubs") or ()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExtractError("not-a-feed", f"not a JSON Feed: {error}"[:200]) from error
    hub = next((hub for hub in hubs if isinstance(hub, str)), None)
    language = _text(document.get("language"))
    return _listings(map(_from_json, items), base=url, hub=hub, language=language)


def _from_json(item: dict[str, Any]) -> _Entry:
    return _Entry(
        link=item.get("url") or item.get("external_url") or item.get("id"),
        title=item.get("title"),
        published=[item.get("date_published")],
        modified=item.get("date_modified"),
        content=item.get("content_html") or item.get("content_text"),
    )


def _listings(
    entries: Iterable[_Entry], *, base: str, hub: str | None, language: str | None
) -> Listings:
    entries = list(entries)
    times = (time for entry in entries for time in (*entry.published, entry.modified))
    style = DateStyle.of(language=language, url=base, samples=map(_time, times))
    now = this_machines_now()
    pages: dict[str, Listing] = {}
    refused: list[_Entry] = []
    repeated = 0
    for entry in entries:
        address = _address(entry.link, base)
        if address is None:
            refused.append(entry)
        elif address in pages:
            repeated += 1
        else:
            pages[address] = _listing(address, entry, style, now)
    return Listings(
        pages=tuple(pages.values()),
        refused=len(refused),
        refused_as=tuple(map(_label, refused[:MAX_REFUSED])),
        repeated=repeated,
        hub=hub[:2_000] if hub else None,
    )


def _address(link: Any, base: str) -> str | None:
    """The canonical address of an entry; None where it gives none that is usable."""
    try:
        return canonical(str(link), base) if link else None
    except UsageError:
        return None


def _label(entry: _Entry) -> str:
    """How an entry without an address calls itself."""
    return (plain_line(_text(entry.title)) or plain_line(_text(entry.link)) or "")[:200]


def _listing(address: str, entry: _Entry, style: DateStyle, now: str) -> Listing:
    changed = moment(_time(entry.modified), source="feed", now=now, style=style)
    given = (moment(_time(t), source="feed", now=now, style=style) for t in entry.published)
    return Listing(
        url=address,
        title=plain_line(_text(entry.title)),
        published=next(filter(None, given), None),
        modified_at=changed.at if changed else None,
        text=_whole_text(entry.content),
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


def _time(value: object) -> str | None:
    """A time as text; in JSON, seconds since 1970 may be a number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _text(value)
