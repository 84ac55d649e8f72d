"""What is handed out: one version everywhere, a container file that names what exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

from crawler.release import __version__

ROOT = Path(__file__).parents[1]


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE)[1] == __version__  # type: ignore[index]
    changes = re.findall(
        r"^## ([\d.]+) - ([\d-]+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    )
    assert changes[0][0] == __version__
    assert f"date-released: {changes[0][1]}" in citation


def instructions() -> list[tuple[str, list[str]]]:
    text = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], shlex.split(line)[1:]) for line in lines]


def test_the_container_file_copies_what_the_package_needs() -> None:
    """No engine builds it here: its base image is in a registry."""
    copied = {file for name, words in instructions() if name == "COPY" for file in words[:-1]}
    assert all((ROOT / file).exists() for file in copied)
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = build["tool"]["hatch"]["build"]["targets"]["wheel"]
    project = build["project"]
    needed = {
        *wheel["packages"],
        *wheel["shared-data"],
        project["readme"],
        *project["license-files"],
    }
    assert needed <= copied
    names = [name for name, _ in instructions()]
    # What runs is not root.
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert set(names) <= {"FROM", "COPY", "RUN", "USER", "VOLUME", "ENV", "ENTRYPOINT", "CMD"}
