"""What several commands have in common: the store opened to read it, outlets named."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crawler.errors import UsageError
from crawler.output.visible import one_line
from crawler.store import Store, read_store

outlets_option = click.option(
    "--outlets",
    "folder",
    type=click.Path(path_type=Path),
    envvar="NEWSLOOM_OUTLETS",
    help="Folder or file of outlet descriptions, or NEWSLOOM_OUTLETS; default: the bundled ones.",
)


def require_files(files: Iterable[Path]) -> None:
    """Raises UsageError for a file that is not there; `-` is standard input."""
    for file in files:
        if str(file) != "-" and not file.is_file():
            what = "a folder; name the files in it" if file.is_dir() else "no such file"
            raise UsageError(f"{file}: {what}")


@contextmanager
def reading(db: Path) -> Iterator[Store]:
    """The store, read-only, for the length of a command."""
    store = read_store(db)
    try:
        with store.explained():
            yield store
    finally:
        store.close()


def article_number(store: Store, name: str) -> int:
    """Number of the article that a person named by number or address.

    Raises UsageError saying what is known of a page that is no article.
    """
    number = store.queries.articles.number(name)
    if number is None and not name.isdigit():
        from crawler.parsing.urls import canonical

        address = canonical(name)
        number = store.queries.articles.number(address)
        page = store.queries.articles.page(address)
        if number is None and page is not None:
            raise UsageError(
                f"{name} is no article: {page.state}, {page.reason or 'not tried yet'}"
            )
    if number is None:
        raise UsageError(f"there is no article {name}; `newsloom search WORDS` finds their numbers")
    return number


def living_story(store: Store, number: int) -> int:
    """The story that goes on under a number; raises UsageError when there never was one."""
    living = store.stories.resolve(number)
    if living is None:
        there_are = store.queries.stories.counts().stories
        remedy = "`newsloom stories` lists them" if there_are else "`newsloom group` makes them"
        raise UsageError(f"there is no story {number}; {remedy}")
    return living


def check_outlet(store: Store, name: str) -> None:
    """Raise UsageError, with names that are like it, when the file has no such outlet."""
    known = store.queries.outlets.names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "`newsloom health` lists them"
        raise UsageError(f"there is no outlet {one_line(name)} in this file; {hint}")
