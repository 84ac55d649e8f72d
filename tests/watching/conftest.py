from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Inside, ask, made_once, newsloom
from tests.crawl.site import WORDS


class Desk:
    """A store to which a test brings articles, by the command line."""

    def __init__(self, folder: Path, inside: Inside) -> None:
        self.folder, self.db, self._inside = folder, folder / "n.db", inside

    def __call__(self, *arguments: object) -> Any:
        """Run a command on it."""
        return self._inside("--db", self.db, *arguments, cwd=self.folder)

    def watch(self, name: str, *arguments: object) -> None:
        """Add a watch."""
        done = self("watch", "add", name, *arguments)
        assert done.returncode == 0, done.stderr

    def bring(self, *rows: dict[str, str]) -> None:
        """Import articles; what is not said of one is as of the others."""
        usual = {"text": 2 * WORDS, "language": "en", "published_at": "2022-01-05T10:00:00Z"}
        lines = [json.dumps(usual | row) for row in rows]
        (self.folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
        done = self("import", self.folder / "in.jsonl")
        assert done.returncode == 0, done.stderr

    def group(self, *arguments: object) -> Any:
        """Group, look and send."""
        done = self("group", *arguments)
        assert done.returncode == 0, done.stderr
        return done

    def events(self, watch: str) -> list[dict[str, Any]]:
        """Messages of a watch, in order."""
        rows = ask(
            self.db,
            "SELECT message FROM watch_events e JOIN watches w ON w.id = e.watch "
            f"WHERE w.name = '{watch}' ORDER BY e.id",
        )
        return [json.loads(row[0]) for row in rows]


def bridge(outlet: str, number: int = 1, **more: str) -> dict[str, str]:
    """An article of an outlet on the closed bridge."""
    own = f"Our reporter at {outlet} saw it, and writes number {number}."
    return {
        "url": f"https://{outlet}.example/{number}", "outlet": outlet,
        "title": "A bridge is closed", "text": f"{2 * WORDS} {own}",
    } | more  # fmt: skip


@pytest.fixture(scope="session")
def old_mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one article on something else, grouped."""

    def make(folder: Path) -> None:
        row = {
            "url": "https://herald.example/0", "outlet": "herald", "title": "A mill burns down",
            "text": 3 * "Firemen fought all night for the old mill at the river, but in vain. ",
            "published_at": "2021-11-05T10:00:00Z",
        }  # fmt: skip
        (folder / "mill.jsonl").write_text(json.dumps(row), encoding="utf-8")
        for arguments in (("import", folder / "mill.jsonl"), ("group",)):
            assert newsloom("--db", folder / "n.db", *arguments).returncode == 0

    return made_once(tmp_path_factory, "mill", make) / "n.db"


@pytest.fixture
def desk(old_mill: Path, tmp_path: Path, inside: Inside) -> Desk:
    """A store of one's own with that article."""
    shutil.copy(old_mill, tmp_path / "n.db")
    return Desk(tmp_path, inside)
