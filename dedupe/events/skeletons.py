"""Names across scripts: the consonants of their transliteration.

Tokayev, Токаев, Tokajew and 托卡耶夫 are tkv. Vowels are what languages and transliterations differ
in most, and what they spell in two letters (sh, ж, ch) is one sound of few classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii

from dedupe.text import UNSPACED_CHAR, WORD

_RUN = re.compile(f"{UNSPACED_CHAR.pattern}+")
_SOUNDS = re.compile("shch|t?sch|zh|sh|ch|ts|tz|ph|kh|ck|x")
_SPELLED = {"ph": "v", "kh": "", "ck": "k", "x": "ks"}
"""Sounds of two letters; all others are an s."""
_CLASSES = str.maketrans({"c": "k", "q": "k", "z": "s", "w": "v", "f": "v"})
_SILENT = re.compile(r"[^a-z]|[aeiouyhj]")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=1 << 17)
def skeleton(word: str) -> str:
    """The consonants of a word in any script, in classes that transliterations keep apart."""
    letters = _SOUNDS.sub(lambda sound: _SPELLED.get(sound[0], "s"), anyascii(word).lower())
    return _DOUBLE.sub(r"\1", _SILENT.sub("", letters.translate(_CLASSES)))


def names(title: str, lead: str, *, max_run: int) -> Iterator[str]:
    """What may be a name: every word of the title; of the lead those that are never written small.

    Scripts without capitals have no small words. Of those without spaces every run of two to
    `max_run` characters may be one. Which are names shows in that another language has them.
    """
    words = spaced_words(lead)
    small = {word for word in words if word[0].islower()}
    yield from spaced_words(title)
    yield from (w for w in words if not w[0].islower() and w.lower() not in small)
    for text in (title, lead):
        for run in _RUN.findall(text):
            for length in range(2, max_run + 1):
                yield from (run[at : at + length] for at in range(len(run) - length + 1))


def spaced_words(text: str) -> list[str]:
    """The words of the scripts that put spaces between them, without numbers."""
    return [word for word in WORD.findall(_RUN.sub(" ", text)) if word[0].isalpha()]
