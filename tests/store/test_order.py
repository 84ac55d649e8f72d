"""Stories do not depend on what came first: after a rebuild, any order and any split are one."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from bench.corpora.incidents import Report, incidents
from crawler.clock import utc
from crawler.grouping.run import group
from crawler.ingest.merge import merge
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision
from tests.conftest import NOW

Stories = frozenset[frozenset[str]]


def reports() -> list[Report]:
    """English ones, two in three with what another outlet printed of them word by word."""
    found = [report for report in incidents() if report.language == "en"][:60]
    prints = [report._replace(number=1000 + report.number, outlet="reprint") for report in found]
    return found + [report for report in prints if report.number % 3]


def save(store: Store, told: list[Report]) -> None:
    with store.batch():
        for report in told:
            when = None
            if report.published is not None:
                when = Moment(
                    at=utc(report.published), precision=Precision.SECOND, source="feed", raw=""
                )
            article = Article(
                url=f"https://{report.outlet}/{report.number}", outlet="", title=report.title,
                text=report.text, language=None, published=when,
            )  # fmt: skip
            outlet = store.outlets.ensure(report.outlet)
            store.articles.save(article, outlet=outlet, run=1, now=NOW)


def stories(store: Store) -> Stories:
    placed: dict[int | None, set[str]] = {}
    for row in store.queries.articles.all_placed():
        placed.setdefault(row.story, set()).add(row.url)
    return frozenset(map(frozenset, placed.values()))


def filled(file: Path | str, parts: list[list[Report]]) -> Store:
    store = open_store(file)
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    for part in parts:
        save(store, part)
        group(store, run=1, now=NOW)
    return store


def rebuilt(store: Store) -> Stories:
    group(store, run=1, now=NOW, rebuild=True)
    found = stories(store)
    store.close()
    return found


@pytest.mark.slow
def test_any_order_and_any_split_give_the_same_stories() -> None:
    usual = rebuilt(filled(":memory:", [reports()]))
    assert 15 < len(usual) < 60
    for seed in range(4):
        draw = random.Random(seed)
        told = draw.sample(reports(), len(reports()))
        cuts = [0, *sorted(draw.sample(range(1, len(told)), seed)), len(told)]
        parts = [told[start:end] for start, end in pairwise(cuts)]
        assert rebuilt(filled(":memory:", parts)) == usual


@pytest.mark.slow
def test_stores_merge_to_the_same_stories_either_way_round(tmp_path: Path) -> None:
    told = reports()
    for name, part in (("a.db", told[::2]), ("b.db", told[1::2])):
        filled(tmp_path / name, [part]).close()
    found = []
    for first, second in (("a.db", "b.db"), ("b.db", "a.db")):
        target = tmp_path / f"all-{first}"
        files = (tmp_path / first, tmp_path / second)
        merge(files, target, now=NOW, progress=lambda _what, _done, _total: None)
        found.append(rebuilt(open_store(target)))
    assert found[0] == found[1] == rebuilt(filled(":memory:", [told]))
