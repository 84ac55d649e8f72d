"""Mutation testing: operators and constants changed one by one; do the tests of that floor notice?

Claim: of a sample, 95 % of the changed operators and 80 % of the changed constants are noticed.
What survives is printed: a test is missing, or it decides nothing. SAMPLE=10 operators and as many
constants a room; ONLY=dates,robots of these; SEED=1 another sample.

mutmut and cosmic-ray were looked at: they run all tests for each change, or keep a database and a
configuration for each room; this is a page, and draws its sample evenly.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SAMPLE = int(os.environ.get("SAMPLE", "10"))
SEED = int(os.environ.get("SEED", "1"))
ONLY = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else []
GOALS = {"operator": 0.95, "constant": 0.80}


class Room(NamedTuple):
    """Files that are changed, and the tests that are to notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    """below tests/"""


_DATES = ("parsing/test_dates.py", "parsing/test_times.py", "cases")
ROOMS = {
    "copies": Room(("dedupe/copies/*.py", "dedupe/text.py"), ("dedupe", "quality/test_poison.py")),
    "stories": Room(("dedupe/stories/*.py",), ("dedupe",)),
    "dates": Room(("crawler/parsing/dates/*.py",), _DATES),
    "times": Room(
        ("crawler/parsing/page/times.py", "crawler/parsing/page/day_search.py"),
        (*_DATES, "parsing/test_stated.py"),
    ),
    "addresses": Room(
        ("crawler/parsing/urls.py", "crawler/parsing/paths.py", "crawler/parsing/address_forms.py"),
        ("parsing/test_urls.py", "parsing/test_fuzzed.py", "store/test_article_addresses.py",
         "parsing/test_robots.py"),
    ),
    "robots": Room(
        ("crawler/parsing/robots.py",), ("parsing/test_robots.py", "parsing/test_fuzzed.py")
    ),
    "polls": Room(
        ("crawler/polling.py", "crawler/store/facts/polls.py"),
        ("store/test_polls.py", "crawl/test_polling.py"),
    ),
    "pages": Room(
        ("crawler/store/facts/pages.py",), ("store/test_pages.py", "crawl/test_polling.py")
    ),
    "frontier": Room(
        ("crawler/fetching/frontier.py",), ("crawl/test_limits.py", "crawl/test_polling.py")
    ),
    "merge": Room(
        ("crawler/store/file/merge*.py", "crawler/ingest/merge.py"), ("store/test_merging.py",)
    ),
}  # fmt: skip

COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
COMPUTED: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.BitAnd: "|", ast.BitOr: "&", ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip


class Change(NamedTuple):
    """A place in a file, and what stands there instead."""

    file: Path
    kind: str
    line: int
    start: int
    end: int
    """offsets in the file's bytes"""
    text: str

    def shown(self) -> str:
        """The line, before and after."""
        data = (ROOT / self.file).read_bytes()
        first = data.rfind(b"\n", 0, self.start) + 1
        last = data.find(b"\n", self.end)
        before = data[first:last].decode().strip()
        after = (data[first : self.start] + self.text.encode() + data[self.end : last]).decode()
        return f"{self.file}:{self.line}: {before}  ->  {after.strip()}"


