"""What a text names: the persons, places and bodies that its capitals show.

A name is a word with a capital in the middle of a sentence which the text never writes small. A
text with more such words than small ones shows nothing by its capitals: it shouts, or its script
has none. German writes every noun with one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress

from .terms import number
from .text import tokens
from .types import StoryNode, StoryScheme

_NOUNS_ARE_CAPITAL = {"de", "lb"}


def names(node: StoryNode, scheme: StoryScheme) -> frozenset[int]:
    """Numbers of the terms that are names in the lead; in the headline where there is no text."""
    if node.tongue in _NOUNS_ARE_CAPITAL:
        return frozenset()
    return _names(node.text[: scheme.lead_chars] or node.title)


# The same neighbours are asked for again and again; 3 kB each.
@lru_cache(maxsize=12_000)
def _names(text: str) -> frozenset[int]:
    words = text.split()
    initials = [word[0] for word in words]
    small = list(compress(words, map(str.islower, initials)))
    capital = [
        words[place]
        for place in compress(range(len(words)), map(str.isupper, initials))
        if place and (words[place - 1][-1] == "," or words[place - 1][-1].isalnum())
    ]
    if len(capital) > len(small):
        return frozenset()
    return frozenset(map(number, set(tokens(" ".join(capital))).difference(small)))
