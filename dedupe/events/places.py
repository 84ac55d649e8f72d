"""Countries and territories that a text names, by what its language calls them (CLDR)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import takewhile
from typing import NamedTuple

from dedupe.text import UNSPACED_CHAR

from .skeletons import spaced_words

_STEM = 4
"""Letters of the shortest stem; a shorter name is found only as it stands."""
_ENDING = 6
"""Letters of the longest ending that makes another form, or what is of the place, of a name."""
_NO_PLACES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of CLDR for alliances, made-up languages and the unknown."""


class _Name(NamedTuple):
    """What a language calls a territory."""

    code: str
    first: str
    """its first word"""
    stems: tuple[str, ...]
    """of all its words"""


class _Names(NamedTuple):
    """What a language calls territories."""

    by_stem: dict[str, list[_Name]]
    """by the first of their stems"""
    unspaced: dict[str, str]
    """code by name, in scripts without spaces"""


def places(text: str, base_language: str) -> Iterator[tuple[str, str]]:
    """(code, as it stands there) of the territories that a text names: ("KZ", "Казахстана").

    Names are inflected, and give words for what is of a place: a word that begins with the stem of
    a name counts as it. The longest name does.
    """
    if base_language == "und":
        return
    names = _names(base_language)
    yield from ((code, name) for name, code in names.unspaced.items() if name in text)
    if names.by_stem:
        words = spaced_words(text)
        folded = [word.lower() for word in words]
        for at in range(len(words)):
            if found := _name_at(folded, at, base_language):
                code, length = found
                yield code, " ".join(words[at : at + length])


def _name_at(words: Sequence[str], at: int, base_language: str) -> tuple[str, int] | None:
    """Code and number of words of the name that begins with a word."""
    word = words[at]
    for names in _names_begun(word, base_language):
        found = [
            name
            for name in names
            if len(rest := words[at : at + len(name.stems)]) == len(name.stems)
            and all(map(_is_form, rest, name.stems))
        ]
        if found:
            # Niger and Nigeria have one stem.
            best = max(found, key=lambda name: (len(name.stems), _alike(name.first, word)))
            return best.code, len(best.stems)
    return None


# Nearly every word of a text begins no name, and most words come again.
@lru_cache(maxsize=50_000)
def _names_begun(word: str, base_language: str) -> tuple[list[_Name], ...]:
    """Names whose first stem a word begins with, by stem, the longest first."""
    by_stem = _names(base_language).by_stem
    stems = (word[:length] for length in range(len(word), 1, -1))
    return tuple(by_stem[stem] for stem in stems if stem in by_stem)


def _alike(name: str, word: str) -> tuple[int, int]:
    """Letters at the beginning of both; then the shorter name is the likelier."""
    alike = takewhile(lambda letters: letters[0] == letters[1], zip(name, word, strict=False))
    return sum(1 for _ in alike), -len(name)


def _is_form(word: str, stem: str) -> bool:
    if len(stem) < _STEM:
        return word == stem
    return word.startswith(stem) and len(word) - len(stem) <= _ENDING


@cache
def _names(base_language: str) -> _Names:
    from babel import Locale, UnknownLocaleError

    by_stem: defaultdict[str, list[_Name]] = defaultdict(list)
    unspaced: dict[str, str] = {}
    try:
        territories = sorted(Locale.parse(base_language).territories.items())
    except (UnknownLocaleError, ValueError):
        territories = []
    for code, name in territories:
        # Others are numbers of continents.
        if len(code) == len("KZ") and code not in _NO_PLACES:
            if UNSPACED_CHAR.search(name):
                unspaced[name] = code
            elif words := spaced_words(name.lower()):
                stems = tuple(map(_stem, words))
                by_stem[stems[0]].append(_Name(code, words[0], stems))
    return _Names(dict(by_stem), unspaced)


def _stem(word: str) -> str:
    """A word without its vowels at the end, if enough is left."""
    stem = word.rstrip("aeiouyаеиоуыэюяьй")
    return stem if len(stem) >= _STEM else word
