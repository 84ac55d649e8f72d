"""Letters that readers take for one: two prints of a text may differ in them alone.

Folded, after `dedupe.text.normalise` (NFKC has full and half width, and the forms that Arabic
letters take in a word):

- what is written above and below letters in alphabets that can do without: accents, hamza, harakat,
  niqqud. From U+0900 on marks are vowels, and stay.
- what has no shape of its own: soft hyphens, joiners, marks of direction, tatweel
- digits of all scripts
- letters that keyboards of one script give different codes, such as Arabic and Farsi yeh
- Han characters of mainland China, Taiwan and Hong Kong (`han_variants.txt`)
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from dedupe.text import UNSPACED_CHAR, normalise

_ALIKE = ("iı", "یيىېے", "کكڪ", "هەہھةۀۂۃ", "اٱ")
"""Each after the letter that it is folded to. Turkish i loses its dot, and I has none; Unicode
(chapter 9.2, Arabic) names the others as the letters of different languages for one."""
_TATWEEL = "\u0640"
_MARKS_END = 0x0900
_HAN = Path(__file__).with_name("han_variants.txt")


def fold(text: str) -> str:
    """The text with one letter for all that are taken for it."""
    plain = normalise(text)
    return plain if plain.isascii() else plain.translate(folded_letters())


@functools.cache
def folded_letters() -> Mapping[int, int | None]:
    """What each letter is folded to, by code point; None: it is left out."""
    found: dict[int, int | None] = {}
    for code in range(0x80, 0x10000):
        letter = chr(code)
        if _is_left_out(letter):
            found[code] = None
        elif letter.isdecimal() and not UNSPACED_CHAR.match(letter):
            found[code] = ord("0") + unicodedata.digit(letter)
        elif unicodedata.decomposition(letter):
            parts = unicodedata.normalize("NFD", letter)
            if all(map(_is_left_out, parts[1:])):
                found[code] = ord(parts[0])
    for group in letters_alike():
        found |= dict.fromkeys(map(ord, group[1:]), ord(group[0]))
    # A letter without its marks may be one of those above.
    return {code: found.get(to, to) if to else to for code, to in found.items() if code != to}


def _is_left_out(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind == "Cf" or letter == _TATWEEL or (kind == "Mn" and ord(letter) < _MARKS_END)


def letters_alike() -> Iterator[str]:
    """Letters that are taken for one, each group after the one that it is folded to."""
    yield from _ALIKE
    for line in _HAN.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()
