"""Shapes of addresses: by theirs, an outlet's articles are told from what else it links to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

KNOWN = 2
"""Articles of one shape from which on it is known as one of articles."""
FAVOURITE = 0.05
"""Share of an outlet's articles that a shape has at the least."""
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


def shape(url: str) -> str:
    """What addresses of one kind have in common.

    `/politics/2022/01/05/the-old-bridge-is-closed-12345` gives `/a/9999/99/99/a-*9*`. A part
    of one word, of two or three, and of more have different shapes: sections have short names.
    """
    parts = urlsplit(url)
    return "/".join(map(_segment, parts.path.split("/"))) + ("?" if parts.query else "")


def _segment(segment: str) -> str:
    stem, dot, ending = segment.rpartition(".")
    if not dot or not ending.isalpha():
        stem, dot, ending = segment, "", ""
    words = _LETTERS.findall(stem)
    numbers = "".join(map(_digits, _DIGITS.findall(stem)))
    return f"{_size(len(words))}{numbers}{dot}{ending}"


def _size(words: int) -> str:
    """None, one, up to three, or more words."""
    if words < 2:
        return "a" if words else ""
    return "a-a" if words < 4 else "a-*"


def _digits(number: str) -> str:
    """As many nines where it may be a day, month or year; the length of others is by chance."""
    return "9" * len(number) if len(number) in (1, 2, 4) else "9*"


def shapes_of(urls: Iterable[str]) -> frozenset[str]:
    """The shapes of an outlet's articles, those of a few odd ones left out."""
    counts = Counter(map(shape, urls))
    least = max(KNOWN, FAVOURITE * counts.total())
    return frozenset(shape for shape, count in counts.items() if count >= least)
