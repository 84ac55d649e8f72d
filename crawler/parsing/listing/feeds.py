"""RSS, Atom, RDF (feedparser) and JSON Feed, into listings."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from typing import Any, NamedTuple
from urllib.parse import urljoin

import feedparser
from feedparser.namespaces import dc

from crawler.clock import now as present
from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import DateStyle, moment
from crawler.parsing.listing.documents import text_of, well_formed
from crawler.parsing.listing.foreign_parts import without_foreign_parts
from crawler.parsing.listing.fragments import entry_text
from crawler.parsing.page.broken_json import read_values
from crawler.parsing.page.phrases import is_phrase
from crawler.parsing.texts import count_words, plain_line
from crawler.parsing.urls import GOOGLE_NEWS, canonical, host, is_google_news_link
from crawler.types import Listing, Listings

WHOLE_TEXT = 80
"""Words; what a feed gives of an article is a teaser when it is shorter."""
_NO_LINK = "no-link:"
_XML_BASE = re.compile(r"""(\sxml:base\s*=\s*["'])([^"'<>]{0,2000})(["'])""")
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:entry|item)[\s>]", re.IGNORECASE)
_GUID = re.compile(r"<guid(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_PERMALINK = re.compile(r"""isPermaLink\s*=\s*["']?\s*(\w+)""", re.IGNORECASE)
_EMPTY_LINK = re.compile(r"<link>\s*(?:<!\[CDATA\[\s*\]\]>\s*)?</link>|<link\s*/>")
_FULL = re.compile(r"\s*(?:https?:/)?/", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][\w+.-]*:")
_WRAPPED = re.compile(r"\s*[\r\n]\s*")
"""Where a program that puts a document into lines has broken an address."""
_IN_MARKUP = re.compile(r"https?://[^\s\"'<>]{4,2000}")
_LIKE_A_PATH = re.compile(r"\d|\w[-_]\w|\.\w{2,5}$")
_CUT_OFF = re.compile(r"(?:…|\.\.\.)\W*$")
MAX_TEXT = 200_000
"""Characters of markup; what is longer is not one article."""
MAX_ENTRIES = 5_000
"""Entries read of one feed; the newest come first in every feed seen."""
MAX_REFUSED = 100
"""Entries without an address that are named."""
# An element of this name trips feedparser, which keeps the links of an entry under it.
_LINKS = re.compile(r"(</?)links(?=[\s/>])", re.IGNORECASE)
_DC_DATE = "dublin_core_date"


def parse_feed(body: bytes, *, url: str, content_type: str = "") -> Listings:
    """Read a feed fetched from `url`, served with a Content-Type.

    Relative links are resolved against what the feed says (xml:base), else in RSS, and where the
    site is on another host, against the site; else against `url`. Raises ExtractError `not-a-feed`
    when it is none, or broken beyond reading.
    """
    text = text_of(body, content_type)
    if text[:1] == "{":
        return _json_feed(text, url)
    text = _LINKS.sub(r"\1link-list", text)
    text = without_foreign_parts(well_formed(_with_plain_guids(_with_full_bases(text, url))))
    parsed = _parsed(text)
    if not parsed.get("version") and not parsed.entries:
        raise ExtractError("not-a-feed", str(parsed.get("bozo_exception", "no entries"))[:200])
    entries = map(_from_feedparser, parsed.entries[:MAX_ENTRIES])
    return _listings(
        entries,
        base=_base(parsed, url),
        hub=_hub(_parts(parsed.feed, "links")),
        language=_text(parsed.feed.get("language")),
    )


def _parsed(text: str) -> Any:
    # As a stream: of a string or bytes, feedparser would open the file or address of that name.
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        return feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        # A tag in the wrong place trips it, in many ways: KeyError for a link that nothing began.
        trouble = f"broken beyond reading ({type(error).__name__}: {error})"
        raise ExtractError("not-a-feed", trouble[:200]) from error


def _keep_dc_date() -> None:
    """Have feedparser keep dc:date under a name of its own; it takes it for the time of a change.

    In RSS 1.0 it is what an entry has as its publication.
    """
    dc.Namespace._start_dc_date = lambda self, _: self.push(_DC_DATE, 1)
    dc.Namespace._end_dc_date = lambda self: self.pop(_DC_DATE)


_keep_dc_date()


