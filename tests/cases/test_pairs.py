"""Saved pairs of texts: imported and grouped in a store of their own, they are copies or not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crawler.grouping.run import group
from crawler.ingest.jsonl import import_articles
from crawler.store import open_store
from tests.cases.test_cases import cases, expected
from tests.conftest import NOW

Row = dict[str, Any]


def are_copies(rows: Sequence[Row], folder: Path) -> bool:
    store, file = open_store(folder / "t.db"), folder / "t.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with store.batch():
        run = store.runs.open("test", now=NOW, pid=1)
    import_articles(store, [file], run=run, now=NOW)
    group(store, run=run, now=NOW, stories=False)
    groups = [row.copy_group for row in store.queries.articles.all_placed()]
    joined = [edge.joined for edge in store.copies.edges([1])]
    store.close()
    assert len(groups) == len(rows)
    assert (len(set(groups)) == 1) == any(joined)
    return any(joined)


def lines(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("file", cases("group"), ids=lambda file: file.name)
def test_pairs_of_articles(file: Path, tmp_path: Path) -> None:
    want = expected(file)["want"]
    if "copies" in want:
        assert are_copies(lines(file), tmp_path) == want["copies"]


def more() -> Iterator[Any]:
    for file in cases("pairs"):
        for row in lines(file):
            name = file.name.removesuffix("-more.jsonl")
            yield pytest.param(row, id=f"{name}: {row['what']}")


@pytest.mark.parametrize("row", [*more()])
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_pairs_of_texts_in_both_orders(row: Row, order: str, tmp_path: Path) -> None:
    rows = [
        {"url": f"https://{key}.example/1", "outlet": key, "title": key, "text": row[key],
         "published_at": NOW, "language": row["language"]}
        for key in order
    ]  # fmt: skip
    assert are_copies(rows, tmp_path) == row["copies"]
