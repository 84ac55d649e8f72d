from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.fetching.meta import Meta

ROOT = Path(__file__).parents[2]
HERE = ROOT / "crawler" / "fetching" / "meta.py"
USERS = {
    file: file.read_text(encoding="utf-8")
    for folder in ("crawler/fetching", "spiders")
    for file in (ROOT / folder).rglob("*.py")
    if file != HERE
}


def test_meta_is_reached_only_through_its_type() -> None:
    assert [file for file, code in USERS.items() if re.search(r"\w\.meta\b(?! import)", code)] == []


@pytest.mark.parametrize("key", Meta.__annotations__)
def test_meta_key_is_used(key: str) -> None:
    assert any(f'"{key}"' in code or f"{key}=" in code for code in USERS.values())
