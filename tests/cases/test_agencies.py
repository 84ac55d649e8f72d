"""Saved inputs of articles that carry an agency's text: imported, grouped, counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.grouping.run import group
from crawler.ingest.jsonl import import_articles
from crawler.store import Store, open_store
from tests.cases.test_cases import cases, expected
from tests.conftest import NOW


def imported(store: Store, *files: Path) -> None:
    with store.batch():
        run = store.runs.open("test", now=NOW, pid=1)
    import_articles(store, [*files], run=run, now=NOW)
    group(store, run=run, now=NOW)


@pytest.mark.parametrize("file", cases("agencies"), ids=lambda file: file.name)
def test_agency_copy_of_imported_articles(file: Path, tmp_path: Path) -> None:
    case, store = expected(file), open_store(tmp_path / "t.db")
    imported(store, file)
    shares = store.queries.agency_copy.shares(limit=99)
    figures = {name: sum(getattr(row, name) for row in shares) for name in ("attributed", "twin")}
    assert figures["attributed"] >= case.get("want_at_least", 0)
    assert case.get("want", figures) == figures
    store.close()


def test_an_imported_agency_is_one_and_credits_nobody(tmp_path: Path) -> None:
    text = "ALMATY (Reuters) - " + " ".join(f"word{n}" for n in range(80))
    rows = [
        {"url": "https://www.reuters.com/1", "title": "Bridge", "text": text, "authors": "Reuters"},
        {"url": "https://a.example/1", "outlet": "Reuters", "title": "Bridge 1", "text": text},
        {"url": "https://spa.example/1", "outlet": "spa", "title": "Bridge 2", "text": text},
        {"url": "https://b.example/1", "outlet": "b", "title": "Bridge 3", "text": text[19:]},
    ]
    file, store = tmp_path / "t.jsonl", open_store(tmp_path / "t.db")
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    imported(store, file)
    assert store.queries.outlets.agencies() == ["reuters.com", "Reuters"]
    carried = {row.url: row.agencies for row in store.queries.articles.all_placed()}
    assert [carried[row["url"]] for row in rows] == [(), (), ("Reuters",), ("Reuters",)]
    evidence = {row.via for row in store.queries.agency_copy.credits(4)}
    assert evidence == {"copy", "twin"}
    store.close()


def test_a_second_import_finds_the_agencies_that_an_earlier_newsloom_left_out(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path / "t.db")
    (file,) = [one for one in cases("agencies") if "imported" in one.name]
    imported(store, file)
    credited = store.queries.agency_copy.credits(1)
    with store.batch():
        store.credits.save(1, ())
    assert not [row for row in store.queries.agency_copy.credits(1) if row.via != "twin"]
    imported(store, file)
    assert store.queries.agency_copy.credits(1) == credited
    store.close()
