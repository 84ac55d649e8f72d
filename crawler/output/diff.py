"""The differences of two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from dedupe.text import UNSPACED_CHAR

LONGEST = 3_000
"""Words of a text that are compared; difflib takes seconds beyond that."""
_WORD = re.compile(rf"\s*(?:{UNSPACED_CHAR.pattern}|(?:(?!{UNSPACED_CHAR.pattern})\S)+)")
"""A word with the space before it; a single character in scripts without spaces."""


class Piece(NamedTuple):
    """A run of words that is in both texts, or differs between them."""

    same: bool
    a: str
    b: str
    words: int
    """words of the longer side"""


def differences(a: str, b: str) -> Iterator[Piece]:
    """The first LONGEST words of both texts in order, piece by piece; spaces do not count."""
    ours, theirs = (_WORD.findall(text)[:LONGEST] for text in (a, b))
    one, two = ([word.strip() for word in words] for words in (ours, theirs))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        yield Piece(
            tag == "equal", "".join(ours[i1:i2]), "".join(theirs[j1:j2]), max(i2 - i1, j2 - j1)
        )


def cut_short(a: str, b: str) -> bool:
    """Whether a text has more words than are compared."""
    return any(sum(1 for _ in _WORD.finditer(text)) > LONGEST for text in (a, b))
