"""Pages kept beside the store, and read anew when Newsloom reads pages better."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crawler.demo.town import Town
from tests.conftest import newsloom


def ask(db: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(db)
    rows = connection.execute(sql).fetchall()
    connection.commit()
    connection.close()
    return rows


@pytest.mark.usefixtures("slow")
def test_kept_pages_are_read_anew(tmp_path: Path) -> None:
    db = tmp_path / "news.db"
    with Town() as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        crawled = newsloom(
            "--db", db, "crawl", "--allow-private", "--only", "--outlets", outlets,
            "--keep-pages", "abendblick", "riverside-weekly",
        )  # fmt: skip
    assert crawled.returncode == 0, crawled.stderr
    articles = ask(db, "SELECT count(*) FROM articles")[0][0]
    kept = ask(tmp_path / "news.pages.db", "SELECT count(*) FROM kept_pages")[0][0]
    rejected = ask(db, "SELECT count(*) FROM pages WHERE reason IN ('no-text', 'not-html')")[0][0]
    assert isinstance(articles, int)
    assert isinstance(rejected, int)
    assert kept == articles + rejected

    # As if an older Newsloom had read two of them, one badly, and rejected a third.
    pages = ask(db, "SELECT group_concat(page) FROM articles WHERE id IN (1, 2, 3)")[0][0]
    no_texts = ask(db, "SELECT group_concat(id) FROM pages WHERE reason = 'no-text'")[0][0]
    older = f"UPDATE kept_pages SET extraction = 0 WHERE page IN ({pages}, {no_texts})"
    ask(tmp_path / "news.pages.db", older)
    ask(db, "UPDATE articles SET text = text || char(10) || 'Post a Comment', text_hash = 'old'"
            " WHERE id = 1")  # fmt: skip
    stated = ask(db, "SELECT kind FROM articles WHERE id IN (1, 2)")
    assert ("article",) in stated
    ask(db, "UPDATE articles SET kind = NULL")
    ask(db, "DELETE FROM to_group")
    for table in ("memberships", "copies", "keys", "signatures"):
        column = "a" if table == "copies" else "article"
        ask(db, f"DELETE FROM {table} WHERE {column} = 3")
    ask(db, "DELETE FROM credits WHERE article = 3")
    page = ask(db, "SELECT page FROM articles WHERE id = 3")[0][0]
    ask(db, "DELETE FROM copy_groups WHERE id = 3")
    ask(db, "DELETE FROM articles WHERE id = 3")
    ask(db, f"UPDATE pages SET state = 'rejected', reason = 'no-text' WHERE id = {page}")

    first = newsloom("--db", db, "reextract", "--only", "--outlets", outlets)
    assert first.returncode == 0, first.stderr
    assert "1 article revised, 1 new, 1 unchanged" in first.stdout
    revisions = ask(db, "SELECT article, ours, text LIKE '%Post a Comment' FROM revisions")
    assert revisions == [(1, 1, 1)]
    assert ask(db, "SELECT text LIKE '%Post a Comment' FROM articles WHERE id = 1") == [(0,)]
    assert ask(db, "SELECT kind FROM articles WHERE id IN (1, 2)") == stated
    assert ask(db, "SELECT count(*) FROM articles") == [(articles,)]
    assert ask(db, "SELECT count(*) FROM to_group") == [(2,)]

    again = newsloom("--db", db, "reextract", "--only", "--outlets", outlets)
    assert "0 articles revised, 0 new, 0 unchanged" in again.stdout
    assert f"{kept} up to date, 0 rejected" in again.stdout


def test_without_kept_pages_it_says_what_keeps_them(tmp_path: Path) -> None:
    db = tmp_path / "news.db"
    assert newsloom("--db", db, "reextract").returncode == 2
    assert newsloom("--db", db, "import", "-", stdin="").returncode == 0
    done = newsloom("--db", db, "reextract")
    assert done.returncode == 2
    assert "newsloom crawl --keep-pages" in done.stderr
