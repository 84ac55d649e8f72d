"""`newsloom topic`, `attention`, `coverage`, and --topic."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Crawled, Inside

UNREST = "kazakhstan OR kazakh OR kasach* OR казах* OR almaty"


@pytest.fixture
def db(crawled: Crawled, tmp_path: Path) -> Path:
    """The town's store, to change."""
    return Path(shutil.copy(crawled.db, tmp_path / "town.db"))


def test_a_topic_goes_wherever_a_filter_goes(db: Path, inside: Inside, tmp_path: Path) -> None:
    def says(*arguments: object) -> str:
        done = inside("--db", db, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "The store has no topics" in says("topic", "list")
    added = says("topic", "add", "unrest", "--words", UNREST, "--until", "2022-01-12",
                 "--why", "the unrest of January 2022")  # fmt: skip
    assert added.startswith("topic unrest: 6")
    assert "`newsloom attention --topic unrest` shows them by day" in added
    assert "the unrest of January 2022" in says("topic", "list")
    assert "--until 2022-01-12T23:59:59Z" in says("topic", "show", "unrest")
    (row,) = json.loads(says("topic", "list", "--json"))
    exported = list(csv.DictReader(io.StringIO(says("export", "articles", "--topic", "unrest"))))
    assert row["articles"] == len(exported) > 50
    days = list(csv.DictReader(io.StringIO(says("export", "attention", "--topic", "unrest"))))
    assert sum(int(day["articles"]) for day in days) == row["articles"]
    assert {day["state"] for day in days} >= {"covered", "not covered", "blind"}
    assert "(all)" in says("attention", "--topic", "unrest")
    assert "× we were blind" in says("coverage", "--topic", "unrest")
    for command in ("stories", "network", "agencies", "search"):
        assert says(command, "--topic", "unrest")
    file = tmp_path / "coverage.csv"
    says("export", "coverage", "--topic", "unrest", "-o", file)
    manifest = json.loads(Path(f"{file}.manifest.json").read_text())
    assert manifest["topic"] == "unrest"
    assert "is removed; its articles stay" in says("topic", "remove", "unrest")


def test_what_is_wrong_with_a_topic_is_named(db: Path, inside: Inside) -> None:
    for arguments, message in (
        (["topic", "add", "a/b", "--words", "x"], "cannot name a topic"),
        (["topic", "add", "a"], "a topic needs a condition"),
        (["topic", "add", "a", "--words", "(x"], "(x"),
        (["topic", "show", "a"], "there is no topic a, nor any other"),
        (["stories", "--topic", "a"], "there is no topic a"),
        (["topic", "remove", "a"], "there is no topic a"),
    ):
        done = inside("--db", db, *arguments)
        assert (done.returncode, message in done.stderr) == (2, True), (arguments, done.stderr)
