from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_floors_are_those_of_the_import_contract() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["name"] == "the floors of the house")
    block = re.search(r"<!-- the floors.*?-->\n```\n(.*?)\n```", PAGE, re.S)
    assert block is not None
    assert block[1].splitlines() == layers


def test_files_named_are_there() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|sql))`", PAGE))
    files = {str(file.relative_to(ROOT)) for room in ("crawler", "dedupe", "spiders")
             for file in (ROOT / room).rglob("*.*")}  # fmt: skip
    missing = [name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in files)]
    assert missing == []
