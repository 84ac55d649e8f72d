"""The words of a text: what both rooms go by."""

from __future__ import annotations

import re
import unicodedata

# Thai, Lao, Burmese, Khmer, kana, Han: written without spaces between words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003ffff"
)
# \w alone would break Indic and Thai words at their combining vowels, so marks count as letters.
WORD = re.compile(r"[\w\u0300-\u036f\u0900-\u0dff]+")
_TOKEN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w\u0300-\u036f\u0900-\u0dff])+")
UNSPACED_CHAR = re.compile(f"[{_UNSPACED}]")


def normalise(text: str) -> str:
    """Fold what differs between two prints of one text: width, ligatures, case, soft hyphens."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", "")


def tokens(text: str) -> list[str]:
    """Words of `text`, normalised; single characters in scripts without spaces."""
    folded = normalise(text)
    # The plain pattern is twice as fast and serves most texts.
    plain = folded.isascii() or not UNSPACED_CHAR.search(folded)
    return (WORD if plain else _TOKEN).findall(folded)
