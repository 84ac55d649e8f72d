"""Lines of an extracted body that are not the article's: headlines, bylines, menus, requests.

It works on lines as trafilatura gives them, and on what else the page shows: its headlines, its
authors, and the texts of its links. Phrases are in `phrases.toml`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

from crawler.parsing.texts import storable

LONG = 320
"""Characters; a longer line is never clutter, whatever it says."""
SHORT_START = 250
"""Characters of a line that may be clutter for its beginning."""
SHORT_HOLDS = 45
"""Words of a line that may be clutter for a phrase within."""
LONG_LINK = 20
"""Characters; a list item that begins with so long a link is a teaser."""
SENTENCE = 6
"""Words behind a label from which on they may be a sentence."""
HEAD = 16
"""Lines before the first paragraph that are looked through for the headline, byline and time."""
_EDGES = " \t.:!?…|»›>-–—•*·"
_BULLET = re.compile(r"^[\s\-*•·–|>»]+|^\s*\d{1,2}[.)]\s+")
_SENTENCE_END = re.compile(r"[.!?…。！？।»”\"'’)\]]\s*$")
_CLOCK_OR_YEAR = re.compile(r"\b(19|20)\d\d\b|\d{1,2}[:.]\d\d\b|\d{1,2}/\d{1,2}")
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
_LABEL = re.compile(r"\s*[\[(][^\])]{1,30}[\])]\W*$")
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChrome:
    """What a page shows beside its article, to know it again in the lines of the body."""

    titles: frozenset[str]
    """its headlines in every form, folded"""
    title_words: tuple[list[str], ...]
    """the words of each"""
    links: frozenset[str]
    """the texts of its links, folded"""
    authors: tuple[str, ...]
    """names, case folded"""

    @classmethod
    def of(
        cls, *, titles: Iterable[str], links: Iterable[str], authors: Iterable[str]
    ) -> PageChrome:
        """Fold what is given."""
        folded = frozenset(filter(None, map(fold, titles)))
        return cls(
            titles=folded,
            # Split here, once: each line at both ends of a body is held against every headline.
            title_words=tuple(re.findall(r"\w+", title) for title in folded),
            links=frozenset(filter(None, map(fold, links))),
            authors=tuple(name.casefold() for name in authors),
        )


def clean(text: str, chrome: PageChrome) -> str:
    """The article's own lines, in order."""
    lines = [line.strip() for line in storable(text).splitlines()]
    lines = [line for line in lines if any(map(str.isalnum, line)) and not is_phrase(line)]
    lines = [line for line in _without_head(lines, chrome) if not _is_title(line, chrome)]
    lines = lines[: _end(lines, chrome)]
    return "\n".join(_without_links(lines, chrome))


def fold(line: str) -> str:
    """A line as it is compared: one space between words, no case, no punctuation at its edges."""
    return " ".join(line.split()).strip(_EDGES).casefold()


def is_phrase(line: str) -> bool:
    """Whether a line is one of the phrases that outlets put into bodies."""
    if len(line) > LONG:
        return False
    known = _phrases()
    bare = _BULLET.sub("", line)
    return (
        fold(bare) in known.lines
        or _is_rights_or_credit(line, known)
        or _starts_with_phrase(line, bare, known)
        or (known.holds.search(line.casefold()) is not None and _size(line) <= SHORT_HOLDS)
        or _is_row_of_phrases(line, known)
    )


def listed_phrases() -> list[str]:
    """Every phrase that is known."""
    data = _phrase_table().values()
    return [phrase for language in data for key in language for phrase in language[key]]


def is_link(line: str, chrome: PageChrome) -> bool:
    """Whether the whole line is the text of a link, or of links in the cells of a table row."""
    bare = fold(_BULLET.sub("", line))
    if bare in chrome.links or _LABEL.sub("", bare) in chrome.links:
        return True
    if "|" not in line:
        return False
    cells = [cell for cell in map(fold, line.split("|")) if cell]
    return len(cells) > 1 and all(cell in chrome.links for cell in cells)


def is_byline(line: str) -> bool:
    """Whether a short line names who wrote the article."""
    return _size(line) <= 8 and bool(_phrases().bylines.match(line))


def _is_rights_or_credit(line: str, known: _Phrases) -> bool:
    """Whether a line is a copyright notice or names a source, as against a sentence about one."""
    if _DATED_COPYRIGHT.match(line):
        return True
    labelled = _COPYRIGHT.match(line) or known.credits.match(line)
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
    return _is_sentence(line[label.end() - 1 :], ends=bool(_SENTENCE_END.search(line)))


def _is_sentence(rest: str, *, ends: bool) -> bool:
    """Whether the rest of a line is one, from the case of its words; `ends`: it ends like one.

    A list of names, places and years after a label has hardly a small word.
    """
    words = re.findall(r"[^\W\d_]+", rest)
    small = sum(word[0].islower() for word in words)
    if rest[0].islower():
        return ends and small >= 2
    if not any(map(str.isupper, rest)):  # a script without capitals
        return ends and _size(rest) >= SENTENCE
    # Mostly small words: a sentence, whether it ends here or in the next line.
    return small >= (3 if ends else 5) and len(words) >= SENTENCE and small > len(words) / 2


