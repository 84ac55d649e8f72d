"""WARC files (ISO 28500): archives of pages, ours and others', through the same extraction."""

from __future__ import annotations

import logging
import re
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from crawler.errors import ExtractError, UsageError
from crawler.parsing.dates import moment
from crawler.parsing.page.agencies import known_agencies
from crawler.parsing.urls import canonical, host, registered_domain
from crawler.parsing.workers.pool import Workers
from crawler.parsing.workers.tasks import read_page
from crawler.store import Store
from crawler.types import Article, Fetched, Listing, Outlet, Page, Rejected

BATCH = 32
"""Pages in one transaction."""
AHEAD = 64
"""Pages that wait for the parsers."""
MAX_BYTES = 8 * 1024 * 1024
"""Bytes of one page, unpacked; a crawl fetches no more either."""
_STATUS = re.compile("[1-9][0-9][0-9]")
_PAGES = ("text/html", "application/xhtml+xml", "")


class Record(NamedTuple):
    """A place in an archive, and the page that was captured there."""

    offset: int
    """bytes into the file at which the record begins"""
    captured: Fetched | str
    """a reason instead, where the record has no page"""


class Damaged(Exception):
    """An archive cannot be read to its end."""


class _Loader(ArcWarcRecordLoader):
    def load_http_headers(self, rec_type: Any, uri: str | None, stream: Any, length: Any) -> Any:
        """None too for a record without an address, which warcio takes every record to have."""
        return super().load_http_headers(rec_type, uri, stream, length) if uri else None


class _Archive(ArchiveIterator):
    INC_RECORD = ""
    """What warcio writes to standard error of a wrong length: bytes of the archive among it."""


class FromWarc(NamedTuple):
    """What the import of an archive did."""

    counts: dict[str, int]
    """articles by outcome (new, revised, same, twin); other pages by their reason"""
    broken: str | None
    """why the file could not be read to its end"""


