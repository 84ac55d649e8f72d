"""The details of a text: the names and numbers by which two events of one kind differ.

Names are the persons, places and bodies that capitals show: words with a capital in the middle of a
sentence which the text never writes small. A text with more such words than small ones shows
nothing by its capitals: it shouts, or its script has none. German writes every noun with one; a
name there follows another word with a capital, or a preposition without an article.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress

from dedupe.text import tokens

from .terms import term_number

_NOUNS_ARE_CAPITAL = frozenset({"de", "lb"})
_BEFORE_NAMES = frozenset(
    {"aus", "bei", "bis", "in", "nach", "von", "vor", "zu", "no", "op", "un", "vun"}
)
"""Prepositions of German and Luxembourgish that a name follows without an article."""


def detail_terms(text: str, base_language: str) -> frozenset[int]:
    """Numbers of the terms that are details of a text in a language (BCP 47, without region)."""
    return _detail_terms(text, base_language in _NOUNS_ARE_CAPITAL)


def name_terms(text: str, base_language: str) -> frozenset[int]:
    """Numbers of the terms that are names in a text of a language."""
    return frozenset(map(term_number, _names(text, base_language in _NOUNS_ARE_CAPITAL)))


# The same neighbours are asked for again and again; 3 kB each.
@lru_cache(maxsize=12_000)
def _detail_terms(text: str, nouns_are_capital: bool) -> frozenset[int]:
    figures = {word for word in tokens(text) if word[0].isdigit()}
    return frozenset(map(term_number, _names(text, nouns_are_capital) | figures))


def _names(text: str, nouns_are_capital: bool) -> set[str]:
    # Of d'Almaty and l'Ucraina the second half is the name.
    words = text.replace("'", " ").replace("\u2019", " ").split()
    initials = [word[0] for word in words]
    small = list(compress(words, map(str.islower, initials)))
    capital = [
        words[place]
        for place in compress(range(len(words)), map(str.isupper, initials))
        if place and _may_precede_a_name(words[place - 1], nouns_are_capital)
    ]
    if len(capital) > len(small):
        return set()
    return set(tokens(" ".join(capital))).difference(small)


def _may_precede_a_name(word: str, nouns_are_capital: bool) -> bool:
    """Whether a capital after this word shows a name: none does at the start of a sentence."""
    if nouns_are_capital:
        return word in _BEFORE_NAMES or (word[0].isupper() and word[-1].isalnum())
    return word[-1] == "," or word[-1].isalnum()
