"""Two texts side by side on a terminal, with what differs in colour."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

import click

from crawler.cli.output import visible
from dedupe.text import UNSPACED_CHAR

LONGEST = 3_000
"""Words of a text that are compared; difflib takes seconds beyond that."""
_WORD = re.compile(rf" ?(?:{UNSPACED_CHAR.pattern}|(?:(?!{UNSPACED_CHAR.pattern})\S)+)")
"""A word with the space before it; a single character in scripts without spaces."""


def side_by_side(a: str, b: str) -> Iterator[str]:
    """Lines of two columns: red stands in A only, green in B only."""
    from wcwidth import ljust, wrap

    texts = [_WORD.findall(" ".join(visible(text).split())) for text in (a, b)]
    ours, theirs = (words[:LONGEST] for words in texts)
    width = max(20, (shutil.get_terminal_size((120, 24)).columns - 3) // 2)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        columns = (wrap("".join(part).strip(), width) for part in (ours[i1:i2], theirs[j1:j2]))
        for left, right in zip_longest(*columns, fillvalue=""):
            mark = "=" if tag == "equal" else "|"
            left_column = _in(ljust(left, width), "red", tag)
            yield f"{left_column} {mark} {_in(right, 'green', tag)}".rstrip()
    if max(map(len, texts)) > LONGEST:
        yield f"(the first {LONGEST} words of each)"


def _in(text: str, colour: str, tag: str) -> str:
    return text if tag == "equal" or not text.strip() else click.style(text, fg=colour)