def import_warc(
    store: Store,
    file: Path,
    outlets: Mapping[str, Outlet],
    *,
    run: int,
    now: str,
    workers: Workers,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> FromWarc:
    """Save the articles of an archive; a file that was read in part is resumed there.

    An article belongs to the outlet with its registered domain; without one, its host is the slug.
    """
    size = file.stat().st_size
    counts: Counter[str] = Counter()
    batch: list[tuple[Record, Article | str]] = []
    broken = None
    with file.open("rb") as stream:
        stream.seek(store.archives.place(file, size))
        try:
            for record, found in read_archive(stream, outlets, workers):
                batch.append((record, found))
                progress(record.offset, size)
                if len(batch) >= BATCH:
                    _save(store, file, size, batch, counts, run=run, now=now)
        except Damaged as error:
            broken = str(error)
    _save(store, file, size, batch, counts, run=run, now=now)
    if broken is None:
        with store.batch():
            store.archives.note(file, size, size, at=now)
    return FromWarc(dict(counts), broken)


def read_archive(
    stream: BinaryIO, outlets: Mapping[str, Outlet], workers: Workers
) -> Iterator[tuple[Record, Article | str]]:
    """Each capture of an archive from where a stream stands: its article, or why it has none.

    Raises Damaged, after all that stands before, where the archive cannot be read on.
    """
    by_domain = _by_domain(outlets)
    waiting: deque[tuple[Record, Future[Article | Rejected] | None]] = deque()
    damaged = None

    def slug_of(url: str) -> str:
        return by_domain.get(registered_domain(url)) or host(url)

    try:
        for record in read_records(stream, slug_of):
            waiting.append((record, _submit(record, outlets, workers)))
            if len(waiting) > AHEAD:
                yield _outcome(*waiting.popleft())
    except Damaged as error:
        damaged = error
    while waiting:
        yield _outcome(*waiting.popleft())
    if damaged is not None:
        raise damaged


def is_warc(file: Path) -> bool:
    """Whether a file is named as an archive."""
    return file.name.lower().endswith((".warc", ".warc.gz", ".arc", ".arc.gz"))


def require_archive(file: Path) -> None:
    """Raise UsageError for a file that does not begin as an archive."""
    with file.open("rb") as stream:
        start = stream.read(1024)
    if start[:2] == b"\x1f\x8b":
        with suppress(zlib.error):
            start = zlib.decompressobj(wbits=31).decompress(start, 16)
    if not start.startswith((b"WARC/", b"filedesc:")):
        raise UsageError(f"{file}: not a WARC file; it begins with {start[:16]!r}")


def read_records(stream: BinaryIO, slug_of: Callable[[str], str]) -> Iterator[Record]:
    """The captures of an archive from where a stream stands; `slug_of` says whose an address is.

    Raises Damaged where it cannot be read on.
    """
    # The counts say what warcio would log of single records.
    logging.getLogger("warcio").setLevel(logging.CRITICAL)
    try:
        yield from _responses(stream, slug_of)
    except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise Damaged(said[:200]) from error
    except Exception as error:
        raise Damaged(f"warcio fails: {type(error).__name__}: {error}"[:200]) from error


def _responses(stream: BinaryIO, slug_of: Callable[[str], str]) -> Iterator[Record]:
    archive = _Archive(stream, arc2warc=True)
    archive.loader = _Loader(arc2warc=True)
    for record in archive:
        captured = None
        if record.rec_type == "response":
            captured = _page_or_reason(record, slug_of)
            while record.raw_stream.read(1 << 16):
                pass  # what stands behind the body
            if record.length is None:
                raise ValueError("a record does not say how long it is")
            if record.raw_stream.limit > 0:
                raise EOFError("it ends in the middle of a record")
        errors = archive.err_count
        # The offset second: to find it, the record is read to its end.
        offset = archive.get_record_offset()
        if captured is not None:
            yield Record(offset, captured)
        if archive.err_count > errors:  # what follows is no record, and may have been one
            yield Record(offset, "wrong-length")


def _page_or_reason(record: Any, slug_of: Callable[[str], str]) -> Fetched | str:
    """The page in a response record, or the reason why there is none."""
    reason = _refusal_reason(record.http_headers)
    if reason is not None:
        return reason
    at = moment(record.rec_headers.get_header("WARC-Date"), source="warc")
    if at is None:
        return "no-date"
    try:
        url = canonical(record.rec_headers.get_header("WARC-Target-URI") or "")
    except UsageError:
        return "bad-address"
    try:
        body = record.content_stream().read(MAX_BYTES + 1)
    except Exception:  # noqa: BLE001 - whatever trips the unpacker costs this page alone
        return "unreadable"
    if len(body) > MAX_BYTES:
        return "too-large"
    headers = _headers(record.http_headers)
    return fetched_page(url, slug=slug_of(url), at=at.at, headers=headers, body=body)


def fetched_page(
    url: str, *, slug: str, at: str, headers: Mapping[str, str], body: bytes
) -> Fetched:
    """A page as an archive holds it, of a canonical address that no source listed."""
    return Fetched(
        page=Page(id=0, url=url, outlet=slug, attempts=0, listing=Listing(url=url)),
        url=url,
        status=200,
        content_type=headers.get("content-type", ""),
        body=body,
        at=at,
        headers=headers,
    )


def _refusal_reason(http: Any) -> str | None:
    """Why the HTTP headers of a record are none of a page; None: they are."""
    if http is None:
        return "no-http"
    status = http.get_statuscode()
    if status != "200":
        return f"http-{status}" if _STATUS.fullmatch(status) else "no-http"
    kind = _headers(http).get("content-type", "").partition(";")[0].strip().lower()
    return None if kind in _PAGES else "not-html"


def _headers(http: Any) -> dict[str, str]:
    return {name.lower(): value[:500] for name, value in http.headers}


def _submit(
    record: Record, outlets: Mapping[str, Outlet], workers: Workers
) -> Future[Article | Rejected] | None:
    fetched = record.captured
    if isinstance(fetched, str):
        return None
    slug = fetched.page.outlet
    return workers.submit(read_page, fetched, outlets.get(slug) or Outlet(slug=slug, name=slug))


def _outcome(
    record: Record, future: Future[Article | Rejected] | None
) -> tuple[Record, Article | str]:
    if future is None:
        assert isinstance(record.captured, str)
        return record, record.captured
    try:
        found = future.result()
    except ExtractError as error:
        return record, error.reason
    return record, found.reason if isinstance(found, Rejected) else replace(found, page=None)


def _save(
    store: Store,
    file: Path,
    size: int,
    batch: list[tuple[Record, Article | str]],
    counts: Counter[str],
    *,
    run: int,
    now: str,
) -> None:
    if not batch:
        return
    with store.batch():
        for _, found in batch:
            counts[found if isinstance(found, str) else save_capture(store, found, run=run)] += 1
        # The last record again next time: it is the same article, and none is left out.
        store.archives.note(file, size, batch[-1][0].offset, at=now)
    batch.clear()


def save_capture(store: Store, article: Article, *, run: int) -> str:
    """Save an article as seen when it was captured; what came of it."""
    assert article.fetched_at is not None
    agency = known_agencies(()).of_outlet(article.outlet, article.url)
    outlet = store.outlets.ensure(article.outlet, agency=agency)
    return str(store.articles.save(article, outlet=outlet, run=run, now=article.fetched_at))


def _by_domain(outlets: Mapping[str, Outlet]) -> dict[str, str]:
    """Slugs by the registered domains of home pages; a domain of several outlets names none."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for slug, outlet in outlets.items():
        if outlet.home:
            domain = registered_domain(outlet.home)
            if found.setdefault(domain, slug) != slug:
                shared.add(domain)
    return {domain: slug for domain, slug in found.items() if domain not in shared}
