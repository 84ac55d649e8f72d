"""A stream of events told by several outlets, each in its own words, made fast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

VOCABULARY = 80_000
EVENT_WORDS = 40
OPEN = 400
"""Events that are being told at a time."""
START = datetime(2022, 1, 1, tzinfo=UTC)


class Event(NamedTuple):
    """Something that happened."""

    number: int
    words: NDArray[np.int64]
    """numbers of the words that it is told with"""


class Events:
    """Article after article: (outlet, event, time, title, text), the same for the same seed."""

    def __init__(self, *, seed: int, a_day: int, outlets: int = 400) -> None:
        self._draw = np.random.default_rng(seed)
        self._a_day, self._outlets = a_day, outlets
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        lengths = 3 + self._draw.integers(0, 8, VOCABULARY)
        self._words = np.array(["".join(self._draw.choice(letters, n)) for n in lengths])
        self._number = 0
        self._open = [self.event() for _ in range(OPEN)]

    def __iter__(self) -> Iterator[tuple[int, int, str, str, str]]:
        told = 0
        while True:
            # Most events are told a few times, some by everybody: they are renewed at random.
            place = int(self._draw.integers(OPEN) * self._draw.random())
            if self._draw.random() < 0.25:
                self._open[place] = self.event()
            event = self._open[place]
            at = START + timedelta(days=told / self._a_day)
            title, text = self.tell(event)
            outlet = int(self._draw.integers(self._outlets))
            yield outlet, event.number, at.strftime("%Y-%m-%dT%H:%M:%SZ"), title, text
            told += 1

    def event(self) -> Event:
        """Something new."""
        self._number += 1
        return Event(self._number, self._zipf(EVENT_WORDS, 0.5))

    def tell(self, event: Event) -> tuple[str, str]:
        """Title and text of an article about it."""
        title, text = self._mix(event.words, 9, 0.6), self._mix(event.words, 230, 0.25)
        return " ".join(self._words[title]), " ".join(self._words[text])

    def _mix(self, words: NDArray[np.int64], count: int, share: float) -> NDArray[np.int64]:
        own = self._draw.random(count) < share
        return np.where(own, self._draw.choice(words, count), self._zipf(count, 1.0))

    def _zipf(self, count: int, power: float) -> NDArray[np.int64]:
        """Numbers of words; the chance of each falls with its rank to this power."""
        chance = self._draw.random(count)
        if power == 1.0:
            found = np.exp(chance * np.log(VOCABULARY))
        else:
            found = (chance * VOCABULARY ** (1 - power)) ** (1 / (1 - power))
        ranks: NDArray[np.int64] = np.minimum(found, VOCABULARY - 1).astype(np.int64)
        return ranks
