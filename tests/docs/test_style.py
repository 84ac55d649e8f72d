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


HIGHEST_GRADE = 10
"""School years, by the Automated Readability Index."""


def prose(page: Path) -> list[str]:
    """The sentences of a page: no code, tables, headings or pictures."""
    text = re.sub(r"```.*?```|<[^>]+>", " ", page.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    blocks = re.split(r"\n\s*\n|\n(?=[-*] )", text)
    kept = [block.strip() for block in blocks if not block.lstrip().startswith(("|", "#", "!"))]
    sentences = [found for block in kept for found in re.split(r"(?<=[.!?:;])\s+", block)]
    return [found for found in sentences if re.search(r"\w", found)]


def grade(sentences: list[str]) -> float:
    """School years that a reader needs (ARI; Smith and Senter 1967)."""
    words = [word for sentence in sentences for word in re.findall(r"\w[\w'.-]*", sentence)]
    letters = sum(len(re.sub(r"\W", "", word)) for word in words)
    return 4.71 * letters / len(words) + 0.5 * len(words) / len(sentences) - 21.43


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_pages_can_be_read_after_ten_years_of_school(page: Path) -> None:
    assert grade(prose(page)) <= HIGHEST_GRADE


def test_a_page_in_long_words_is_graded_higher() -> None:
    plain = ["It saves the page.", "Then it looks for copies."]
    stilted = [
        "Notwithstanding intermittent unavailability, persistence characteristics of retrieved "
        "representations guarantee subsequent identification of duplicates."
    ]
    assert grade(plain) < HIGHEST_GRADE < grade(stilted)
