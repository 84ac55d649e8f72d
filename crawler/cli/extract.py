"""`newsloom extract` and `feed`: saved pages and listings, read as a crawl would read them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crawler.cli.arguments import require_files
from crawler.cli.options import workers_option
from crawler.cli.progress import counter
from crawler.cli.saved_files import Saved, entries, unpacked
from crawler.cli.tables import as_json
from crawler.errors import ExtractError
from crawler.output.visible import counted, visible

if TYPE_CHECKING:
    from crawler.parsing.workers.pool import Workers
    from crawler.types import Article, ArticleKind, Credit, Listings, Rejected, Validators

_FILES = click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
_UNREADABLE = "unreadable-file"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPage:
    """What `newsloom extract` prints of a page that is an article; the fields are Article's."""

    path: str
    url: str | None
    """canonical; None: neither the manifest nor the page names it"""
    title: str
    text: str
    authors: tuple[str, ...]
    language: str | None
    published_doubt: str | None
    modified_at: str | None
    section: str | None
    tags: tuple[str, ...]
    image: str | None
    paywalled: bool | None
    credits: tuple[Credit, ...]
    extraction: int | None
    text_from: str
    kind: ArticleKind | None
    reserved: str | None
    validators: Validators
    published_at: str | None
    published_precision: str | None
    published_source: str | None
    published_raw: str | None


class RejectedFile(NamedTuple):
    """What `extract` and `feed` print of a file that gives neither an article nor a listing."""

    path: str
    rejected: str
    """a reason of crawler.output.reasons, or `unreadable-file`"""
    detail: str


class ListedPage(NamedTuple):
    """What `newsloom feed` prints of an entry."""

    path: str
    url: str
    title: str | None
    published_at: str | None
    published_precision: str | None
    modified_at: str | None


class ListedSitemap(NamedTuple):
    """What `newsloom feed` prints of a sitemap in an index."""

    path: str
    sitemap: str
    """its address"""
    modified_at: str | None


class LeftOutEntry(NamedTuple):
    """What `newsloom feed` prints of an entry that it cannot list."""

    path: str
    left_out: str
    """why: `no-address`"""
    title: str | None


class _Reader(NamedTuple):
    """How a command reads a file and prints what it found."""

    submit: Callable[[Workers, Saved, bytes], Future[Any]]
    objects: Callable[[str, Any], Iterator[object]]
    """what is printed as JSON, given the path and the outcome"""
    note: Callable[[Any], str]
    """what is said of the outcome on standard error; empty: nothing"""


class _Reading(NamedTuple):
    """A file that a worker process is reading."""

    saved: Saved
    outcome: Future[Any]
    trouble: str
    """why only a part of the file is read; empty: all of it"""


@click.command()
@_FILES
@workers_option
def extract(files: tuple[Path, ...], workers: int | None) -> int:
    """Print the articles in saved HTML FILEs as JSON.

    Prints one object per line. A file may be packed with gzip. A `.jsonl` file is a manifest of
    {"path", "url"} objects, paths relative to it.
    """
    from crawler.clock import now
    from crawler.parsing.page.metadata import UNKNOWN_HOST
    from crawler.parsing.workers.tasks import read_page
    from crawler.types import Article, Fetched, Listing, Outlet, Page

    at = now()

    def submit(pool: Workers, saved: Saved, body: bytes) -> Future[Any]:
        url = saved.url or f"https://{UNKNOWN_HOST}/{saved.file.name}"
        page = Page(id=0, url=url, outlet="", attempts=0, listing=Listing(url=url))
        fetched = Fetched(
            page=page, url=url, status=200, content_type="text/html", body=body, at=at
        )
        return pool.submit(read_page, fetched, Outlet(slug="", name=""))

    def objects(path: str, found: Article | Rejected) -> Iterator[object]:
        if isinstance(found, Article):
            yield extracted_page(path, found)
        else:
            yield RejectedFile(path, found.reason, found.detail)

    return _print_all(files, workers, _Reader(submit, objects, lambda _found: ""))


