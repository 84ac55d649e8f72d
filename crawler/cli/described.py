"""The outlets that `--outlets`, `--only` and the names on the command line mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click

from crawler.errors import UsageError
from crawler.outlets.descriptions import bundled_outlets, described_outlets, description_files
from crawler.outlets.selection import Selection, select_outlets
from crawler.types import Outlet


@dataclass(frozen=True, slots=True)
class Described:
    """What the options of `described_options` name."""

    folder: Path | None
    """folder or file of the caller's own descriptions"""
    only: bool = False

    @classmethod
    def by_environment(cls) -> Described:
        """Those of a command that has no option for them."""
        folder = os.environ.get("NEWSLOOM_OUTLETS")
        return cls(Path(folder) if folder else None)

    def load(self, *, quiet: bool = False) -> dict[str, Outlet]:
        """All outlets by slug; own ones that replace bundled ones are named, unless `quiet`.

        Raises OutletError for a wrong description, UsageError when no outlets are left.
        """
        if self.only and self.folder is None:
            raise UsageError("--only leaves no outlet; name the folder of your own with --outlets")
        found = described_outlets(self.folder, bundled=not self.only)
        if replaced := [] if quiet or self.only else self._replaced():
            click.echo(
                f"{', '.join(replaced)}: the description in {self.folder} replaces the one that "
                "comes with Newsloom",
                err=True,
            )
        return found

    def select(self, selection: Selection, *, quiet: bool = False) -> dict[str, Outlet]:
        """The outlets of a selection. Raises OutletError as `select_outlets` does."""
        return select_outlets(self.load(quiet=quiet), selection, folders=self.list_folders())

    def list_folders(self) -> list[Path]:
        """Where lists are looked for: beside the caller's own descriptions, then here."""
        if self.folder is None:
            return [Path()]
        return [self.folder if self.folder.is_dir() else self.folder.parent, Path()]

    def file(self, slug: str) -> Path:
        """The description of an outlet that is known."""
        return self._files()[slug]

    def _files(self) -> dict[str, Path]:
        bundled = [] if self.only else description_files(bundled_outlets())
        own = [] if self.folder is None else description_files(self.folder)
        return {file.stem: file for file in (*bundled, *own)}

    def _replaced(self) -> list[str]:
        if self.folder is None or self.folder.resolve() == bundled_outlets().resolve():
            return []
        bundled = {file.stem for file in description_files(bundled_outlets())}
        return [file.stem for file in description_files(self.folder) if file.stem in bundled]
