"""Merging stores: facts by canonical address, stories grouped over all articles."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from crawler.errors import EmbeddingModelMissing
from crawler.grouping.embedding_models import open_embedding_model
from crawler.grouping.overrides import carry
from crawler.grouping.run import group
from crawler.ingest.new_store import new_store
from crawler.store import Store, read_store
from crawler.store.file.merge_facts import OtherOverride, TakenIn

Progress = Callable[[str, int, int], None]


class Merged(NamedTuple):
    """What a merge did."""

    taken: dict[str, TakenIn]
    """by file; not of the first, since the others are taken into a copy of it"""
    contradicted: int
    """overrides of the other files that were left out because they contradict others"""
    embedding_model_lost: str
    """embedding model of the first file that is not on this machine; empty when none is missing"""


def merge(files: Sequence[Path], target: Path, *, now: str, progress: Progress) -> Merged:
    """Write a store of all that several hold.

    Story numbers, and the embedding model, are those of the first. The target is whole or not
    there, and locked meanwhile. Raises NotAStore for a file that is none, or of another version,
    UsageError for a target that is there, StoreBusy while a run makes it, and StoreError when the
    disk is full.
    """
    for file in files:
        read_store(file).close()  # says what is wrong with it

    def copy_first(part: Path) -> None:
        first = read_store(files[0])
        try:
            with first.explained(target):
                first.upkeep.backup(part)
        finally:
            first.close()

    with new_store(target, begun_with=copy_first) as store:
        return _take_in(store, files[1:], now=now, progress=progress)


def _take_in(store: Store, files: Sequence[Path], *, now: str, progress: Progress) -> Merged:
    taken = {}
    overrides: list[OtherOverride] = []
    for n, file in enumerate(files):
        progress("taking in", n, len(files))
        taken[str(file)], decided = take_in(store, file, now=now)
        overrides += decided
    with store.batch():
        store.runs.mark_crashed()  # a run that goes on in its file never ends in this one
        run = store.runs.open("newsloom merge", now=now, pid=os.getpid())
    contradicted, lost = group_and_carry(store, overrides, run=run, now=now, progress=progress)
    with store.batch():
        new = sum(one.new for one in taken.values())
        store.runs.close(run, now=now, outcome="done", summary={"new": new})
    return Merged(taken, contradicted, lost)


def take_in(store: Store, file: Path, *, now: str) -> tuple[TakenIn, list[OtherOverride]]:
    """Take in the facts of another file; what it brought, and what was decided there."""
    with store.merging.other(file):
        with store.batch(source=file):
            taken = store.merging.take_in(now=now)
        return taken, store.merging.overrides()


def group_and_carry(
    store: Store, overrides: list[OtherOverride], *, run: int, now: str, progress: Progress
) -> tuple[int, str]:
    """Group what is new, and do what was decided in other files.

    How many decisions contradict others and were left out, and the embedding model of the store
    where that is not on this machine; empty when none is missing.
    """
    model = store.story_links.embedding_model()
    try:
        if model:
            open_embedding_model(model)
        lost = ""
    except EmbeddingModelMissing:
        lost = model
    group(store, run=run, now=now, embedding_model="" if lost else None, progress=progress)
    return carry(store, overrides, run=run, now=now), lost
