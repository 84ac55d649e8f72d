"""Whether two texts of an outlet are one article: by their words, not by what their pages claim."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from dedupe.copies.word_shingles import word_windows
from dedupe.text import tokens

SHINGLE = 5
"""Words in a row that are compared."""
CHANGED = 0.5
"""Share of the shorter text that an article under one headline keeps as it changes, at least."""
EQUAL = 0.8
"""Share from which on texts under two headlines are one article."""
NUMBERS_CHANGED = 0.5
NUMBERS_EQUAL = 0.9
"""Shares of numbers; texts of one template differ in little else."""


class Text(NamedTuple):
    """A headline and its body."""

    title: str
    text: str


def are_one_article(one: Text, other: Text) -> bool:
    """Whether two texts are those of one article; one may be shortened, or a little newer."""
    titles = [tokens(text.title) for text in (one, other)]
    words = [tokens(text.text) for text in (one, other)]
    if titles[0] == titles[1]:
        return _is_contained(words, least=CHANGED, numbers=NUMBERS_CHANGED)
    return _is_contained(words, least=EQUAL, numbers=NUMBERS_EQUAL)


def _is_contained(texts: list[list[str]], *, least: float, numbers: float) -> bool:
    """Whether the shorter text stands in the other, by these shares of its shingles and numbers."""
    short, long = sorted(texts, key=len)
    return (
        _share(_shingles(short), _shingles(long)) >= least
        and _share(_numbers(short), _numbers(long)) >= numbers
    )


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    # Of no words, one of nothing: an empty text stands in no other.
    return set(word_windows(words, min(SHINGLE, len(words)))) or {()}


def _numbers(words: list[str]) -> set[str]:
    return {word for word in words if word[0].isdigit()}


def _share(part: Collection[object], whole: Collection[object]) -> float:
    """The share of the one that is in the other; 1 for nothing."""
    return len(set(part) & set(whole)) / len(part) if part else 1.0
