"""What is printed: into any encoding, into closed streams, and nothing that acts on a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_answers import on_a_terminal
from tests.conftest import PYTHON, Crawled, Inside, newsloom
from tests.store.told import Told

ROOT = Path(__file__).parents[2]
# C0 but tab and line ends, C1, marks and overrides of direction, zero-width, tags.
ACTING = (
    "\x1b[31m\x1b]0;x\x07\b\x9b2J\x85\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff"
    "\U000e0041"
)
ACTS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\U000e0000-\U000e007f]|\x1b(?!\\[(?:0|1|31|32)m)|\r(?!\r?\n)"
)


def run(
    shell: str, *, cwd: Path, stdin: bytes | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEWSLOOM_", "PYTHON", "LC_"))}
    return subprocess.run(
        # A function: the path of the checkout may hold the name, too.
        ["bash", "-c", f'newsloom() {{ {PYTHON} -m crawler "$@"; }}; {shell}'],
        cwd=cwd, env=kept | {"PYTHONPATH": str(ROOT)} | (environment or {}),
        input=stdin, capture_output=True, timeout=120,
    )  # fmt: skip


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    told = Told(tmp_path / "h.db")
    for outlet in ("herald" + ACTING, "echo"):
        told.article(outlet, title=f"title{ACTING}", text=f"text{ACTING}")
    told.connection.close()
    return told.path


@pytest.mark.parametrize(
    "command",
    [
        "export articles", "export articles --format jsonl", "export articles --format tsv",
        "stories --csv", "stories --nl", "stories", "story 1", "article 1", "article 1 --json",
        "health --csv", "outlets --nl", "timeline 1", "search title", "first 1", "changes 1 2",
        "export outlets --format opml", "story \x9b2J\u202e", "search \u202e\x9b", "\u202e\x9b",
        "export articles -o /no\u202e\x9b/x.csv", "crawl \u202e\x9b", "outlets export --opml",
    ],
)  # fmt: skip
def test_nothing_that_acts_reaches_a_terminal(hostile: Path, inside: Inside, command: str) -> None:
    done = inside("--db", hostile, *command.split(" "))
    pipe = done.stdout + done.stderr
    # Into a pipe go the marks and joiners that Arabic, Persian and Hindi are written with.
    assert not ACTS.search(re.sub("[\u061c\u200c-\u200f\U000e0041]", "", pipe)), command
    if done.returncode == 0:
        assert not ACTS.search(on_a_terminal("--db", hostile, *command.split(" "))), command


def test_a_file_holds_the_text_as_it_is_stored(hostile: Path, tmp_path: Path) -> None:
    for form in ("csv", "jsonl"):
        newsloom("--db", hostile, "export", "articles", "-o", tmp_path / f"a.{form}")
    assert f"title{ACTING}" in (tmp_path / "a.csv").read_text("utf-8")
    lines = (tmp_path / "a.jsonl").read_text("utf-8")
    assert json.loads(lines.splitlines()[0])["title"] == f"title{ACTING}"
    assert "\x9b" not in lines
    piped = newsloom("--db", hostile, "export", "articles", "--format", "jsonl").stdout
    assert json.loads(piped.splitlines()[0])["title"] == f"title{ACTING}"


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_an_encoding_that_lacks_a_character_shows_its_number(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    told = Told(tmp_path / "t.db")
    told.article("herald", title="Мост 😀 é")
    told.connection.close()
    for command in ("article 1", "stories", "export articles", "search Мост", "story Мост"):
        done = run(f"newsloom --db t.db {command}", cwd=tmp_path, environment=environment)
        assert b"Traceback" not in done.stderr
        assert done.returncode == (2 if command.startswith(("search", "story")) and (
            "LC_ALL" in environment or command.startswith("story")) else 0)  # fmt: skip
    for command in ("article 1 --json", "export articles --format jsonl"):
        done = run(f"newsloom --db t.db {command}", cwd=tmp_path, environment=environment)
        assert json.loads(done.stdout.decode("latin-1"))["title"] == "Мост 😀 é"
        assert b"\\u041c" in done.stdout


def test_bytes_that_are_no_text_name_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"url": "https://e.org/1", "title": "t"}\n')
    done = run(
        r"mv in.jsonl $'i\xff.jsonl' && newsloom --db $'a\xff.db' import $'i\xff.jsonl'"
        r" && newsloom --db $'a\xff.db' db backup $'b\xff.db'"
        r" && newsloom merge $'a\xff.db' $'b\xff.db' -o $'c\xff.db' && newsloom --db $'c\xff.db'"
        r" export articles -o $'d\xff.csv' && newsloom --db $'c\xff.db' db check",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\udcff" in done.stdout
    for command in ("search", "article", "stories"):
        done = run(rf"newsloom --db $'a\xff.db' {command} $'\xff'", cwd=tmp_path)
        assert (done.returncode, b"is not text" in done.stderr) == (2, True), done.stderr
    said = run(
        r"newsloom --db $'a\xff.db' search $'\xff'", cwd=tmp_path, environment={"LC_ALL": "C.UTF-8"}
    )
    assert b"is not text in utf-8, the encoding of this locale; write it in utf-8" in said.stderr


@pytest.mark.parametrize(
    ("shell", "code", "says"),
    [
        ("newsloom --db a.db import - <&-", 2, b"standard input is closed"),
        ("newsloom --db town.db stories >&-", 0, b""),
        ("newsloom --db town.db stories 2>&-", 0, b""),
        ("newsloom --db town.db export articles <&- >&- 2>&-", 0, b""),
        ("newsloom --db town.db storis 2>&-", 2, b""),
        ("newsloom --db town.db storis 2>/dev/full", 2, b""),
        ("newsloom --db town.db stories >/dev/full", 1, b"Error: standard output: No"),
        (
            "newsloom --db town.db export articles >/dev/full",
            1,
            b"Error: standard output: No space left",
        ),
        ("newsloom --db none.db stories >/dev/full", 2, b"no such database"),
        ("set -o pipefail; newsloom --db town.db stories --limit 1 | true", 0, b""),
        ("newsloom feed --workers 1 f.xml <&- >&- 2>&-", 0, b""),
    ],
)
def test_a_stream_that_is_closed_or_full(
    crawled: Crawled, tmp_path: Path, shell: str, code: int, says: bytes
) -> None:
    (tmp_path / "town.db").symlink_to(crawled.db)
    (tmp_path / "f.xml").write_text("<rss version='2.0'><channel><title>x</title></channel></rss>")
    done = run(shell, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_stray_end_of_data_is_no_interruption(tmp_path: Path) -> None:
    script = (
        "from crawler.cli import newsloom, run\nimport sys, click\n"
        "@click.command()\ndef broken():\n    raise EOFError('cut off')\n"
        "newsloom.add_command(broken)\n"
        "type(newsloom).get_command = lambda self, ctx, name: broken\n"
        "type(newsloom).resolve_command = click.Group.resolve_command\n"
        "sys.argv = ['newsloom', 'broken']\nsys.exit(run())\n"
    )
    done = run(f"{PYTHON} -", cwd=tmp_path, stdin=script.encode())
    assert done.returncode == 1
    assert b"interrupted" not in done.stderr
    assert b"cut off" in done.stderr
