"""Copies in a whole data set: learn, find keys, tie, and compare what is tied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from crawler.spark.compare import FOUND, KEYS, Comparing, Dealt, compare, deal, find_keys
from crawler.spark.data_set_frames import DataSetFrames, broadcast, columns_of
from crawler.spark.finish import Files
from crawler.spark.learn import learn_first, learn_in_passes, no_counts
from crawler.spark.settle import write_rest
from crawler.spark.task_work import ANSWERS, Answer, collect
from crawler.spark.ties import Packs, pack, ties_of
from crawler.store.findings.boilerplate_counts import MAX_LINES


class Inputs(NamedTuple):
    """What was compared."""

    articles: int
    digest: int
    """sum of the digests of addresses and texts, modulo 2^256"""
    repeated: int
    """articles of which little was compared"""


def learn(frames: DataSetFrames, by: Comparing, tasks: int) -> Comparing:
    """What is common in the data set, learned and frozen."""
    if frames.manifest.tables["articles"].rows <= by.scheme.warm_up_articles:
        counts = learn_first(frames.folder, frames.manifest, by.scheme, by.seed)
    else:
        counts = learn_in_passes(frames, by._replace(counts=no_counts(by.scheme)), tasks)
    return by._replace(counts=counts)


def pack_articles(frames: DataSetFrames, by: Comparing, tasks: int) -> Packs:
    """The task of each article: that of all that it is compared with."""
    texts = frames.texts().select("article", "outlet", "text")
    keys = texts.mapInArrow(partial(find_keys, comparing=broadcast(frames, by)), KEYS)
    tied = ties_of(keys).toArrow()
    ones, others, holders = (tied.column(n).to_numpy() for n in ("article", "lowest", "holders"))
    return pack(ones, others, holders, tasks=tasks)


def compare_articles(
    frames: DataSetFrames, by: Comparing, packs: Packs, *, tag: str, now: str
) -> tuple[Files, Inputs]:
    """Compare all articles; the files of the tables that this makes, and what was compared."""
    numbers = np.sort(frames.frame("articles").select("id").toArrow().column("id").to_numpy())
    dealt = broadcast(frames, Dealt(packs, numbers[by.scheme.batch_size :: by.scheme.batch_size]))
    rows = frames.articles_and_revisions()
    placed = rows.mapInArrow(partial(deal, dealt=dealt), columns_of(rows, "pack int"))
    ordered = placed.repartitionById(packs.tasks, placed.pack).sortWithinPartitions("id")
    work = partial(
        compare,
        comparing=broadcast(frames, by),
        dealt=dealt,
        folder=str(frames.folder),
        tag=tag,
        now=now,
    )
    done = collect(ordered.mapInArrow(work, ANSWERS))
    files: Files = {name: _files(done, name) for name in FOUND}
    files["credits"] += _page_credits(frames, packs.tasks, tag)
    files["outlet_lines"] = _summed_lines(frames, files["outlet_lines"], tag)
    said = _files(done, "inputs")
    return files, Inputs(
        sum(articles for articles, _, _ in said),
        sum(int(digest, 16) for _, digest, _ in said) % (1 << 256),
        sum(repeated for _, _, repeated in said),
    )


def _files(done: Sequence[Answer], what: str) -> list[Any]:
    return [answer.said for answer in done if answer.what == what]


def _page_credits(frames: DataSetFrames, tasks: int, tag: str) -> list[Sequence[Any]]:
    """The credits that pages state; those that comparing finds are found again."""
    stated = frames.frame("credits")
    if stated is None:
        return []
    kept = stated.where("via <> 'copy'").repartition(tasks, "article")
    write = partial(write_rest, table="credits", folder=str(frames.folder), tag=f"{tag}-p")
    ordered = kept.sortWithinPartitions("article")
    return _files(collect(ordered.mapInArrow(write, ANSWERS)), "credits")


def _summed_lines(
    frames: DataSetFrames, parts: Sequence[Sequence[Any]], tag: str
) -> list[Sequence[Any]]:
    """The lines of outlets over all tasks; of many, those met once are forgotten."""
    filled = [path for path, rows, *_ in parts if rows]
    if not filled:
        return []
    summed = frames.read(filled).groupBy("outlet", "line").sum("texts")
    summed = summed.withColumnRenamed("sum(texts)", "texts")
    kept = summed.selectExpr("*", "count(*) OVER (PARTITION BY outlet) AS lines")
    kept = kept.where(f"texts > 1 OR lines <= {MAX_LINES}").drop("lines")
    write = partial(write_rest, table="outlet_lines", folder=str(frames.folder), tag=f"{tag}-l")
    ordered = kept.coalesce(1).sortWithinPartitions("outlet", "line")
    return _files(collect(ordered.mapInArrow(write, ANSWERS)), "outlet_lines")
