"""Ceilings of the code: `python -m tests.house` names what is above one, and ends with 1.

Complexity is cyclomatic, as radon counts it: loops, conditions, `and`, `or` and comprehensions.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from radon.visitors import ComplexityVisitor

ROOT = Path(__file__).parents[1]
ROOMS = ("crawler", "dedupe", "spiders")

MODULES_AT_THE_ROOT = 12
FILE_LINES = 350
FUNCTION_LINES = 50
MEDIAN_LINES = 7
COMPLEXITY = 10
MOST_COMPLEXITY = 15
SHARE_ABOVE = 0.02
"""of all functions may be above COMPLEXITY, none above MOST_COMPLEXITY"""

EXCUSED: Mapping[str, str] = {}
"""files and functions (`file:name`) above a ceiling of length, and why"""

FACES = {
    "articles.py": "cli/ and store/queries/: the commands and the questions they ask",
    "outlets.py": "cli/ and store/queries/: the commands and the questions they ask",
    "stories.py": "cli/ and store/queries/: the commands and the questions they ask",
    "crawl.py": "cli/crawl.py is the command of crawl.py",
    "extract.py": "cli/extract.py is the command of parsing/page/extract.py",
    "reextract.py": "cli/reextract.py is the command of ingest/reextract.py",
    "backfill.py": "cli/backfill.py is the command of ingest/backfill.py",
    "merge.py": "cli/merge.py is the command of ingest/merge.py",
    "overrides.py": "grouping/overrides.py carries out what store/facts/overrides.py keeps",
    "data_set.py": "cli/data_set.py has the options of ingest/data_set.py",
    "robots.py": "fetching/middlewares/robots.py asks what parsing/robots.py reads",
}
"""File names that are there twice in crawler/, and why the tree makes plain which is which."""
ANYWHERE = {"__init__.py", "types.py", "errors.py"}


class Function(NamedTuple):
    """A function of the code."""

    file: str
    name: str
    lines: int
    """without its docstring"""
    complexity: int


def functions(file: Path) -> Iterator[Function]:
    """The functions and methods of a file, inner ones counted with the one around them."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = ComplexityVisitor.from_ast(tree)
    measured = {
        block.lineno: block.complexity
        for block in [*found.functions, *(m for c in found.classes for m in c.methods)]
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno in measured:
            name = str(file.relative_to(ROOT))
            yield Function(name, node.name, _lines(node), measured[node.lineno])


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def troubles() -> Iterator[str]:
    """What is above a ceiling, a sentence each."""
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    every = [function for file in files for function in functions(file)]
    above = [one for one in every if one.complexity > COMPLEXITY]
    for one in above:
        if one.complexity > MOST_COMPLEXITY:
            yield f"{one.file}: {one.name} has complexity {one.complexity} (most {MOST_COMPLEXITY})"
    if len(above) > SHARE_ABOVE * len(every):
        worst = sorted(above, key=lambda one: -one.complexity)[:20]
        names = ", ".join(f"{one.file}:{one.name} {one.complexity}" for one in worst)
        yield (
            f"{len(above)} of {len(every)} functions have a complexity over {COMPLEXITY}, which is "
            f"more than {SHARE_ABOVE:.0%}: {names}"
        )
    for one in every:
        if one.lines > FUNCTION_LINES and f"{one.file}:{one.name}" not in EXCUSED:
            yield f"{one.file}: {one.name} has {one.lines} lines (most {FUNCTION_LINES})"
    median = sorted(one.lines for one in every)[len(every) // 2]
    if median > MEDIAN_LINES:
        yield f"half of all functions have over {median - 1} lines (most {MEDIAN_LINES})"
    for file in files:
        lines = len(file.read_text(encoding="utf-8").splitlines())
        name = str(file.relative_to(ROOT))
        if lines > FILE_LINES and name not in EXCUSED:
            yield f"{name} has {lines} lines (most {FILE_LINES})"
    yield from _names()


def _names() -> Iterator[str]:
    root = sorted(file.name for file in (ROOT / "crawler").glob("*.py"))
    if len(root) > MODULES_AT_THE_ROOT:
        yield f"crawler/ has {len(root)} modules (most {MODULES_AT_THE_ROOT}): {', '.join(root)}"
    names = Counter(file.name for file in (ROOT / "crawler").rglob("*.py"))
    for name, times in names.items():
        if times > 1 and name not in ANYWHERE | FACES.keys():
            yield f"crawler/ has {times} files called {name}"
    for name in FACES:
        if names[name] < 2:
            yield f"{name} is in FACES, and not there twice"


if __name__ == "__main__":
    found = list(troubles())
    for trouble in found:
        sys.stderr.write(f"{trouble}\n")
    sys.exit(1 if found else 0)
