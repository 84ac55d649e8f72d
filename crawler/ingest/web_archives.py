"""Archives of the web: what they captured of an outlet (CDX), and the captures themselves.

cdx-toolkit (Apache-2.0) was looked at. It asks a busy server again without end, does not read
Retry-After, takes answers of any size from any address, follows the Wayback Machine by pages, which
lack the newest captures, and cannot resume. Without those, little of it would be left.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlencode

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.clock import utc
from crawler.errors import UsageError
from crawler.fetching.plain_client import Answer, NoAnswer, PlainClient, TooLarge
from crawler.ingest.warc import MAX_BYTES, fetched_page, page_or_reason
from crawler.parsing.urls import canonical
from crawler.types import Fetched

LINES = 3_000
"""Captures of one answer of an index: a block of Common Crawl's, which is about a megabyte."""
MAX_INDEX = 32 * 1024 * 1024
"""Bytes of one answer of an index."""
_HTML = frozenset({"text/html", "application/xhtml+xml"})


class Endpoints(NamedTuple):
    """Where the archives answer; others can be named that speak the same."""

    cc_index: str = "https://index.commoncrawl.org"
    cc_data: str = "https://data.commoncrawl.org"
    wayback: str = "https://web.archive.org"


class Scope(NamedTuple):
    """What is looked for in an index."""

    url: str
    """a domain, or a host and the beginning of a path"""
    match: str
    """domain or prefix, as CDX servers understand them"""
    since: str
    until: str


class Place(NamedTuple):
    """Where a record lies in the files of Common Crawl."""

    file: str
    offset: int
    length: int


class Capture(NamedTuple):
    """A line of an index: an archive fetched an address once."""

    url: str
    """canonical"""
    original: str
    """as the archive knows it"""
    at: str
    digest: str
    place: Place | None = None


class Part(NamedTuple):
    """One answer of an index."""

    captures: list[Capture]
    next: str | None
    """what the next answer is asked for by; None: this is the last"""
    unusable: int = 0
    """lines without a web address or a time"""


class Query(NamedTuple):
    """A question to an index, whose answer comes in parts."""

    archive: str
    """whose index it is, for messages"""
    url: str


class WebArchive(Protocol):
    """An archive of the web with a CDX index. Whatever it cannot answer raises NoAnswer."""

    def queries(self, scope: Scope) -> list[Query]:
        """What to ask, in the order of time."""
        ...

    def part(self, query: Query, place: str) -> Part:
        """A part of the answer; the first one is at the empty place."""
        ...

    def fetch(self, capture: Capture, *, slug: str) -> Fetched | str:
        """The page as it was captured, or a reason why there is none."""
        ...


class Wayback:
    """The Wayback Machine: one index, by resumption keys; captures as they came (`id_`)."""

    def __init__(self, client: PlainClient, endpoints: Endpoints) -> None:
        self._client = client
        self._base = endpoints.wayback.rstrip("/")

    def queries(self, scope: Scope) -> list[Query]:
        """There is one."""
        asked = urlencode(
            [
                ("url", scope.url), ("matchType", scope.match),
                ("from", _stamp(scope.since)), ("to", _stamp(scope.until)),
                ("output", "json"), ("fl", "timestamp,original,digest"),
                ("filter", "statuscode:200"), ("filter", "mimetype:text/html"),
                ("collapse", "digest"), ("limit", LINES), ("showResumeKey", "true"),
            ]
        )  # fmt: skip
        return [Query("the Wayback Machine", f"{self._base}/cdx/search/cdx?{asked}")]

    def part(self, query: Query, place: str) -> Part:
        """A part; its place is the key that the one before ended with."""
        # The server decodes a key twice: its keys come encoded.
        key = f"&{urlencode({'resumeKey': place})}" if place else ""
        answer = self._client.get(query.url + key, most=MAX_INDEX)
        _require_ok(query, answer)
        rows = _json(query, answer.body)
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise NoAnswer(f"{query.archive}: the index gave no list of captures")
        following = None
        if len(rows) > 1 and not rows[-2] and len(rows[-1]) == 1:
            following, rows = str(rows[-1][0]), rows[:-2]
        if following == place:
            raise NoAnswer(f"{query.archive}: the index goes round in a circle")
        names = rows[0] if rows else []
        return _part((dict(zip(names, row, strict=False)) for row in rows[1:]), following)

    def fetch(self, capture: Capture, *, slug: str) -> Fetched | str:
        """The capture, by its time and address."""
        stamp = _stamp(capture.at)
        try:
            answer = self._client.get(
                f"{self._base}/web/{stamp}id_/{quote(capture.original, safe=_SAFE)}", most=MAX_BYTES
            )
        except TooLarge:
            return "too-large"
        if answer.status != 200:
            return f"http-{answer.status}"
        headers = dict(answer.headers)
        for name, value in answer.headers.items():
            # What the outlet's server said goes by another name.
            if (own := name.removeprefix(_ORIGINAL)) != name:
                headers[own] = value
        return fetched_page(
            capture.url, slug=slug, at=capture.at, headers=headers, body=answer.body
        )


_ORIGINAL = "x-archive-orig-"
_SAFE = "/:?&=%;,+@!$'()*~-._[]"


