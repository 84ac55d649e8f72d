"""Arguments that name files, articles, stories and outlets, and the store that they are in."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import UsageError
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
    return store.queries.filters.living_story(number)


def this_user() -> str:
    """The name of whoever runs the command, as this machine has it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
