"""`newsloom spark extract`: a data set of the articles in many archives."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crawler.data_set.columns import require_pyarrow
from crawler.data_set.description import NAME, Manifest
from crawler.errors import UsageError
from crawler.output.files import folder_for_writing
from crawler.output.visible import counted
from crawler.release import __version__
from crawler.spark.finish import Files, sweep, write_frame, write_manifest
from crawler.spark.packing import packed_domains
from crawler.spark.session import parallelism
from crawler.spark.settle import (
    PLACED,
    SETTLED,
    Numbers,
    Plan,
    numbered,
    place,
    settle,
    write_days,
    write_rest,
)
from crawler.spark.staged import CAPTURES, Mark, folder_of, read_mark, stage
from crawler.spark.task_work import (
    ANSWERS,
    BY_NAME,
    Answer,
    answers,
    collect,
    insert_rows,
    scratch_store,
    table_entry,
)
from crawler.store.file.migration_steps import VERSION as SCHEMA
from crawler.store.file.whole_tables import TABLES, Kind, Row
from crawler.types import Outlet

STAGED = "_staged"
"""Folder of what is not yet in the data set."""
REJECTED = "rejected"
"""Folder of captures without an article; no table of the data set."""
ROWS_A_TASK = 20_000
Progress = Callable[[str, int, int], None]


class FromArchives(NamedTuple):
    """What an extraction did."""

    counts: dict[str, int]
    """articles by what came of them (new, revised, same, twin); other captures by their reason"""
    damaged: dict[str, str]
    """archives that could not be read to their end, and why"""
    manifest: Manifest


class NotRead(UsageError):
    """Some archives could not be opened, or not be read on; the others stay read."""

    exit_code = 3


def extract(
    session: Any,
    names: Sequence[str],
    folder: Path,
    outlets: Mapping[str, Outlet],
    *,
    command: str,
    now: str,
    progress: Progress,
) -> FromArchives:
    """Make a data set of archives, given by paths and addresses; those read before are not read.

    Raises NotRead where some cannot be read, UsageError for a folder that is a data set.
    """
    if (folder / NAME).exists():
        raise UsageError(f"{folder} is a data set already; name another folder")
    staged = folder / STAGED
    folder_for_writing(staged)
    progress("reading archives", 0, len(names))
    marks = _read(session, names, staged, outlets)
    progress("settling articles", 0, 1)
    settled = _settle(session, marks, staged)
    found = _Numbered.of(staged, settled)
    progress("writing", 0, 1)
    files: Files = {table.name: [] for table in TABLES if table.kind is not Kind.SEEDED}
    for name in SETTLED:
        for answer in _write(session, name, folder, settled, found.numbers):
            files[name].append(answer.said)
    _write_rejected(session, marks, folder)
    counts = _counts(marks, settled)
    with scratch_store() as frame:
        with frame.batch():
            run = frame.runs.open(command, now=now, pid=os.getpid())
            frame.runs.close(run, now=now, outcome="done", summary=counts)
            _note_archives(frame, marks, now)
            insert_rows(frame, BY_NAME["outlets"], found.outlets)
        small = [BY_NAME[name] for name in files if not files[name]]
        files |= write_frame(frame, folder, small, "part-0")
    manifest = Manifest(
        newsloom=__version__, schema=SCHEMA, made_at=now, with_seed=False, numbers_given={},
        grouping=None,
        tables={name: table_entry(BY_NAME[name], entries) for name, entries in files.items()},
    )  # fmt: skip
    sweep(folder, manifest.tables)
    write_manifest(folder, manifest)
    shutil.rmtree(staged)
    damaged = {mark.name: mark.damaged for mark in marks if mark.damaged is not None}
    return FromArchives(counts, damaged, manifest)


def _read(
    session: Any, names: Sequence[str], staged: Path, outlets: Mapping[str, Outlet]
) -> list[Mark]:
    """Read the archives, a task each; their marks in the order of the names."""
    left = [name for name in names if read_mark(staged, name) is None]
    if left:
        given = session.sparkContext.broadcast((left, dict(outlets)))
        frame = session.range(len(left), numPartitions=len(left))
        read = frame.mapInArrow(partial(_stage, given=given, staged=str(staged)), ANSWERS)
        troubles = [answer.said for answer in collect(read)]
        if troubles:
            name, why = troubles[0]
            raise NotRead(
                f"{counted(len(troubles), 'archive')} cannot be read, the first of them {name} "
                f"({why}); the others stay read. Run again, or leave these out of the list"
            )
    return [mark for name in names if (mark := read_mark(staged, name)) is not None]


def _stage(batches: Iterable[Any], given: Any, staged: str) -> Iterator[Any]:
    """Read the archives of a task; what it answers are those that it could not read."""
    names, outlets = given.value
    troubles = []
    for batch in batches:
        for number in batch.column("id").to_pylist():
            try:
                stage(Path(staged), names[number], outlets)
            except Exception as error:  # noqa: BLE001 - protocols raise what they like
                why = f"{type(error).__name__}: {error}"[:200]
                troubles.append(Answer("trouble", [names[number], why]))
    yield from answers(troubles)


def _settle(session: Any, marks: Sequence[Mark], staged: Path) -> list[Answer]:
    """Save the captures in stores, a task for each set of domains; what the tasks wrote."""
    domains = sum((Counter(mark.domains) for mark in marks), Counter[str]())
    claims = {(one, other) for mark in marks for one, other in mark.claims}
    tasks = _tasks(session, domains.total())
    session.conf.set("spark.sql.shuffle.partitions", str(tasks))
    plan = Plan(
        {folder_of(staged, mark.name).name: number for number, mark in enumerate(marks)},
        packed_domains(domains, claims, tasks),
    )
    placed = _captures(session, marks, staged).where("article is not null")
    placed = placed.mapInArrow(partial(place, plan=session.sparkContext.broadcast(plan)), PLACED)
    ordered = placed.repartitionById(tasks, placed.pack).sortWithinPartitions("pack", "place")
    return collect(ordered.mapInArrow(partial(settle, folder=str(staged)), ANSWERS))


def _captures(session: Any, marks: Sequence[Mark], staged: Path) -> Any:
    files = [str(folder_of(staged, mark.name) / CAPTURES) for mark in marks]
    return session.read.parquet(*files)


def _tasks(session: Any, rows: int) -> int:
    return max(parallelism(session), rows // ROWS_A_TASK)


class _Numbered(NamedTuple):
    """The numbers that stay, and the outlets by them."""

    numbers: Numbers
    outlets: list[Row]

    @classmethod
    def of(cls, staged: Path, settled: Sequence[Answer]) -> _Numbered:
        """Read the places that the tasks wrote."""
        pa = require_pyarrow()
        places = [np.empty(0, np.int64)]
        for answer in settled:
            if answer.what == "articles":
                table = pa.parquet.read_table(staged / answer.said[0], columns=["id"])
                places.append(table.column("id").to_numpy())
        rows = sorted(answer.said for answer in settled if answer.what == "outlet")
        outlets = [(number, *row[1:]) for number, (_, _, row) in enumerate(rows, start=1)]
        by_task = {own: number for number, (_, own, _) in enumerate(rows, start=1)}
        return cls(Numbers(np.sort(np.concatenate(places)), by_task), outlets)


def _write(
    session: Any, name: str, folder: Path, settled: Sequence[Answer], numbers: Numbers
) -> list[Answer]:
    """Write a table of all tasks with the numbers that stay; its files."""
    parts = [answer.said for answer in settled if answer.what == name and answer.said[1]]
    if not parts:
        return []
    frame = session.read.parquet(*(str(folder / STAGED / path) for path, *_ in parts))
    renumber = partial(numbered, table=name, numbers=session.sparkContext.broadcast(numbers))
    frame = frame.mapInArrow(renumber, frame.schema)
    own = "id" if name == "articles" else "article"
    tasks = _tasks(session, sum(rows for _, rows, *_ in parts))
    day = BY_NAME[name].day
    if day:
        frame = frame.selectExpr("*", f"date_format({day}, 'yyyy-MM-dd') AS day")
        frame = frame.repartition(tasks, "day").sortWithinPartitions("day", own)
        write = partial(write_days, table=name, folder=str(folder))
    else:
        frame = frame.repartition(tasks, own).sortWithinPartitions(own)
        write = partial(write_rest, table=name, folder=str(folder))
    return collect(frame.mapInArrow(write, ANSWERS))


def _write_rejected(session: Any, marks: Sequence[Mark], folder: Path) -> None:
    """Write the side table: where in which archive a capture has no article, and why."""
    names = [(folder_of(folder, mark.name).name, mark.name) for mark in marks]
    archives = session.createDataFrame(names, "archive string, file string")
    rejected = _captures(session, marks, folder / STAGED).where("reason is not null")
    rejected.join(archives.hint("broadcast"), "archive").select(
        "file", "offset", "reason"
    ).sortWithinPartitions("file", "offset").write.mode("overwrite").parquet(str(folder / REJECTED))


def _counts(marks: Sequence[Mark], settled: Sequence[Answer]) -> dict[str, int]:
    counts = sum((Counter(a.said) for a in settled if a.what == "counts"), Counter[str]())
    for mark in marks:
        counts.update({why: n for why, n in mark.counts.items() if why != "article"})
    return dict(counts)


def _note_archives(frame: Any, marks: Sequence[Mark], now: str) -> None:
    """Say which files were read, so that an import does not read them again."""
    for mark in marks:
        if mark.bytes is not None and mark.damaged is None and Path(mark.name).is_file():
            frame.archives.note(Path(mark.name), mark.bytes, mark.bytes, at=now)
