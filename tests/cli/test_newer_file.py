"""A store of a newer schema: no command reads it wrongly, and none writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest

from crawler.cli import newsloom
from crawler.errors import NotAStore
from crawler.store import open_store
from crawler.store.file.kept_pages import KeptPages
from tests.conftest import Inside

NEWER = 99
USES = {
    "crawl": ["--only", "--outlets", "{outlets}"],
    "group": [],
    "stories": [],
    "story": ["1"],
    "timeline": ["1"],
    "first": ["1"],
    "network": [],
    "agencies": [],
    "attention": [],
    "coverage": [],
    "topic add": ["t", "--words", "x"],
    "topic list": [],
    "topic show": ["t"],
    "topic remove": ["t"],
    "watch add": ["w", "--words", "x"],
    "watch list": [],
    "watch show": ["w"],
    "watch remove": ["w"],
    "watch test": ["w"],
    "override merge": ["1", "2", "--why", "x", "--who", "y"],
    "override split": ["1", "2", "--why", "x", "--who", "y"],
    "override link": ["1", "2", "--why", "x", "--who", "y"],
    "override unlink": ["1", "2", "--why", "x", "--who", "y"],
    "override pin": ["1", "--why", "x", "--who", "y"],
    "override list": [],
    "override undo": ["1"],
    "groupings": [],
    "article": ["1"],
    "changes": ["1", "2"],
    "compare": ["1", "2"],
    "search": ["bridge"],
    "evaluate": ["{gold}"],
    "outlets": [],
    "health": [],
    "import": ["{lines}"],
    "backfill": [
        "g",
        "--from",
        "cc",
        "--since",
        "2022-01-01",
        "--until",
        "2022-01-31",
        "--only",
        "--outlets",
        "{outlets}",
    ],
    "export": ["articles"],
    "merge": ["{db}", "{other}", "-o", "{new}"],
    "reextract": [],
    "serve": ["--port", "8765"],
    "db check": [],
    "db migrate": [],
    "db describe": [],
    "db backup": ["{new}"],
}
OTHERS = frozenset(
    {
        "demo",  # makes a file of its own
        "extract",
        "feed",
        "cron",
        "systemd",
        "outlets show",
        "outlets copy",
        "outlets check",
        "outlets record",
        "outlets add",
        "outlets import",
        "outlets export",
        "spark extract",
        "spark group",
        "mcp",  # its tools do: tests/assistants
    }
)
"""Commands that open no store."""


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    context = click.Context(group, **newsloom.context_settings)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield above + name


def test_every_command_is_tried() -> None:
    assert set(commands(newsloom)) == USES.keys() | OTHERS


@pytest.mark.parametrize("command", USES)
def test_a_newer_file_is_refused_and_left_alone(
    command: str, tmp_path: Path, inside: Inside
) -> None:
    names = {name: tmp_path / name for name in ("db", "other", "new", "lines", "gold", "outlets")}
    for name in ("db", "other"):
        open_store(names[name]).close()
    names["lines"].write_text('{"url": "https://g.org/1", "title": "Bridge"}\n')
    names["gold"].write_text("url,label\nhttps://g.org/1,a\nhttps://g.org/2,a\n")
    names["outlets"].mkdir()
    (names["outlets"] / "g.toml").write_text('name = "G"\nfeeds = ["https://g.org/feed"]\n')
    KeptPages(names["db"], make=True).close()
    with closing(sqlite3.connect(names["db"])) as connection:
        connection.execute(f"PRAGMA user_version = {NEWER}")
    before = names["db"].read_bytes()
    arguments = [argument.format(**names) for argument in USES[command]]
    store = () if command == "merge" else ("--db", names["db"])
    done = inside(*store, *command.split(), *arguments)
    assert done.returncode == 2
    assert "was made by a newer Newsloom" in done.stderr
    assert names["db"].read_bytes() == before
    assert not names["new"].exists()


def test_newer_kept_pages_are_refused_and_left_alone(tmp_path: Path) -> None:
    KeptPages(tmp_path / "s.db", make=True).close()
    with closing(sqlite3.connect(tmp_path / "s.pages.db")) as connection:
        connection.execute(f"PRAGMA user_version = {NEWER}")
    before = (tmp_path / "s.pages.db").read_bytes()
    with pytest.raises(NotAStore, match="newer Newsloom"):
        KeptPages(tmp_path / "s.db", make=False)
    assert (tmp_path / "s.pages.db").read_bytes() == before
