"""What to say of a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from crawler.output.visible import one_line


def suggestion(name: str, known: Sequence[str], *, command: str) -> str:
    """The end of a message about an unknown name: similar ones, or the command that lists all."""
    similar = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(similar)}?" if similar else f"`{command}` lists them"


def unknown_name(kind: str, name: str, known: Sequence[str]) -> str:
    """The message about a name that no topic has, or no watch (`kind`), with those like it."""
    missing = f"there is no {kind} {one_line(name)}"
    if not known:
        return f"{missing}, nor any other; `newsloom {kind} add NAME --words ...` makes one"
    return f"{missing}; {suggestion(name, known, command=f'newsloom {kind} list')}"
