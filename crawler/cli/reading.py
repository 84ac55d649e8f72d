"""Opening the store to read it, for the commands that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import UsageError
from crawler.store import Store, read_store


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
    number = store.reading.article_id(name)
    if number is None and not name.isdigit():
        from crawler.parsing.urls import canonical

        address = canonical(name)
        number = store.reading.article_id(address)
        page = store.reading.page(address)
        if number is None and page is not None:
            raise UsageError(
                f"{name} is no article: {page['state']}, {page['reason'] or 'not tried yet'}"
            )
    if number is None:
        raise UsageError(f"there is no article {name}; `newsloom search WORDS` finds their numbers")
    return number
