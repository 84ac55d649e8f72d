"""Shapes of addresses: by theirs, an outlet's articles are told from what else it links to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

KNOWN = 2
"""Articles of one shape from which on it is known as one of articles."""
FAVOURITE = 0.05
"""Share of an outlet's articles that a shape has at the least."""
LONG_SLUG = 4
"""Words of a slug from which on it is a headline."""
LOOKED_AT = 200
"""Articles of an outlet whose addresses say how those of others look."""
_SEPARATOR = re.compile(r"(?<=\w)[-_](?=\w)")
_DATE = re.compile(r"/(?:19|20)\d\d[-/]?(?:0[1-9]|1[0-2])(?:[-/]|$)")
_LONG_NUMBER = re.compile(r"\d{6,}")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|rss)$", re.IGNORECASE)
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


def is_like_article(address: str, shapes: Collection[str]) -> bool:
    """Whether an address has one of the shapes of an outlet's articles.

    Where none is known yet: whether it has a long slug, a date or a long number.
    """
    if shapes:
        return shape(address) in shapes
    path = urlsplit(address).path
    last = path.rstrip("/").rpartition("/")[2]
    if _FILE.search(path):
        return False
    return bool(
        _SEPARATOR.findall(last)[LONG_SLUG - 2 :] or _DATE.search(path) or _LONG_NUMBER.search(last)
    )
