"""Words around authors' names, in many languages: `byline_words.toml` as patterns."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources


class BylineWords:
    """What `byline_words.toml` lists, as patterns."""

    def __init__(self) -> None:
        data = (
            resources.files("crawler.parsing.page").joinpath("byline_words.toml").read_text("utf-8")
        )
        every = tomllib.loads(data)
        by, not_by, behind, between, titles = (
            "|".join(map(re.escape, sorted(every[key], key=len, reverse=True)))
            for key in ("by", "not_by", "behind", "between", "titles")
        )
        self.by = re.compile(rf"^\s*(?:{by})(?:\s*[:：／・]\s*|\s+)", re.IGNORECASE)
        self.not_by = re.compile(rf"^\s*(?:{not_by})(?:\s*[:：／・]|\s)", re.IGNORECASE)
        self.others = re.compile(rf"\s+(?:{not_by})\s*[:：／・].*$", re.IGNORECASE)
        self.behind = re.compile(rf"(?<=\w)\s*(?:{behind})$")
        self.between = re.compile(
            rf"\s*[,;|/•·、，]\s*|\s+[–—-]\s+|\s+(?:{between})\s+", re.IGNORECASE
        )
        self.titles = re.compile(rf"(?:^|[\s-])(?:{titles})(?:$|[\s-])", re.IGNORECASE)
        self.organisations = frozenset(name.casefold() for name in every["organisations"])


@functools.cache
def byline_words() -> BylineWords:
    """The words, read once."""
    return BylineWords()
