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
    links: frozenset[str]
    """the texts of its links, folded"""
    authors: tuple[str, ...]
    """names, case folded"""

    @classmethod
    def of(
        cls, *, titles: Iterable[str], links: Iterable[str], authors: Iterable[str]
    ) -> PageChrome:
        """Fold what is given."""
        return cls(
            titles=frozenset(filter(None, map(fold, titles))),
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
    if fold(bare) in known.lines:
        return True
    if _DATED_COPYRIGHT.match(line):
        return True
    if (_COPYRIGHT.match(line) or known.credits.match(line)) and not _is_sentence(line):
        return True
    # `Read: the whole report` is a reference; `Read: it is the law.` may be a sentence.
    starts = known.long_starts if _FULL_STOP.search(line) else known.starts
    if len(line) <= SHORT_START and bare.casefold().startswith(starts):
        return True
    if known.holds.search(line.casefold()) and _size(line) <= SHORT_HOLDS:
        return True
    # `Comments / Post a Comment`: nothing but phrases between separators.
    parts = [part for part in re.split(r"[/|·•]", line) if part.strip()]
    return len(parts) > 1 and all(fold(part) in known.lines for part in parts)


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


def _is_sentence(line: str) -> bool:
    """Whether what follows a label is a sentence: `Source: two people said so.`"""
    told = _AFTER_LABEL.search(line)
    if told is None or "courtesy" in line.casefold():
        return False
    rest = line[told.end() - 1 :]
    ends = bool(_SENTENCE_END.search(line))
    if line.casefold().rstrip(" .").endswith("reserved"):
        return False
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
    start = 0
    while start < min(len(lines), HEAD) and (
        _like_title(lines[start], chrome) or not _is_prose(lines[start], chrome)
    ):
        start += 1
    head = list(lines[:start])
    titles = [number for number, line in enumerate(head) if _like_title(line, chrome)]
    if titles:
        head = head[titles[-1] + 1 :]
    kept = [
        line
        for line in head
        if not (is_link(line, chrome) or _is_time(line) or _names_author(line, chrome))
    ]
    return kept + list(lines[start:])


def _end(lines: Sequence[str], chrome: PageChrome) -> int:
    """How many lines are left when links, times and their headings are cut off at the end."""
    long_links = tuple(link for link in chrome.links if len(link) >= LONG_LINK)
    beginnings = {link[:LONG_LINK] for link in long_links}
    end, cut = len(lines), False
    while end > 1:
        line = lines[end - 1]
        folded = fold(line)
        teaser = (
            line.startswith("- ")
            and folded[:LONG_LINK] in beginnings
            and folded.startswith(long_links)
        )
        if teaser or is_link(line, chrome) or _like_title(line, chrome):
            cut = True
        elif not (
            _is_time(line)
            or not any(map(str.isalpha, line))
            or (cut and _size(line) <= 10 and not _SENTENCE_END.search(line))
        ):
            break
        end -= 1
    return end


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
    for title in chrome.titles:
        named = re.findall(r"\w+", title)
        if len(words) >= 3 and words == named[: len(words)]:
            return True
        if len(named) >= 3 and words[-len(named) :] == named and len(words) <= len(named) + 8:
            return True
        if len(named) >= 4 and set(named) <= set(words) and len(words) <= len(named) + 4:
            return True
    return False


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
