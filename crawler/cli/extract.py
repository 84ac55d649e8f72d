"""`newsloom extract` and `feed`: what is understood of saved files."""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import click

from crawler.cli.arguments import require_files
from crawler.cli.progress import counter
from crawler.cli.tables import as_json
from crawler.errors import ExtractError, UsageError
from crawler.output.visible import counted, visible

MAX_BYTES = 60 * 1024 * 1024
"""Read of one file, unpacked: no page and no sitemap is larger."""
_TOO_LONG = f"longer than {MAX_BYTES // 1024**2} MB; its rest is left out"
_FILES = click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
_WORKERS = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Parser processes; default: one a core.",
)


class Saved(NamedTuple):
    """A saved page or listing, and the address it came from if that is known."""

    path: str
    file: Path
    url: str | None


@click.command()
@_FILES
@_WORKERS
def extract(files: tuple[Path, ...], workers: int | None) -> int:
    """Print what Newsloom understands of saved HTML FILEs (gz too), one JSON object a line.

    A `.jsonl` file is a manifest of {"path", "url"} objects, paths relative to it.
    """
    from crawler.clock import now
    from crawler.parsing.page.metadata import UNKNOWN_HOST
    from crawler.parsing.workers.read import read_page
    from crawler.types import Article, Fetched, Listing, Outlet, Page

    at = now()

    def work(saved: Saved, body: bytes) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        url = saved.url or f"https://{UNKNOWN_HOST}/{saved.file.name}"
        page = Page(id=0, url=url, outlet="", attempts=0, listing=Listing(url=url))
        fetched = Fetched(
            page=page, url=url, status=200, content_type="text/html", body=body, at=at
        )
        return read_page, (fetched, Outlet(slug="", name=""))

    def shown(found: Any) -> Iterator[dict[str, Any]]:
        if isinstance(found, Article):
            row = asdict(found)
            published = row.pop("published") or {}
            for key in ("outlet", "fetched_at", "page"):
                del row[key]
            if UNKNOWN_HOST in row["url"]:
                row["url"] = None
            yield row | {
                f"published_{key}": published.get(key)
                for key in ("at", "precision", "source", "raw")
            }
        else:
            yield {"rejected": found.reason, "detail": found.detail}

    return _each(files, workers, work, shown)


@click.command()
@_FILES
@_WORKERS
def feed(files: tuple[Path, ...], workers: int | None) -> int:
    """Print what saved feeds and sitemaps list (gz too), one JSON object a line.

    Entries without an address are left out and named. A `.jsonl` file is a manifest of
    {"path", "url"} objects, paths relative to it.
    """
    from crawler.parsing.page.metadata import UNKNOWN_HOST
    from crawler.parsing.workers.read import read_listings

    def work(saved: Saved, body: bytes) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _listings, (read_listings, body, saved.url or f"https://{UNKNOWN_HOST}/")

    def shown(found: Any) -> Iterator[dict[str, Any]]:
        for page in found.pages:
            published = page.published
            yield {
                "url": page.url,
                "title": page.title,
                "published_at": published.at if published else None,
                "published_precision": published.precision if published else None,
                "modified_at": page.modified_at,
            }
        for sitemap in found.sitemaps:
            yield {"sitemap": sitemap.url, "modified_at": sitemap.modified_at}
        for name in found.refused_as:
            yield {"left_out": "no-address", "title": name or None}

    def said(found: Any) -> str:
        parts = (
            (found.refused, "without a usable address"),
            (found.repeated, "with the address of one before"),
        )
        return ", ".join(f"{counted(n, 'entry')} {what}" for n, what in parts if n)

    return _each(files, workers, work, shown, said)


def _listings(read: Callable[..., Any], body: bytes, url: str) -> Any:
    return read(body, url=url)


def _each(
    files: tuple[Path, ...],
    workers: int | None,
    work: Callable[[Saved, bytes], tuple[Callable[..., Any], tuple[Any, ...]]],
    shown: Callable[[Any], Iterator[dict[str, Any]]],
    said: Callable[[Any], str] = lambda _found: "",
) -> int:
    """Parse files in worker processes, print results in order; 3 if one is not read whole."""
    from crawler.parsing.workers.pool import Workers

    require_files(files)
    saved = [entry for file in files for entry in _entries(file)]
    count = workers or os.cpu_count() or 1
    pool = Workers(count)
    waiting: deque[tuple[Saved, str, Future[Any]]] = deque()
    in_part = 0
    try:
        with counter("parsing") as progress:
            for number, entry in enumerate(saved):
                try:
                    body, trouble = _bytes(entry.file)
                    in_part += trouble != ""
                    function, arguments = work(entry, body)
                    waiting.append((entry, trouble, pool.submit(function, *arguments)))
                except (OSError, ValueError) as error:  # ValueError: a NUL in a manifest's path
                    in_part += 1
                    failed: Future[Any] = Future()
                    why = getattr(error, "strerror", None) or str(error)
                    failed.set_exception(ExtractError("unreadable-file", why))
                    waiting.append((entry, "", failed))
                while len(waiting) > 4 * count:
                    _print(*waiting.popleft(), shown, said)
                progress(number, len(saved))
            while waiting:
                _print(*waiting.popleft(), shown, said)
    finally:
        pool.close()
    return 3 if in_part else 0


def _print(
    saved: Saved,
    trouble: str,
    outcome: Future[Any],
    shown: Callable[[Any], Iterator[dict[str, Any]]],
    said: Callable[[Any], str],
) -> None:
    try:
        found = outcome.result()
        rows = list(shown(found))
        note = said(found)
    except ExtractError as error:
        rows, note = [{"rejected": error.reason, "detail": error.detail}], ""
    for row in rows:
        click.echo(as_json({"path": saved.path} | row))
    for line in filter(None, (trouble, note)):
        click.echo(f"{visible(saved.path)}: {line}", err=True)


def _entries(file: Path) -> Iterator[Saved]:
    if file.suffix != ".jsonl":
        yield Saved(str(file), file, None)
        return
    try:
        lines = file.read_bytes().decode("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Saved(str(row["path"]), file.parent / row["path"], row.get("url"))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f'{file}:{number}: a manifest has lines like {{"path": "page.html", "url": "https://..."}}'
            ) from error


def _bytes(file: Path) -> tuple[bytes, str]:
    """What a file holds, unpacked as far as that goes, and what is wrong with the rest."""
    with file.open("rb") as stream:
        body = stream.read(MAX_BYTES + 1)
    if file.suffix != ".gz" or body[:2] != b"\x1f\x8b":
        return body[:MAX_BYTES], _TOO_LONG if len(body) > MAX_BYTES else ""
    # Bounded: a bomb of a few kB unpacks to gigabytes.
    plain, trouble = bytearray(), ""
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        try:
            while len(plain) <= MAX_BYTES and (part := packed.read1(1 << 16)):
                plain += part
        except (OSError, EOFError, zlib.error) as error:
            why = "cut off" if isinstance(error, EOFError) else str(error)
            if not plain:
                raise OSError(f"broken gzip: {why}") from error
            trouble = f"broken gzip ({why}); read as far as it goes"
    if len(plain) > MAX_BYTES:
        trouble = _TOO_LONG
    return bytes(plain[:MAX_BYTES]), trouble
