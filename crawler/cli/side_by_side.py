"""Two texts side by side on a terminal, their differences in colour."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import zip_longest

import click

from crawler.output.diff import LONGEST, cut_short, differences
from crawler.output.visible import visible


def side_by_side(a: str, b: str) -> Iterator[str]:
    """Lines of two columns: red is only in A, green only in B."""
    from wcwidth import ljust, wrap

    width = max(20, (shutil.get_terminal_size((120, 24)).columns - 3) // 2)
    for piece in differences(visible(a), visible(b)):
        columns = (wrap(" ".join(part.split()), width) for part in (piece.a, piece.b))
        for left, right in zip_longest(*columns, fillvalue=""):
            mark = "=" if piece.same else "|"
            left_column = _in(ljust(left, width), "red", piece.same)
            yield f"{left_column} {mark} {_in(right, 'green', piece.same)}".rstrip()
    if cut_short(a, b):
        yield f"(Only the first {LONGEST} words of each are compared.)"


def _in(text: str, colour: str, same: bool) -> str:
    return text if same or not text.strip() else click.style(text, fg=colour)
