"""Boilerplate learned in passes: the order of texts and tasks decides nothing."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pyarrow as pa

from bench.corpora.planted import planted
from crawler.spark.compare import Comparing
from crawler.spark.learn import ALL, count, frozen, no_counts
from dedupe import CommonShingles, CopyScheme, OutletBoilerplate, shingled_text
from dedupe.copies.boilerplate import is_sampled

SCHEME = CopyScheme()
BY = Comparing(SCHEME, 5, no_counts(SCHEME), [])


def counted(texts: list[tuple[int, int, str]]) -> pa.Table:
    ids, outlets, words = (list(column) for column in zip(*texts, strict=True))
    batch = pa.record_batch({"id": ids, "outlet": outlets, "text": words})
    return pa.Table.from_batches(count([batch], SimpleNamespace(value=BY)))


def test_counts_of_tasks_add_up_in_any_order() -> None:
    corpus = planted(60, seed=3, giants=0, outlets=4)
    texts = [(n, int(one.outlet[6:]), one.text) for n, one in enumerate(corpus)]
    tables = []
    for seed in (1, 2):
        parts = [texts[:30], texts[30:]]  # texts of two tasks never are prints of each other
        random.Random(seed).shuffle(parts)
        both = pa.concat_tables([counted(part) for part in parts])
        sums = both.group_by(["outlet", "shingle"]).aggregate([("texts", "sum"), ("prints", "sum")])
        tables.append(sums.rename_columns(["outlet", "shingle", "texts", "prints"]))
    one, two = (frozen(table, SCHEME) for table in tables)
    assert one == two
    assert one.common.texts == sum(
        row["texts"]
        for row in tables[0].to_pylist()
        if row["outlet"] == ALL and row["shingle"] is None
    )


def test_a_text_counts_once_however_many_print_it() -> None:
    words = " ".join(f"word{n}" for n in range(120))
    table = counted([(1, 1, words), (2, 1, words), (3, 2, words)])
    found = frozen(table, SCHEME)
    shingles = shingled_text(words, SCHEME).every
    sampled = shingles[is_sampled(shingles, SCHEME)]
    common = CommonShingles(SCHEME, *found.common)
    assert common.documents == 1
    assert set(common.texts(sampled).tolist()) == {1}
    assert set(common.prints(sampled).tolist()) == {3}
    own = OutletBoilerplate(SCHEME, *found.outlets[1])
    assert own.texts == 1
    assert set(own.prints(sampled).tolist()) == {2}
