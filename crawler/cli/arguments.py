"""Arguments that name files, articles, stories and outlets, and the store that they are in."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import UsageError
from crawler.output.visible import one_line
from crawler.store import Store, read_store


def require_files(files: Iterable[Path]) -> None:
    """Raises UsageError for a file that is not there; `-` is standard input."""
    for file in files:
        if str(file) != "-" and not file.is_file():
            what = "a folder; name the files in it" if file.is_dir() else "no such file"
            raise UsageError(f"{file}: {what}")


@contextmanager
def reading(db: Path) -> Iterator[Store]:
    """Open the store read-only for a block."""
    store = read_store(db)
    try:
        with store.explained():
            yield store
    finally:
        store.close()


def article_number(store: Store, name: str) -> int:
    """Number of an article, given its number or address.

    Raises UsageError; its message says what became of a page that is no article.
    """
    number = store.queries.articles.number(name)
    if number is None and not name.isdigit():
        from crawler.parsing.urls import canonical

        address = canonical(name)
        number = store.queries.articles.number(address)
        page = store.queries.articles.page(address)
        if number is None and page is not None:
            raise UsageError(
                f"{name}: this page gave no article: {page.state}, {page.reason or 'not tried yet'}"
            )
    if number is None:
        raise UsageError(
            f"there is no article {name}; `newsloom search WORDS` finds articles and their numbers"
        )
    return number


def living_story(store: Store, number: int) -> int:
    """The story that a number leads to, through merges; UsageError if there never was one."""
    living = store.stories.resolve(number)
    if living is None:
        there_are = store.queries.stories.counts().stories
        remedy = "`newsloom stories` lists them" if there_are else "`newsloom group` makes them"
        raise UsageError(f"there is no story {number}; {remedy}")
    return living


def check_outlet(store: Store, name: str) -> None:
    """Raise UsageError, with similar names, when the file has no outlet of this name."""
    known = store.queries.outlets.names()
    if name not in known:
        hint = suggestion(name, known, command="newsloom health")
        raise UsageError(f"there is no outlet {one_line(name)} in this file; {hint}")


def suggestion(name: str, known: Sequence[str], *, command: str) -> str:
    """The end of a message about an unknown name: similar ones, or the command that lists all."""
    similar = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(similar)}?" if similar else f"`{command}` lists them"
