"""How well the town was understood: the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crawler.demo.prints import Print
from crawler.store import Store
from dedupe import Score, b_cubed, pairwise


class TownScore(NamedTuple):
    """The crawl against the town's own truth."""

    printed: int
    """articles that the town printed and let us read"""
    found: int
    """of these, articles in the store"""
    copies: Score
    """pairs that carry the same text (pairwise)"""
    stories: Score
    """articles of one event in one language (B-cubed)"""


def score(store: Store, truth: Mapping[str, Print]) -> TownScore:
    """Compare a store with the truth, by article address."""
    rows = [row for row in store.reading.placed_articles() if row["url"] in truth]
    prints = {row["article"]: truth[row["url"]] for row in rows}
    return TownScore(
        printed=len(truth),
        found=len(rows),
        copies=pairwise(
            {row["article"]: row["copy_group"] for row in rows},
            {article: print_.text for article, print_ in prints.items()},
        ),
        stories=b_cubed(
            {row["article"]: row["story"] for row in rows},
            {article: (print_.event, print_.language) for article, print_ in prints.items()},
        ),
    )
