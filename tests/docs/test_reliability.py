"""Every promise names a measurement that is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
COLUMNS = ("what is promised", "command", "last measured", "limit")


class Row(NamedTuple):
    """A promise."""

    promise: str
    command: str
    figure: str
    limit: str


def rows() -> list[Row]:
    table = [line for line in PAGE.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]
    assert tuple(cell.strip() for cell in cells[0]) == COLUMNS
    return [Row(*row) for row in cells[2:]]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.command[:40])
def test_the_command_of_a_promise_is_there(row: Row) -> None:
    assert all(row)
    commands = re.findall(r"`([^`]+)`", row.command)
    assert commands
    for command in commands:
        found = re.fullmatch(r"((?:[A-Z]+=\S+ )*)\./run (bench|test) (.+)", command)
        assert found is not None, command
        settings, kind, names = found.groups()
        files = [
            ROOT / (f"bench/{name}.py" if kind == "bench" else name) for name in names.split(" ")
        ]
        for file in files:
            assert file.exists(), command
        for setting in re.findall(r"([A-Z]+)=", settings):
            assert f'"{setting}"' in files[0].read_text("utf-8"), command


def test_no_measurement_of_faults_is_left_out() -> None:
    """What is in tests/faults stands on the page."""
    for file in (ROOT / "tests" / "faults").glob("test_*.py"):
        assert f"tests/faults/{file.name}" in PAGE, file.name
