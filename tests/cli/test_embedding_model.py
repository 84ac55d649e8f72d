"""An embedding model speaks for stories: a small one of our own in the place of the library."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import newsloom
from tests.web.conftest import serving

# It knows what a dozen words of two languages mean, and nothing else.
MODEL = """
import numpy as np

CONCEPTS = [
    ("earthquake", "erdbeben"), ("rescuers", "retter"), ("ruins", "trümmern"), ("city", "stadt"),
    ("budget", "haushalt"), ("parliament", "parlament"), ("pensions", "renten"), ("vote", "votum"),
]

class SentenceTransformer:
    def __init__(self, name, local_files_only):
        assert local_files_only
        if name != "concepts":
            raise OSError(f"{name} is not a local folder")

    def encode(self, texts, convert_to_numpy, show_progress_bar):
        assert convert_to_numpy and not show_progress_bar
        rows = [[sum(text.lower().count(w) for w in c) for c in CONCEPTS] for text in texts]
        return np.array(rows, np.float32) + 0.01
"""
ARTICLES = (
    (
        "a.org", "en", "Earthquake destroys market",
        "Rescuers dig in ruins after the earthquake hit the city at dawn, and hundreds of people "
        "were brought to hospitals in the valley.",
    ),
    (
        "b.org", "en", "Dozens missing after earthquake",
        "Rescuers searched the ruins of the city market after an earthquake at dawn; hospitals in "
        "the valley are full.",
    ),
    (
        "c.de", "de", "Erdbeben zerstört Markthalle",
        "Retter graben in den Trümmern, nachdem ein Erdbeben die Stadt am Morgen getroffen hat; "
        "Hunderte wurden in Kliniken gebracht.",
    ),
    (
        "d.de", "de", "Haushalt beschlossen",
        "Das Parlament hat den Haushalt nach langem Streit über die Renten angenommen, das Votum "
        "fiel knapp aus.",
    ),
)  # fmt: skip
LATER = (
    "e.de", "de", "Suche nach Erdbeben geht weiter",
    "Die Retter suchen weiter in den Trümmern der Stadt; das Erdbeben hatte viele Menschen im "
    "Schlaf überrascht.",
)  # fmt: skip


@pytest.fixture
def libraries(tmp_path: Path, slow: None) -> Path:
    library = tmp_path / "libraries"
    (library / "transformers" / "utils").mkdir(parents=True)
    (library / "sentence_transformers.py").write_text(MODEL, encoding="utf-8")
    for package in ("transformers", "transformers/utils"):
        (library / package / "__init__.py").touch()
    (library / "transformers" / "utils" / "logging.py").write_text(
        "def disable_progress_bar():\n    pass\n", encoding="utf-8"
    )
    return library


def add(db: Path, *articles: tuple[str, str, str, str]) -> None:
    given = db.with_suffix(".jsonl")
    lines = (
        json.dumps({"url": f"https://{outlet}/{number}", "outlet": outlet,
                    "published": "2022-01-05", "language": language,
                    "title": title, "text": text}) + "\n"
        for number, (outlet, language, title, text) in enumerate(articles, start=1)
    )  # fmt: skip
    given.write_text("".join(lines), encoding="utf-8")
    ran = newsloom("--db", db, "import", given)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def db(tmp_path: Path) -> Path:
    db = tmp_path / "embedded.db"
    add(db, *ARTICLES)
    assert newsloom("--db", db, "group").returncode == 0
    return db


def told(db: Path) -> dict[str, int]:
    """The story of each outlet's article."""
    connection = sqlite3.connect(db)
    found = dict(connection.execute("SELECT outlet, story FROM article_overview").fetchall())
    connection.close()
    return found


def events(db: Path) -> dict[str, int | None]:
    """The event of each outlet's story."""
    connection = sqlite3.connect(db)
    found = dict(
        connection.execute(
            "SELECT a.outlet, s.event FROM article_overview a JOIN stories s ON s.id = a.story"
        ).fetchall()
    )
    connection.close()
    return found


def embedding_model_of(db: Path) -> str | None:
    connection = sqlite3.connect(db)
    (found,) = connection.execute(
        "SELECT embedding_model FROM schemes WHERE kind = 'stories'"
    ).fetchone()
    connection.close()
    return None if found is None else str(found)


