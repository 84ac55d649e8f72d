"""Countries and territories that a text names, by what its language calls them (CLDR)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from dedupe.text import UNSPACED_CHAR

from .skeletons import spaced_words

_STEM = 4
"""Letters of the shortest stem; a shorter name is found only as it stands."""
_ENDING = 6
"""Letters of the longest ending that makes another form, or what is of the place, of a name."""
_NO_PLACES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of CLDR for alliances, made-up languages and the unknown."""


class _Names(NamedTuple):
    """What a language calls territories."""

    by_stem: dict[str, list[tuple[tuple[str, ...], str]]]
    """stems of the words of each name and its code, by the first of them; the longest first"""
    unspaced: dict[str, str]
    """code by name, in scripts without spaces"""


def places(text: str, base_language: str) -> Iterator[tuple[str, str]]:
    """(code, as it stands there) of the territories that a text names: ("KZ", "Казахстана").

    Names are inflected, and give words for what is of a place: a word that begins with the stem of
    a name counts as it. The longest stem does, so Nigeria is not Niger.
    """
    names = _names(base_language)
    yield from ((code, name) for name, code in names.unspaced.items() if name in text)
    if names.by_stem:
        words = spaced_words(text)
        folded = [word.lower() for word in words]
        for at in range(len(words)):
            if found := _name_at(folded, at, names):
                code, length = found
                yield code, " ".join(words[at : at + length])


def _name_at(words: Sequence[str], at: int, names: _Names) -> tuple[str, int] | None:
    """Code and number of words of the name that begins with a word."""
    word = words[at]
    for length in range(len(word), 1, -1):
        for stems, code in names.by_stem.get(word[:length], ()):
            rest = words[at : at + len(stems)]
            if len(rest) == len(stems) and all(map(_is_form, rest, stems)):
                return code, len(stems)
    return None


def _is_form(word: str, stem: str) -> bool:
    if len(stem) < _STEM:
        return word == stem
    return word.startswith(stem) and len(word) - len(stem) <= _ENDING


@cache
def _names(base_language: str) -> _Names:
    from babel import Locale, UnknownLocaleError

    by_stem: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
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
            elif stems := tuple(map(_stem, spaced_words(name.lower()))):
                by_stem[stems[0]].append((stems, code))
    for found in by_stem.values():
        found.sort(key=lambda entry: -len(entry[0]))
    return _Names(dict(by_stem), unspaced)


def _stem(word: str) -> str:
    """A word without its vowels at the end, if enough is left."""
    stem = word.rstrip("aeiouyаеиоуыэюяьй")
    return stem if len(stem) >= _STEM else word
