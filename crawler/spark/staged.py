"""Archives that were read: a folder with captures and a mark for each, so that a run resumes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from crawler.data_set.columns import require_pyarrow
from crawler.ingest.warc import Damaged, read_archive
from crawler.parsing.urls import registered_domain
from crawler.parsing.workers.pool import Workers
from crawler.spark.task_work import write_part
from crawler.types import Article, Outlet
from crawler.types.article import ArticleKind, Credit
from crawler.types.listing import Moment, Precision, Validators

MARK = "_SUCCESS"
CAPTURES = "captures.parquet"
_ROWS = 500


class Mark(NamedTuple):
    """What stands in the mark of an archive that was read."""

    name: str
    bytes: int | None
    """None where the server does not say"""
    counts: dict[str, int]
    """captures by the reason why they have no article; of those that have one, `article`"""
    domains: dict[str, int]
    """captures with an article by registered domain"""
    claims: list[list[str]]
    """two domains each: pages of the first state addresses at the second"""
    damaged: str | None
    """why it could not be read to its end"""


def folder_of(staged: Path, name: str) -> Path:
    """Where the captures of an archive are kept."""
    return staged / blake2b(name.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def read_mark(staged: Path, name: str) -> Mark | None:
    """The mark of an archive; None when it has not been read."""
    try:
        return Mark(**json.loads((folder_of(staged, name) / MARK).read_text("utf-8")))
    except FileNotFoundError:
        return None


def stage(staged: Path, name: str, outlets: Mapping[str, Outlet]) -> Mark:
    """Read an archive, by its path or address, unless that was done; its mark.

    Raises OSError, and what the library of its protocol raises, where it cannot be opened, or the
    network breaks off: what is damaged is read up to there and has its mark, this is not.
    """
    known = read_mark(staged, name)
    if known is not None:
        return known
    import fsspec

    counts: Counter[str] = Counter()
    domains: Counter[str] = Counter()
    claims: set[tuple[str, str]] = set()
    damaged = list[str]()
    pa = require_pyarrow()
    with fsspec.open(name, "rb") as stream:
        size = getattr(stream, "size", None) or _local_size(name)
        source: Any = _Source(stream)
        rows = _rows(read_archive(source, outlets, _parser()), damaged)
        counted = _counted(rows, counts, domains, claims)
        folder = folder_of(staged, name)
        write_part(folder, CAPTURES, captures_schema(pa), _batches(pa, folder.name, counted))
    if source.failure is not None:
        raise source.failure
    mark = Mark(
        name,
        size,
        dict(counts),
        dict(domains),
        sorted(map(list, claims)),
        next(iter(damaged), None),
    )
    part = folder / f"{MARK}.part"
    part.write_text(json.dumps(mark._asdict()), "utf-8")
    part.replace(folder / MARK)
    return mark


class _Source:
    """A stream that keeps what went wrong when it was read: that is no fault of the archive."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        try:
            return bytes(self._stream.read(size))
        except Exception as error:
            self.failure = error
            raise


def captures_schema(pa: Any) -> Any:
    """Columns of staged captures."""
    return pa.schema(
        [
            ("archive", pa.string()),  # name of the folder
            ("offset", pa.int64()),
            ("domain", pa.string()),  # registered domain of the article; NULL: there is none
            ("article", pa.string()),  # JSON; NULL: there is none
            ("reason", pa.string()),  # why there is none
        ]
    )


class Row(NamedTuple):
    """A capture, as it is staged."""

    offset: int
    domain: str | None
    claimed: str | None
    """domain of the address that the page states"""
    article: str | None
    reason: str | None


def _rows(found: Iterable[tuple[Any, Article | str]], damaged: list[str]) -> Iterator[Row]:
    last = 0
    try:
        for record, outcome in found:
            last = record.offset
            if isinstance(outcome, str):
                yield Row(last, None, None, None, outcome)
            else:
                own = registered_domain(outcome.address or outcome.url)
                claimed = registered_domain(outcome.url)
                yield Row(last, own, claimed, packed_article(outcome), None)
    except Damaged as error:
        damaged.append(str(error))
        yield Row(last, None, None, None, "damaged")


def _counted(
    rows: Iterable[Row],
    counts: Counter[str],
    domains: Counter[str],
    claims: set[tuple[str, str]],
) -> Iterator[Row]:
    for row in rows:
        counts[row.reason or "article"] += 1
        if row.domain is not None:
            domains[row.domain] += 1
        if row.domain is not None and row.claimed is not None and row.domain != row.claimed:
            claims.add((row.domain, row.claimed))
        yield row


def _batches(pa: Any, archive: str, rows: Iterable[Row]) -> Iterator[Any]:
    schema = captures_schema(pa)
    waiting: list[Row] = []

    def batch() -> Any:
        columns = [
            [archive] * len(waiting),
            *(
                [getattr(row, name) for row in waiting]
                for name in ("offset", "domain", "article", "reason")
            ),
        ]
        return pa.record_batch(
            [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
        )

    for row in rows:
        waiting.append(row)
        if len(waiting) >= _ROWS:
            yield batch()
            waiting.clear()
    if waiting:
        yield batch()


@cache
def _parser() -> Workers:
    """The parser process of this Python worker, which reads one archive after another."""
    return Workers(1)


def _local_size(name: str) -> int | None:
    with suppress(OSError):
        return Path(name).stat().st_size
    return None


def packed_article(article: Article) -> str:
    """An article to be staged."""
    return json.dumps(asdict(article))


def article_of(packed: str) -> Article:
    """The article that was staged."""
    said = json.loads(packed)
    published, kind = said["published"], said["kind"]
    return Article(
        **{
            **said,
            "authors": tuple(said["authors"]),
            "tags": tuple(said["tags"]),
            "credits": tuple(Credit(**credit) for credit in said["credits"]),
            "validators": Validators(**said["validators"]),
            "kind": None if kind is None else ArticleKind(kind),
            "published": None
            if published is None
            else Moment(**{**published, "precision": Precision(published["precision"])}),
        }
    )
