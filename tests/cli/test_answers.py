"""`timeline`, `first`, `network`, `agencies`, `diff`, and what to put into cron."""

from __future__ import annotations

import configparser
import csv
import io
import json
import os
import pty
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.cli.tables import sparkline
from tests.conftest import PYTHON, Crawled, newsloom
from tests.store.told import Told


def at(clock: str, day: int = 5) -> str:
    return f"2022-01-{day:02}T{clock}:00Z"


def told(tmp_path: Path) -> Path:
    made = Told(tmp_path / "told.db")
    wire = made.article("wire", published=at("10:00"), polled=at("09:00"), seen=at("10:05"))
    made.article(
        "herald", published=at("11:00"), polled=at("10:30"), seen=at("11:05"), copy_of=wire
    )
    made.credit(2, "copy")
    made.article("late", published=at("23:00", 20), polled=at("22:00", 20), seen=at("23:05", 20))
    made.connection.execute(
        "INSERT INTO revisions (article, revision, title, text, words, authors, replaced_at,"
        " text_hash, run) VALUES (1, 0, ?, 'a longer text', 3, '[]', ?, 'x', 1)",
        ("the old \x1b headline", at("12:00")),
    )
    made.connection.close()
    return made.path


def test_who_told_a_story_when_and_who_was_first(tmp_path: Path) -> None:
    db = told(tmp_path)
    rows = list(csv.DictReader(io.StringIO(newsloom("--db", db, "timeline", "1", "--csv").stdout)))
    assert [row["outlet"] for row in rows] == ["wire", "herald", "late"]
    said = newsloom("--db", db, "first", "1").stdout
    assert "wire was first: it listed the story before any other outlet published it." in said
    rows = json.loads(newsloom("--db", db, "first", "1", "--json").stdout)
    assert [(row["outlet"], row["may_be_first"], row["tied"]) for row in rows] == [
        ("wire", 1, 0), ("herald", 0, 0), ("late", 0, 0),
    ]  # fmt: skip


def test_a_tie_is_called_one(crawled: Crawled) -> None:
    told_by_several = json.loads(
        newsloom("--db", crawled.db, "stories", "--limit", 1, "--json").stdout
    )
    (story,) = told_by_several
    said = newsloom("--db", crawled.db, "first", story["story"]).stdout
    assert f"{story['outlets']} outlets tie: their intervals overlap" in said


def test_the_network_looks_back_a_week_unless_told_otherwise(tmp_path: Path) -> None:
    db = told(tmp_path)
    said = newsloom("--db", db, "network")
    assert "Since 2022-01-13 23:00 UTC" in said.stdout
    assert "wire" not in said.stdout
    for narrowed in (("--since", "2022-01-01"), ("--story", "1"), ("--until", "2022-01-06")):
        (row,) = json.loads(newsloom("--db", db, "network", *narrowed, "--json").stdout)
        assert (row["earlier"], row["later"], row["copies"], row["lag_hours"]) == (
            "wire", "herald", 1, 1.0,
        )  # fmt: skip
    assert newsloom("--db", db, "network", "--outlet", "wires").returncode == 2


def test_shares_of_agency_copy(tmp_path: Path, crawled: Crawled) -> None:
    db = told(tmp_path)
    rows = json.loads(newsloom("--db", db, "agencies", "--json").stdout)
    assert [(row["outlet"], row["contained"], row["share"]) for row in rows] == [
        ("herald", 1, 1.0), ("late", 0, 0.0), ("wire", 0, 0.0),
    ]  # fmt: skip
    recent = json.loads(newsloom("--db", db, "agencies", "--since", "2022-01-10", "--json").stdout)
    assert [row["outlet"] for row in recent] == ["late"]
    # Of all time it is what the view says.
    of_all = newsloom("--db", crawled.db, "agencies", "--since", "2000-01-01", "--json").stdout
    connection = sqlite3.connect(crawled.db)
    summed = connection.execute(
        "SELECT outlet, sum(articles), sum(agency_copy) FROM agency_share GROUP BY outlet"
    ).fetchall()
    connection.close()
    assert sorted((r["outlet"], r["articles"], r["agency_copy"]) for r in json.loads(of_all)) == (
        sorted(summed)
    )


