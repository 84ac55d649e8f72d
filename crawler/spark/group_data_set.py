"""`newsloom spark group`: copies and stories of a data set, written into it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from crawler.data_set.description import Manifest, read_manifest
from crawler.errors import UsageError
from crawler.grouping.file_schemes import Schemes, changed
from crawler.grouping.run import versions
from crawler.release import __version__
from crawler.spark.all_copies import Inputs, compare_articles, learn, pack_articles
from crawler.spark.all_stories import Linked, link_stories
from crawler.spark.compare import Comparing
from crawler.spark.data_set_frames import DataSetFrames
from crawler.spark.finish import Files, sweep, write_frame, write_manifest
from crawler.spark.learn import no_counts
from crawler.spark.session import parallelism
from crawler.spark.task_work import BY_NAME, insert_rows, scratch_store, table_entry
from crawler.spark.ties import Packs
from crawler.store import Store
from crawler.store.file.migration_steps import VERSION as SCHEMA
from crawler.store.file.whole_tables import TABLES, Kind, stored_columns
from dedupe import seed_id

_SEEDED = [table.name for table in TABLES if table.kind is Kind.SEEDED]
ARTICLES_A_TASK = 5_000
Progress = Callable[[str, int, int], None]


class GroupedDataSet(NamedTuple):
    """What a grouping did."""

    manifest: Manifest
    split: int
    """components that were too large and were compared in parts: copies across these are missed"""
    repeated: int
    """articles of which little was compared: many texts, or its outlet, repeat the rest"""


def group_data_set(
    session: Any,
    folder: Path,
    *,
    seed: int | None,
    with_seed: bool,
    command: str,
    now: str,
    progress: Progress,
) -> GroupedDataSet:
    """Find copies and stories among all articles of a data set, and write them into it.

    What was found before is replaced when all is done. With `with_seed` the data set has the seed,
    signatures and keys, as `export --with-seed` writes them; without a `seed` it is that of the
    data set, or a new one. Raises UsageError for a data set of another schema, without articles, or
    with decisions of people.
    """
    manifest = read_manifest(folder)
    _check(folder, manifest)
    frames = DataSetFrames(session, folder, manifest)
    settings = {str(row[0]): str(row[1]) for row in frames.rows("settings")}
    job = _Job(frames, changed(settings), command, now)
    tasks = max(parallelism(session), manifest.tables["articles"].rows // ARTICLES_A_TASK)
    session.conf.set("spark.sql.shuffle.partitions", str(tasks))
    progress("learning boilerplate", 0, 4)
    seed = _own_seed(frames) if seed is None else seed
    scheme = job.schemes.copies
    by = Comparing(scheme, seed, no_counts(scheme), frames.rows("outlets"))
    by = learn(frames, by, tasks)
    progress("finding keys", 1, 4)
    packs = pack_articles(frames, by, tasks)
    progress("comparing", 2, 4)
    found, inputs = compare_articles(frames, by, packs, tag=job.tag, now=now)
    progress("linking", 3, 4)
    linked = link_stories(frames, found, job.schemes.stories, tag=job.tag, now=now)
    manifest = job.finish(found | linked.files, by, inputs, linked, packs, with_seed=with_seed)
    return GroupedDataSet(manifest, packs.split, inputs.repeated)


def _own_seed(frames: DataSetFrames) -> int:
    """The seed that the data set has, or a new one; 32 bits, as datasketch takes them."""
    columns = [column.name for column in stored_columns(BY_NAME["schemes"])]
    rows = [dict(zip(columns, row, strict=True)) for row in frames.rows("schemes")]
    known = [row["seed"] for row in rows if row["seed"] is not None]
    return int(known[0]) if known else secrets.randbits(32)


def _check(folder: Path, manifest: Manifest) -> None:
    if manifest.schema != SCHEMA:
        raise UsageError(
            f"{folder} has schema {manifest.schema}, and this Newsloom groups {SCHEMA}; import it "
            "into a store and export that"
        )
    if not manifest.tables["articles"].rows:
        raise UsageError(f"{folder} has no article; name a data set with some")
    if manifest.tables["overrides"].rows:
        raise UsageError(
            f"{folder} has overrides, which are about the stories of a store; import it into one "
            "and run `newsloom group`"
        )


class _Job:
    """One grouping of a data set."""

    def __init__(self, frames: DataSetFrames, schemes: Schemes, command: str, now: str) -> None:
        self._frames, self.schemes = frames, schemes
        self._command, self._now = command, now
        self.tag = secrets.token_hex(4)
        """begins the names of new files: until the manifest is replaced, the old ones stay"""

    def finish(
        self,
        files: Files,
        by: Comparing,
        inputs: Inputs,
        linked: Linked,
        packs: Packs,
        *,
        with_seed: bool,
    ) -> Manifest:
        """Write the small tables and the manifest."""
        before = self._frames.manifest
        large = {name: entries for name, entries in files.items() if entries}
        if not with_seed:
            for name in _SEEDED:
                large.pop(name, None)
        kinds = {Kind.FINDINGS, Kind.SEEDED} if with_seed else {Kind.FINDINGS}
        small = [t for t in TABLES if t.kind in kinds and t.name not in large]
        small.append(BY_NAME["runs"])
        with scratch_store() as frame:
            self._frames.fill(frame, "runs")
            with frame.batch():
                summary = {
                    "compared": inputs.articles,
                    "linked": linked.groups,
                    "ties": packs.ties,
                    "largest_component": packs.largest,
                    "components_cut": packs.split,
                }
                self._enter(frame, by, inputs, summary, with_seed=with_seed)
            large |= write_frame(frame, self._frames.folder, small, self.tag)
            grouping = frame.groupings.last()
        facts = {name: e for name, e in before.tables.items() if BY_NAME[name].kind is Kind.FACTS}
        manifest = replace(
            before,
            newsloom=__version__,
            made_at=self._now,
            with_seed=with_seed,
            numbers_given=before.numbers_given | {"stories": linked.last},
            grouping=grouping,
            tables=facts | {name: table_entry(BY_NAME[name], e) for name, e in large.items()},
        )
        write_manifest(self._frames.folder, manifest)
        sweep(self._frames.folder, manifest.tables)
        return manifest

    def _enter(
        self,
        frame: Store,
        by: Comparing,
        inputs: Inputs,
        summary: dict[str, int],
        *,
        with_seed: bool,
    ) -> None:
        """Put what the driver knows into a store that has the runs before."""
        run = frame.runs.open(self._command, now=self._now, pid=os.getpid())
        frame.runs.close(run, now=self._now, outcome="done", summary=summary)
        if with_seed:
            frame.copies.set_scheme(by.scheme.id, seed=by.seed, seed_id=seed_id(by.seed))
        frame.story_links.set_scheme(self.schemes.stories.id)
        frame.boilerplate.save_common(by.counts.common)
        for outlet, count in by.counts.outlets.items():
            frame.boilerplate.save_of_outlet(outlet, count)
        entry = {
            "run": run,
            "at": self._now,
            "rebuilt": 1,
            "compared": inputs.articles,
            "linked": summary["linked"],
            "articles": inputs.articles,
            "inputs": f"{inputs.digest:064x}",
            "settings": json.dumps(self.schemes.numbers, sort_keys=True),
            "versions": json.dumps(versions(embeddings=False), sort_keys=True),
        }
        table = BY_NAME["groupings"]
        insert_rows(frame, table, [tuple(entry.get(c.name) for c in stored_columns(table))])
