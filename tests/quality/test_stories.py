"""B-cubed floors of the story linker, one setting for all sets."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from crawler.grouping import group
from crawler.parsing.dates import moment, posix, utc
from crawler.store import Store
from crawler.types import Article, Moment, Precision
from dedupe import StoryNode, StoryScheme, b_cubed, link_stories
from tests.conftest import NOW, rows

SETS = {
    "english": (("basil", "galaxy_wikinews"), 0.95),
    "vietnamese": (("vietnamese_mds",), 0.955),
    "headlines": (("google_news_topstories",), 0.915),
    # Broad stories of weeks told in headlines alone.
    "uci": (("uci_news_aggregator_sample",), 0.70),
}
TOGETHER = {"english": 0.945, "vietnamese": 0.955, "headlines": 0.96, "uci": 0.75}
IMPORTED = {"english": 0.94, "vietnamese": 0.955, "headlines": 0.96, "uci": 0.77}


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


def test_stories_of_all_kinds_imported_together(store: Store) -> None:
    """As a user has them: import and group, copies first."""
    sets = {name: read(name) for name in SETS}
    with store.batch():
        for name, (nodes, _) in sets.items():
            for node in nodes:
                day = None
                if node.at is not None:
                    at = utc(datetime.fromtimestamp(node.at, UTC))
                    day = Moment(at=at, precision=Precision.SECOND, source="import", raw="")
                article = Article(
                    url=f"https://example.org/{node.id}", outlet="", title=node.title,
                    text=node.text, language=node.language, published=day,
                )  # fmt: skip
                outlet = store.outlets.ensure(f"{name}{node.id % 30}")
                store.articles.save(article, outlet=outlet, run=1, now=NOW)
    group(store, run=1, now=NOW)
    found = {
        int(row["url"].rpartition("/")[2]): row["story"] for row in store.reading.placed_articles()
    }
    for name, (_, truth) in sets.items():
        score = b_cubed({n: found[n] for n in truth}, truth)
        print(  # noqa: T201
            f"imported, {name}: P {score.precision:.3f} R {score.recall:.3f} F {score.f1:.3f}"
        )
        assert score.f1 >= IMPORTED[name]
