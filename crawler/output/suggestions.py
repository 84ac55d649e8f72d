"""What to say of a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def suggestion(name: str, known: Sequence[str], *, command: str) -> str:
    """The end of a message about an unknown name: similar ones, or the command that lists all."""
    similar = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(similar)}?" if similar else f"`{command}` lists them"
