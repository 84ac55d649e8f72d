"""The pictures of the README show what the program shows today."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests import pictures
from tests.web.conftest import serving

REMEDY = "take the pictures again: .venv/bin/python -m tests.pictures"


def test_the_terminal_is_up_to_date(town: Path) -> None:
    kept = (pictures.FOLDER / "terminal.svg").read_text("utf-8")
    assert pictures.terminal(town) == kept, REMEDY


def test_the_desk_is_up_to_date(town: Path, browser: Browser) -> None:
    page = browser.new_page()
    with serving(town) as desk:
        shown = pictures.words(page, desk.address)
    page.close()
    assert f"{shown}\n" == (pictures.FOLDER / "desk.txt").read_text("utf-8"), REMEDY
