"""The reference page of what programs may use: names, signatures, fields, from the code itself."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import FunctionType
from typing import Any, get_args, get_type_hints, is_typeddict

from crawler import library
from crawler.grouping.explain_copies import CopyExplanation
from crawler.grouping.explain_events import EventExplanation
from crawler.grouping.explain_stories import StoryExplanation
from crawler.library import StoreReader

HIDDEN = {kind.__name__: kind for kind in (CopyExplanation, EventExplanation, StoryExplanation)}
"""Types that the library imports only when they are needed."""
INTRODUCTION = """\
# The library

For scripts and notebooks: a store as Python objects. It is only read, and a crawl may run
meanwhile. Made from the code by `python -m tests.golden`.

```console
$ newsloom demo --keep town.db
```

```python
from crawler import open_store

with open_store("town.db") as store:
    largest = store.stories(min_outlets=3, language="en", limit=1)[0]
    report = store.story(largest.story)
    print(largest.title, [article.outlet for article in report.articles])
    first, *others = report.articles
    print(store.explain(first.article, others[0].article).verdict)

    days = store.attention(words="kazakh* OR almaty").to_pandas()
    print(days.groupby("outlet")["articles"].sum().nlargest(3))
    print(store.citation(words="kazakh* OR almaty"))
```

A list of rows becomes a pandas DataFrame with `.to_pandas()`; pandas is imported only then, and has
to be installed. What is wrong raises a `crawler.errors.NewsloomError`; its message says what to do.

**What is promised.** Names and fields on this page follow [semantic versioning](https://semver.org):
from 1.0 on, none of them goes or changes its meaning without a new major version; before, the
changelog names each change. A minor version may add arguments with a default, and fields to a row:
ask for fields by name. Nothing else in `crawler` is public.
"""


def library_page() -> str:
    """The page."""
    parts = [INTRODUCTION, "## Opening\n", _function("open_store", library.open_store)]
    parts.append(f"## StoreReader\n\n{_says(StoreReader)}\n")
    for name, method in vars(StoreReader).items():
        if isinstance(method, FunctionType) and not name.startswith("_"):
            parts.append(_function(name, method))
    parts.append(f"## Conditions\n\n{_says(library.Conditions)}\n\n{_fields(library.Conditions)}")
    parts.append(f"## Rows\n\n{_says(library.Rows)}\n")
    parts.append(_function("to_pandas", library.Rows.to_pandas))
    parts.append("## What comes back\n")
    for kind in sorted(set(_kinds()), key=lambda kind: kind.__name__):
        parts.append(f"### {kind.__name__}\n\n{_says(kind)}\n\n{_fields(kind)}")
    return "\n".join(parts)


def _function(name: str, function: Any) -> str:
    signature = inspect.signature(function)
    shown = re.sub(r"\(self(, )?", "(", str(signature)).replace("'", "")
    return f"### {name}\n\n```text\n{name}{_wrapped(shown)}\n```\n\n{_says(function)}\n"


def _wrapped(signature: str) -> str:
    if len(signature) < 90:
        return signature
    inner, _, returns = signature[1:].rpartition(") -> ")
    return "(\n    " + ",\n    ".join(re.split(r", (?![^\[]*\])", inner)) + f",\n) -> {returns}"


def _says(what: Any) -> str:
    return inspect.cleandoc(what.__doc__ or "")


def _kinds() -> Iterator[type]:
    """Every type of a row or a report that a method gives, and those in its fields."""
    left: list[Any] = [
        get_type_hints(method)["return"]
        for name, method in vars(StoreReader).items()
        if isinstance(method, FunctionType) and not name.startswith("_")
    ]
    seen: set[Any] = set()
    while left:
        kind = left.pop()
        left += get_args(kind)
        if kind in seen or not (hasattr(kind, "_fields") or is_dataclass(kind)):
            continue
        seen.add(kind)
        yield kind
        left += get_type_hints(kind, localns=HIDDEN).values()


def _fields(kind: type) -> str:
    """A table of the fields, with the docstrings below them in the source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    lines = ["| field | type | holds |", "|---|---|---|"]
    for one, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            said = after.value.value if _is_docstring(after) else ""  # type: ignore[union-attr]
            type_ = ast.unparse(one.annotation).replace("|", "\\|")
            lines.append(f"| `{one.target.id}` | {type_} | {' '.join(str(said).split())} |")
    assert is_typeddict(kind) or len(lines) > 2, kind
    return "\n".join(lines) + "\n"


def _is_docstring(node: ast.stmt | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