def test_an_embedding_model_links_across_languages_and_is_remembered(
    db: Path, libraries: Path
) -> None:
    before = told(db)
    assert before["a.org"] == before["b.org"]
    assert len(set(before.values())) == 3
    assert set(events(db).values()) == {None}
    ran = newsloom("--db", db, "group", "--embedding-model", "concepts", libraries=libraries)
    assert ran.returncode == 0, ran.stderr
    assert told(db) == before, "stories stay in their languages"
    after = events(db)
    assert after["a.org"] == after["b.org"] == after["c.de"] is not None
    assert after["d.de"] is None

    # What comes later is heard as well, and finds the story through its meaning.
    add(db, LATER)
    ran = newsloom("--db", db, "group", libraries=libraries)
    assert ran.returncode == 0, ran.stderr
    assert events(db)["e.de"] == after["a.org"]

    said = newsloom("--db", db, "compare", "https://a.org/1", "https://c.de/3").stdout
    assert "tell one event" in said
    assert "by their embeddings" in said
    said = newsloom("--db", db, "compare", "https://c.de/3", "https://e.de/1").stdout
    assert "by their embeddings" in said
    with serving(db) as desk:
        pages = [
            urlopen(f"{desk.address}/compare/{a}/{b}").read().decode("utf-8")  # noqa: S310 - our own
            for a, b in ((1, 3), (3, 5))
        ]
    assert "Their stories tell one event in two languages, en and de" in pages[0]
    assert "by their embeddings" in pages[1]
    assert "two languages" not in pages[1]

    found = events(db)
    rebuilt = newsloom("--db", db, "group", "--rebuild", libraries=libraries)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert events(db) == found
    ended = newsloom("--db", db, "group", "--embedding-model", "none")
    assert ended.returncode == 0, ended.stderr
    assert set(events(db).values()) == {None}


def test_an_embedding_model_that_is_gone_loses_nothing(db: Path, libraries: Path) -> None:
    newsloom("--db", db, "group", "--embedding-model", "concepts", libraries=libraries)
    add(db, LATER)
    ran = newsloom("--db", db, "group")
    assert ran.returncode == 2
    assert "sentence-transformers is not installed" in ran.stderr
    assert "--embedding-model none" in ran.stderr
    assert told(db)["e.de"] is None
    ended = newsloom("--db", db, "group", "--embedding-model", "none")
    assert ended.returncode == 0, ended.stderr
    assert embedding_model_of(db) is None
    after = told(db)
    assert after["e.de"] is not None
    assert after["a.org"] == after["b.org"] != after["c.de"]


def test_what_was_heard_is_not_asked_again(db: Path, libraries: Path) -> None:
    newsloom("--db", db, "group", "--embedding-model", "concepts", libraries=libraries)
    joined, stories = events(db), told(db)
    assert joined["a.org"] == joined["c.de"]
    both = stories["a.org"], stories["c.de"]
    parted = newsloom("--db", db, "override", "unlink", *both, "--why", "another event")
    assert parted.returncode == 0, parted.stderr
    assert set(events(db).values()) == {None}
    undone = newsloom("--db", db, "override", "undo", 1)
    assert undone.returncode == 0, undone.stderr
    found = events(db)
    assert found["a.org"] == found["c.de"] is not None


def test_a_rebuild_looks_for_the_embedding_model_first(db: Path, libraries: Path) -> None:
    newsloom("--db", db, "group", "--embedding-model", "concepts", libraries=libraries)
    before = told(db)
    ran = newsloom("--db", db, "group", "--rebuild")
    assert ran.returncode == 2
    assert told(db) == before
    connection = sqlite3.connect(db)
    query = "SELECT scheme FROM schemes WHERE kind = 'stories'"
    assert ":concepts" in connection.execute(query).fetchone()[0]
    connection.close()


def test_a_merge_goes_on_without_a_model_that_is_not_here(db: Path, libraries: Path) -> None:
    newsloom("--db", db, "group", "--embedding-model", "concepts", libraries=libraries)
    other, target = db.with_name("other.db"), db.with_name("all.db")
    add(other, LATER)
    heard = newsloom("merge", db, other, "-o", target, libraries=libraries)
    assert heard.returncode == 0, heard.stderr
    assert events(target)["e.de"] == events(target)["a.org"]
    target.unlink()
    merged = newsloom("merge", db, other, "-o", target)
    assert merged.returncode == 0, merged.stderr
    assert "embedding model concepts is not on this machine" in merged.stdout
    found = told(target)
    assert found["c.de"] == found["e.de"] != found["a.org"]
    assert embedding_model_of(target) is None


@pytest.mark.parametrize("model", ["", "nosuch", "/nowhere/at/all"])
def test_an_embedding_model_that_is_not_here_changes_nothing(
    model: str, db: Path, libraries: Path
) -> None:
    before = told(db)
    ran = newsloom("--db", db, "group", "--embedding-model", model, libraries=libraries)
    assert ran.returncode == 2
    assert "folder" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (told(db), embedding_model_of(db)) == (before, None)


def test_an_embedding_model_may_be_tried_beside(db: Path, libraries: Path) -> None:
    before = told(db)
    ran = newsloom(
        "--db", db, "group", "--rebuild", "--as", "heard", "--embedding-model", "concepts",
        libraries=libraries,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert (told(db), embedding_model_of(db)) == (before, None)
    assert "heard" in newsloom("--db", db, "groupings", "heard").stdout
