"""Text from the web as it may be shown: what would act on a terminal or a page is spelled out."""

from __future__ import annotations

import re

# Control characters, C1, zero-width and bidirectional marks, lone surrogates: on a terminal they
# move the cursor, change its title, or make text read otherwise than it is stored.
_RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_RAW_OR_NEWLINE = re.compile(_RAW.pattern[:-1] + "\n]")
# A page joins letters and turns direction by itself, as Persian and Hindi need; what overrides the
# direction of its surroundings it does not need.
_RAW_IN_PAGES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Text for a terminal: what it would act on spelled out; line breaks stay."""
    return _RAW.sub(_spelled, text)


def one_line(text: str) -> str:
    """The same on one line."""
    return _RAW_OR_NEWLINE.sub(_spelled, text)


def visible_in_pages(text: str) -> str:
    """Text for a page, before it is escaped: controls and overrides of direction spelled out."""
    return _RAW_IN_PAGES.sub(_spelled, text)


def clock(at: str | None) -> str:
    """A stored time for people: 2022-01-05 12:30."""
    return at[:16].replace("T", " ") if at else ""


def counted(count: int, noun: str) -> str:
    """So many of a thing, for people: 1 article, 2 articles, 3 stories."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{count} {noun}s"


def length(hours: float) -> str:
    """A length of time for people: 15 min, 3.5 h, 2.1 days."""
    if hours < 2:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def _spelled(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
