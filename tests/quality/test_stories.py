"""B-cubed floors of the story linker, one setting for all sets."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from crawler.grouping import group
from crawler.parsing.dates import moment, posix, utc
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision
from dedupe import StoryNode, StoryScheme, adjusted_rand, b_cubed, link_stories
from tests.conftest import NOW, rows

SETS = {
    "english": (("basil", "galaxy_wikinews"), 0.95),
    "vietnamese": (("vietnamese_mds",), 0.96),
    "headlines": (("google_news_topstories",), 0.915),
    # Broad stories of weeks told in headlines alone.
    "uci": (("uci_news_aggregator_sample",), 0.725),
}
TOGETHER = {"english": 0.945, "vietnamese": 0.96, "headlines": 0.96, "uci": 0.775}
IMPORTED = {"english": 0.94, "vietnamese": 0.96, "headlines": 0.95, "uci": 0.765}


def read(name: str) -> tuple[list[StoryNode], dict[int, str]]:
    """The articles of a set, numbered so that no two sets share a number, and their labels."""
    start = 100_000 * list(SETS).index(name)
    nodes, truth = [], {}
    found = (row for file in SETS[name][0] for row in rows(f"stories/{file}.jsonl.gz"))
    for n, row in enumerate(found, start):
        # The time of the uci set is crawl time and leaks the label.
        when = None if name == "uci" else moment(row.get("published"), source="import")
        nodes.append(
            StoryNode(
                id=n,
                title=row["title"] or "",
                text=row.get("text") or "",
                language=row.get("lang") or ("vi" if name == "vietnamese" else "en"),
                at=posix(when.at) if when else None,
            )
        )
        truth[n] = row["label"]
    return nodes, truth


def stories(nodes: list[StoryNode]) -> dict[int, int]:
    return {g: n for n, c in enumerate(link_stories(nodes, StoryScheme())) for g in c.groups}


@pytest.mark.parametrize("name", SETS)
def test_stories_of_one_kind(name: str) -> None:
    nodes, truth = read(name)
    score = b_cubed(stories(nodes), truth)
    print(f"{name}: P {score.precision:.3f} R {score.recall:.3f} F {score.f1:.3f}")  # noqa: T201
    assert score.f1 >= SETS[name][1]


def test_stories_of_all_kinds_in_one_stream() -> None:
    sets = {name: read(name) for name in SETS}
    found = stories([node for nodes, _ in sets.values() for node in nodes])
    for name, (_, truth) in sets.items():
        score = b_cubed({n: found[n] for n in truth}, truth)
        print(  # noqa: T201
            f"together, {name}: P {score.precision:.3f} R {score.recall:.3f} F {score.f1:.3f}"
        )
        assert score.f1 >= TOGETHER[name]
    largest = Counter(found.values()).most_common(1)[0][1]
    labels = Counter((name, label) for name, (_, truth) in sets.items() for label in truth.values())
    print(f"largest story {largest}, largest true one {max(labels.values())}")  # noqa: T201
    assert largest <= 1.3 * max(labels.values())


def save(store: Store, nodes: list[StoryNode]) -> None:
    with store.batch():
        for node in nodes:
            day = None
            if node.at is not None:
                at = utc(datetime.fromtimestamp(node.at, UTC))
                day = Moment(at=at, precision=Precision.SECOND, source="import", raw="")
            article = Article(
                url=f"https://example.org/{node.id}", outlet="", title=node.title,
                text=node.text, language=node.language, published=day,
            )  # fmt: skip
            outlet = store.outlets.ensure(f"outlet{node.id % 30}")
            store.articles.save(article, outlet=outlet, run=1, now=NOW)


def placed(store: Store) -> dict[int, int]:
    rows = store.reading.placed_articles()
    return {int(row["url"].rpartition("/")[2]): row["story"] for row in rows}


def test_stories_of_all_kinds_imported_together() -> None:
    """As a user has them: import and group, copies first; in six orders, for one is luck.

    Not in the order of the files: one is sorted by story, as nothing arrives.
    """
    sets = {name: read(name) for name in SETS}
    given = [node for nodes, _ in sets.values() for node in nodes]
    orders = [random.Random(seed).sample(given, len(given)) for seed in range(6)]
    scores: dict[str, list[float]] = {name: [] for name in SETS}
    partitions = []
    for order in orders:
        store = open_store(":memory:")
        with store.batch():
            store.runs.open("test", now=NOW, pid=1)
        save(store, order)
        group(store, run=1, now=NOW)
        found = placed(store)
        partitions.append(found)
        store.close()
        for name, (_, truth) in sets.items():
            scores[name].append(b_cubed({n: found[n] for n in truth}, truth).f1)
        largest = Counter(found.values()).most_common(1)[0][1]
        true = Counter(label for _, truth in sets.values() for label in truth.values())
        assert largest <= 1.3 * max(true.values())
    for name, found_scores in scores.items():
        mean = sum(found_scores) / len(found_scores)
        each = " ".join(f"{score:.3f}" for score in found_scores)
        agree = [
            adjusted_rand({n: one[n] for n in truth}, {n: other[n] for n in truth})
            for truth in [sets[name][1]]
            for one, other in pairwise(partitions)
        ]
        print(  # noqa: T201
            f"imported, {name}: F {mean:.3f} ({each}), "
            f"two orders agree at ARI {sum(agree) / len(agree):.3f}"
        )
        assert mean >= IMPORTED[name]


def test_a_rebuild_gives_the_stories_that_came_about_bit_by_bit(store: Store) -> None:
    sets = {name: read(name) for name in SETS}
    nodes = [node for nodes, _ in sets.values() for node in nodes]
    random.Random(1).shuffle(nodes)
    for part in range(10):
        save(store, nodes[part * len(nodes) // 10 : (part + 1) * len(nodes) // 10])
        group(store, run=1, now=NOW)
    before = placed(store)
    group(store, run=1, now=NOW, rebuild=True)
    after = placed(store)
    for name, (_, truth) in sets.items():
        agree = adjusted_rand({n: before[n] for n in truth}, {n: after[n] for n in truth})
        print(f"in ten parts and rebuilt, {name}: ARI {agree:.3f}")  # noqa: T201
        assert agree >= 0.97
