"""Taking in a data set: all of it makes a new store, its facts also go into one that is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from crawler.data_set.columns import require_pyarrow
from crawler.data_set.description import Manifest, read_manifest
from crawler.data_set.fill import fill
from crawler.errors import UsageError
from crawler.grouping.file_schemes import file_schemes
from crawler.ingest.merge import group_and_carry, take_in
from crawler.ingest.new_store import new_store
from crawler.output.workshop import workshop
from crawler.run_lock import recorded
from crawler.store import Store, open_store, read_store
from crawler.store.file.merge_facts import OtherOverride
from dedupe import seed_id

Progress = Callable[[str, int, int], None]


class FromDataSet(NamedTuple):
    """What an import of a data set did."""

    articles: int
    """that the store did not have"""
    known: int = 0
    """that it had"""
    changed: int = 0
    """of these, articles whose texts are no longer those that the store had"""
    decisions: int = 0
    """of people, that were carried out; the articles are grouped then"""
    contradicted: int = 0
    """that were left out because they contradict decisions of the store"""
    embedding_model_lost: str = ""
    """embedding model of the store that is not on this machine; empty when none is missing"""


def import_data_set(
    folder: Path,
    db: Path,
    *,
    findings: bool,
    seed_from: Path | None,
    now: str,
    progress: Progress,
) -> FromDataSet:
    """Make a new store of a data set, or take its facts into a store that is there, as `merge`.

    All of it is taken in, or nothing. With `findings` the store is new and has all that the
    exported one had; `seed_from` is a store whose secret seed a new one gets.
    Raises UsageError for a data set that cannot be taken in, or not there.
    """
    require_pyarrow()
    manifest = read_manifest(folder)
    is_new = not db.exists()
    if findings and not is_new:
        raise UsageError(
            f"{db} exists already, and findings go into a new store only; name one with --db FILE, "
            "or leave --with-findings out"
        )
    seed = None if seed_from is None else _seed(seed_from, manifest, findings=findings)
    if seed is not None and not is_new:
        raise UsageError(f"{db} exists already; only a new store gets a seed, name one with --db")
    if not is_new:
        return _merge(folder, manifest, db, now=now, progress=progress)
    with new_store(db) as store:
        fill(store, folder, manifest, findings=findings, progress=progress)
        if seed is not None:
            with store.batch():
                scheme = file_schemes(store).copies.id
                store.copies.set_scheme(scheme, seed=seed, seed_id=seed_id(seed))
        articles = manifest.tables["articles"].rows
        if findings:
            return FromDataSet(articles)
        return _decide(store, articles, folder, now=now, progress=progress)


def _seed(file: Path, manifest: Manifest, *, findings: bool) -> int:
    """The secret seed of a store; UsageError where it has none, or none is wanted."""
    if findings and manifest.with_seed:
        raise UsageError("the data set has its own seed; leave --seed-from out")
    return seed_of(file)


def seed_of(file: Path) -> int:
    """The secret seed of a store; UsageError where it has none yet."""
    store = read_store(file)
    try:
        with store.explained():
            known = store.copies.scheme()
    finally:
        store.close()
    if known is None:
        raise UsageError(f"{file} has no seed yet: `newsloom --db {file} group` gives it one")
    return known[1]


def _decide(
    store: Store, articles: int, folder: Path, *, now: str, progress: Progress
) -> FromDataSet:
    """Carry out what people decided: about stories, so the articles are grouped for it."""
    with store.batch():
        decided = [
            OtherOverride(one.at, one.who, one.why, one.kind, one.together, one.apart)
            for one in store.overrides.take_all()
            if one.undone_at is None
        ]
    if not decided:
        return FromDataSet(articles)
    with store.batch():
        store.runs.mark_crashed()
        run = store.runs.open(f"newsloom import --dataset {folder}", now=now, pid=os.getpid())
    contradicted, _ = group_and_carry(store, decided, run=run, now=now, progress=progress)
    with store.batch():
        store.runs.close(run, now=now, outcome="done", summary={"new": articles})
    return FromDataSet(articles, decisions=len(decided), contradicted=contradicted)


def _merge(
    folder: Path, manifest: Manifest, db: Path, *, now: str, progress: Progress
) -> FromDataSet:
    """Take the facts into a store that is there, by way of a file of their own."""
    with recorded(db, f"newsloom import --dataset {folder}") as run:
        with workshop(db.absolute().parent) as place:
            other = open_store(place / "part", named=db)
            try:
                fill(other, folder, manifest, findings=False, progress=progress)
            finally:
                other.close()
            progress("taking in", 0, 1)
            taken, decided = take_in(run.store, place / "part", now=now)
        contradicted, lost = 0, ""
        if decided:
            contradicted, lost = group_and_carry(
                run.store, decided, run=run.number, now=now, progress=progress
            )
        run.summary = {"new": taken.new}
        return FromDataSet(taken.new, taken.both, taken.changed, len(decided), contradicted, lost)
