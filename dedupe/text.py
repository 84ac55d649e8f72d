"""From a text to the shingles it is compared by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from .types import Scheme

# Thai, Lao, Burmese, Khmer, kana, Han: written without spaces between words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003ffff"
)
# \w alone would break Indic and Thai words at their combining vowels, so marks count as letters.
_TOKEN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w\u0300-\u036f\u0900-\u0dff])+")
_UNSPACED_CHAR = re.compile(f"[{_UNSPACED}]")


def normalise(text: str) -> str:
    """Fold what differs between two prints of one text: width, ligatures, case, soft hyphens."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", "")


def tokens(text: str) -> list[str]:
    """Words of `text`, normalised; single characters in scripts without spaces."""
    return _TOKEN.findall(normalise(text))


def shingles_in_order(text: str, scheme: Scheme) -> list[str]:
    """All shingles of `text` as they follow each other, repeats included."""
    words = tokens(text)
    return list(_windows(words, _size(words, scheme)))


def shingles(text: str, scheme: Scheme) -> frozenset[str]:
    """Distinct shingles of `text`."""
    return frozenset(shingles_in_order(text, scheme))


def anchor_shingles(text: str, scheme: Scheme) -> frozenset[str]:
    """Distinct long shingles of `text`; empty for texts shorter than one."""
    words = tokens(text)
    scale = _size(words, scheme) / scheme.shingle
    return frozenset(_windows(words, round(scheme.anchor * scale)))


def shingle_size(text: str, scheme: Scheme) -> int:
    """Tokens in a shingle of this text: depends on how its script is written."""
    return _size(tokens(text), scheme)


def _size(words: Sequence[str], scheme: Scheme) -> int:
    unspaced = sum(1 for word in words if _UNSPACED_CHAR.match(word))
    return scheme.shingle_chars if unspaced * 2 > len(words) else scheme.shingle


def _windows(words: Sequence[str], size: int) -> Iterator[str]:
    return (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
