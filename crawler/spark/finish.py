"""The end of a job: the small tables, the manifest, and what an earlier try left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crawler.data_set.description import NAME, Manifest, TableEntry
from crawler.output.plain import plain
from crawler.output.visible import visible
from crawler.spark.task_work import BY_NAME, write_rows
from crawler.store import Store
from crawler.store.file.whole_tables import Table

Files = dict[str, list[Sequence[Any]]]
"""Files of each table, as a manifest has them."""


def write_frame(store: Store, folder: Path, tables: Iterable[Table], name: str) -> Files:
    """Write what a store on the driver has of some tables, a file each; with days there is none."""
    return {
        table.name: [write_rows(store, table, folder, f"{table.name}/{name}.parquet")]
        if not table.day
        else []
        for table in tables
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, in one step: from now on the folder is what it says."""
    part = folder / f"{NAME}.part"
    text = visible(json.dumps(plain(manifest), ensure_ascii=False, indent=1, allow_nan=False))
    part.write_text(text + "\n", "utf-8")
    part.replace(folder / NAME)


def sweep(folder: Path, tables: Mapping[str, TableEntry]) -> None:
    """Remove files below the folders of tables that a manifest does not name."""
    known = {file.path for table in tables.values() for file in table.files}
    for name in BY_NAME:
        for file in (folder / name).rglob("*.parquet*"):
            if file.relative_to(folder).as_posix() not in known:
                file.unlink()
        for day in (folder / name).glob("day=*"):
            if not any(day.iterdir()):
                day.rmdir()
