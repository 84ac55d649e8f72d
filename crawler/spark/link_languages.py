"""Stories, by the linker of the single machine: a task for each language.

Stories are of one language, and what is usual is learned for each, so languages do not need each
other. Steps and the first learning go by all articles of a file on one machine, and here by those
of the task, so stories of a large data set may differ a little from those of one machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from crawler.grouping.linker import Linker
from crawler.spark.task_work import (
    BY_NAME,
    Answer,
    Renumber,
    answers,
    filled,
    insert,
    insert_rows,
    scratch_store,
    write_rows,
)
from crawler.store import Store
from crawler.store.file.whole_tables import Row, stored_columns
from dedupe import StoryScheme

LINKED = (
    "stories",
    "copy_groups",
    "memberships",
    "story_log",
    "story_terms",
    "backgrounds",
    "learned_groups",
)
"""Tables that a task writes."""
STORIES_A_GROUP, LOG_A_GROUP = 2, 8
"""Numbers set aside for each copy group of a language: of stories, of entries of their log."""
GROUP_COLUMNS = {
    "id": "copy_group",
    "articles": "group_articles",
    "min_jaccard": "min_jaccard",
    "at": "group_at",
    "language": "group_language",
    "language_source": "language_source",
}
"""Columns of `copy_groups`, and what they are called in the rows of articles; `group_at` is text,
as the store has it."""


class Stream(NamedTuple):
    """The texts that a task links."""

    number: int
    before: int
    """copy groups of the tasks before, by which this one's numbers begin"""


class Linking(NamedTuple):
    """What all tasks link by."""

    scheme: StoryScheme
    relink: bool
    """whether all is linked in passes, as in a small file"""
    languages_told: bool
    """whether the copy groups have their languages"""
    outlets: list[Row]
    runs: list[Row]
    """those before this one, whose number follows"""
    streams: dict[int, Stream]


def link(batches: Iterable[Any], linking: Any, folder: str, tag: str, now: str) -> Iterator[Any]:
    """Link the copy groups of a task, given as rows of their articles, and write its tables."""
    first, some = filled(batches)
    if first is None:
        return
    by: Linking = linking.value
    stream = by.streams[first.column("stream")[0].as_py()]
    with scratch_store() as store:
        with store.batch():
            insert_rows(store, BY_NAME["outlets"], by.outlets)
            insert_rows(store, BY_NAME["runs"], by.runs)
            run = store.runs.open("newsloom spark group", now=now, pid=0)
            store.story_links.set_scheme(by.scheme.id)
            store.whole_tables.go_on_numbering({"stories": STORIES_A_GROUP * stream.before})
        known: set[int] = set()
        for batch in some:
            add_articles(store, batch, known)
        told = by.languages_told
        linker = Linker(store, by.scheme, run=run, now=now, languages_told=told)
        linked = linker.link(lambda _done, _total: None, rebuild=by.relink)
        yield from answers(_written(store, stream, linked, Path(folder), f"{tag}-s{stream.number}"))


def add_articles(store: Store, batch: Any, known: set[int]) -> None:
    """Add articles and their memberships, and the copy groups that are not known yet."""
    insert(store, BY_NAME["articles"], batch)
    new = {
        row["copy_group"]: row
        for row in batch.select(list(GROUP_COLUMNS.values())).to_pylist()
        if row["copy_group"] not in known
    }
    known.update(new)
    table = BY_NAME["copy_groups"]
    called = [GROUP_COLUMNS.get(column.name, "") for column in stored_columns(table)]
    rows = [tuple(row.get(name) for name in called) for row in new.values()]
    members = zip(
        *(batch.column(name).to_pylist() for name in ("id", "copy_group")),
        [None] * batch.num_rows,
        batch.column("far").to_pylist(),
        strict=True,
    )
    with store.batch():
        insert_rows(store, table, rows)
        insert_rows(store, BY_NAME["memberships"], members)


def _written(
    store: Store, stream: Stream, linked: int, folder: Path, name: str
) -> Iterator[Answer]:
    def placed(place: int) -> int:
        return place + stream.before

    def logged(number: int) -> int:
        return number + LOG_A_GROUP * stream.before

    changes: dict[str, dict[str, Renumber]] = {
        "copy_groups": {"place": placed},
        "story_terms": {"place": placed},
        "story_log": {"id": logged},
    }
    for table in LINKED:
        path = f"{table}/{name}.parquet"
        yield Answer(table, write_rows(store, BY_NAME[table], folder, path, changes.get(table)))
    given = store.whole_tables.numbers_given().get("stories", 0)
    yield Answer("linked", [stream.number, linked, given])
