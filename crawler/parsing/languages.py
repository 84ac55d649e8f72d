"""The language of a text."""

from __future__ import annotations

import py3langid

from crawler.parsing.texts import count_words

READ = 800
"""Characters that are looked at; more change nothing."""
ENOUGH_WORDS = 25
"""Below this a detector guesses; what the page or the outlet says is then worth more."""


def language_of(text: str, *, stated: str | None) -> str | None:
    """BCP 47 tag of the text's language.

    The text decides; the stated tag is kept where it only refines (`pt-BR` for `pt`), and is all
    there is for very short texts.
    """
    if count_words(text[:READ]) < ENOUGH_WORDS:
        return stated
    found = str(py3langid.classify(text[:READ])[0])
    return stated if stated and stated.lower().partition("-")[0] == found else found
