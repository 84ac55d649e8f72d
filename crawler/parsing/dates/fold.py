"""Words and figures of any script in one form, so that a table can know them."""

from __future__ import annotations

import re
import unicodedata

# Letters that are written in two ways of which neither decomposes into the other: Persian and
# Arabic ones, the Turkish i, dashes, apostrophes.
_ALIKE = str.maketrans("یىکı−–—‐’ʼ‘`´", "ييكi----'''''")
_INSIDE = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_BEHIND = re.compile(r"(?<=[^\W\d_])[.'॰]")


def fold(text: str) -> str:
    """Small letters without accents, ASCII figures, no abbreviating points, single spaces.

    `ม.ค.` and `a.m.` become one word each. Vowels of Indic scripts stay.
    """
    folded = text.casefold() if text.isascii() else _plain(text)
    return " ".join(_BEHIND.sub(" ", _INSIDE.sub("", folded)).split())


def _plain(text: str) -> str:
    """Without accents and invisible characters, wide and national figures as ASCII ones."""
    # Beyond Ascii only, and of the rest most is one table's look-up: a page has few such texts.
    decomposed = unicodedata.normalize("NFKD", text.translate(_ALIKE)).casefold()
    kept = "".join(
        _figure(character)
        for character in decomposed
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )
    return unicodedata.normalize("NFKC", kept).translate(_ALIKE)


def _figure(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
