"""The passage that two copies share, as it is kept: its beginning, and how many words it has.

One text under many addresses has thirty pairs with each; to keep it whole with each would take a
hundred times its length.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.types.limits import PASSAGE

# No word of a passage, which is without punctuation, looks like it.
_LENGTH = re.compile(r" … \((\d+) words\)$")


class KeptPassage(NamedTuple):
    """A passage that may be longer than what is kept of it."""

    text: str
    """its beginning, normalised; all of a short one"""
    words: int
    """of the whole passage"""


def to_keep(passage: str) -> str:
    """A passage, of words with a space between them, as it is stored."""
    if len(passage) <= PASSAGE:
        return passage
    beginning = passage[: PASSAGE + 1].rpartition(" ")[0] or passage[:PASSAGE]
    return f"{beginning} … ({len(passage.split())} words)"


def read_kept(stored: str) -> KeptPassage:
    """What is stored of a passage."""
    length = _LENGTH.search(stored)
    if length is None:
        return KeptPassage(stored, len(stored.split()))
    return KeptPassage(stored[: length.start()], int(length[1]))
