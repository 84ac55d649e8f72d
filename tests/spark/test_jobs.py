"""What Spark makes of archives and data sets, beside what one machine makes of them."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ask, made_once
from tests.spark.same import table

pytestmark = pytest.mark.slow

FACTS = ("outlets", "articles", "revisions")
COPIES = {
    "credits": (),
    "copies": (),
    "copy_groups": ("linked_at",),
    "memberships": (),
    "signatures": (),
    "outlet_lines": (),
}
"""Tables that are equal, but for these columns."""
STORIES = {
    "common_shingles": (),
    "outlet_boilerplate": (),
    "stories": ("event_looked_at",),
    "events": (),
    "backgrounds": (),
    "story_terms": (),
    "learned_groups": (),
    "story_log": ("id", "run", "at"),
}
OF_LANGUAGES = ("story", "linked_at", "place", "language", "language_source")
"""Columns of what is found in a task for each language."""


@pytest.fixture(scope="session")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what `tests.spark.jobs` made; skips without Spark and Java."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (./run spark installs it)")
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine (apt install openjdk-17-jre-headless)")

    def make(folder: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.spark.jobs", str(folder)],
            cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]

    return made_once(tmp_path_factory, "spark", make)


@pytest.mark.parametrize("name", FACTS)
def test_extraction_town(jobs: Path, name: str) -> None:
    one, two = (table(jobs / "town" / f"{db}.db", name) for db in ("one", "two"))
    assert one == two


def test_extraction_counts(jobs: Path) -> None:
    counts = json.loads((jobs / "town" / "counts.json").read_text())
    (summary,) = ask(jobs / "town" / "one.db", "SELECT summary FROM runs WHERE id = 1")[0]
    assert counts == json.loads(summary)
    assert counts["revised"] > 0


@pytest.mark.parametrize("name", COPIES | STORIES)
def test_grouping_town(jobs: Path, name: str) -> None:
    without = (COPIES | STORIES)[name]
    one, two = (table(jobs / "town" / f"{db}.db", name, without) for db in ("one", "two"))
    assert one == two
    assert one or name == "credits"


@pytest.mark.parametrize("name", COPIES)
def test_grouping_with_counts_of_passes(jobs: Path, name: str) -> None:
    without = (*COPIES[name], *OF_LANGUAGES)
    one, two = (table(jobs / "texts" / f"{db}.db", name, without) for db in ("one", "two"))
    assert one == two
    assert one


def test_grouping_languages(jobs: Path) -> None:
    one, two = (
        ask(
            jobs / "texts" / f"{db}.db",
            "SELECT id, language, language_source, story IS NULL FROM copy_groups ORDER BY id",
        )
        for db in ("one", "two")
    )
    assert one == two
    assert {source for _, _, source, _ in two} >= {"article", "outlet"}
    db = jobs / "texts" / "two.db"
    mixed = """
    SELECT story FROM copy_groups GROUP BY story
    HAVING count(DISTINCT substr(language, 1, 2)) <> 1 OR story IS NULL
    """
    assert ask(db, mixed) == []
    for unique in ("SELECT place FROM copy_groups", "SELECT DISTINCT place FROM story_terms"):
        places = ask(db, unique)
        assert len(places) == len(set(places))
    assert ask(db, "SELECT count(*) > 10 FROM stories WHERE merged_into IS NULL") == [(1,)]


@pytest.mark.parametrize("corpus", ["town", "texts"])
def test_grouping_keys(jobs: Path, corpus: str) -> None:
    keys = "SELECT key, article FROM keys UNION SELECT key, article FROM recent_keys ORDER BY 1, 2"
    one, two = (ask(jobs / corpus / f"{db}.db", keys) for db in ("one", "two"))
    assert one == two


def test_grouping_manifest(jobs: Path) -> None:
    made_of = (
        "SELECT rebuilt, compared, articles, inputs, settings FROM groupings ORDER BY rowid LIMIT 1"
    )
    one, two = (ask(jobs / "town" / f"{db}.db", made_of) for db in ("one", "two"))
    assert one == two


def test_damaged_archive_gives_what_comes_before(jobs: Path) -> None:
    damaged = json.loads((jobs / "damaged" / "damaged.json").read_text())
    assert [Path(name).name for name in damaged] == ["cut.warc.gz"]
    counts = json.loads((jobs / "damaged" / "counts.json").read_text())
    assert counts == {"new": 5, "damaged": 1, "http-404": 1}


def test_missing_archive_is_named(jobs: Path) -> None:
    said = (jobs / "damaged" / "refused.txt").read_text()
    assert said.startswith("1 archive cannot be read, the first of them")
    assert "late.warc.gz" in said


def test_rejected_captures_have_their_places(jobs: Path) -> None:
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(jobs / "damaged" / "set" / "rejected").to_pylist()
    assert [(Path(row["file"]).name, row["reason"]) for row in rows] == [
        ("cut.warc.gz", "damaged"),
        ("late.warc.gz", "http-404"),
    ]
    assert rows[0]["offset"] > 0