def _with_full_bases(text: str, url: str) -> str:
    """With each xml:base a full address; feedparser resolves links against those alone.

    Those of entries are relative to that of the feed, and that to `url`.
    """
    first = _ENTRY.search(text)
    base = url

    def full(found: re.Match[str]) -> str:
        nonlocal base
        try:
            address = urljoin(base, unescape(found[2]))
        except ValueError:
            return ""
        if first is None or found.start() < first.start():
            base = address
        return f"{found[1]}{escape(address)}{found[3]}"

    return _XML_BASE.sub(full, text)


def _with_plain_guids(text: str) -> str:
    """With a mark in each guid that is said to be no address, and without empty links.

    feedparser says of a guid that it is none also where there is a link, be that empty.
    """

    def marked(found: re.Match[str]) -> str:
        said = _PERMALINK.search(found[0])
        if said is None or said[1].lower() == "true":
            return "<guid>"
        return f'<guid isPermaLink="false">{_NO_LINK}'

    return _EMPTY_LINK.sub("", _GUID.sub(marked, text))


def _base(parsed: Any, url: str) -> str:
    """What the relative links of a feed are relative to, where it does not say so itself."""
    try:
        site = canonical(str(parsed.feed.get("link") or ""), url)
    except UsageError:
        return url
    is_atom = str(parsed.get("version") or "").startswith("atom")
    return url if is_atom and host(site) == host(url) else site


class _Entry(NamedTuple):
    """An entry of a feed, as it is given: of any type, where the feed is JSON."""

    links: tuple[Any, ...]
    """what may be its address, the best first"""
    title: Any
    published: Sequence[Any]
    """times of its publication, the most trusted first"""
    modified: Any
    content: Any
    """markup of the text, or of its beginning"""


def _from_feedparser(entry: Any) -> _Entry:
    return _Entry(
        links=tuple(_links(entry)),
        title=entry.get("title"),
        published=[
            dict.get(entry, name)
            for name in ("published", _DC_DATE, "created", "prism_publicationdate")
        ],
        modified=_updated(entry),
        content=_content(entry),
    )


def _links(entry: Any) -> Iterator[str]:
    """What may be the address of an entry, the best first."""
    # FeedBurner's own links lead through its servers.
    for found in (entry.get("feedburner_origlink"), entry.get("link")):
        if isinstance(found, str) and found != entry.get("id"):
            yield found
    # RFC 4287, 4.2.7.2: the name of a relation may be written in full.
    for link in _parts(entry, "links"):
        if str(link.get("rel")).endswith("/relation/alternate") and link.get("href"):
            yield link["href"]
    # Many RSS feeds put the address into guid only; feedparser gives it as id.
    yield from _as_address(entry.get("id"))
    # RFC 4287, 4.1.3.2: the text is elsewhere.
    yield from (part["src"] for part in _parts(entry, "content") if part.get("src"))


def _updated(entry: Any) -> Any:
    # Past feedparser's own look-up, which gives `published` for a missing `updated` and warns.
    updated = dict.get(entry, "updated")
    return updated if updated != entry.get("published") else None


def _content(entry: Any) -> str:
    """The longest of what the entry gives as its content or description."""
    given = [*(part.get("value") for part in _parts(entry, "content")), entry.get("summary")]
    return max((text for text in given if isinstance(text, str)), key=len, default="")


def _parts(element: Any, name: str) -> list[Any]:
    """What feedparser lists of an element; an element of that name, `<links>`, is a text to it."""
    found = element.get(name)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _hub(links: Any) -> str | None:
    """The WebSub hub of a feed (W3C WebSub, 4)."""
    hubs = (link.get("href") for link in links if link.get("rel") == "hub")
    return next((hub for hub in hubs if isinstance(hub, str)), None)


def _json_feed(text: str, url: str) -> Listings:
    try:
        document, sound = next(read_values(text))
        # Where it is cut off, the last entry may have half an address, which is another address.
        given = document["items"][: MAX_ENTRIES if sound else -1]
        items = [item for item in given if isinstance(item, dict)]
        hubs = [hub.get("url") for hub in document.get("hubs") or ()]
    except StopIteration:
        raise ExtractError("not-a-feed", "not a JSON Feed: no JSON that can be read") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise ExtractError("not-a-feed", f"not a JSON Feed: {error}"[:200]) from error
    hub = next((hub for hub in hubs if isinstance(hub, str)), None)
    language = _text(document.get("language"))
    base = _site_or(url, _text(document.get("home_page_url")))
    return _listings(map(_from_json, items), base=base, hub=hub, language=language)


