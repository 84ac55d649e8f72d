"""The README is followed as a reader would: every console block is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def console_lines() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.usefixtures("slow")
def test_every_console_line_of_the_readme_works(tmp_path: Path) -> None:
    lines = console_lines()
    assert len(lines) >= 10
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in lines:
        if line.startswith("sqlite3") and shutil.which("sqlite3") is None:
            continue  # the command of SQLite itself is not needed for anything else
        done = subprocess.run(
            line, shell=True, cwd=tmp_path, env=os.environ | {"PATH": path, "COLUMNS": "100"},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout.strip() or ">" in line, line


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    for target in links + re.findall(r'src(?:set)?="([^"]+)"', text):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_wheel_holds_outlets_town_and_templates(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("newsloom-*.whl")
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(wheel)], capture_output=True, text=True
    ).stdout
    for file in ("spiders/outlets/guardian.toml", "crawler/demo/texts/01-kazakhstan.toml",
                 "crawler/store/file/schema.sql", "crawler/parsing/page/phrases.toml",
                 "crawler/web/templates/desk/story.html", "crawler/web/static/desk.css",
                 "crawler/web/static/vendor/README.md", "dedupe/stories/link.py"):  # fmt: skip
        assert file in listed
    assert "tests/" not in listed
