"""Lines of an extracted body that are not the article's: headlines, bylines, menus, teasers.

It works on lines as trafilatura gives them, and on what else the page shows: its headlines, its
authors, and the texts of its links. The phrases of any outlet come last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crawler.parsing.page.phrases import (
    SENTENCE_END,
    fold,
    is_byline,
    is_phrase,
    size_of,
    without_bullet,
)

LONG_LINK = 20
"""Characters; a list item that begins with so long a link is a teaser."""
LONG_COPY = 10
"""Words of a line that may begin a second copy of a text; those of refrains are shorter."""
HEAD = 16
"""Lines before the first paragraph that are looked through for the headline, byline and time."""
_CLOCK_OR_YEAR = re.compile(r"\b(19|20)\d\d\b|\d{1,2}[:.]\d\d\b|\d{1,2}/\d{1,2}")
_LABEL = re.compile(r"\s*[\[(][^\])]{1,30}[\])]\W*$")


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
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if any(map(str.isalnum, line)) and not is_phrase(line)]
    lines = once(lines)
    lines = [line for line in _without_head(lines, chrome) if not is_title(line, chrome)]
    lines = lines[: _end(lines, chrome)]
    return "\n".join(_without_links(lines, chrome))


def once(lines: Sequence[str]) -> list[str]:
    """Without second copies of a whole text: a page may have one for each width of screen.

    One begins as the text does, with its first long line and another behind that.
    """
    start = next((n for n, line in enumerate(lines) if size_of(line) >= LONG_COPY), len(lines))
    two = lines[start : start + 2]
    if len(set(two)) < 2:
        return list(lines)
    first: dict[str, int] = {}
    kept = []
    copied = -1
    for number, line in enumerate(lines):
        before = first.setdefault(line, number)
        begins = before == start and two == lines[number : number + 2]
        if before < number and (begins or 0 <= copied == before - 1):
            copied = before
        else:
            copied = -1
            kept.append(line)
    return kept


def is_link(line: str, chrome: PageChrome) -> bool:
    """Whether the whole line is the text of a link, or of links in the cells of a table row."""
    bare = fold(without_bullet(line))
    if bare in chrome.links:
        return True
    if ("(" in bare or "[" in bare) and _LABEL.sub("", bare) in chrome.links:
        return True
    if "|" not in line:
        return False
    cells = [cell for cell in map(fold, line.split("|")) if cell]
    return len(cells) > 1 and all(cell in chrome.links for cell in cells)


def is_title(line: str, chrome: PageChrome) -> bool:
    """Whether a line is the headline."""
    return size_of(line) >= 3 and fold(line) in chrome.titles


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
    """the first LONG_LINK characters of each: looked up before all links are tried"""

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
    return size_of(line) <= 10 and not SENTENCE_END.search(line)


def _without_links(lines: Sequence[str], chrome: PageChrome) -> list[str]:
    """Without runs of links between paragraphs, and without list items that are only a link."""
    linked = [is_link(line, chrome) for line in lines]
    return [
        line
        for number, line in enumerate(lines)
        if not (linked[number] and (_has_true_neighbour(linked, number) or _is_long_item(line)))
    ]


def _has_true_neighbour(flags: Sequence[bool], number: int) -> bool:
    return any(flags[max(number - 1, 0) : number]) or any(flags[number + 1 : number + 2])


def _is_long_item(line: str) -> bool:
    """Whether a list item is too long for a name or a place, which articles may list and link."""
    return line.startswith("- ") and size_of(line) >= 4


def _is_prose(line: str, chrome: PageChrome) -> bool:
    if line.startswith("|") or is_link(line, chrome):
        return False
    size = size_of(line)
    return size >= 14 or (size >= 6 and bool(SENTENCE_END.search(line)))


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
        size_of(line) <= 8 and any(author in folded for author in chrome.authors)
    )