def changes(file: Path) -> Iterator[Change]:
    """All that can be changed in a file."""
    data = (ROOT / file).read_bytes()
    lines = [0, *(n + 1 for n, byte in enumerate(data) if byte == ord("\n"))]

    def place(node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (lines[node.lineno - 1] + node.col_offset,
                lines[node.end_lineno - 1] + node.end_col_offset)  # fmt: skip

    def between(left: ast.expr, right: ast.expr, kind: str, new: str) -> Change:
        """The operator between two operands, brackets left as they are."""
        start, end = place(left)[1], place(right)[0]
        old = data[start:end]
        kept_before = old[: len(old) - len(old.lstrip(b" )\n\\"))]
        kept_after = old[len(old.rstrip(b" (\n\\")) :]
        return Change(file, kind, left.lineno, start, end,
                      f"{kept_before.decode()}{new}{kept_after.decode()}")  # fmt: skip

    tree = ast.parse(data)
    annotations = {id(part) for node in _annotations(tree) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        match node:
            case ast.Compare(left=left, ops=[op, *_], comparators=[right, *_]):
                yield between(left, right, "operator", COMPARED[type(op)])
            case ast.BoolOp(op=op, values=[left, right, *_]):
                yield between(left, right, "operator", "or" if isinstance(op, ast.And) else "and")
            case ast.BinOp(left=left, op=op, right=right) if type(op) in COMPUTED:
                yield between(left, right, "operator", COMPUTED[type(op)])
            case ast.UnaryOp(op=ast.Not()):
                start = place(node)[0]
                yield Change(file, "operator", node.lineno, start, start + len("not "), "")
            case ast.Constant(value=bool(value)):
                yield Change(file, "constant", node.lineno, *place(node), str(not value))
            case ast.Constant(value=int(value)):
                yield Change(file, "constant", node.lineno, *place(node), str(value + 1))
            case ast.Constant(value=float(value)):
                yield Change(file, "constant", node.lineno, *place(node), repr(value * 1.5 + 0.01))


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    """What only a type checker reads."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as found) | ast.AnnAssign(annotation=found):
                yield found
            case ast.FunctionDef(returns=ast.expr() as found):
                yield found


class Copy:
    """A copy of the checkout in which one file at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        left_out = shutil.ignore_patterns("__pycache__", ".*", "build", "*.egg-info")
        shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=left_out)

    def passes(self, tests: tuple[str, ...], *, timeout: float | None = None) -> bool:
        """Whether the tests pass."""
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider",
                 *(f"tests/{test}" for test in tests)],
                cwd=self._folder, timeout=timeout, capture_output=True, check=False,
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def survives(self, change: Change, tests: tuple[str, ...], *, timeout: float) -> bool:
        """Whether the tests pass all the same with a change."""
        file = self._folder / change.file
        data = file.read_bytes()
        changed = data[: change.start] + change.text.encode() + data[change.end :]
        try:
            compile(changed, str(file), "exec")
        except SyntaxError:
            return False  # no change that anybody could make
        file.write_bytes(changed)
        try:
            return self.passes(tests, timeout=timeout)
        finally:
            file.write_bytes(data)


def sample(room: Room, draw: random.Random) -> list[Change]:
    """As many operators as constants, each from anywhere in the room."""
    files = sorted(file.relative_to(ROOT) for form in room.files for file in ROOT.glob(form))
    found = [change for file in files for change in changes(file)]
    return [
        change
        for kind in GOALS
        for change in _some([one for one in found if one.kind == kind], draw)
    ]


def _some(found: list[Change], draw: random.Random) -> list[Change]:
    return draw.sample(found, min(SAMPLE, len(found)))


def main() -> None:
    draw = random.Random(SEED)  # noqa: S311
    made, noticed = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for name, room in ROOMS.items():
            if ONLY and name not in ONLY:
                continue
            begun = time.monotonic()
            if not copy.passes(room.tests):
                sys.exit(f"{name}: its tests fail as it is")
            timeout = 5 * (time.monotonic() - begun) + 30
            here, kept = Counter[str](), Counter[str]()
            for change in sample(room, draw):
                here[change.kind] += 1
                survived = copy.survives(change, room.tests, timeout=timeout)
                kept[change.kind] += not survived
                if survived:
                    print(f"    {change.shown()}", flush=True)
            counts = ", ".join(f"{kept[kind]} of {here[kind]} {kind}s" for kind in GOALS)
            print(f"{name}: {counts} noticed", flush=True)
            made += here
            noticed += kept
    rates = {kind: noticed[kind] / max(made[kind], 1) for kind in GOALS}
    for kind, goal in GOALS.items():
        print(f"{noticed[kind]} of {made[kind]} changed {kind}s noticed, {rates[kind]:.0%} "
              f"(goal: {goal:.0%})")  # fmt: skip
    sys.exit(any(rates[kind] < goal for kind, goal in GOALS.items()))


if __name__ == "__main__":
    main()
