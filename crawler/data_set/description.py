"""`manifest.json` of a data set: what is in it, of which version, and a digest of each file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from crawler.errors import UsageError
from crawler.store.file.migration_steps import VERSION as SCHEMA
from crawler.store.findings.manifest import GroupingEntry

VERSION = 1
"""Of the form of a data set. One of a later version is refused."""
NAME = "manifest.json"


class FileEntry(NamedTuple):
    """A Parquet file."""

    path: str
    """below the folder, with slashes"""
    rows: int
    bytes: int
    sha256: str
    """of the file, in hex"""


class TableEntry(NamedTuple):
    """A table."""

    rows: int
    columns: dict[str, str]
    """type of each, as Arrow writes it"""
    files: list[FileEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in `manifest.json`."""

    data_set: int = VERSION
    """version of the form of a data set"""
    newsloom: str
    """version of the program"""
    schema: int
    """version of the store's schema, whose columns these are"""
    made_at: str
    with_seed: bool
    """whether the secret seed of the store is in it"""
    numbers_given: dict[str, int]
    """the last number that a table gave which never gives one twice"""
    grouping: GroupingEntry | None
    """settings and inputs of the copies and stories; None before the first grouping"""
    tables: dict[str, TableEntry]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def bytes(self) -> int:
        """Bytes of all Parquet files."""
        return sum(file.bytes for table in self.tables.values() for file in table.files)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a data set; UsageError for a folder that is none, or of a newer version."""
    file = folder / NAME
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; name the folder of a data set")
    try:
        said = json.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"{folder} is not a data set, or its export did not end: it has no {NAME}; "
            "`newsloom export --dataset DIR` makes one"
        ) from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(file, error) from error
    if not isinstance(said, dict) or not isinstance(said.get("data_set"), int):
        raise UsageError(f"{file} is not the manifest of a data set; name the folder of one")
    _refuse_newer(folder, said)
    try:
        return _manifest(said)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise _damaged(file, error) from error


def _refuse_newer(folder: Path, said: Mapping[str, Any]) -> None:
    for what, known, found in (
        ("data set", VERSION, said["data_set"]),
        ("schema", SCHEMA, said.get("schema")),
    ):
        if isinstance(found, int) and found > known:
            raise UsageError(
                f"{folder} was made by a newer Newsloom ({what} {found}, this one knows {known}); "
                "upgrade Newsloom to use it. Nothing was changed."
            )


def _damaged(file: Path, error: Exception) -> UsageError:
    return UsageError(f"{file} is damaged ({error}); take another copy of the data set")


def _manifest(said: dict[str, Any]) -> Manifest:
    grouping = said["grouping"]
    return Manifest(
        **{
            **said,
            "grouping": None if grouping is None else GroupingEntry(**grouping),
            "numbers_given": {str(name): int(last) for name, last in said["numbers_given"].items()},
            "tables": {str(name): _table(entry) for name, entry in said["tables"].items()},
        }
    )


def _table(said: dict[str, Any]) -> TableEntry:
    files = [FileEntry(**entry) for entry in said["files"]]
    for file in files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{file.path} leads out of the folder")
    return TableEntry(int(said["rows"]), dict(said["columns"]), files)
