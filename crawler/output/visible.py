"""Text from the web made safe to show: characters that act on a terminal or a page are escaped."""

from __future__ import annotations

import re

ON_TERMINALS = (
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""A pattern of what acts on a terminal: controls, C1, zero-width and bidirectional marks, tags and
lone surrogates move the cursor, change its title, or make text read otherwise than it is stored."""
IN_PAGES = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""A pattern of what acts on a page. Joiners and marks of direction are not in it, since Persian and
Hindi need them; overrides of direction are, since no text needs those."""
TO_ASSISTANTS = IN_PAGES[:-1] + "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
"""A pattern of what people cannot see and a language model reads: what acts on a page, tags and the
selectors of variants, in which whole sentences have been hidden."""
_RAW = re.compile(ON_TERMINALS)
_RAW_OR_NEWLINE = re.compile(ON_TERMINALS[:-1] + "\n]")
_RAW_IN_PAGES = re.compile(IN_PAGES)
_RAW_TO_ASSISTANTS = re.compile(TO_ASSISTANTS)


def visible(text: str) -> str:
    """Text for a terminal: characters that it would act on escaped; line breaks stay."""
    return _RAW.sub(_spelled, text)


def one_line(text: str) -> str:
    """Text for a terminal, line breaks escaped too."""
    return _RAW_OR_NEWLINE.sub(_spelled, text)


def visible_in_pages(text: str) -> str:
    """Text for a page or a program: controls and overrides of direction escaped."""
    return _RAW_IN_PAGES.sub(_spelled, text)


def visible_to_assistants(text: str) -> str:
    """Text for a language model: what a person would not see of it is spelled out."""
    return _RAW_TO_ASSISTANTS.sub(_spelled, text)


def clock(at: str | None) -> str:
    """A stored time for people: 2022-01-05 12:30."""
    return at[:16].replace("T", " ") if at else ""


def counted(count: int, noun: str) -> str:
    """A number and a noun, for people: 1 article, 2 articles, 3 stories, 4 addresses."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y"):
        return f"{count} {noun.removesuffix('y')}ies"
    return f"{count} {noun}es" if noun.endswith("s") else f"{count} {noun}s"


def kind_label(kind: str | None) -> str:
    """What an article is, for people: live blog; empty where that is an article, or not known."""
    return "" if kind in (None, "article") else str(kind).replace("-", " ")


def length(hours: float) -> str:
    """A length of time for people: 15 min, 3.5 h, 2.1 days."""
    if hours < 2:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def spelled(text: str) -> str:
    """Characters by their numbers, as JSON escapes them: in a string of JSON nothing is lost."""
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def _spelled(match: re.Match[str]) -> str:
    return spelled(match[0])