def extracted_page(path: str, article: Article) -> ExtractedPage:
    """What is printed of the article in the file at `path`."""
    from crawler.parsing.page.metadata import UNKNOWN_HOST

    published = article.published
    return ExtractedPage(
        path=path,
        url=None if UNKNOWN_HOST in article.url else article.url,
        title=article.title,
        text=article.text,
        authors=article.authors,
        language=article.language,
        published_doubt=article.published_doubt,
        modified_at=article.modified_at,
        section=article.section,
        tags=article.tags,
        image=article.image,
        paywalled=article.paywalled,
        credits=article.credits,
        extraction=article.extraction,
        text_from=article.text_from,
        kind=article.kind,
        reserved=article.reserved,
        validators=article.validators,
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        published_source=published.source if published else None,
        published_raw=published.raw if published else None,
    )


@click.command()
@_FILES
@workers_option
def feed(files: tuple[Path, ...], workers: int | None) -> int:
    """Print the entries of saved feeds and sitemaps as JSON.

    Prints one object per line; an entry without a usable address is printed as `left_out`. A file
    may be packed with gzip. A `.jsonl` file is a manifest of {"path", "url"} objects, paths
    relative to it.
    """
    from crawler.parsing.page.metadata import UNKNOWN_HOST
    from crawler.parsing.workers.tasks import read_listings

    def submit(pool: Workers, saved: Saved, body: bytes) -> Future[Any]:
        url = saved.url or f"https://{UNKNOWN_HOST}/"
        return pool.submit(_listings, read_listings, body, url)

    return _print_all(files, workers, _Reader(submit, _listed_objects, _left_out_note))


def _listings(read: Callable[..., Listings], body: bytes, url: str) -> Listings:
    return read(body, url=url)


def _listed_objects(path: str, found: Listings) -> Iterator[object]:
    for page in found.pages:
        published = page.published
        yield ListedPage(
            path,
            page.url,
            page.title,
            published.at if published else None,
            published.precision if published else None,
            page.modified_at,
        )
    for sitemap in found.sitemaps:
        yield ListedSitemap(path, sitemap.url, sitemap.modified_at)
    for name in found.refused_as:
        yield LeftOutEntry(path, "no-address", name or None)


def _left_out_note(found: Listings) -> str:
    parts = (
        (found.refused, "without a usable address"),
        (found.repeated, "with the address of an earlier one"),
    )
    return ", ".join(f"{counted(n, 'entry')} {what}" for n, what in parts if n)


def _print_all(files: tuple[Path, ...], workers: int | None, reader: _Reader) -> int:
    """Read files in worker processes and print outcomes in order; 3 if one is not read whole."""
    from crawler.parsing.workers.pool import Workers

    require_files(files)
    saved = [entry for file in files for entry in entries(file)]
    count = workers or os.cpu_count() or 1
    pool = Workers(count)
    waiting: deque[_Reading] = deque()
    whole = True
    try:
        with counter("parsing") as progress:
            for number, entry in enumerate(saved):
                waiting.append(_begin(pool, entry, reader))
                whole = whole and not waiting[-1].trouble
                if len(waiting) > 4 * count:
                    _print(waiting.popleft(), reader)
                progress(number, len(saved))
            while waiting:
                _print(waiting.popleft(), reader)
    finally:
        pool.close()
    return 0 if whole else 3


def _begin(pool: Workers, saved: Saved, reader: _Reader) -> _Reading:
    """Hand a file to a worker; one that cannot be read fails with ExtractError."""
    try:
        body, trouble = unpacked(saved.file)
        return _Reading(saved, reader.submit(pool, saved, body), trouble)
    except (OSError, ValueError) as error:  # ValueError: a NUL in a manifest's path
        why = getattr(error, "strerror", None) or str(error)
        failed: Future[Any] = Future()
        failed.set_exception(ExtractError(_UNREADABLE, why))
        return _Reading(saved, failed, why)


def _print(reading: _Reading, reader: _Reader) -> None:
    path = reading.saved.path
    try:
        found = reading.outcome.result()
        objects, notes = list(reader.objects(path, found)), [reading.trouble, reader.note(found)]
    except ExtractError as error:
        objects = [RejectedFile(path, error.reason, error.detail)]
        # Of a file that cannot be read at all, the object says why.
        notes = [] if error.reason == _UNREADABLE else [reading.trouble]
    for one in objects:
        click.echo(as_json(one))
    for note in filter(None, notes):
        click.echo(f"{visible(path)}: {note}", err=True)
