"""Every code that can stand in a store is explained."""

from __future__ import annotations

import ast
from pathlib import Path

from crawler.errors import NO_STAND_IN
from crawler.output.reasons import REASONS, meaning
from crawler.parsing.urls import _WALLS

ROOT = Path(__file__).parents[1]
_MAKERS = {"ExtractError", "Refusal", "PollFailed", "reject_as"}
# Said on the command line only, of files.
_NOT_STORED = {"unreadable-file"}


def codes() -> set[str]:
    """What the code gives as a reason, read from its calls."""
    found = set()
    for file in [*ROOT.glob("crawler/**/*.py"), *ROOT.glob("spiders/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "reason")]
            texts = [a.value for a in given if isinstance(a, ast.Constant)]
            if name in _MAKERS:
                found |= {t for t in texts[:1] if isinstance(t, str) and " " not in t}
    return found


def test_every_reason_is_explained() -> None:
    used = codes()
    assert {"not-a-feed", "robots", "parser-timeout", "twin", "no-text"} <= used
    known = used | set(_WALLS) | {code for code in NO_STAND_IN if not code.startswith("http-")}
    assert known - _NOT_STORED - set(REASONS) == set()
    assert "404" in meaning("http-404")
    assert meaning("unheard-of") == ""
