"""From captures to articles and their revisions, by the store that one machine saves them in.

What an address is, and which article a text belongs to, is decided among the captures of connected
domains, so each task saves those of its domains in the order of the archives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crawler.data_set.columns import arrow_schema, require_pyarrow
from crawler.ingest.warc import save_capture
from crawler.spark.staged import article_of
from crawler.spark.task_work import (
    BY_NAME,
    Answer,
    answers,
    filled,
    scratch_store,
    write_part,
    write_rows,
)
from crawler.store import Saved, Store

ARCHIVE = 1 << 40
"""The place of a capture is the number of its archive times this, and its offset."""
SETTLED = ("articles", "revisions", "credits")
PLACED = "pack int, place long, article string"
_OWN = {"articles": "id", "revisions": "article", "credits": "article"}
"""the column that has the number of an article"""


class Plan(NamedTuple):
    """Where captures go."""

    archives: dict[str, int]
    """number of each by the name of its folder"""
    tasks: dict[str, int]
    """task of each domain"""


def place(batches: Iterable[Any], plan: Any) -> Iterator[Any]:
    """Give each capture its task and its place; `plan` is the broadcast of a Plan."""
    pa = require_pyarrow()
    schema = pa.schema([("pack", pa.int32()), ("place", pa.int64()), ("article", pa.string())])
    for batch in batches:
        archives, offsets, domains, articles = (
            batch.column(name).to_pylist() for name in ("archive", "offset", "domain", "article")
        )
        tasks = [plan.value.tasks[domain] for domain in domains]
        places = [
            plan.value.archives[archive] * ARCHIVE + offset
            for archive, offset in zip(archives, offsets, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(
            [pa.array(tasks, pa.int32()), pa.array(places, pa.int64()), pa.array(articles)],
            schema=schema,
        )


def settle(batches: Iterable[Any], folder: str) -> Iterator[Any]:
    """Save the captures of a task, in order, and write its tables; numbers are places for now."""
    first, some = filled(batches)
    if first is None:
        return
    task = first.column("pack")[0].as_py()
    with scratch_store() as store:
        with store.batch():
            run = store.runs.open("newsloom spark extract", now="2000-01-01T00:00:00Z", pid=0)
        saved = _Saved(store, run)
        for batch in some:
            saved.take(batch)
        yield from answers(_written(store, saved, task, Path(folder)))


class _Saved:
    """Captures that were saved, and what came of them."""

    def __init__(self, store: Store, run: int) -> None:
        self._store, self._run = store, run
        self.articles: list[int] = []
        """place of each article's first capture, in the order of their numbers"""
        self.outlets: dict[str, int] = {}
        """place of the first capture of each outlet, in the order of their numbers"""
        self.counts: dict[str, int] = {}

    def take(self, batch: Any) -> None:
        """Save some captures, which follow those before."""
        places, articles = (batch.column(name).to_pylist() for name in ("place", "article"))
        with self._store.batch():
            for at, packed in zip(places, articles, strict=True):
                article = article_of(packed)
                self.outlets.setdefault(article.outlet, at)
                what = save_capture(self._store, article, run=self._run)
                self.counts[what] = self.counts.get(what, 0) + 1
                if what == Saved.NEW:
                    self.articles.append(at)


def _written(store: Store, saved: _Saved, task: int, folder: Path) -> Iterator[Answer]:
    def placed(number: int) -> int:
        return saved.articles[number - 1]

    def apart(number: int) -> int:
        return task << 32 | number

    for name in SETTLED:
        changes = {_OWN[name]: placed}
        if name == "articles":
            changes["outlet"] = apart
        entry = write_rows(store, BY_NAME[name], folder, f"{name}/part-{task}.parquet", changes)
        yield Answer(name, entry)
    for _, rows in store.whole_tables.rows(BY_NAME["outlets"], seed=False):
        for row in rows:
            yield Answer("outlet", [saved.outlets[row[1]], apart(row[0]), list(row)])
    yield Answer("counts", saved.counts)


class Numbers(NamedTuple):
    """The numbers that articles and outlets get, in the order of their first captures."""

    articles: np.ndarray[Any, np.dtype[np.int64]]
    """places, ascending"""
    outlets: Mapping[int, int]
    """number of each by the one that its task gave it"""


def numbered(batches: Iterable[Any], table: str, numbers: Any) -> Iterator[Any]:
    """Rows with the numbers that stay; `numbers` is the broadcast of Numbers."""
    pa = require_pyarrow()
    for batch in batches:
        columns = {name: batch.column(name) for name in batch.schema.names}
        own = columns[_OWN[table]].to_numpy()
        found = np.searchsorted(numbers.value.articles, own) + 1
        columns[_OWN[table]] = pa.array(found.astype(np.int64))
        if table == "articles":
            outlets = [numbers.value.outlets[number] for number in columns["outlet"].to_pylist()]
            columns["outlet"] = pa.array(outlets, pa.int64())
        yield pa.RecordBatch.from_pydict(columns, schema=batch.schema)


def write_days(batches: Iterable[Any], table: str, folder: str) -> Iterator[Any]:
    """Write the file of each day, whose rows follow each other."""
    pa = require_pyarrow()
    schema = arrow_schema(pa, BY_NAME[table])

    def pieces() -> Iterator[tuple[str, Any]]:
        for batch in batches:
            days = batch.column("day").to_pylist()
            start = 0
            for day, rows in groupby(days):
                length = len(list(rows))
                part = batch.slice(start, length).select(schema.names)
                yield day, part.cast(schema)
                start += length

    found = []
    for day, parts in groupby(pieces(), key=lambda piece: piece[0]):
        path = f"{table}/day={day}/part-0.parquet"
        found.append(Answer(table, write_part(Path(folder), path, schema, (p for _, p in parts))))
    yield from answers(found)


def write_rest(batches: Iterable[Any], table: str, folder: str, tag: str = "part") -> Iterator[Any]:
    """Write one file of all rows of a task, named by the first of them."""
    pa = require_pyarrow()
    schema = arrow_schema(pa, BY_NAME[table])
    found = []
    rows = (batch for batch in batches if batch.num_rows)
    first = next(rows, None)
    if first is not None:
        number = first.column(0)[0].as_py()
        parts = (part.select(schema.names).cast(schema) for part in (first, *rows))
        path = f"{table}/{tag}-{number}.parquet"
        found.append(Answer(table, write_part(Path(folder), path, schema, parts)))
    yield from answers(found)
