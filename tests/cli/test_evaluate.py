from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Crawled, newsloom


def gold(crawled: Crawled, file: Path, *extra: dict[str, object]) -> Path:
    """The town's truth of its copies, as a labelled file."""
    rows = [{"url": url, "label": print_.text} for url, print_ in crawled.town.truth().items()]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, *extra]), encoding="utf-8")
    return file


def test_the_town_is_scored_against_its_truth(crawled: Crawled, tmp_path: Path) -> None:
    file = gold(crawled, tmp_path / "gold.jsonl")
    ran = newsloom("--db", crawled.db, "evaluate", file, "--json")
    found = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert found["articles"] == len(crawled.town.truth())
    assert found["copies"]["pairs"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert found["copies"]["ari"] == 1.0
    assert found["copies"]["mixed"] == found["copies"]["torn"] == []
    # A story holds several texts, so labels of texts are mixed in it.
    assert found["stories"]["pairs"]["precision"] < 1
    worst = found["stories"]["mixed"]
    assert worst == sorted(worst, key=lambda row: -row["pairs"])
    shown = newsloom("--db", crawled.db, "evaluate", file).stdout
    assert "B-cubed" in shown
    assert "stories that mix several labels" in shown


def test_articles_that_are_not_here_are_named_and_the_others_scored(
    crawled: Crawled, tmp_path: Path
) -> None:
    file = gold(crawled, tmp_path / "g.jsonl", {"url": "https://nowhere.example/1", "label": "x"})
    ran = newsloom("--db", crawled.db, "evaluate", file)
    assert ran.returncode == 3
    assert "https://nowhere.example/1" in ran.stderr
    assert "copies" in ran.stdout


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("g.csv", "id,label\n1,a\n2,\n", "entry 2: a line needs `url` or `id`, and `label`"),
        ("g.csv", "name,label\n1,a\n", "entry 1: a line needs"),
        ("g.jsonl", "[1, 2]\n", "entry 1: a line needs"),
        ("g.jsonl", "not json\n", "entry 1: a line needs"),
        ("g.csv", "id,label\n", "it labels no article; a line needs"),
        ("g.jsonl", "\n", "it labels no article; a line needs"),
        ("g.csv", "id,label\n999999,a\n", "none of its 1 articles is in"),
    ],
)
def test_a_gold_file_that_is_wrong_says_where(
    crawled: Crawled, tmp_path: Path, name: str, text: str, says: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    ran = newsloom("--db", crawled.db, "evaluate", file)
    assert ran.returncode == 2
    assert says in ran.stderr


def test_a_csv_of_numbers_is_read_too(crawled: Crawled, tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    file.write_text("id,label\n1,a\n2,b\n", encoding="utf-8")
    assert "2 labelled articles" in newsloom("--db", crawled.db, "evaluate", file).stdout


def test_what_was_not_grouped_is_said_not_to_be_compared(tmp_path: Path) -> None:
    lines, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    text = " ".join(f"word{n}" for n in range(60))
    lines.write_text(
        "".join(f'{{"url": "https://g{n}.example/1", "text": "{text}"}}\n' for n in (1, 2)),
        encoding="utf-8",
    )
    newsloom("--db", db, "import", lines)
    assert "Not compared yet; `newsloom group`" in newsloom("--db", db, "compare", 1, 2).stdout
    newsloom("--db", db, "group")
    assert "Copies: the same text." in newsloom("--db", db, "compare", 1, 2).stdout
