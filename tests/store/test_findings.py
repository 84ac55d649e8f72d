"""Findings can be dropped and made again, because making them changes no fact."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from crawler.grouping.run import group
from crawler.store import Store
from crawler.store.file.schema import script
from crawler.types import Article, Credit, Outlet
from dedupe import EventScheme
from tests.conftest import NOW

BYLINE = Credit(agency="Agency", via="byline", evidence="(Agency)", confidence=1.0)
# Nothing waits once a grouping is done, and `MERGE_AT` moves each key to `keys`.
EMPTIED = {"agency_recount", "to_group", "recent_keys"}


def tables() -> tuple[list[str], list[str]]:
    """Tables of facts and of findings, as `schema.sql` parts them."""
    parts = re.split(r"^-- (?:Facts|Findings|Views.*)$", script(), flags=re.MULTILINE)
    facts, findings = (
        re.findall(r"^CREATE TABLE (\w+)", part, re.MULTILINE) for part in parts[1:3]
    )
    return facts, findings


def contents(store: Store, names: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of these tables, without what `CopyCredits` adds to `credits`."""
    found = {
        name: [tuple(row) for row in store._connection.execute(f"SELECT * FROM {name}")]
        for name in names
    }
    if "credits" in found:
        found["credits"] = [row for row in found["credits"] if "copy" not in row]
    return found


def save_articles(store: Store) -> None:
    with store.batch():
        for slug in ("agency", "paper"):
            store.outlets.save(Outlet(slug=slug, name=slug, agency=slug == "agency"))
        for number in range(40):
            slug = ("agency", "paper")[number % 2]
            event = number // 4
            text = " ".join(
                f"event{event}word{place * (1 + number % 4 // 2)}" for place in range(60)
            )
            article = Article(
                url=f"https://{slug}.org/{number}", outlet=slug,
                language="de" if event % 2 else "en",
                title=f"Event {event} in event{event}word1", text=f"{text}\nFollow us",
                credits=(BYLINE,),
            )  # fmt: skip
            store.articles.save(article, outlet=store.outlets.number(slug), run=1, now=NOW)


def test_findings_change_no_fact(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.store.findings.key_index.MERGE_AT", 1)
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    save_articles(store)
    facts, findings = tables()
    before = contents(store, facts)
    assert before["credits"]
    group(store, run=1, now=NOW)
    group(store, run=1, now=NOW, rebuild=True)
    with store.batch():
        (number, *_) = store.stories.groups(1)
        store.embeddings.keep([(number, "hash", b"\x01")])
        store.event_vectors.replace({1: 0.0}, EventScheme(embedding_model="any"))
        store.embeddings.less_their_language(np.ones((1, 4), np.float32), ["en"])
        store.groupings.keep("again", store.groupings)
        store.groupings.set_settings({"stories.threshold": "0"})
    assert contents(store, facts) == before
    written = {name for name, rows in contents(store, findings).items() if rows}
    assert set(findings) - written == EMPTIED
    assert store._connection.execute("SELECT 1 FROM credits WHERE via = 'copy'").fetchone()
