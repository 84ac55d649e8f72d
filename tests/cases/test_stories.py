"""Saved inputs of several articles: imported and grouped part by part, they are some stories."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from crawler.grouping.run import group
from crawler.ingest.jsonl import import_articles
from crawler.store import open_store
from dedupe import b_cubed
from tests.cases.test_cases import cases, expected
from tests.conftest import NOW


def stories_of(file: Path, folder: Path) -> dict[str, int]:
    """The story of each address; keys that begin with an underscore are not imported."""
    parts: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        parts[row.get("_part", 1)].append({k: v for k, v in row.items() if k[0] != "_"})
    store, part_file = open_store(folder / "t.db"), folder / "t.jsonl"
    with store.batch():
        run = store.runs.open("test", now=NOW, pid=1)
    for _, rows in sorted(parts.items()):
        part_file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        import_articles(store, [part_file], run=run, now=NOW)
        group(store, run=run, now=NOW)
    found = {row.url: row.story or 0 for row in store.queries.articles.all_placed()}
    store.close()
    return found


@pytest.mark.parametrize("file", cases("partition", "stories"), ids=lambda file: file.name)
def test_articles_are_the_stories_that_they_should_be(file: Path, tmp_path: Path) -> None:
    want, found = expected(file)["want"], stories_of(file, tmp_path)
    sizes = Counter(found.values())
    for key, value in want.items():
        if key == "same_story":
            assert (len(sizes) == 1) == value
        elif key == "stories":
            assert len(sizes) == value
        elif key == "max_story":
            assert max(sizes.values()) <= value
        else:
            assert key == "bcubed_f"
            rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
            assert b_cubed(found, {row["url"]: row["_label"] for row in rows}).f1 >= value
