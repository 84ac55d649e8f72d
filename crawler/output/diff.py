"""The differences of two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from dedupe.text import UNSPACED_CHAR

LONGEST = 30_000
"""Words of a text that are compared, a fifth of a second's worth: time grows with their square."""
FEW = 3
"""Words in common, fewer than this, that stay part of a longer change around them: `the`, or a
name, that both sides of a rewritten sentence have."""
_WORD = re.compile(rf"\s*(?:{UNSPACED_CHAR.pattern}|(?:(?!{UNSPACED_CHAR.pattern})\S)+)")
"""A word with the space before it; a single character in scripts without spaces."""


class Piece(NamedTuple):
    """A run of words that is in both texts, or differs between them."""

    same: bool
    a: str
    b: str
    words: int
    """words of the longer side"""


class _Run(NamedTuple):
    """Words `a` to `a_end` of one text, which are or became words `b` to `b_end` of the other."""

    same: bool
    a: int
    a_end: int
    b: int
    b_end: int

    @property
    def words(self) -> int:
        return max(self.a_end - self.a, self.b_end - self.b)


def differences(a: str, b: str) -> Iterator[Piece]:
    """The first LONGEST words of both texts in order, piece by piece; spaces do not count."""
    ours, theirs = (_WORD.findall(text)[:LONGEST] for text in (a, b))
    one, two = ([word.strip() for word in words] for words in (ours, theirs))
    runs = (
        _Run(change.tag == "equal", change.src_start, change.src_end, change.dest_start,
             change.dest_end)
        for change in Levenshtein.opcodes(one, two)
    )  # fmt: skip
    for run in _joined(_without_islands(_joined(runs))):
        yield Piece(
            run.same,
            "".join(ours[run.a : run.a_end]),
            "".join(theirs[run.b : run.b_end]),
            run.words,
        )


def cut_short(a: str, b: str) -> bool:
    """Whether a text has more words than are compared."""
    return any(sum(1 for _ in _WORD.finditer(text)) > LONGEST for text in (a, b))


def _joined(runs: Iterable[_Run]) -> list[_Run]:
    """The runs, neighbours of one kind as one."""
    found: list[_Run] = []
    for run in runs:
        if found and found[-1].same == run.same:
            found[-1] = found[-1]._replace(a_end=run.a_end, b_end=run.b_end)
        else:
            found.append(run)
    return found


def _without_islands(runs: list[_Run]) -> Iterator[_Run]:
    """The runs; a FEW words in common between two longer changes are a part of these."""
    for before, run, after in zip([None, *runs], runs, [*runs[1:], None], strict=False):
        is_island = (
            run.same and run.words < FEW
            and before is not None and before.words > run.words
            and after is not None and after.words > run.words
        )  # fmt: skip
        yield run._replace(same=False) if is_island else run
