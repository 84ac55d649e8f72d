"""The language of a text."""

from __future__ import annotations

import re

import py3langid

from crawler.parsing.texts import count_words

READ = 800
"""Characters that are looked at; more change nothing."""
ENOUGH_WORDS = 25
"""Below this a detector guesses; what the page or the outlet says is then worth more."""

_TAG = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")
# Of ISO 639-3's macrolanguages those that news is written in: a detector cannot tell their members
# apart, or knows only the whole.
_MACROLANGUAGES = (
    ("sh", "bs", "hr", "sr", "cnr"), ("no", "nb", "nn"), ("ms", "id"), ("fa", "prs"),
    ("zh", "yue"),
)  # fmt: skip
_WHOLE = {code: codes[0] for codes in _MACROLANGUAGES for code in codes}


def language_tag(stated: str | None) -> str | None:
    """A stated language as BCP 47 writes it: `pt-BR` for `pt_BR`; None for what is no tag."""
    found = (stated or "").strip().replace("_", "-")
    if not _TAG.fullmatch(found):
        return None
    first, *rest = found.lower().split("-")
    # RFC 5646, 2.1.1: countries in capitals, scripts with one. A single letter begins an extension.
    return "-".join((first, *(_by_length(part) for part in rest)))


def _by_length(part: str) -> str:
    return part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part


def language_of(text: str, *, stated: str | None) -> str | None:
    """BCP 47 tag of the text's language.

    The text decides; the stated tag is kept where it only refines (`pt-BR` for `pt`, `hr` for what
    may be Bosnian), and is all there is for very short texts.
    """
    if count_words(text[:READ]) < ENOUGH_WORDS:
        return stated
    found = str(py3langid.classify(text[:READ])[0])
    code = (stated or "").lower().partition("-")[0]
    return stated if stated and _WHOLE.get(code, code) == _WHOLE.get(found, found) else found