class CommonCrawl:
    """Common Crawl: an index for each crawl, by pages; captures are records in large files."""

    def __init__(self, client: PlainClient, endpoints: Endpoints) -> None:
        self._client = client
        self._index = endpoints.cc_index.rstrip("/")
        self._data = endpoints.cc_data.rstrip("/")
        self._pages: dict[Query, int] = {}

    def queries(self, scope: Scope) -> list[Query]:
        """One for each crawl that ran in the time asked for."""
        whole = Query("Common Crawl", f"{self._index}/collinfo.json")
        answer = self._client.get(whole.url, most=MAX_INDEX)
        _require_ok(whole, answer)
        crawls = _json(whole, answer.body)
        if not isinstance(crawls, list) or not all(isinstance(one, dict) for one in crawls):
            raise NoAnswer(f"{whole.archive}: the list of crawls cannot be read")
        asked = urlencode(
            [
                ("url", scope.url), ("matchType", scope.match),
                ("from", _stamp(scope.since)), ("to", _stamp(scope.until)),
                ("output", "json"), ("filter", "=status:200"), ("pageSize", 1),
            ]
        )  # fmt: skip
        # Oldest first, so that a later capture is a revision of an earlier one.
        chosen = sorted(
            (str(one.get("from") or ""), str(one["id"]), str(one["cdx-api"]))
            for one in crawls
            if one.get("id") and one.get("cdx-api") and _overlaps(one, scope)
        )
        return [Query(f"Common Crawl {name}", f"{url}?{asked}") for _, name, url in chosen]

    def part(self, query: Query, place: str) -> Part:
        """A page of the index of a crawl; its place is its number."""
        if query not in self._pages:
            self._pages[query] = self._count_pages(query)
        pages, number = self._pages[query], int(place or 0)
        if number >= pages:
            return Part([], None)
        answer = self._client.get(f"{query.url}&page={number}", most=MAX_INDEX)
        following = str(number + 1) if number + 1 < pages else None
        if answer.status == 404:
            return Part([], following)
        _require_ok(query, answer)
        lines = answer.body.splitlines()
        return _part((_json(query, line) for line in lines if line.strip()), following)

    def _count_pages(self, query: Query) -> int:
        answer = self._client.get(f"{query.url}&showNumPages=true", most=MAX_INDEX)
        if answer.status == 404:
            return 0  # no captures
        _require_ok(query, answer)
        said = _json(query, answer.body)
        if not isinstance(said, dict) or not isinstance(said.get("pages"), int):
            raise NoAnswer(f"{query.archive}: the index does not say how many pages it has")
        return int(said["pages"])

    def fetch(self, capture: Capture, *, slug: str) -> Fetched | str:
        """The record, by its bytes."""
        place = capture.place
        if place is None:
            return "damaged-record"
        if place.length > MAX_BYTES:
            return "too-large"
        end = place.offset + place.length - 1
        answer = self._client.get(
            f"{self._data}/{quote(place.file)}", most=MAX_BYTES,
            headers={"Range": f"bytes={place.offset}-{end}"},
        )  # fmt: skip
        if answer.status != 206:
            # 200 would be the file from its beginning.
            return f"http-{answer.status}"
        return _record(answer.body, capture, slug)


def _record(packed: bytes, capture: Capture, slug: str) -> Fetched | str:
    """The page in the bytes of one record."""
    found: Fetched | str = "damaged-record"
    with suppress(ArchiveLoadFailed, OSError, EOFError, ValueError):
        for record in ArchiveIterator(BytesIO(packed), arc2warc=True):
            if record.rec_type != "response":
                continue
            if record.rec_headers.get_header("WARC-Truncated"):
                return "truncated"
            read = page_or_reason(record, slug=slug)
            while record.raw_stream.read(1 << 16):
                pass
            if record.raw_stream.limit > 0:
                return "damaged-record"
            if isinstance(read, Fetched) and read.url != capture.url:
                return "damaged-record"
            found = read
    return found


def _part(rows: Iterable[Any], following: str | None) -> Part:
    captures: list[Capture] = []
    unusable = 0
    for row in rows:
        if not isinstance(row, dict) or not _is_html(row):
            continue
        capture = _capture(row)
        if capture is None:
            unusable += 1
        else:
            captures.append(capture)
    return Part(captures, following, unusable)


def _is_html(row: dict[str, Any]) -> bool:
    kind = row.get("mime-detected") or row.get("mime")
    return kind is None or kind in _HTML


def _capture(row: dict[str, Any]) -> Capture | None:
    """The capture of a line; None where it is none that can be fetched."""
    original = str(row.get("original") or row.get("url") or "")
    try:
        at = datetime.strptime(str(row.get("timestamp")), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        place = None
        if "filename" in row:
            place = Place(str(row["filename"]), int(row["offset"]), int(row["length"]))
        return Capture(canonical(original), original, utc(at), str(row.get("digest") or ""), place)
    except (UsageError, ValueError, KeyError, TypeError):
        return None


def _overlaps(crawl: dict[str, Any], scope: Scope) -> bool:
    """Whether a crawl ran in the time asked for; one without dates may have."""
    first, last = str(crawl.get("from") or ""), str(crawl.get("to") or "9")
    return first[:10] <= scope.until[:10] and scope.since[:10] <= last[:10]


def _stamp(at: str) -> str:
    """A time as indexes write it."""
    return "".join(filter(str.isdigit, at))


def _json(query: Query, text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoAnswer(f"{query.archive}: the answer of the index is cut off or no JSON") from error


def _require_ok(query: Query, answer: Answer) -> None:
    if answer.status == 200:
        return
    said = " ".join(answer.body[:200].decode("utf-8", "replace").split())
    raise NoAnswer(
        f"{query.archive}: the index answered with HTTP status {answer.status}"
        f"{f' ({said})' if said and '<' not in said else ''}"
    )


def archive_named(name: str, client: PlainClient, endpoints: Endpoints) -> WebArchive:
    """The archive that `--from` names: cc or wayback."""
    return (CommonCrawl if name == "cc" else Wayback)(client, endpoints)
