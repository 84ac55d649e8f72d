"""`--help` of every command, and the names that commands had before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from crawler.cli import newsloom
from crawler.cli.command_groups import LazyCommands
from tests.conftest import Inside

SECTIONS = ["Start", "Look", "Correct", "Bring in", "Take out", "Keep going"]


def pages(command: click.Command, name: str, above: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, parent=above, terminal_width=78, **command.context_settings
    )
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            inner = command.get_command(context, below)
            assert inner is not None
            yield from pages(inner, below, context)


def test_no_line_of_any_help_is_cut() -> None:
    every = list(pages(newsloom, "newsloom", None))
    assert len(every) > 40
    for page in every:
        usage, _, rest = page.partition("\n\n")
        assert usage.startswith("Usage: newsloom")
        for line in rest.splitlines():
            assert len(line) <= 80, line
            assert not line.endswith("..."), line


def test_each_command_is_on_one_line_of_one_section() -> None:
    assert isinstance(newsloom, LazyCommands)
    context = click.Context(newsloom, info_name="newsloom", terminal_width=78)
    sections = newsloom.sections(context)
    assert list(sections) == SECTIONS
    names = [name for section in sections.values() for name in section]
    assert sorted(names) == sorted(set(names))
    page = newsloom.get_help(context)
    for name in names:
        command = newsloom.get_command(context, name)
        assert command is not None
        (line,) = (line for line in page.splitlines() if line.startswith(f"  {name} "))
        assert line.split(maxsplit=1)[1] == command.get_short_help_str(1_000)


@pytest.fixture
def db(tmp_path: Path, inside: Inside) -> Path:
    rows = [{"url": f"https://e{n}.org/", "title": "t", "text": "One two."} for n in (1, 2)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for command in (["import", tmp_path / "a.jsonl"], ["group"]):
        inside("--db", tmp_path / "t.db", *command)
    return tmp_path / "t.db"


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("explain 1 2", "compare 1 2"),
        ("diff 1", "changes 1"),
        ("compare", "groupings"),
        ("compare --json", "groupings --json"),
        ("compare strict --worst 3", "groupings strict --worst 3"),
    ],
)
def test_an_old_name_works_and_says_the_new_one(
    db: Path, inside: Inside, old: str, now: str
) -> None:
    before, after = (inside("--db", db, *line.split()) for line in (old, now))
    assert (before.returncode, before.stdout) == (after.returncode, after.stdout)
    called = (
        f"`newsloom {old.split(maxsplit=1)[0]}` is called `newsloom {now.split(maxsplit=1)[0]}` now"
    )
    assert before.stderr.startswith(called)
    assert before.stderr.endswith(after.stderr)


def test_compare_of_two_articles_is_no_old_name(db: Path, inside: Inside) -> None:
    for line in ("compare 1 2", "compare 1 2 --diff", "compare --help", "compare -h"):
        done = inside("--db", db, *line.split())
        assert (done.returncode, done.stderr) == (0, ""), line
    assert "did you mean compare" in inside("--db", db, "compair", "1", "2").stderr


def test_headings_are_words_and_times_say_utc(db: Path, inside: Inside) -> None:
    head = inside("--db", db, "health").stdout.splitlines()[0]
    assert "last new (UTC)" in head
    assert "_" not in head
    # Programs read the names of the fields.
    assert "last_new_at" in inside("--db", db, "health", "--csv").stdout.splitlines()[0]
