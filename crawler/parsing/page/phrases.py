"""Phrases that outlets put into bodies: copyright lines, credits, requests to the reader.

They are in `phrases.toml`, by language; each is held against the lines of every page.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from crawler.parsing.texts import DENSE

LONG = 320
"""Characters; a longer line is never clutter, whatever it says."""
SHORT_START = 250
"""Characters of a line that may be clutter for its beginning."""
SHORT_HOLDS = 45
"""Words of a line that may be clutter for a phrase within."""
SENTENCE = 6
"""Words behind a label from which on they may be a sentence."""
_EDGES = " \t.:!?…|»›>-–—•*·"
_BULLET = re.compile(r"^[\s\-*•·–|>»]+|^\s*\d{1,2}[.)]\s+")
SENTENCE_END = re.compile(r"[.!?…。！？।»”\"'’)\]]\s*$")
_COPYRIGHT = re.compile(
    r"^\W*(content\s*)?(©|\(c\)|copyright\s*(©|\(c\)|[:\d]|by\b)).{0,200}$", re.IGNORECASE
)
_DATED_COPYRIGHT = re.compile(
    r"^\W*(content\s*)?((copyright\s*)?©[^.]{0,60}|\(c\)\s*|copyright[\s:]*)\b(19|20)\d\d\b.{0,200}$",
    re.IGNORECASE,
)
# As the end of a sentence; a request to the reader ends with a bare exclamation mark too.
_FULL_STOP = re.compile(r"(?:[.。।۔]|[.!?…。！？।۔][\"”“»’')）」』\]]+)\s*$")
_AFTER_LABEL = re.compile(r"[:：/)©][\W\d]*\w")
_LABEL_END = re.compile("[:：/]")
_DENSE = re.compile(f"[{DENSE}]")


def fold(line: str) -> str:
    """A line as it is compared: one space between words, no case, no punctuation at its edges."""
    return " ".join(line.split()).strip(_EDGES).casefold()


def without_bullet(line: str) -> str:
    """A line without the bullet or the number before it."""
    bullet = _BULLET.match(line)
    return line[bullet.end() :] if bullet else line


def is_phrase(line: str) -> bool:
    """Whether a line is one of the phrases that outlets put into bodies."""
    if len(line) > LONG:
        return False
    known = _phrases()
    bare = without_bullet(line)
    return (
        fold(bare) in known.lines
        or _is_rights_or_credit(line, known)
        or _starts_with_phrase(line, bare, known)
        or (known.holds.search(line.casefold()) is not None and size_of(line) <= SHORT_HOLDS)
        or _is_row_of_phrases(line, known)
    )


def listed_phrases() -> list[str]:
    """Every phrase that is known."""
    data = _phrase_table().values()
    return [phrase for language in data for key in language for phrase in language[key]]


def is_byline(line: str) -> bool:
    """Whether a short line names who wrote the article."""
    return size_of(line) <= 8 and bool(_phrases().bylines.match(line))


def _is_rights_or_credit(line: str, known: _Phrases) -> bool:
    """Whether a line is a copyright notice or names a source, as against a sentence about one."""
    if _DATED_COPYRIGHT.match(line):
        return True
    labelled = _COPYRIGHT.match(line)
    if labelled is None and _LABEL_END.search(line):  # without one, credits are sought for long
        labelled = known.credits.match(line)
    return labelled is not None and not _has_sentence_after_label(line)


def _starts_with_phrase(line: str, bare: str, known: _Phrases) -> bool:
    """Whether a line, `bare` of its bullet, begins as a request or a reference does."""
    # `Read: the whole report` is a reference; `Read: it is the law.` may be a sentence.
    starts = known.long_starts if _FULL_STOP.search(line) else known.starts
    return len(line) <= SHORT_START and bare.casefold().startswith(starts)


def _is_row_of_phrases(line: str, known: _Phrases) -> bool:
    """Whether a line is nothing but phrases between separators: `Comments / Post a Comment`."""
    parts = [part for part in re.split(r"[/|·•]", line) if part.strip()]
    return len(parts) > 1 and all(fold(part) in known.lines for part in parts)


def _has_sentence_after_label(line: str) -> bool:
    """Whether what follows a label is a sentence: `Source: two people said so.`"""
    label = _AFTER_LABEL.search(line)
    folded = line.casefold()
    if label is None or "courtesy" in folded or folded.rstrip(" .").endswith("reserved"):
        return False
    return _is_sentence(line[label.end() - 1 :], ends=bool(SENTENCE_END.search(line)))


def _is_sentence(rest: str, *, ends: bool) -> bool:
    """Whether the rest of a line is one, from the case of its words; `ends`: it ends like one.

    A list of names, places and years after a label has hardly a small word.
    """
    words = re.findall(r"[^\W\d_]+", rest)
    small = sum(word[0].islower() for word in words)
    if rest[0].islower():
        return ends and small >= 2
    if not any(map(str.isupper, rest)):  # a script without capitals
        return ends and size_of(rest) >= SENTENCE
    # Mostly small words: a sentence, whether it ends here or in the next line.
    return small >= (3 if ends else 5) and len(words) >= SENTENCE and small > len(words) / 2


def size_of(line: str) -> int:
    """Words; two characters count as one in scripts written without spaces."""
    return len(re.findall(r"\w+", line)) + len(_DENSE.findall(line)) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    lines: frozenset[str]
    starts: tuple[str, ...]
    long_starts: tuple[str, ...]
    """those of three words and more"""
    holds: re.Pattern[str]
    credits: re.Pattern[str]
    bylines: re.Pattern[str]


def _phrase_table() -> dict[str, dict[str, list[str]]]:
    data = resources.files("crawler.parsing.page").joinpath("phrases.toml").read_text("utf-8")
    return tomllib.loads(data)


@functools.cache
def _phrases() -> _Phrases:
    languages = _phrase_table().values()
    every: dict[str, list[str]] = {}
    for key in ("lines", "starts", "holds", "credits", "bylines"):
        # As lines are compared: a Greek word has another letter at its end.
        every[key] = sorted({phrase.casefold() for one in languages for phrase in one.get(key, ())})
    either = {key: "|".join(map(re.escape, phrases)) for key, phrases in every.items()}
    names = either["credits"]
    return _Phrases(
        lines=frozenset(map(fold, every["lines"])),
        starts=tuple(every["starts"]),
        long_starts=tuple(phrase for phrase in every["starts"] if len(phrase.split()) > 2),
        holds=re.compile(either["holds"]),
        # `Photo: A. Person`, or `Protesters in Almaty. Source: A. Person /AFP via Getty Images. |`
        credits=re.compile(
            rf"^\W*({names})(\s(by|credit|courtesy|von|di))?\s?[:：/]\s?\S.{{0,80}}$"
            rf"|^.{{0,200}}\b({names})\s?[:：/]\s?.{{1,120}}"
            r"(\||getty images|/afp|/ap|reuters)\.?\s*\|?$",
            re.IGNORECASE,
        ),
        bylines=re.compile(rf"^\W*({either['bylines']})\b[:\s]", re.IGNORECASE),
    )
