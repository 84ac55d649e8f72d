"""Copies among the articles of a task, by the comparer of the single machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crawler.data_set.columns import require_pyarrow
from crawler.grouping.boilerplate import FrozenCounts
from crawler.grouping.comparer import Comparer
from crawler.spark.task_work import (
    BY_NAME,
    Answer,
    answers,
    filled,
    insert,
    insert_rows,
    scratch_store,
    write_rows,
)
from crawler.spark.ties import Numbers, Packs
from crawler.store import Store
from crawler.store.file.whole_tables import Row
from crawler.store.findings.boilerplate_counts import Count
from dedupe import CopyScheme, Document, keyed, seed_id, shingled_text

KEYS = "key long, article long"
FOUND = (
    "copies",
    "copy_groups",
    "memberships",
    "signatures",
    "recent_keys",
    "outlet_lines",
    "credits",
)
"""Tables that a task writes."""


class Counts(NamedTuple):
    """What is common, and what each outlet repeats: learned before, and frozen."""

    common: Count
    outlets: Mapping[int, Count]


class Comparing(NamedTuple):
    """What all tasks compare by."""

    scheme: CopyScheme
    seed: int
    counts: Counts
    outlets: list[Row]
    """rows of `outlets`"""


class Dealt(NamedTuple):
    """Which articles a task compares, and which of them at a time."""

    packs: Packs
    chunks: Numbers
    """first article of each chunk of the single machine, ascending"""


def find_keys(batches: Iterable[Any], comparing: Any) -> Iterator[Any]:
    """The keys of texts, given as (article, outlet, text); the broadcast of Comparing."""
    pa = require_pyarrow()
    by: Comparing = comparing.value
    with scratch_store() as store:
        learned = FrozenCounts(store, by.scheme, *by.counts)
        for batch in batches:
            keys: list[int] = []
            articles: list[int] = []
            columns = (batch.column(name).to_pylist() for name in ("article", "outlet", "text"))
            for article, outlet, text in zip(*columns, strict=True):
                shingled = learned.leave_out(shingled_text(text, by.scheme), outlet)
                document = keyed(Document(id=article, shingled=shingled), by.scheme, seed=by.seed)
                keys += document.keys
                articles += [article] * len(document.keys)
            yield pa.RecordBatch.from_arrays(
                [pa.array(keys, pa.int64()), pa.array(articles, pa.int64())],
                names=["key", "article"],
            )


def deal(batches: Iterable[Any], dealt: Any) -> Iterator[Any]:
    """Add the task of each row by its `id`; the broadcast of Dealt."""
    pa = require_pyarrow()
    for batch in batches:
        tasks = dealt.value.packs.of(batch.column("id").to_numpy())
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, pa.array(tasks, pa.int32())], names=[*batch.schema.names, "pack"]
        )


def compare(
    batches: Iterable[Any], comparing: Any, dealt: Any, folder: str, tag: str, now: str
) -> Iterator[Any]:
    """Compare the articles of a task, chunk by chunk as one machine does, and write its tables."""
    first, some = filled(batches)
    if first is None:
        return
    task = first.column("pack")[0].as_py()
    by: Comparing = comparing.value
    with scratch_store() as store:
        for batch in some:
            _fill(store, batch)
        yield from answers(_compared(store, by, dealt.value, now, Path(folder), f"{tag}-{task}"))


def _fill(store: Store, batch: Any) -> None:
    """Add articles and revisions, which come in one frame."""
    from pyarrow import compute

    is_article = compute.is_null(batch.column("replaced_at"))
    insert(store, BY_NAME["articles"], batch.filter(is_article))
    earlier = batch.filter(compute.invert(is_article))
    if earlier.num_rows:
        names = ["article" if name == "id" else name for name in earlier.schema.names]
        insert(store, BY_NAME["revisions"], earlier.rename_columns(names))


def _compared(
    store: Store, by: Comparing, dealt: Dealt, now: str, folder: Path, name: str
) -> Iterator[Answer]:
    with store.batch():
        insert_rows(store, BY_NAME["outlets"], by.outlets)
        run = store.runs.open("newsloom spark group", now=now, pid=0)
        store.copies.set_scheme(by.scheme.id, seed=by.seed, seed_id=seed_id(by.seed))
        store.copies.queue_all()
        entry = store.groupings.begin(
            run=run, now=now, compare_all=True, relinked=False, settings={}, versions={}
        )
    learned = FrozenCounts(store, by.scheme, *by.counts)
    comparer = Comparer(
        store, by.scheme, seed=by.seed, run=run, now=now, entry=entry, learned=learned
    )
    waiting = store.copies.waiting(store.copies.count_waiting())
    chunks = np.searchsorted(dealt.chunks, [one.article.id for one in waiting], side="right")
    for _, some in groupby(zip(chunks.tolist(), waiting, strict=True), key=lambda pair: pair[0]):
        with store.batch():
            comparer.compare([one for _, one in some])
    comparer.finish()
    with store.batch():
        store.story_languages.take_from_articles()
    for table in FOUND:
        yield Answer(table, write_rows(store, BY_NAME[table], folder, f"{table}/{name}.parquet"))
    last = store.groupings.last()
    assert last is not None
    yield Answer("inputs", [last.articles, last.inputs, comparer.repeated])
