"""What is common and what outlets repeat, learned before anything is decided.

As many articles as one machine learns from before it decides are learned from as there. Of more,
the texts of each outlet with the lowest hashes are, in passes that no order has a part in: find
which are prints of one text, count each shingle once for each text, and freeze the counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from crawler.data_set.columns import require_pyarrow
from crawler.data_set.description import Manifest
from crawler.data_set.fill import fill
from crawler.grouping.boilerplate import Learned
from crawler.spark.compare import KEYS, Comparing, Counts, Dealt, deal, find_keys
from crawler.spark.data_set_frames import DataSetFrames, broadcast, columns_of
from crawler.spark.task_work import BY_NAME
from crawler.spark.ties import MAX_HOLDERS, pack, ties_of
from crawler.store import open_store
from crawler.store.findings.boilerplate_counts import Count
from dedupe import (
    CommonShingles,
    CopyScheme,
    Document,
    MemoryIndex,
    OutletBoilerplate,
    find_copies,
    is_reprint,
    keyed,
    shingled_text,
)
from dedupe.copies.boilerplate import is_sampled

TEXTS = 200
"""Texts of an outlet that are learned from: `boilerplate_share` of them is more than one or two."""
ALL = -1
"""Stands for all outlets."""
COUNTED = "outlet long, shingle long, texts long, prints long"


def learn_in_passes(frames: DataSetFrames, by: Comparing, tasks: int) -> Counts:
    """What the texts of a large data set have in common."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    of_outlet = Window.partitionBy("outlet").orderBy("text_hash", "article")
    sample = (
        frames.newest_texts()
        .withColumn("n", f.row_number().over(of_outlet))
        .where(f"n <= {TEXTS}")
        .drop("n")
    )
    comparing = broadcast(frames, by)
    keys = sample.mapInArrow(partial(find_keys, comparing=comparing), KEYS)
    tied = ties_of(keys).toArrow()
    ones, others, holders = (tied.column(n).to_numpy() for n in ("article", "lowest", "holders"))
    # What all share is boilerplate here, and no reason to hold everything in one task.
    rare = holders <= MAX_HOLDERS
    packs = pack(ones[rare], others[rare], holders[rare], tasks=tasks)
    dealt = broadcast(frames, Dealt(packs, np.empty(0, np.int64)))
    sample = sample.withColumnRenamed("article", "id")
    placed = sample.mapInArrow(partial(deal, dealt=dealt), columns_of(sample, "pack int"))
    ordered = placed.repartitionById(tasks, placed.pack).sortWithinPartitions("text_hash", "id")
    counted = ordered.mapInArrow(partial(count, comparing=comparing), COUNTED)
    sums = counted.groupBy("outlet", "shingle").agg(
        f.sum("texts").alias("texts"), f.sum("prints").alias("prints")
    )
    least = by.scheme.boilerplate_texts
    return frozen(sums.where(f"shingle IS NULL OR prints >= {least}").toArrow(), by.scheme)


def count(batches: Iterable[Any], comparing: Any) -> Iterator[Any]:
    """Count the shingles of the texts of a task; without a shingle, the texts themselves."""
    pa = require_pyarrow()
    by: Comparing = comparing.value
    index, known, outlets = MemoryIndex(), dict[int, list[Document]](), dict[int, int]()
    parts = []
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in ("id", "outlet", "text"))
        for article, outlet, text in zip(*columns, strict=True):
            shingled = shingled_text(text, by.scheme)
            ready = keyed(Document(id=article, shingled=shingled), by.scheme, seed=by.seed)
            known[article], outlets[article] = [ready], outlet
            found = find_copies([ready], index, by.scheme, texts=known.__getitem__)
            prints = {
                outlets[edge.a if edge.b == article else edge.b]
                for edge in found
                if is_reprint(edge, by.scheme)
            }
            sampled = shingled.every[is_sampled(shingled.every, by.scheme)].view(np.int64)
            parts += [(ALL, sampled, not prints), (outlet, sampled, outlet not in prints)]
    if parts:
        yield from _summed(pa, parts).to_batches()


def _summed(pa: Any, parts: list[tuple[int, Any, bool]]) -> Any:
    """How many texts and prints have each shingle, over all outlets and by outlet."""
    sizes = np.array([len(shingles) + 1 for _, shingles, _ in parts])
    # Of each text one row more, without a shingle.
    shingles = pa.array(
        [None if n is None else int(n) for _, s, _ in parts for n in (None, *s)], pa.int64()
    )
    table = pa.table(
        {
            "outlet": np.repeat([outlet for outlet, _, _ in parts], sizes).astype(np.int64),
            "shingle": shingles,
            "texts": np.repeat([is_text for _, _, is_text in parts], sizes).astype(np.int64),
            "prints": np.ones(sizes.sum(), np.int64),
        }
    )
    sums = table.group_by(["outlet", "shingle"]).aggregate([("texts", "sum"), ("prints", "sum")])
    return sums.rename_columns({"texts_sum": "texts", "prints_sum": "prints"}).select(
        ["outlet", "shingle", "texts", "prints"]
    )


def frozen(sums: Any, scheme: CopyScheme) -> Counts:
    """The counts that all tasks found, summed, in the form of the single machine."""
    outlet, texts, prints = (sums.column(n).to_numpy() for n in ("outlet", "texts", "prints"))
    missing = sums.column("shingle").is_null().to_numpy()
    shingle = sums.column("shingle").fill_null(0).to_numpy().view(np.uint64)
    documents = dict(zip(outlet[missing].tolist(), texts[missing].tolist(), strict=True))

    def counts(kind: Any, number: int) -> Count:
        own = (outlet == number) & ~missing
        few = (np.minimum(c[own], 255).astype(np.uint8) for c in (texts, prints))
        made = kind.of(scheme, documents[number], shingle[own], *few)
        return Count(documents[number], made.pack())

    if ALL not in documents:
        return no_counts(scheme)
    outlets = {n: counts(OutletBoilerplate, n) for n in documents if n != ALL}
    return Counts(counts(CommonShingles, ALL), outlets)


def no_counts(scheme: CopyScheme) -> Counts:
    """Nothing learned yet."""
    return Counts(Count(0, CommonShingles(scheme).pack()), {})


def learn_first(folder: Path, manifest: Manifest, scheme: CopyScheme, seed: int) -> Counts:
    """What one machine learns from all articles of a data set, before it compares them."""
    with TemporaryDirectory(prefix="newsloom-") as scratch:
        store = open_store(Path(scratch) / "scratch.db")
        try:
            store.whole_tables.leave_out_search()
            fill(store, folder, manifest, findings=False, progress=lambda *_: None)
            learned = Learned(store, scheme)
            learned.learn_first(seed)
            with store.batch():
                learned.save()
            common = store.boilerplate.common()
            assert common is not None
            numbers = [
                row[0]
                for _, rows in store.whole_tables.rows(BY_NAME["outlets"], seed=False)
                for row in rows
            ]
            outlets = {number: store.boilerplate.of_outlet(number) for number in numbers}
            return Counts(common, {n: count for n, count in outlets.items() if count is not None})
        finally:
            store.close()
