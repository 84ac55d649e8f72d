"""Two texts side by side on a terminal, with what differs in colour."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

import click

from crawler.cli.output import visible

LONGEST = 3_000
"""Words of a text that are compared; difflib takes seconds beyond that."""


def side_by_side(a: str, b: str) -> Iterator[str]:
    """Lines of two columns: red stands in A only, green in B only."""
    ours, theirs = (visible(text).split()[:LONGEST] for text in (a, b))
    width = max(20, (shutil.get_terminal_size((120, 24)).columns - 3) // 2)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        columns = (textwrap.wrap(" ".join(part), width) for part in (ours[i1:i2], theirs[j1:j2]))
        for left, right in zip_longest(*columns, fillvalue=""):
            mark = "=" if tag == "equal" else "|"
            yield f"{_in(left.ljust(width), 'red', tag)} {mark} {_in(right, 'green', tag)}".rstrip()
    if max(len(a.split()), len(b.split())) > LONGEST:
        yield f"(the first {LONGEST} words of each)"


def _in(text: str, colour: str, tag: str) -> str:
    return text if tag == "equal" or not text.strip() else click.style(text, fg=colour)
