"""A long stream of news, made fast: for measuring time, memory and disk, not accuracy.

Texts are chains of phrases, so that unrelated ones have phrases in common as they have in life; a
third are copies of one of the last few thousand, lightly edited; every outlet prints a line of its
own. 350 words on average, like the news.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

VOCABULARY = 60_000
PHRASES = 400_000
RECENT = 4_000
COPIES = 0.33
PER_PHRASE = 6
MEAN_PHRASES = 58


class Streamed:
    """Article after article: (outlet, text), the same for the same seed."""

    def __init__(self, *, seed: int, outlets: int = 400) -> None:
        self._draw = np.random.default_rng(seed)
        self._outlets = outlets
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        words = ["".join(self._draw.choice(letters, 2 + n % 9)) for n in range(VOCABULARY)]
        rank = self._zipf(VOCABULARY, (PHRASES, PER_PHRASE), 1.0)
        self._phrases = [" ".join(words[i] for i in row) for row in rank]
        self._lines = [self._text(3) for _ in range(outlets)]
        self._recent: deque[list[str]] = deque(maxlen=RECENT)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while True:
            outlet = int(self._draw.integers(self._outlets))
            body = self._copy() if self._recent and self._draw.random() < COPIES else self._fresh()
            self._recent.append(body)
            yield outlet, "\n\n".join((*body, self._lines[outlet]))

    def _fresh(self) -> list[str]:
        count = int(self._draw.gamma(2.5, MEAN_PHRASES / 2.5)) + 6
        return [self._text(8) for _ in range(0, count, 8)]

    def _copy(self) -> list[str]:
        """Some paragraphs of a recent text replaced, or its end left out."""
        body = list(self._recent[int(self._draw.integers(len(self._recent)))])
        if self._draw.random() < 0.2:
            return body[: max(len(body) // 2, 1)]
        body[int(self._draw.integers(len(body)))] = self._text(8)
        return body

    def _text(self, phrases: int) -> str:
        return " ".join(self._phrases[i] for i in self._zipf(PHRASES, (phrases,), 0.4)) + "."

    def _zipf(self, size: int, shape: tuple[int, ...], power: float) -> NDArray[np.int64]:
        """Ranks whose chance falls with their power, by inversion."""
        chance = self._draw.random(shape)
        if power == 1.0:
            found = np.exp(chance * np.log(size))
        else:
            found = (chance * size ** (1 - power)) ** (1 / (1 - power))
        ranks: NDArray[np.int64] = np.minimum(found, size - 1).astype(np.int64)
        return ranks