def test_what_changed_in_an_article_and_between_two(tmp_path: Path) -> None:
    db = told(tmp_path)
    said = newsloom("--db", db, "changes", "1").stdout
    assert "[1] wire until 2022-01-05 12:00  |  [1] wire now" in said
    assert "the old \\u001b" in said
    assert "\x1b" not in said
    (change,) = json.loads(newsloom("--db", db, "changes", "1", "--json").stdout)
    assert [piece for piece in change["text"] if not piece["same"]] == [
        {"same": False, "a": " longer", "b": "", "words": 1}
    ]
    assert "[1] wire  |  [3] late" in newsloom("--db", db, "changes", "1", "3").stdout
    assert "has not changed since" in newsloom("--db", db, "changes", "2").stdout


def test_lines_for_cron_run(tmp_path: Path) -> None:
    db = tmp_path / "of 100% news.db"
    lines = newsloom("--db", db, "cron", "--print", "--every", "30m").stdout.splitlines()
    assert lines[0].startswith("NEWSLOOM_CONTACT=")
    schedule, command = lines[1].split(" * * * * ", 1)
    assert schedule == "*/30"
    assert r"100\% news" in command  # cron ends a command at a bare percent sign
    words = shlex.split(command.replace(r"\%", "%"))
    assert words[words.index("--db") + 1] == str(db)
    done = subprocess.run([*words, "--help"], capture_output=True, text=True, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr


def test_units_for_systemd_are_units(tmp_path: Path) -> None:
    db = tmp_path / "of 100% news.db"
    text = newsloom("--db", db, "systemd", "--print").stdout
    service, timer = text.split("newsloom.timer\n", 1)[0], text.split("newsloom.timer\n", 1)[1]
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(service.rpartition("\n#")[0])
    assert unit["Service"]["Type"] == "oneshot"
    assert 'of 100%% news.db"' in unit["Service"]["ExecStart"]
    assert unit["Service"]["SuccessExitStatus"] == "3 75"
    assert "OnCalendar=*:0/15" in timer


def test_sparklines() -> None:
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
    assert sparkline([]) == ""


def on_a_terminal(*arguments: object, rows: int = 50) -> str:
    """What a person would see: standard output is a terminal of 100 columns."""
    try:
        mine, theirs = pty.openpty()
    except OSError as error:  # a chroot without /dev/pts
        pytest.skip(f"this machine gives no terminal: {error}")
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", *map(str, arguments)], stdout=theirs, stderr=theirs,
        stdin=theirs, cwd=Path(__file__).parents[2],
        env=os.environ | {"COLUMNS": "100", "LINES": str(rows), "PAGER": "cat -A"},
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            block = os.read(mine, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not block:
            break
        seen += block
    os.close(mine)
    assert process.wait() == 0, seen
    return seen.decode()


def test_a_terminal_gets_colour_sparklines_and_a_pager(crawled: Crawled) -> None:
    listed = on_a_terminal("--db", crawled.db, "stories", "--limit", 3)
    assert re.search("[▁▂▃▄▅▆▇█]", listed)
    assert not re.search("[▁▂▃▄▅▆▇█]", newsloom("--db", crawled.db, "stories").stdout)
    whole = on_a_terminal("--db", crawled.db, "story", 1)
    assert "\x1b[1m" in whole
    assert "$" not in whole
    # Longer than the terminal: through the pager, which here shows line ends and escapes.
    paged = on_a_terminal("--db", crawled.db, "story", 1, rows=3)
    assert "^[[1m" in paged
    assert "$" in paged
    assert "\x1b" not in newsloom("--db", crawled.db, "story", 1).stdout


def test_a_reader_who_has_seen_enough_is_no_failure(crawled: Crawled) -> None:
    for command in ("export articles", "network --since 2022-01-01 --limit 500", "stories --nl"):
        line = f"{PYTHON} -m crawler --db {crawled.db} {command} | head -c 10"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), command


def test_the_verdict_of_first_does_not_depend_on_the_limit(tmp_path: Path) -> None:
    made = Told(tmp_path / "told.db")
    for outlet in ("a", "b", "c"):
        made.article(outlet, polled=at("09:00"), seen=at("10:00"))
    made.connection.close()
    assert "3 outlets tie" in newsloom("--db", made.path, "first", "1", "--limit", 1).stdout


def test_a_contact_with_spaces_and_a_quote_in_a_path_stay_whole(tmp_path: Path) -> None:
    text = subprocess.run(
        [sys.executable, "-m", "crawler", "--db", str(tmp_path / "it's.db"), "systemd"],
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
        env=os.environ | {"NEWSLOOM_CONTACT": "Uni <a@b.c> 100%"},
    ).stdout  # fmt: skip
    assert 'Environment="NEWSLOOM_CONTACT=Uni <a@b.c> 100%%"' in text
    assert "it's.db\"" in text