def _is_title(line: str, chrome: PageChrome) -> bool:
    return _size(line) >= 3 and fold(line) in chrome.titles


def _without_head(lines: Sequence[str], chrome: PageChrome) -> list[str]:
    """Without what stands between the top of the page and the first paragraph."""
    start = _first_paragraph(lines, chrome)
    head = lines[:start]
    titles = [number for number, line in enumerate(head) if _like_title(line, chrome)]
    # What stands above the headline is the site's; a standfirst below it is the article's.
    below_title = head[titles[-1] + 1 :] if titles else head
    standfirst = (line for line in below_title if not _is_attribution(line, chrome))
    return [*standfirst, *lines[start:]]


def _first_paragraph(lines: Sequence[str], chrome: PageChrome) -> int:
    """Number of the first line of prose that is no headline, HEAD at the most."""
    most = min(len(lines), HEAD)
    for number in range(most):
        if _is_prose(lines[number], chrome) and not _like_title(lines[number], chrome):
            return number
    return most


def _is_attribution(line: str, chrome: PageChrome) -> bool:
    """Whether a line says who wrote the article or when, or is a link."""
    return is_link(line, chrome) or _is_time(line) or _names_author(line, chrome)


def _end(lines: Sequence[str], chrome: PageChrome) -> int:
    """How many lines are left when links, times and their headings are cut off at the end."""
    teasers = _Teasers.of(chrome)
    above_links = False
    for end in range(len(lines), 1, -1):
        line = lines[end - 1]
        if teasers.include(line) or is_link(line, chrome) or _like_title(line, chrome):
            above_links = True
        elif not (_is_loose_end(line) or (above_links and _may_be_heading(line))):
            return end
    return min(len(lines), 1)


class _Teasers(NamedTuple):
    """Links so long that a list item which begins with one is a teaser of the page it leads to."""

    links: tuple[str, ...]
    beginnings: frozenset[str]
    """LONG_LINK characters of each: a page may have thousands, and few lines begin like any"""

    @classmethod
    def of(cls, chrome: PageChrome) -> _Teasers:
        """Those of a page."""
        links = tuple(link for link in chrome.links if len(link) >= LONG_LINK)
        return cls(links, frozenset(link[:LONG_LINK] for link in links))

    def include(self, line: str) -> bool:
        """Whether a line is a teaser."""
        if not line.startswith("- "):
            return False
        folded = fold(line)
        return folded[:LONG_LINK] in self.beginnings and folded.startswith(self.links)


def _is_loose_end(line: str) -> bool:
    """Whether a line at the end of a body is a time, or has no letters."""
    return _is_time(line) or not any(map(str.isalpha, line))


def _may_be_heading(line: str) -> bool:
    """Whether a line above links may be their heading: `More on this story`."""
    return _size(line) <= 10 and not _SENTENCE_END.search(line)


def _without_links(lines: Sequence[str], chrome: PageChrome) -> list[str]:
    """Without runs of links between paragraphs, and without list items that are only a link."""
    linked = [is_link(line, chrome) for line in lines]
    kept = []
    for number, line in enumerate(lines):
        if linked[number]:
            near = linked[max(number - 1, 0) : number] + linked[number + 1 : number + 2]
            if any(near) or (line.startswith("- ") and _size(line) >= 4):
                continue
        kept.append(line)
    return kept


def _is_prose(line: str, chrome: PageChrome) -> bool:
    if line.startswith("|") or is_link(line, chrome):
        return False
    size = _size(line)
    return size >= 14 or (size >= 6 and bool(_SENTENCE_END.search(line)))


def _like_title(line: str, chrome: PageChrome) -> bool:
    """Whether a line is the headline, cut, or with a few words before it, or in other order."""
    folded = fold(line)
    if folded in chrome.titles:
        return True
    words = re.findall(r"\w+", folded)
    return any(_is_form_of(title, words) for title in chrome.title_words)


def _is_form_of(title: list[str], words: list[str]) -> bool:
    """Whether a line of these words is a headline in another form; short ones are too common."""
    if len(words) >= 3 and words == title[: len(words)]:
        return True
    longer = len(words) - len(title)
    if len(title) >= 3 and longer <= 8 and words[-len(title) :] == title:
        return True
    return len(title) >= 4 and longer <= 4 and set(title) <= set(words)


def _is_time(line: str) -> bool:
    """Whether a line gives a day or a clock time and hardly anything else."""
    if len(line) > 90 or line.endswith(".") or not _CLOCK_OR_YEAR.search(line):
        return False
    words = re.findall(r"\w+", line)
    return len(re.findall(r"\d+", line)) >= 2 and sum(not w.isdigit() for w in words) <= 6


def _names_author(line: str, chrome: PageChrome) -> bool:
    folded = line.casefold()
    return is_byline(line) or (
        _size(line) <= 8 and any(author in folded for author in chrome.authors)
    )


def _size(line: str) -> int:
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
    every = {
        key: sorted({phrase for language in languages for phrase in language.get(key, ())})
        for key in ("lines", "starts", "holds", "credits", "bylines")
    }
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
