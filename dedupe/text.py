"""The words of a text: what both rooms go by."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

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


def numbers_in_context(words: Sequence[str], around: int) -> dict[tuple[str, ...], str]:
    """The numbers of a text, each by the place where it stands: the words before and after.

    A place that occurs twice says nothing and is left out. Other numbers nearby count as one.
    """
    some = ["0" if word[0].isdecimal() else word for word in words]
    edge = [""] * around
    padded, size = [*edge, *some, *edge], 2 * around + 1
    places = {
        at: tuple(padded[at : at + size]) for at, word in enumerate(words) if word[0].isdecimal()
    }
    times = Counter(places.values())
    return {place: words[at] for at, place in places.items() if times[place] == 1}
