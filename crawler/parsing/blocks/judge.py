"""The article's blocks of a page, where they are better than what trafilatura and cleaning give.

trafilatura is right on most pages, and its output is the strongest hint on the others: what it
took, and how near a block stands to that. The rest is learned (see crawler.parsing.blocks.model).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from crawler.parsing.blocks.alignment import LONG
from crawler.parsing.blocks.choice import choose
from crawler.parsing.blocks.features import (
    Column,
    PageBlocks,
    TextCounts,
    all_columns,
    base_columns,
    learned_columns,
    page_blocks,
)
from crawler.parsing.blocks.model import model
from crawler.parsing.blocks.walk import Block, blocks_near

MATCHED = 0.7
"""Share of the extracted text that must be found in blocks: else they are not its blocks."""


class Candidates(NamedTuple):
    """The blocks of a page that may be its article's, and what is known of them."""

    page: PageBlocks
    base: dict[str, Column]
    """columns that nothing was learned for"""
    kept: float
    """words that cleaning kept of the extracted lines"""

    @classmethod
    def of(
        cls, tree: etree._Element, lines: Sequence[str], kept: Sequence[bool]
    ) -> Candidates | None:
        """Those of a page; None where the extracted lines are not found in its blocks.

        `kept` says of each line whether cleaning kept it.
        """
        if not lines:
            return None
        page = page_blocks(blocks_near(tree, lines), lines, kept)
        if not page.blocks or page.raw.matched < MATCHED:
            return None
        words = TextCounts.of(lines).sizes[np.array(kept, dtype=bool)].sum()
        return cls(page, base_columns(page), float(words))

    def chosen(self, likely: NDArray[np.float64]) -> list[str] | None:
        """The lines of the article, from how likely each block is part of it; None: as kept."""
        unlike = np.where(_second_copies(self.page), 0, likely)
        found = choose(unlike, self.base["size"], kept=self.page.kept, words_kept=self.kept)
        if found is None:
            return None
        return [_line(block) for block, is_in in zip(self.page.blocks, found, strict=True) if is_in]


def judge(candidates: Candidates) -> list[str] | None:
    """The lines of the article; None: those that cleaning kept are better."""
    learned = model()
    columns = all_columns(candidates.base, learned_columns(candidates.page, learned.weights))
    return candidates.chosen(learned.probabilities(columns))


def _second_copies(page: PageBlocks) -> NDArray[np.bool_]:
    """Long blocks that the page has already shown: hidden copies, or those of a small screen."""
    keys = page.keys
    taken = {key for key, is_taken in zip(keys, page.raw.taken, strict=True) if is_taken}
    seen: set[str] = set()
    second = np.zeros(len(keys), dtype=bool)
    for number, key in enumerate(keys):
        if len(key) < LONG:
            continue
        # Of equal blocks, those that trafilatura took, or else the first.
        second[number] = not page.raw.taken[number] if key in taken else key in seen
        seen.add(key)
    return second


def _line(block: Block) -> str:
    """A block as trafilatura writes it."""
    if block.place.tag == "li":
        return f"- {block.text}"
    return f"| {block.text} |" if block.place.tag == "tr" else block.text
