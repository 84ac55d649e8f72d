"""The details of a text: the names and numbers by which two events of one kind differ.

Names are the persons, places and bodies that capitals show. A name is a word with a capital in the middle of a sentence which the text never writes small. A
text with more such words than small ones shows nothing by its capitals: it shouts, or its script
has none. German writes every noun with one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress

from dedupe.text import tokens

from .terms import term_number

_NOUNS_ARE_CAPITAL = {"de", "lb"}


def detail_terms(text: str, base_language: str) -> frozenset[int]:
    """Numbers of the terms that are names or figures in a text of a language."""
    return name_terms(text, base_language) | _figures(text)


def name_terms(text: str, base_language: str) -> frozenset[int]:
    """Numbers of the terms that are names in a text of a language (BCP 47, without region)."""
    return frozenset() if base_language in _NOUNS_ARE_CAPITAL else _name_terms(text)


# The same neighbours are asked for again and again; 3 kB each.
@lru_cache(maxsize=12_000)
def _name_terms(text: str) -> frozenset[int]:
    # Of d'Almaty and l'Ucraina the second half is the name.
    words = text.replace("'", " ").replace("\u2019", " ").split()
    initials = [word[0] for word in words]
    small = list(compress(words, map(str.islower, initials)))
    capital = [
        words[place]
        for place in compress(range(len(words)), map(str.isupper, initials))
        if place and (words[place - 1][-1] == "," or words[place - 1][-1].isalnum())
    ]
    if len(capital) > len(small):
        return frozenset()
    return frozenset(map(term_number, set(tokens(" ".join(capital))).difference(small)))


@lru_cache(maxsize=12_000)
def _figures(text: str) -> frozenset[int]:
    return frozenset(term_number(word) for word in tokens(text) if word[0].isdigit())
