"""Which blocks of a page make its article, from how likely each is part of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GAIN = 0.02
"""Expected F1 that a choice of blocks must be ahead of the cleaned text to replace it."""
LIKELY = 0.5
"""A block that is less likely the article's is never chosen."""
UNMATCHED = 0.7
"""How likely a word is the article's that cleaning kept and that is in no block."""


def choose(
    likely: NDArray[np.float64],
    sizes: NDArray[np.float32],
    *,
    kept: NDArray[np.bool_],
    words_kept: float,
) -> NDArray[np.bool_] | None:
    """The blocks that are better than the cleaned text; None: none are.

    `likely`, `sizes` (words) and `kept` (in the cleaned text) have a value a block; `words_kept`
    are all words of the cleaned text. With blocks in the order of their likelihood p, the
    expected F1 of the first k is about 2 sum(p w) / (sum(w) + W), where w are their sizes and
    W = sum(p w) over all blocks is the expected size of the article (Nan et al., "Optimizing
    F-measures: a tale of two approaches", ICML 2012).
    """
    expected = likely * sizes
    article = expected.sum()
    order = np.argsort(-likely, kind="stable")
    order = order[likely[order] >= LIKELY]
    if not len(order):
        return None
    scores = 2 * expected[order].cumsum() / (sizes[order].cumsum() + article)
    best = int(np.argmax(scores))
    lost = max(words_kept - float(sizes[kept].sum()), 0.0)
    inside, all_words = expected[kept].sum() + UNMATCHED * lost, sizes[kept].sum() + lost
    cleaned = 2 * inside / max(all_words + article + UNMATCHED * lost, 1.0)
    if scores[best] - cleaned <= GAIN:
        return None
    chosen = np.zeros(len(likely), dtype=bool)
    chosen[order[: best + 1]] = True
    return chosen
