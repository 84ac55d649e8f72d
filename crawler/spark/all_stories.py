"""Stories in a whole data set: the copy groups of each language to one task."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from crawler.data_set.columns import require_pyarrow
from crawler.errors import NewsloomError
from crawler.grouping.linker import Linker
from crawler.grouping.tell_languages import tell_languages
from crawler.spark.data_set_frames import DataSetFrames, broadcast
from crawler.spark.finish import Files
from crawler.spark.link_languages import (
    GROUP_COLUMNS,
    LINKED,
    STORIES_A_GROUP,
    Linking,
    Stream,
    add_articles,
    link,
)
from crawler.spark.task_work import ANSWERS, BY_NAME, collect, insert_rows, scratch_store
from dedupe import StoryScheme

_WRITTEN = "yyyy-MM-dd'T'HH:mm:ss'Z'"
_LANGUAGE = "coalesce(nullif(split(group_language, '-')[0], ''), 'und')"


class Linked(NamedTuple):
    """What linking did."""

    files: Files
    groups: int
    last: int
    """the last number that a story got"""


def link_stories(
    frames: DataSetFrames, found: Files, scheme: StoryScheme, *, tag: str, now: str
) -> Linked:
    """Link the copy groups of these files.

    A file of `StoryScheme.relink_groups` articles is linked in one task, as one machine does it.
    """
    articles = frames.manifest.tables["articles"].rows
    relink, told = _will_relink(scheme, articles), articles > scheme.relink_groups
    rows = _rows(frames, found)
    if not told:
        rows = rows.selectExpr("*", "0 AS stream")
        streams = {0: Stream(0, 0)}
    else:
        rows = _with_languages(frames, rows)
        rows, streams = _streams(frames, rows)
    outlets, runs = frames.rows("outlets"), frames.rows("runs")
    linking = Linking(scheme, relink, told, outlets, runs, streams)
    ordered = rows.repartitionById(len(streams), rows.stream).sortWithinPartitions("id")
    work = partial(
        link, linking=broadcast(frames, linking), folder=str(frames.folder), tag=tag, now=now
    )
    done = collect(ordered.mapInArrow(work, ANSWERS))
    ends = sorted(answer.said for answer in done if answer.what == "linked")
    for number, groups, last in ends:
        if last > STORIES_A_GROUP * (streams[number].before + groups):
            raise NewsloomError("more stories than numbers were set aside; report it as a bug")
    files = {name: [a.said for a in done if a.what == name] for name in LINKED}
    return Linked(files, sum(groups for _, groups, _ in ends), max(last for *_, last in ends))


def _will_relink(scheme: StoryScheme, articles: int) -> bool:
    with scratch_store() as store:
        with store.batch():
            store.story_links.set_scheme(scheme.id)
        return Linker(store, scheme, run=0, now="").will_relink(articles)


def _rows(frames: DataSetFrames, found: Files) -> Any:
    """The articles, each with its copy group."""
    at = f'date_format(at, "{_WRITTEN}") AS group_at'
    groups = frames.read(path for path, *_ in found["copy_groups"]).selectExpr(
        *(f"{name} AS {called}" for name, called in GROUP_COLUMNS.items() if name != "at"), at
    )
    members = frames.read(path for path, *_ in found["memberships"])
    members = members.selectExpr("article AS id", "copy_group", "far")
    return frames.frame("articles").join(members, "id").join(groups, "copy_group")


def _with_languages(frames: DataSetFrames, rows: Any) -> Any:
    """The rows; an article that states no language has the one that is detected for it."""
    if rows.where("group_language IS NULL").limit(1).count() == 0:
        return rows
    pa = require_pyarrow()
    # The language of an outlet depends on all of its articles: all are read, without texts.
    known = rows.withColumn("text", rows.text.substr(1, 0)).toArrow()
    with scratch_store() as store:
        with store.batch():
            insert_rows(store, BY_NAME["outlets"], frames.rows("outlets"))
        seen: set[int] = set()
        for batch in known.to_batches(500):
            add_articles(store, batch, seen)
        with store.batch():
            tell_languages(store)
        table = BY_NAME["copy_groups"]
        groups = [row for _, some in store.whole_tables.rows(table, seed=False) for row in some]
    told = pa.table(
        {
            "copy_group": pa.array([row[0] for row in groups], pa.int64()),
            "told": pa.array([row[-2] for row in groups], pa.string()),
            "told_by": pa.array([row[-1] for row in groups], pa.string()),
        }
    )
    rows = rows.drop("group_language", "language_source")
    rows = rows.join(frames.session.createDataFrame(told), "copy_group")
    return rows.withColumnsRenamed({"told": "group_language", "told_by": "language_source"})


def _streams(frames: DataSetFrames, rows: Any) -> tuple[Any, dict[int, Stream]]:
    """The rows with the number of their language, and the streams by it."""
    rows = rows.selectExpr("*", f"{_LANGUAGE} AS base")
    counts = rows.groupBy("base").count()
    sizes = sorted((row["base"], row["count"]) for row in counts.collect())
    streams, before = {}, 0
    for number, (_, articles) in enumerate(sizes):
        streams[number] = Stream(number, before)
        before += articles
    numbers = [(base, number) for number, (base, _) in enumerate(sizes)]
    table = frames.session.createDataFrame(numbers, "base string, stream int")
    return rows.join(table.hint("broadcast"), "base"), streams
