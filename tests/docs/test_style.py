"""Words that make a native reader stumble stand nowhere: not in pages, messages, or comments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTEAD = {
    "anew": "again",
    "furniture": "boilerplate",
    "likewise": "what is meant",
    "of then": "which time",
    "so many": "the number, or `this many`",
    "gone on with": "resumed",
    "goes on with": "resumes",
    "thereof": "whose",
}
_FOUND = re.compile(rf"\b(?:{'|'.join(INSTEAD)})\b", re.IGNORECASE)
_OLD_NAMES = "migration_steps.py"
"""Has to write what earlier versions called things, as the change log has."""


def _texts() -> list[Path]:
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "run"]
    for room in ("docs", "crawler", "spiders", "dedupe", "bench"):
        for ending in ("md", "py", "html", "sql", "js"):
            found += sorted((ROOT / room).rglob(f"*.{ending}"))
    return [file for file in found if file.name != _OLD_NAMES and "vendor" not in file.parts]


@pytest.mark.parametrize("file", _texts(), ids=lambda file: str(file.relative_to(ROOT)))
def test_sentences_use_words_that_everybody_knows(file: Path) -> None:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        for word in _FOUND.findall(line):
            pytest.fail(f"line {number}: {word!r}; write {INSTEAD[word.lower()]}: {line.strip()}")