def _site_or(url: str, home: str | None) -> str:
    """What relative links lead from: the site, where the feed is on another host."""
    try:
        site = canonical(home or "", url)
    except UsageError:
        return url
    return site if host(site) != host(url) else url


def _from_json(item: dict[str, Any]) -> _Entry:
    return _Entry(
        links=(item.get("url"), item.get("external_url"), *_as_address(item.get("id"))),
        title=item.get("title"),
        published=[item.get("date_published")],
        modified=item.get("date_modified"),
        content=item.get("content_html") or item.get("content_text"),
    )


def _as_address(value: object) -> Iterator[str]:
    """What tells one entry from the others, where it is an address as well."""
    if isinstance(value, str) and _FULL.match(value):
        yield value


def _listings(
    entries: Iterable[_Entry], *, base: str, hub: str | None, language: str | None
) -> Listings:
    entries = list(entries)
    times = (time for entry in entries for time in (*entry.published, entry.modified))
    style = DateStyle.of(language=language, url=base, samples=map(_time, times))
    now = present()
    pages: dict[str, Listing] = {}
    refused: list[_Entry] = []
    repeated = 0
    for entry in entries:
        address = next(filter(None, (_address(link, base) for link in entry.links)), None)
        if address is None:
            refused.append(entry)
        elif address in pages:
            repeated += 1
        else:
            pages[address] = _listing(address, entry, style, now)
    if not pages and any(map(_is_of_google_news, refused)):
        raise ExtractError("google-news", GOOGLE_NEWS)
    return Listings(
        pages=tuple(pages.values()),
        refused=len(refused),
        refused_as=tuple(map(_label, refused[:MAX_REFUSED])),
        repeated=repeated,
        hub=hub[:2_000] if hub else None,
    )


def _address(link: Any, base: str) -> str | None:
    """The canonical address of an entry; None where a link is none that is usable."""
    if not isinstance(link, str):
        return None
    link = _WRAPPED.sub("", link.strip())
    if "<" in link:  # the markup of a link in the place of its address
        link = next(iter(_IN_MARKUP.findall(link)), "")
    if not _is_reference(link):
        return None
    try:
        return canonical(f"//{link}" if link.startswith("www.") else link, base)
    except UsageError:
        return None


def _is_reference(link: str) -> bool:
    """Whether a link leads anywhere: `N/A`, `null` and `-` do not, `news/1` does."""
    if link.startswith(("/", "?", ".")) or _SCHEME.match(link):
        return True
    return _LIKE_A_PATH.search(link) is not None or ("/" in link and len(link) > 5)


def _is_of_google_news(entry: _Entry) -> bool:
    return any(is_google_news_link(link) for link in map(_text, entry.links) if link)


def _label(entry: _Entry) -> str:
    """How an entry without an address calls itself."""
    link = next(filter(None, map(_text, entry.links)), None)
    return (plain_line(_text(entry.title)) or plain_line(link) or "")[:200]


def _listing(address: str, entry: _Entry, style: DateStyle, now: str) -> Listing:
    changed = moment(_time(entry.modified), source="feed", now=now, style=style)
    given = (moment(_time(t), source="feed", now=now, style=style) for t in entry.published)
    title = plain_line(_text(entry.title))
    return Listing(
        url=address,
        title=title,
        published=next(filter(None, given), None),
        modified_at=changed.at if changed else None,
        text=_whole_text(entry.content, address, title),
    )


def _whole_text(content: object, address: str, title: str | None) -> str | None:
    """A body, when it is not a teaser."""
    if not isinstance(content, str) or not len(content) <= MAX_TEXT:
        return None

    def is_own(link: str) -> bool:
        return (_address(link, address) or "").rstrip("/") == address.rstrip("/")

    text, is_teaser = entry_text(content, title=title, is_own=is_own)
    if is_teaser or count_words(text) < WHOLE_TEXT or _CUT_OFF.search(text):
        return None
    return None if is_phrase(text.rpartition("\n")[2]) else text


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _time(value: object) -> str | None:
    """A time as text; in JSON, seconds since 1970 may be a number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _text(value)
