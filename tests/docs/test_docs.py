"""The documentation is followed as a reader would: all commands, queries and programs are run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from crawler.cli import newsloom
from tests.docs.conftest import DEMO, environment

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md"))
R = shutil.which("Rscript")

# A query must find something in the town, or the example shows nothing.
_RUN_SQL = """
import sqlite3, sys
db = sqlite3.connect("file:town.db?mode=ro", uri=True)
for query in filter(str.strip, sys.stdin.read().split(";")):
    rows = db.execute(query).fetchall()
    assert rows, f"finds nothing: {query}"
"""


class Block(NamedTuple):
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text("utf-8")
    return [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)]


class Command(NamedTuple):
    """A command of a page, and the lines that the page says it prints; `...` is any lines."""

    line: str
    shown: list[str]


def commands(console: str) -> list[Command]:
    found: list[Command] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            # The demo itself is run once, for all pages.
            found.append(Command(": town.db is here" if line[2:] == DEMO else line[2:], []))
        else:
            assert found, f"{line!r} is no command"
            found[-1].shown.append(line)
    return found


def script(page: str, folder: Path) -> str:
    """One shell script of all that a page would have its reader run, in order.

    What its nth command prints is written to n.out in the folder.
    """
    lines = ["set -eu"]
    n = 0
    for language, text in blocks(page):
        if language == "console":
            for command in commands(text):
                lines.append(f"{{ {command.line}\n}} >{shlex.quote(str(folder / f'{n}.out'))}")
                n += 1
        elif language == "python":
            lines.append(f"{shlex.quote(sys.executable)} - <<'END'\n{text}END")
        elif language == "sql":
            runner = f"{shlex.quote(sys.executable)} -c {shlex.quote(_RUN_SQL)}"
            lines.append(f"{runner} <<'END'\n{text}END")
        elif language == "r" and R:
            lines.append(f"Rscript - <<'END'\n{text}END")
    return "\n".join(lines) + "\n"


def pattern(shown: list[str]) -> str:
    """What matches the lines shown: `...` alone is any lines, at the end of a line its rest."""
    lines = [r"(?:.*\n)*" if line == "..." else
             re.escape(line.removesuffix("...")) + (".*" if line.endswith("...") else "") + r"\s*\n"
             for line in shown]  # fmt: skip
    return "".join(lines)


@pytest.mark.parametrize("page", [p for p in PAGES if {b.language for b in blocks(p)} - {"sh"}])
def test_everything_on_a_page_works(page: str, town: Path, tmp_path: Path) -> None:
    shutil.copy(town, tmp_path / "town.db")
    (printed := tmp_path / "printed").mkdir()
    done = subprocess.run(
        ["sh", "-x"], input=script(page, printed), cwd=tmp_path, env=environment(),
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    consoles = [text for language, text in blocks(page) if language == "console"]
    for n, command in enumerate(c for text in consoles for c in commands(text)):
        if command.shown:
            output = (printed / f"{n}.out").read_text("utf-8")
            assert re.fullmatch(pattern(command.shown), output), f"{command.line}\n{output}"
    if not R and any(block.language == "r" for block in blocks(page)):
        pytest.skip("no R on this machine: its example was not run, all else was")


def test_the_tutorial_needs_nothing_that_it_does_not_make() -> None:
    first = next(b.text for b in blocks("docs/tutorial.md") if b.language == "console")
    assert first.strip() == f"$ {DEMO}"


def test_what_a_page_shows_is_compared() -> None:
    shown = ["a  b", "...", "time ..."]
    assert re.fullmatch(pattern(shown), "a  b\nx\ny\ntime 12\n")
    assert not re.fullmatch(pattern(shown), "a  c\ntime 12\n")
    assert not re.fullmatch(pattern(shown), "a  b\ntime 12\nmore\n")


@pytest.mark.parametrize("page", ["README.md", *PAGES])
def test_commands_that_are_not_run_are_spelled_right(page: str) -> None:
    """`sh` blocks ask real outlets, install things or stay up: their options are checked."""
    for language, text in blocks(page):
        if language != "sh":
            continue
        for line in re.split(r"\n|&&", text):
            words = shlex.split(line, comments=True)
            if words[:1] == ["newsloom"]:
                parse(words[1 : words.index(">") if ">" in words else None])


def parse(words: list[str]) -> None:
    command: click.Command = newsloom
    context = click.Context(newsloom, **newsloom.context_settings)
    while True:
        _, words, _ = command.make_parser(context).parse_args(list(words))
        if not isinstance(command, click.Group) or not words:
            return
        below = command.get_command(context, words[0])
        assert below is not None, words
        command, words, context = below, words[1:], click.Context(below, parent=context)


def test_every_view_has_an_example() -> None:
    queries = "".join(b.text for b in blocks("docs/how-to/questions.md") if b.language == "sql")
    codebook = (DOCS / "reference" / "schema.md").read_text("utf-8")
    views = re.findall(r"^### (\w+)", codebook.partition("## Tables")[0], re.M)
    assert len(views) > 10
    for view in views:
        assert re.search(rf"\b{view}\b", queries), view


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert ((ROOT / page).parent / target).exists(), (page, target)
